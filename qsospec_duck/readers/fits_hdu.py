"""The data of one HDU: images by rows, tables by columns.

Images and binary tables of the ordinary kinds are taken from their bytes, which touches only the rows that are
needed; compressed images go through astropy.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.fits.byte_source import ByteSource
from qsospec_duck.fits.datasum import datasum
from qsospec_duck.fits.header import Extent
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.pooled import pooled

Array = NDArray[Any]

_IMAGE_TYPES = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_CELL_TYPES = {
    "L": "u1",
    "B": "u1",
    "I": ">i2",
    "J": ">i4",
    "K": ">i8",
    "E": ">f4",
    "D": ">f8",
    "C": ">c8",
    "M": ">c16",
}
_UNSIGNED_ZERO = {"i2": 2**15, "i4": 2**31, "i8": 2**63}
_TFORM = re.compile(r"\s*(\d*)([LXBIJKAEDCMPQ])")


@dataclass(frozen=True)
class Cell:
    """How one column of a binary table is stored."""

    name: str
    letter: str
    repeat: int
    offset: int
    unit: str
    zero: Any
    scale: Any


class Hdu:
    """One HDU of an open file."""

    def __init__(self, source: ByteSource, extent: Extent) -> None:
        self.source = source
        self.extent = extent
        self.header = extent.header

    @property
    def name(self) -> str:
        """EXTNAME in capitals."""
        return self.extent.name

    @property
    def where(self) -> str:
        """Name for messages."""
        return self.extent.where

    @property
    def is_compressed(self) -> bool:
        """A tile-compressed image, stored as a table."""
        return self.header.get("ZIMAGE") is True

    @property
    def is_table(self) -> bool:
        """A binary table."""
        return self.header.get("XTENSION") == "BINTABLE" and not self.is_compressed

    @property
    def is_image(self) -> bool:
        """An image, plain or compressed."""
        return self.is_compressed or self.header.get("XTENSION", "IMAGE") == "IMAGE"

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of an image in numpy order, or (rows,) of a table."""
        if self.is_table:
            return (int(self.header.need("NAXIS2")),)
        key = "ZNAXIS" if self.is_compressed else "NAXIS"
        return tuple(int(self.header.need(f"{key}{i}")) for i in range(int(self.header.need(key)), 0, -1))

    def image(self, rows: Sequence[int] | NDArray[np.integer] | None = None) -> Array:
        """Pixels in native byte order; BZERO and BSCALE are applied.

        Parameters
        ----------
        rows : sequence of int, optional
            Indices along the first axis; only their bytes are read. Everything where not given.
        """
        if not self.is_image or not self.shape:
            raise refusal(self.source.path, "holds no image", "an image", where=self.where)
        if self.is_compressed:
            whole = _read_compressed(self.source.path, self.extent.index, self.where)
            return whole if rows is None else whole[np.asarray(rows, dtype=np.intp)]
        try:
            kind = np.dtype(_IMAGE_TYPES[int(self.header["BITPIX"])])
        except KeyError as error:
            raise refusal(
                self.source.path, f"BITPIX is {error}", "8, 16, 32, 64, -32 or -64", where=self.where
            ) from error
        if rows is None:
            # PCOUNT may let more bytes follow the pixels.
            count = math.prod(self.shape)
            if count * kind.itemsize > self.extent.data_bytes:
                raise refusal(
                    self.source.path,
                    f"{self.extent.data_bytes} bytes for shape {self.shape}",
                    "all pixels",
                    where=self.where,
                )
            raw = np.frombuffer(self._bytes(0, count * kind.itemsize), kind).reshape(self.shape)
        else:
            raw = self._image_rows(kind, np.asarray(rows, dtype=np.intp))
        return _scaled(raw, self.header.get("BZERO", 0), self.header.get("BSCALE", 1))

    def _image_rows(self, kind: np.dtype[Any], rows: NDArray[np.intp]) -> Array:
        n_rows, inner = self.shape[0], self.shape[1:]
        if rows.size and (rows.min() < 0 or rows.max() >= n_rows):
            raise refusal(
                self.source.path,
                f"rows {rows.min()} to {rows.max()} were asked for",
                f"rows 0 to {n_rows - 1}",
                where=self.where,
            )
        width = math.prod(inner) * kind.itemsize
        start, read_at = self.extent.data_start, self.source.read_at
        content = b"".join([read_at(start + row * width, width) for row in rows.tolist()])
        if len(content) < rows.size * width:
            raise refusal(
                self.source.path,
                f"{len(content)} of {rows.size * width} bytes could be read",
                "a complete file",
                where=self.where,
            )
        return np.frombuffer(content, kind).reshape(rows.size, *inner)

    def _bytes(self, start: int, count: int) -> bytes:
        content = self.source.read_at(self.extent.data_start + start, count)
        if len(content) < count:
            raise refusal(
                self.source.path, f"{len(content)} of {count} bytes could be read", "a complete file", where=self.where
            )
        return content

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Columns of a table by name in capitals (FITS standard 4.0, section 7.3)."""
        cells: dict[str, Cell] = {}
        offset = 0
        for i in range(1, (self.header.whole("TFIELDS") or 0) + 1):
            form = _TFORM.match(str(self.header.get(f"TFORM{i}", "")))
            if form is None:
                raise refusal(
                    self.source.path,
                    f"TFORM{i} is {self.header.get(f'TFORM{i}')!r}",
                    "a binary table format",
                    where=self.where,
                )
            repeat, letter = int(form[1] or 1), form[2]
            name = str(self.header.get(f"TTYPE{i}", f"COL{i}")).strip()
            cells.setdefault(
                name.upper(),
                Cell(
                    name,
                    letter,
                    repeat,
                    offset,
                    str(self.header.get(f"TUNIT{i}", "")).strip(),
                    self.header.get(f"TZERO{i}", 0),
                    self.header.get(f"TSCAL{i}", 1),
                ),
            )
            offset += _cell_width(letter, repeat)
        if self.is_table and offset != int(self.header["NAXIS1"]):
            raise refusal(
                self.source.path,
                f"columns take {offset} bytes a row, NAXIS1 is {self.header['NAXIS1']}",
                "equal numbers",
                where=self.where,
            )
        return cells

    @cached_property
    def _rows(self) -> bytes:
        return self._bytes(0, int(self.header["NAXIS1"]) * int(self.header["NAXIS2"]))

    def column(self, name: str) -> Array:
        """Read one column in native byte order; text is decoded and stripped.

        Its shape is (n_rows,) or (n_rows, repeat): cells stay flat whatever TDIM says.

        Raises
        ------
        ReaderError
            There is no such column, or it holds variable-length arrays or bits.
        """
        cell = self.cells.get(name.upper())
        if cell is None:
            raise refusal(
                self.source.path, f"there is no column {name}", f"one of {', '.join(self.cells)}", where=self.where
            )
        n_rows, width = int(self.header["NAXIS2"]), int(self.header["NAXIS1"])
        if cell.letter == "A":
            text = (
                np.ndarray(n_rows, f"S{max(cell.repeat, 1)}", self._rows, cell.offset, (width,))
                if cell.repeat
                else np.full(n_rows, b"")
            )
            cells = text.tolist()
            # Classes and types repeat: each distinct cell is decoded once.
            decoded = {value: value.decode("ascii", errors="replace").rstrip() for value in set(cells)}
            return np.array([decoded[value] for value in cells], dtype=object)
        if cell.letter not in _CELL_TYPES:
            raise refusal(
                self.source.path, f"column {cell.name} has format {cell.letter}", "numbers or text", where=self.where
            )
        kind = np.dtype(_CELL_TYPES[cell.letter])
        shape, strides = ((n_rows,), (width,)) if cell.repeat == 1 else ((n_rows, cell.repeat), (width, kind.itemsize))
        raw = np.ndarray(shape, kind, self._rows, cell.offset, strides)
        if cell.letter == "L":
            return raw == ord("T")
        return _scaled(raw, cell.zero, cell.scale)

    def checksum_error(self) -> str | None:
        """Say what is wrong with DATASUM: ``None`` where it agrees or the header has none."""
        stated = self.header.get("DATASUM")
        if stated in (None, ""):
            return None
        found = datasum(self._bytes(0, self.extent.data_bytes))
        return None if str(stated).strip() == str(found) else f"DATASUM is {found}, the header says {stated}"


def _cell_width(letter: str, repeat: int) -> int:
    if letter == "A":
        return repeat
    if letter == "X":
        return -(-repeat // 8)
    if letter in "PQ":
        return repeat * (8 if letter == "P" else 16)
    return repeat * np.dtype(_CELL_TYPES[letter]).itemsize


def _scaled(raw: Array, zero: Any, scale: Any) -> Array:
    """Native values; a zero of half the range marks unsigned integers (FITS standard 4.0, section 5.2.5)."""
    native = pooled(raw.shape, raw.dtype.newbyteorder("="))
    native[...] = raw
    if scale in (1, None) and zero in (0, None):
        return native
    half = _UNSIGNED_ZERO.get(native.dtype.str[1:])
    if scale == 1 and half is not None and zero == half:
        unsigned = native.view(native.dtype.str.replace("i", "u"))
        return unsigned ^ unsigned.dtype.type(half)
    if scale == 1 and native.dtype == np.uint8 and zero == -128:
        return (native ^ np.uint8(128)).view(np.int8)
    return native * float(scale) + float(zero)


def _read_compressed(path: str | Path, index: int, where: str) -> Array:
    # Imported here: astropy.io.fits costs a quarter of a second and ordinary survey files never need it.
    from astropy.io import fits

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with fits.open(path, memmap=False) as hdus:
                pixels = np.asarray(hdus[index].data)
        except (OSError, ValueError, TypeError, IndexError) as error:
            raise refusal(
                path, f"the compressed image cannot be read ({error})", "a tile-compressed image", where=where
            ) from error
    return pixels.astype(pixels.dtype.newbyteorder("="))
