"""What lies where in a FITS file: a walk over its headers, by positioned reads only.

Only the header blocks are read, so that the rows of a few quasars can be taken from a large coadd.

References
----------
FITS standard 4.0 (Pence et al. 2010, A&A 524, A42, and its 2018 update), sections 3.3, 4 and 4.2.1.2 (CONTINUE).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from qsospec_duck.fits.byte_source import ByteSource
from qsospec_duck.fits.refusal import refusal

BLOCK = 2880
"""Bytes of a FITS block."""

_CARD = 80
_STRING = re.compile(r"\s*'((?:[^']|'')*)'")


class Cards(dict[str, Any]):
    """Values of a header by keyword, which know where they stand."""

    def __init__(self, values: Mapping[str, Any], path: str | Path, where: str) -> None:
        super().__init__(values)
        self.path = path
        self.where = where

    def number(self, keyword: str) -> float | None:
        """Read a number, ``None`` where there is no such card; a ReaderError where the card holds something else."""
        return self._as(float, keyword, "a number")

    def whole(self, keyword: str) -> int | None:
        """Read an integer, ``None`` where there is no such card; a ReaderError where the card holds something else."""
        return self._as(int, keyword, "an integer")

    def need(self, keyword: str) -> float:
        """Read a number that must be there; else a ReaderError."""
        value = self.number(keyword)
        if value is None:
            raise refusal(self.path, f"there is no card {keyword}", "a number", where=self.where)
        return value

    def _as(self, kind: Callable[[Any], Any], keyword: str, expected: str) -> Any:
        value = self.get(keyword)
        if value is None:
            return None
        try:
            return kind(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise refusal(self.path, f"card {keyword} is {value!r}", expected, where=self.where) from error


@dataclass(frozen=True)
class Extent:
    """One HDU: its header and the place of its data."""

    index: int
    header: Cards
    data_start: int
    data_bytes: int
    """Length of the data without padding."""

    @cached_property
    def name(self) -> str:
        """EXTNAME in capitals; empty where there is none."""
        return str(self.header.get("EXTNAME", "")).strip().upper()

    @property
    def where(self) -> str:
        """Name for messages."""
        return f"HDU {self.index} ({self.name})" if self.name else f"HDU {self.index}"


def walk(source: ByteSource) -> tuple[Extent, ...]:
    """Read all headers and check that the data of each HDU are there in full.

    Raises
    ------
    ReaderError
        Not a FITS file, a header without END, or data that end too early.
    """
    if source.size == 0:
        raise refusal(source.path, "the file is empty", "a FITS file")
    start = source.read_at(0, _CARD)
    if not start.startswith(b"SIMPLE  ="):
        raise refusal(source.path, f"starts with {start[:16]!r}", "a FITS file, which starts with b'SIMPLE  ='")
    extents: list[Extent] = []
    position = 0
    while position < source.size:
        extent = read_extent(source, position, len(extents))
        if extent is None:
            break
        there = source.size - extent.data_start
        if there < extent.data_bytes:
            raise refusal(
                source.path,
                f"{there} of {extent.data_bytes} data bytes are there (the file is truncated)",
                "a complete file",
                where=extent.where,
            )
        extents.append(extent)
        position = extent.data_start + -(-extent.data_bytes // BLOCK) * BLOCK
    return tuple(extents)


def read_extent(source: ByteSource, position: int, index: int) -> Extent | None:
    """Read the HDU whose header starts at ``position``, ``None`` where only special records follow.

    Raises
    ------
    ReaderError
        A header without END, or without the cards that say how long its data are.
    """
    header, data_start = _read_header(source, position, index)
    if index and "XTENSION" not in header:
        # Bytes after the last HDU are allowed as "special records" and hold no data.
        return None
    return Extent(index, header, data_start, _data_bytes(source, header, index))


def _read_header(source: ByteSource, position: int, index: int) -> tuple[Cards, int]:
    """Header from ``position`` and the position of the data behind it."""
    text = b""
    while True:
        block = source.read_at(position + len(text), 4 * BLOCK)
        text += block
        end = _end_card(text)
        if end is not None:
            return Cards(parse_cards(text[:end]), source.path, f"HDU {index}"), position + -(
                -(end + _CARD) // BLOCK
            ) * BLOCK
        looks_like_header = text.startswith((b"SIMPLE  =", b"XTENSION="))
        if index and not looks_like_header:
            return Cards({}, source.path, f"HDU {index}"), position + len(text)
        if len(block) < 4 * BLOCK:
            raise refusal(
                source.path,
                "the header has no END card (the file is truncated)",
                "a complete header",
                where=f"HDU {index}",
            )


def _end_card(text: bytes) -> int | None:
    """Position of the END card, if it is there."""
    found = text.find(b"END     ")
    while found != -1:
        if found % _CARD == 0:
            return found
        found = text.find(b"END     ", found + 1)
    return None


def _data_bytes(source: ByteSource, header: Mapping[str, Any], index: int) -> int:
    """Length of the data of an HDU (FITS standard 4.0, equation 2)."""
    try:
        axes = [int(header[f"NAXIS{i + 1}"]) for i in range(int(header["NAXIS"]))]
        width = abs(int(header["BITPIX"])) // 8
        extra, groups = int(header.get("PCOUNT", 0)), int(header.get("GCOUNT", 1))
    except (KeyError, TypeError, ValueError) as error:
        raise refusal(
            source.path,
            f"header card {error} is missing or no number",
            "BITPIX, NAXIS and NAXISn",
            where=f"HDU {index}",
        ) from error
    if not axes:
        return 0
    count = 1
    for axis in axes:
        count *= axis
    return width * groups * (extra + count)


def parse_cards(text: bytes) -> dict[str, Any]:
    """Values of header cards; of a repeated keyword the first, strings with CONTINUE joined."""
    cards: dict[str, Any] = {}
    last = ""
    whole = text.decode("ascii", errors="replace")
    for start in range(0, len(whole), _CARD):
        card = whole[start : start + _CARD]
        keyword = card[:8].rstrip()
        if keyword == "CONTINUE" and isinstance(cards.get(last), str) and cards[last].endswith("&"):
            more = _STRING.match(card[8:])
            if more:
                cards[last] = cards[last][:-1] + more[1].replace("''", "'").rstrip()
        elif card[8:10] == "= " and keyword:
            if keyword not in cards:
                cards[keyword] = _value(card[10:])
                last = keyword
            else:
                last = ""
    return cards


def _value(text: str) -> Any:
    """One card value: str, bool, int, float, or None where it is undefined."""
    string = _STRING.match(text)
    if string:
        return string[1].replace("''", "'").rstrip()
    word = text.split("/", 1)[0].strip()
    if word in ("T", "F"):
        return word == "T"
    for kind in (int, float):
        try:
            return kind(word.replace("D", "E"))
        except ValueError:
            continue
    return word or None
