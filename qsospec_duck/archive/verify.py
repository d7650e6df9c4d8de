"""Whether a FITS file is whole: every HDU that states a DATASUM agrees with it."""

from __future__ import annotations

from pathlib import Path

from qsospec_duck.errors import ReaderError
from qsospec_duck.fits import datasum, open_source, walk


def verify_fits(path: str | Path) -> str | None:
    """Say what is wrong with a FITS file, ``None`` where nothing is.

    An HDU that states no DATASUM is only seen to be there in full.
    """
    try:
        source = open_source(path)
    except ReaderError as error:
        return str(error)
    try:
        for extent in walk(source):
            stated = extent.header.get("DATASUM")
            if stated in (None, ""):
                continue
            found = datasum(source.read_at(extent.data_start, extent.data_bytes))
            if str(stated).strip() != str(found):
                return f"{path}: {extent.where}: DATASUM is {found}, the header says {stated}."
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
