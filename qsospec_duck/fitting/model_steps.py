"""Sums of models, and how far models moved between two fits [σ], in one pass over their pixels."""

from __future__ import annotations

import math

import numba

from qsospec_duck.models.compiled_exp import FAST


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def leave(total, model, pixels, flux, before, inverse_sigma, others, left):
    """What other models leave of the flux at some pixels, and how far they have moved there.

    Parameters
    ----------
    total, model : ndarray, shape (n_pix,)
        A sum of models, and the one that is not among the others.
    pixels : ndarray of int, shape (n_used,)
    flux, before, inverse_sigma : ndarray, shape (n_used,)
        Flux, the others as they were, and 1/σ at these pixels.
    others, left : ndarray, shape (n_used,)
        Filled with the others and with flux − others.

    Returns
    -------
    float
        √Σ (difference of the others from those before)² [σ].
    """
    total_square = 0.0
    for i in range(pixels.size):
        now = total[pixels[i]] - model[pixels[i]]
        others[i], left[i] = now, flux[i] - now
        total_square += ((now - before[i]) * inverse_sigma[i]) ** 2
    return math.sqrt(total_square)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def chi2_of(flux, model, pixels, inverse_sigma):
    """χ² of a model (n_pix,) at some of its pixels, where the flux and 1/σ are (n_used,)."""
    total = 0.0
    for i in range(pixels.size):
        total += ((flux[i] - model[pixels[i]]) * inverse_sigma[i]) ** 2
    return total


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
    across, along, length : float
        |r' − r|², r·(r' − r) and |r'|.
    """
    across, along, square = 0.0, 0.0, 0.0
    for i in range(shown.size):
        now = (model[i] - shown[i]) * inverse_sigma[i]
        change = now - before[i]
        across += change * change
        along += before[i] * change
        square += now * now
        step[i] = now
    return across, along, math.sqrt(square)
