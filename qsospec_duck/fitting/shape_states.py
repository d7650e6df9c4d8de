"""Which shapes and amplitudes of an optimum count, and what is known of them beforehand: one compiled pass."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def band_precision(in_use, low, high):
    """(n_par,) inverse variance 12/(high − low)² of a uniform distribution over a shape's bounds; 0 where not in use.

    The bounds are knowledge, and for a faint component the only one. With them in the normal matrix a shape on
    its bound keeps an honest share of its neighbours' errors instead of being taken as known.
    """
    out = np.zeros(low.size)
    for slot in range(low.size):
        if in_use[slot]:
            out[slot] = 12.0 / (high[slot] - low[slot]) ** 2
    return out


@numba.njit(cache=True, nogil=True)
def fill_states(
    theta, amplitudes, low, high, free, hard_low, hard_high, derivative_of, known, in_use, at_bound, precision
):
    """Which shapes are in use, which lie on a hard bound, and how many numbers the data constrain.

    Parameters
    ----------
    theta, amplitudes : ndarray, shape (n_par,), (n_col,)
    low, high, free, hard_low, hard_high, derivative_of
        Fields of the `Program`.
    known : ndarray, shape (n_col,)
        Inverse variance of what was known of the amplitudes.
    in_use : ndarray of bool, shape (n_par,)
        Filled: free shapes that some column with a positive amplitude has.
    at_bound : ndarray of bool, shape (n_par,)
        Filled: free shapes on a bound that is not soft.
    precision : ndarray, shape (n_par + n_col,)
        Filled with `band_precision` and ``known``.

    Returns
    -------
    n_live : int
        Shapes in use that do not lie on a bound, and positive amplitudes.
    has_idle : bool
        Whether some free shape is not in use.
    """
    in_use[:] = False
    for k in range(derivative_of.shape[0]):
        slot = derivative_of[k, 0]
        if amplitudes[derivative_of[k, 1]] > 0.0:
            in_use[slot] = free[slot]
    n_live, has_idle = 0, False
    for slot in range(theta.size):
        margin = 1e-6 * (high[slot] - low[slot])
        on_low = hard_low[slot] and theta[slot] <= low[slot] + margin
        on_high = hard_high[slot] and theta[slot] >= high[slot] - margin
        at_bound[slot] = free[slot] and (on_low or on_high)
        n_live += in_use[slot] and not at_bound[slot]
        has_idle |= free[slot] and not in_use[slot]
    for column in range(amplitudes.size):
        n_live += amplitudes[column] > 0.0
    precision[: theta.size] = band_precision(in_use, low, high)
    precision[theta.size :] = known
    return n_live, has_idle
