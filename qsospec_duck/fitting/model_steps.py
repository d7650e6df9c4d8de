"""Sums of models, and how far models moved between two fits [σ], in one pass over their pixels."""

from __future__ import annotations

import numba

from qsospec_duck.models.compiled_exp import FAST


@numba.njit(cache=True, nogil=True)
def left_by(total, model, pixels, out):
    """Fill ``out`` (n_used,) with a sum of models (n_pix,) without one of them (n_pix,), at some pixels (n_used,)."""
    for i in range(pixels.size):
        out[i] = total[pixels[i]] - model[pixels[i]]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def largest_move(one, other, inverse_sigma):
    """Largest difference of two models in σ; shape (n,) each."""
    most = 0.0
    for i in range(one.size):
        most = max(most, abs(one[i] - other[i]) * inverse_sigma[i])
    return most


@numba.njit(cache=True, nogil=True)
def exchange(total, before, after):
    """Put one model in place of another in a sum of models; shape (n_pix,) each."""
    for i in range(total.size):
        total[i] = (total[i] - before[i]) + after[i]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def products_of_steps(shown, model, inverse_sigma, before, step):
    """What the extrapolation of `qsospec_duck.fitting.settling` needs of two steps.

    Parameters
    ----------
    shown, model, inverse_sigma : ndarray, shape (n,)
    before : ndarray, shape (n,)
        The step before r [σ].
    step : ndarray, shape (n,)
        Filled with this step r' = model − shown [σ].

    Returns
    -------
    across, along, most : float
        |r' − r|², r·(r' − r) and the largest of |r'|.
    """
    across, along, most = 0.0, 0.0, 0.0
    for i in range(shown.size):
        now = (model[i] - shown[i]) * inverse_sigma[i]
        change = now - before[i]
        across += change * change
        along += before[i] * change
        most = max(most, abs(now))
        step[i] = now
    return across, along, most
