"""Copies of rows as plain loops.

numba's own assignment of an array to a slice of another asks whether the two overlap, may make a third, and brings
what writes its error messages into every loop that has it: a hundred kilobytes to compile, and for processes to load.
"""

from __future__ import annotations

import numba


@numba.njit(cache=True, nogil=True)
def copy_into(target, source):
    """Copy a row (n,) into another."""
    for k in range(target.size):
        target[k] = source[k]


@numba.njit(cache=True, nogil=True)
def difference_into(target, one, other):
    """Fill an array (m, n) with the difference of two others."""
    for k in range(target.shape[0]):
        for i in range(target.shape[1]):
            target[k, i] = one[k, i] - other[k, i]
