"""What a source file is, so that a later run can tell whether it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qsospec_duck.archive.checksums import sha256_of
from qsospec_duck.errors import ReaderError
from qsospec_duck.readers.fits_file import FitsFile


@dataclass(frozen=True)
class Source:
    """One file that went into a tile."""

    kind: str
    """``coadd``, ``redrock``, ``emline``, ``rrdetails``, ``qso_qn`` or ``qso_mgii``."""

    name: str
    bytes: int
    checksum: str
    """``sha256:...`` of the file, or ``datasum:...``: SHA-256 of the DATASUM cards of all its HDUs."""


def describe_sources(files: Mapping[str, str | Path]) -> tuple[Source, ...]:
    """Describe the source files of one tile, by kind."""
    return tuple(describe_source(kind, path) for kind, path in sorted(files.items()))


def describe_source(kind: str, path: str | Path) -> Source:
    """Describe one source file.

    A coadd has some hundred megabytes and states a DATASUM for each HDU, which the conversion compares with the data:
    its headers tell two versions apart without reading them. Any other file is hashed whole.

    Raises
    ------
    ReaderError
        The file cannot be read.
    """
    path = Path(path)
    stated = _stated_sums(path) if kind == "coadd" and path.suffix != ".gz" else None
    return Source(kind, path.name, path.stat().st_size, stated or f"sha256:{sha256_of(path)}")


def _stated_sums(path: Path) -> str | None:
    try:
        with FitsFile(path) as fits:
            stated = [(hdu.name, str(hdu.header.get("DATASUM", "")), hdu.extent.data_bytes) for hdu in fits.hdus]
            cards = sorted((name, str(value)) for name, value in fits.hdus[0].header.items())
    except ReaderError:
        return None
    if any(size and not total for _, total, size in stated):
        return None
    return f"datasum:{hashlib.sha256(repr((stated, cards)).encode()).hexdigest()}"
