"""Inverses of small normal matrices and what errors follow from them, compiled."""

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


@numba.njit(cache=True, nogil=True)
def invert_blocks(products, precision, active, edges, out):
    """Fill the diagonal blocks of ``out`` with the inverses of the active rows and columns of normal matrices.

    Parameters
    ----------
    products : ndarray, shape (n_row, n_row)
        J W Jᵀ of all blocks.
    precision : ndarray, shape (n_row,)
        What is added to its diagonal.
    active : ndarray of bool, shape (n_row,)
        Rows that count; the others stay as they are in ``out``.
    edges : ndarray of int, shape (n_block + 1,)
        First row of each block, and one past the last.
    out : ndarray, shape (n_row, n_row)

    Returns
    -------
    norms : ndarray, shape (n_block,)
        Those of `inverse_of`.
    """
    norms = np.empty(edges.size - 1)
    for block in range(norms.size):
        index = edges[block] + np.flatnonzero(active[edges[block] : edges[block + 1]])
        normal = np.empty((index.size, index.size))
        for i in range(index.size):
            for k in range(index.size):
                normal[i, k] = products[index[i], index[k]]
            normal[i, i] += precision[index[i]]
        inverse, norms[block] = inverse_of(normal)
        for i in range(index.size):
            for k in range(index.size):
                out[index[i], index[k]] = inverse[i, k]
    return norms


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def errors_of_amplitudes(amplitudes, covariance, gram):
    """1σ error of every amplitude, as `qsospec_duck.fitting.covariance.amplitude_errors` explains.

    Parameters
    ----------
    amplitudes : ndarray, shape (n_col,)
    covariance : ndarray, shape (n_par + n_col, n_par + n_col)
    gram : ndarray, shape (n_col, n_col)
    """
    n_col = amplitudes.size
    first = covariance.shape[0] - n_col
    errors, row = np.empty(n_col), np.empty(n_col)
    live, n = np.empty(n_col, np.int64), np.int64(0)
    for j in range(n_col):
        errors[j] = math.sqrt(max(covariance[first + j, first + j], 0.0))
        if amplitudes[j] > 0.0:
            live[n] = j
            n += 1
    if n == n_col:
        return errors
    M = np.empty((n, n))
    for i in range(n):
        for k in range(i + 1):
            M[i, k] = gram[live[i], live[k]]
    factorise(M, n, row)
    for j in range(n_col):
        if amplitudes[j] > 0.0:
            continue
        own = gram[j, j]
        for i in range(n):
            total = gram[j, live[i]]
            for k in range(i):
                total -= M[i, k] * row[k]
            row[i] = total
            own -= total * total * M[i, i]
        if own > 0.0:
            errors[j] = 1.0 / math.sqrt(own)
    return errors
