"""Catmull-Rom interpolation in a table of equal steps, at one place or at eight (`qsospec_duck.models.lanes`).

At h between the second and the third of four neighbours it is the line between these two plus what the outer ones bend
it. A position counts steps from the first entry of the table, and needs two entries on either side. The neighbours of
eight positions are read as vectors of four and turned by shuffles, since processors that can collect eight scattered
numbers at once do so no faster than one by one.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.lanes import LANES, lanes

_INDEX = ir.IntType(32)


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def between(b0, b1, b2, b3, h):
    """The value at h."""
    g = 1.0 - h
    bend = g * (b1 - b0) - h * (b3 - b2) + (h - g) * (b2 - b1)
    return g * b1 + h * b2 + 0.5 * h * g * bend


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def slope_between(b0, b1, b2, b3, h):
    """The derivative by h."""
    g = 1.0 - h
    rise = b2 - b1
    bend = g * (b1 - b0) - h * (b3 - b2) + (h - g) * rise
    turn = 2.0 * rise - (b1 - b0) - (b3 - b2)
    return rise + 0.5 * (g - h) * bend + 0.5 * h * g * turn


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def four_around(table, position):
    """The four neighbours of a position and h."""
    k = np.uint64(position)
    one, two = np.uint64(1), np.uint64(2)
    return table[k - one], table[k], table[k + one], table[k + two], position - k


@intrinsic
def four_around_each(typing_context: Any, table: Any, positions: Any) -> Any:
    """The four neighbours of eight positions and h: five times eight numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        entries = context.make_array(signature.args[0])(context, builder, value=arguments[0]).data
        whole = builder.fptosi(arguments[1], ir.VectorType(ir.IntType(64), LANES))
        rows = [_row_at(builder, entries, builder.extract_element(whole, _INDEX(lane))) for lane in range(LANES)]
        pairs = [_shuffle(builder, rows[k : k + 2], range(8)) for k in range(0, LANES, 2)]
        neighbours = []
        for first in (0, 2):
            # Two neighbours of four positions each; then one of all eight.
            order = [4 * lane + neighbour for neighbour in (first, first + 1) for lane in range(4)]
            halves = [_shuffle(builder, pairs[k : k + 2], order) for k in (0, 2)]
            neighbours += [_shuffle(builder, halves, [*range(k, k + 4), *range(k + 8, k + 12)]) for k in (0, 4)]
        h = builder.fsub(arguments[1], builder.sitofp(whole, lanes.vector))
        return context.make_tuple(builder, signature.return_type, [*neighbours, h])

    return types.UniTuple(lanes, 5)(table, positions), generate


def _row_at(builder: Any, entries: Any, position: Any) -> Any:
    """Four entries in a row, from the one before ``position``."""
    first = builder.gep(entries, [builder.sub(position, position.type(1))])
    row = builder.load(builder.bitcast(first, ir.VectorType(ir.DoubleType(), 4).as_pointer()))
    row.align = 8
    return row


def _shuffle(builder: Any, two: Any, order: Any) -> Any:
    """A vector of the numbers that stand in ``order`` in two vectors, one after the other."""
    return builder.shuffle_vector(*two, ir.Constant(ir.VectorType(_INDEX, len(order)), list(order)))
