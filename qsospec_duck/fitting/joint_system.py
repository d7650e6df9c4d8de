"""Linear equations of blocks that answer to each other, T δp = C g, solved by elimination, compiled.

T is the unit matrix but for T_ab = C_a B_ab between blocks (`qsospec_duck.fitting.coupled`). Line complexes meet only
where their pixels do, and all of them meet the continuum. With its rows last, most of what elimination would subtract
is 0, and is not gone through.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.program import IntArray


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def joint_response(own: FloatArray, products: FloatArray, edges: IntArray) -> FloatArray:
    """T⁻¹ C, shape (n_row, n_row): how all parameters answer to the noise in each other's equations.

    Blocks that share no pixels have pivots of 1, and others nearly: rows are not exchanged.

    Parameters
    ----------
    own : ndarray, shape (n_row, n_row)
        C, zeros between the blocks.
    products : ndarray, shape (n_row, n_row)
        B, whose diagonal blocks are not read.
    edges : ndarray of int, shape (n_block + 1,)
        First row of each block, and one past the last; those of the block that all others meet come last.
    """
    n = np.uintp(own.shape[0])
    both = _side_by_side(own, products, edges)
    for pivot in range(n):
        for row in range(pivot + 1, n):
            share = both[row, pivot] / both[pivot, pivot]
            if share != 0.0:
                for k in range(np.uintp(pivot + 1), 2 * n):
                    both[row, k] -= share * both[pivot, k]
    out = np.empty((n, n))
    for row in range(n - 1, -1, -1):
        for k in range(n):
            out[row, k] = both[row, n + k]
        for other in range(row + 1, n):
            share = both[row, other]
            if share != 0.0:
                for k in range(n):
                    out[row, k] -= share * out[other, k]
        for k in range(n):
            out[row, k] /= both[row, row]
    return out


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _side_by_side(own: FloatArray, products: FloatArray, edges: IntArray) -> FloatArray:
    """T and, right of it, C, shape (n_row, 2 n_row)."""
    n = np.uintp(own.shape[0])
    both = np.zeros((n, 2 * n))
    for block in range(edges.size - 1):
        first, last = np.uintp(edges[block]), np.uintp(edges[block + 1])
        for i in range(first, last):
            both[i, i] = 1.0
            for j in range(first, last):
                factor = own[i, j]
                both[i, n + j] = factor
                if factor != 0.0:
                    for k in range(first):
                        both[i, k] += factor * products[j, k]
                    for k in range(last, n):
                        both[i, k] += factor * products[j, k]
    return both
