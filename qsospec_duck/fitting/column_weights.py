"""What the columns of a fit weigh: by how much χ² would rise without one, as far as the errors of the fit can tell."""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import rows_dot
from qsospec_duck.fitting.inverse import inverse_of
from qsospec_duck.fitting.shape_states import band_precision
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.evaluate import fill_jacobian


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def column_weights(x, inverse_sigma, theta, amplitudes, tables, in_use, low, high):
    """Squares of amplitudes over their variances, all shapes and other amplitudes free.

    Were the model linear in its shapes, a fit without the column would be worse by this much in χ².

    Parameters
    ----------
    x, inverse_sigma : ndarray, shape (n,)
        ln λ and 1/σ.
    theta, amplitudes : ndarray, shape (n_par,), (n_col,)
        An optimum.
    tables : tuple
        That of the `Program`.
    in_use : ndarray of bool, shape (n_par,)
        `qsospec_duck.fitting.optimum.Optimum.shapes_in_use`.
    low, high : ndarray, shape (n_par,)
        Bounds, which count as knowledge of the shapes.

    Returns
    -------
    ndarray, shape (n_col,)
        0 for an amplitude of 0.
    """
    n_par, size = theta.size, theta.size + amplitudes.size
    rows, span = np.empty((size, x.size)), np.empty((size, 2), np.int64)
    fill_jacobian(x, inverse_sigma, theta, amplitudes, tables, rows, span)
    precision = band_precision(in_use, low, high)
    counted, n = np.empty(size, np.int64), 0
    for k in range(size):
        if in_use[k] if k < n_par else amplitudes[k - n_par] > 0.0:
            counted[n] = k
            n += 1
    normal = np.empty((n, n))
    for i in range(n):
        for k in range(i + 1):
            one, other = counted[i], counted[k]
            first, last = max(span[one, 0], span[other, 0]), min(span[one, 1], span[other, 1])
            normal[i, k] = rows_dot(rows, one, rows, other, first, last)
            normal[k, i] = normal[i, k]
        if counted[i] < n_par:
            normal[i, i] += precision[counted[i]]
    covariance, _ = inverse_of(normal)
    weights = np.zeros(amplitudes.size)
    for i in range(n):
        if counted[i] >= n_par and covariance[i, i] > 0.0:
            column = counted[i] - n_par
            weights[column] = amplitudes[column] ** 2 / covariance[i, i]
    return weights
