"""Rows that are filled again and again, each in its own range of pixels, and are 0 elsewhere.

``span`` holds the ranges, (n_row, 2). Whoever sums over two rows takes the pixels that either of them has, and nobody
zeroes whole rows: what a row has held before becomes 0 only where its new range does not reach.
"""

from __future__ import annotations

import numba


@numba.njit(cache=True, nogil=True)
def move_range(rows, span, row, first, last):
    """Let a row have another range of pixels; what an evaluation before has written beyond it becomes 0."""
    if last <= first:
        first, last = rows.shape[1], 0
    begin, end = span[row, 0], span[row, 1]
    rows[row, begin : min(first, end)] = 0.0
    rows[row, max(last, begin) : end] = 0.0
    span[row, 0], span[row, 1] = first, last


@numba.njit(cache=True, nogil=True)
def widen(span, row, first, last):
    """Let a row's range include another."""
    if last > first:
        span[row, 0] = min(span[row, 0], first)
        span[row, 1] = max(span[row, 1], last)


@numba.njit(cache=True, nogil=True)
def begin_or_widen(rows, span, begun, row, first, last):
    """Let a row's range include that of a term; whether it holds terms before, or only what is left of older ones."""
    if begun[row]:
        widen(span, row, first, last)
        return True
    move_range(rows, span, row, first, last)
    begun[row] = True
    return False


@numba.njit(cache=True, nogil=True)
def clear_others(rows, span, begun):
    """Zero the rows that nothing has begun."""
    for row in range(begun.size):
        if not begun[row]:
            move_range(rows, span, row, 0, 0)
