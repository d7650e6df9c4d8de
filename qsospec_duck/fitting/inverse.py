"""The inverse of a small normal matrix, compiled."""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import IN_ORDER, factorise, substitute


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def inverse_of(normal):
    """Inverse of a symmetric positive semi-definite matrix, after scaling its diagonal to 1.

    Parameters
    ----------
    normal : ndarray, shape (n, n)

    Returns
    -------
    inverse : ndarray, shape (n, n)
    norm : float
        √(Σ of squares) of the inverse of the scaled matrix: none of whose eigenvalues is smaller than 1/norm.
    """
    n = normal.shape[0]
    scale, row, unit = np.empty(n), np.empty(n), np.zeros(n)
    M, inverse = np.empty((n, n)), np.empty((n, n))
    for i in range(n):
        scale[i] = 1.0 / math.sqrt(max(normal[i, i], 1e-300))
        for k in range(i + 1):
            M[i, k] = normal[i, k] * scale[i] * scale[k]
    factorise(M, n, row)
    squares = 0.0
    for i in range(n):
        unit[i] = 1.0
        substitute(M, unit, n, inverse[i])
        unit[i] = 0.0
        for k in range(n):
            squares += inverse[i, k] ** 2
            inverse[i, k] *= scale[i] * scale[k]
    return inverse, math.sqrt(squares)
