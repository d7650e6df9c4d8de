"""What a file holds, seen by content and never by name, and what a reader offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from qsospec_duck.fits.byte_source import open_source
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.fits_file import FitsFile


@dataclass(frozen=True)
class Part:
    """One HDU of a FITS file: enough to recognise it."""

    where: str
    name: str
    header: Mapping[str, Any]
    columns: frozenset[str]
    """Column names in capitals; empty for an image."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Contents:
    """What a file holds."""

    path: str | Path
    kind: str
    """``fits``, ``parquet``, ``arrow``, ``hdf5`` or ``text``."""

    parts: tuple[Part, ...] = ()

    def has_table(self, *columns: str) -> bool:
        """Tell whether some table of the file has all these columns."""
        return any(set(columns) <= part.columns for part in self.parts)

    def has_part(self, name: str) -> bool:
        """Tell whether some HDU of the file has this EXTNAME."""
        return any(part.name == name for part in self.parts)

    def describe(self) -> str:
        """Say the contents in a few words, for messages."""
        if self.kind != "fits":
            return f"a {self.kind} file"
        parts = [
            f"{part.where} {'columns ' + ', '.join(sorted(part.columns)[:6]) if part.columns else part.shape}"
            for part in self.parts[:8]
        ]
        return f"a FITS file with {'; '.join(parts)}"


@dataclass(frozen=True)
class Reader:
    """One kind of file that becomes rows of the spectra relation."""

    name: str
    recognises: Callable[[Contents], bool]
    read: Callable[..., pa.Table]
    """``read(path, *, rows, redshift, **its own options)``."""

    is_general: bool = False
    """Asked only where no reader of a survey recognises the file."""

    options: Mapping[str, str] = field(default_factory=dict)
    """What its own options mean."""


def look_into(path: str | Path) -> Contents:
    """See what a file holds, from its first bytes and, for FITS, its headers.

    Raises
    ------
    ReaderError
        The file is absent, empty, truncated, or of no kind that is known.
    """
    source = open_source(path)
    start = source.read_at(0, 4096)
    size = source.size
    if start.startswith(b"SIMPLE  ="):
        with FitsFile(source) as fits:
            parts = tuple(
                Part(
                    hdu.where,
                    hdu.name,
                    hdu.header,
                    frozenset(hdu.cells) if hdu.is_table else frozenset(),
                    hdu.shape if hdu.is_image or hdu.is_table else (),
                )
                for hdu in fits.hdus
            )
        return Contents(path, "fits", parts)
    source.close()
    if size == 0:
        raise refusal(path, "the file is empty", "a file with spectra")
    for magic, kind in ((b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"\x89HDF", "hdf5")):
        if start.startswith(magic):
            return Contents(path, kind)
    if b"\0" in start or Path(path).name.lower().removesuffix(".gz").endswith((".fits", ".fit", ".fts")):
        raise refusal(
            path, f"starts with {start[:16]!r}", "a FITS file (b'SIMPLE  ='), Parquet (b'PAR1') or a text table"
        )
    return Contents(path, "text")
