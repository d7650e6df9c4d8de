"""Which shapes and amplitudes of an optimum count, and what is known of them beforehand: one compiled pass."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def shape_states(theta, amplitudes, low, high, free, hard_low, hard_high, derivative_of):
    """Which shapes are in use, which lie on a hard bound, and how many numbers the data constrain.

    Parameters
    ----------
    theta, amplitudes : ndarray, shape (n_par,), (n_col,)
    low, high, free, hard_low, hard_high, derivative_of
        Fields of the `Program`.

    Returns
    -------
    in_use : ndarray of bool, shape (n_par,)
        Free shapes that some column with a positive amplitude has.
    at_bound : ndarray of bool, shape (n_par,)
        Free shapes on a bound that is not soft.
    n_live : int
        Shapes in use that do not lie on a bound, and positive amplitudes.
    """
    in_use, at_bound = np.zeros(theta.size, np.bool_), np.empty(theta.size, np.bool_)
    for k in range(derivative_of.shape[0]):
        slot = derivative_of[k, 0]
        if amplitudes[derivative_of[k, 1]] > 0.0:
            in_use[slot] = free[slot]
    n_live = 0
    for slot in range(theta.size):
        margin = 1e-6 * (high[slot] - low[slot])
        on_low = hard_low[slot] and theta[slot] <= low[slot] + margin
        on_high = hard_high[slot] and theta[slot] >= high[slot] - margin
        at_bound[slot] = free[slot] and (on_low or on_high)
        n_live += in_use[slot] and not at_bound[slot]
    for column in range(amplitudes.size):
        n_live += amplitudes[column] > 0.0
    return in_use, at_bound, n_live


@numba.njit(cache=True, nogil=True)
def band_precision(in_use, low, high):
    """(n_par,) inverse variance 12/(high − low)² of a uniform distribution over the bounds; 0 where not in use."""
    out = np.zeros(low.size)
    for slot in range(low.size):
        if in_use[slot]:
            out[slot] = 12.0 / (high[slot] - low[slot]) ** 2
    return out
