"""Whether a FITS file is whole: every HDU agrees with the DATASUM and CHECKSUM that it states."""

from __future__ import annotations

from pathlib import Path

from qsospec_duck.errors import ReaderError
from qsospec_duck.fits import BLOCK, datasum, header_agrees, open_source, walk


def verify_fits(path: str | Path) -> str | None:
    """Say what is wrong with a FITS file, ``None`` where nothing is.

    An HDU that states neither is only seen to be there in full.
    """
    try:
        source = open_source(path)
    except ReaderError as error:
        return str(error)
    try:
        start = 0
        for extent in walk(source):
            stated = extent.header.get("DATASUM")
            found = datasum(source.read_at(extent.data_start, extent.data_bytes))
            if stated not in (None, "") and str(stated).strip() != str(found):
                return f"{path}: {extent.where}: DATASUM is {found}, the header says {stated}."
            header = source.read_at(start, extent.data_start - start)
            if extent.header.get("CHECKSUM") and not header_agrees(header, found):
                return f"{path}: {extent.where}: the header does not agree with its CHECKSUM."
            start = extent.data_start + -(-extent.data_bytes // BLOCK) * BLOCK
        if start < source.size:
            return f"{path}: the {source.size - start} bytes from {start} on are no HDU."
    except ReaderError as error:
        return str(error)
    finally:
        source.close()
    return None


def has_sums(path: str | Path) -> bool:
    """Tell whether every HDU with data states a DATASUM."""
    source = open_source(path)
    try:
        return all(extent.header.get("DATASUM") for extent in walk(source) if extent.data_bytes)
    finally:
        source.close()
