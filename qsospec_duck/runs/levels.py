"""Levels of Parquet: what tells where lists begin and end and what is NULL, kept and written as runs.

A number in a list has two levels. The repetition level r says in which list it goes on (0: a new row); the definition
level d says how much of its path is there (the greatest: all of it). In a list of n numbers they are r, then n - 1
times the depth of the list, and n times the same d. Written so, as two runs a list, they cost nothing; number by
number, as general writers make them, they take more time than the numbers.

References
----------
Apache Parquet, Encodings.md, Run Length Encoding / Bit-Packing Hybrid; Melnik et al. 2010, Proc. VLDB 3, 330.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numba
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class Levels:
    """Levels of a column down to some depth of its path, as runs. Columns that are alike share them."""

    repetition: NDArray[np.int64]
    definition: NDArray[np.int64]
    alive: NDArray[np.bool_]
    """Whether there is something to go on into: neither NULL nor an empty list so far."""

    counts: NDArray[np.int64]
    """How often each pair of levels stands."""

    depth: int = 0
    """Lists on the path."""

    greatest: int = 0
    """Definition level of what is there."""

    _further: dict[bytes, Levels] = field(default_factory=dict)
    """Levels that were made of these, by what was found there."""

    @cached_property
    def size(self) -> int:
        """Pairs of levels."""
        return int(self.counts.sum())

    @cached_property
    def encoded(self) -> tuple[bytes, bytes]:
        """Repetition and definition levels as a data page (version 2) holds them."""
        repetition = _encode_runs(self.repetition, self.counts) if self.depth else b""
        return repetition, _encode_runs(self.definition, self.counts) if self.greatest else b""

    def into_field(self, values: pa.Array) -> Levels:
        """One level further down: an optional field, of which ``values`` has one entry for each living pair."""
        valid = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else np.empty(0, bool)
        found = valid.tobytes()
        if found not in self._further:
            one = self._apart() if valid.size else self
            alive = one.alive.copy()
            if valid.size:
                alive[one.alive] = valid
            definition = one.definition + alive
            self._further[found] = Levels(one.repetition, definition, alive, one.counts, self.depth, self.greatest + 1)
        return self._further[found]

    def into_list(self, lengths: NDArray[np.int32]) -> Levels:
        """One level further down: the entries of lists, of which each living pair has one of these lengths."""
        found = lengths.tobytes()
        if found not in self._further:
            self._further[found] = self._apart()._into_list(lengths)
        return self._further[found]

    def _into_list(self, lengths: NDArray[np.int32]) -> Levels:
        lengths_of = np.zeros(self.alive.size, np.int64)
        lengths_of[self.alive] = lengths
        filled = lengths_of > 0
        # Two runs a list, the second of them perhaps of no entry.
        pairs = np.repeat(np.arange(filled.size), 2)
        repetition, counts = self.repetition[pairs], np.ones(pairs.size, np.int64)
        repetition[1::2], counts[1::2] = self.depth + 1, np.maximum(lengths_of - 1, 0)
        there = counts > 0
        pairs = pairs[there]
        definition = (self.definition + filled)[pairs]
        return Levels(repetition[there], definition, filled[pairs], counts[there], self.depth + 1, self.greatest + 1)

    def _apart(self) -> Levels:
        """The same levels in runs of one, whose entries may differ further down."""
        if self.size == self.counts.size:
            return self
        return Levels(
            np.repeat(self.repetition, self.counts),
            np.repeat(self.definition, self.counts),
            np.repeat(self.alive, self.counts),
            np.ones(self.size, np.int64),
            self.depth,
            self.greatest,
        )


def row_levels(n_rows: int) -> Levels:
    """Levels of rows, before any field."""
    zeros = np.zeros(n_rows, np.int64)
    return Levels(zeros, zeros, np.ones(n_rows, bool), np.ones(n_rows, np.int64))


def _encode_runs(levels: NDArray[np.int64], counts: NDArray[np.int64]) -> bytes:
    out = np.empty(11 * levels.size, np.uint8)
    return out[: _put_runs(levels, counts, out)].tobytes()


@numba.njit(cache=True, nogil=True)
def _put_runs(levels: NDArray[np.int64], counts: NDArray[np.int64], out: NDArray[np.uint8]) -> int:
    """Write runs of equal levels: twice their length as ULEB128, then the level, which is one byte."""
    at = i = 0
    while i < levels.size:
        level, run = levels[i], 0
        while i < levels.size and levels[i] == level:
            run += counts[i]
            i += 1
        head = run << 1
        while head >= 0x80:
            out[at] = head & 0x7F | 0x80
            head >>= 7
            at += 1
        out[at], out[at + 1] = head, level
        at += 2
    return at
