"""How the Jacobians of several blocks overlap: weighted products of all their rows, each over its block's pixels."""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.models.compiled_exp import FAST


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def overlaps(rows, span, edges, used, ivar):
    """Products of all rows of the Jacobians, weighted by 1/σ².

    Parameters
    ----------
    rows : ndarray, shape (n_row, n_pix)
    span : ndarray of int, shape (n_row, 2)
        First pixel and one past the last outside which each row is 0.
    edges : ndarray of int, shape (n_block + 1,)
        First row of each block, and one past the last.
    used : ndarray of bool, shape (n_block, n_pix)
    ivar : ndarray, shape (n_pix,)

    Returns
    -------
    met : ndarray, shape (n_row, n_row)
        Σ over the pixels of the first row's block.
    noise : ndarray, shape (n_row, n_row)
        Σ over the pixels of both blocks.
    """
    n_row, n_pix = rows.shape
    weights, owner = np.empty(used.shape), np.empty(n_row, np.int64)
    for a in range(used.shape[0]):
        owner[edges[a] : edges[a + 1]] = a
        for k in range(n_pix):
            weights[a, k] = ivar[k] if used[a, k] else 0.0
    met, noise = np.zeros((n_row, n_row)), np.zeros((n_row, n_row))
    for i in range(n_row):
        a = owner[i]
        for j in range(i + 1):
            b = owner[j]
            first, last = max(span[i, 0], span[j, 0]), min(span[i, 1], span[j, 1])
            if last <= first:
                continue
            begin, end = np.uintp(first), np.uintp(last)
            of_a, of_b, shared = 0.0, 0.0, 0.0
            if a == b:
                for k in range(begin, end):
                    of_a += rows[i, k] * rows[j, k] * weights[a, k]
                of_b = shared = of_a
            else:
                for k in range(begin, end):
                    product = rows[i, k] * rows[j, k]
                    of_a += product * weights[a, k]
                    of_b += product * weights[b, k]
                    shared += product * min(weights[a, k], weights[b, k])
            met[i, j], met[j, i] = of_a, of_b
            noise[i, j] = noise[j, i] = shared
    return met, noise
