"""Errors of profile measures from the covariance of the fit."""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.models.program import VELOCITY_UNIT

_EW = MEASURES.index("ew")


@numba.njit(cache=True, nogil=True)
def profile_errors(
    gradients, columns, velocity_slots, fwhm_slots, ratios, n_shapes, covariance, with_continuum, base_gradient,
    base_covariance, factors, errors,
):  # fmt: skip
    """1σ errors of the measures of one profile.

    A measure's gradient by fluxes, velocities and ln FWHM of its Gaussians becomes one by the parameters of the fit,
    g, and the variance is g C gᵀ. The equivalent width depends on the continuum too, with gradient h:
    g C gᵀ + 2 g C_c h + h C_cc h.

    Parameters
    ----------
    gradients : ndarray, shape (n_measure, 3, n)
        By flux, velocity [km/s] and ln FWHM of each Gaussian.
    columns, velocity_slots, fwhm_slots : ndarray of int, shape (n,)
        Where each Gaussian's numbers stand among amplitudes and shapes.
    ratios : ndarray, shape (n,)
        Flux of each Gaussian relative to its column's.
    n_shapes : int
        Shapes come first in the covariance, then amplitudes.
    covariance, with_continuum, base_covariance : ndarray
        Of the complex, between complex and continuum, of the continuum.
    base_gradient : ndarray, shape (n_continuum,)
        Gradient of the equivalent width by the continuum's parameters.
    factors : ndarray, shape (n_measure,)
        On the linear errors.
    errors : ndarray, shape (n_measure,)
        Out.
    """
    row = np.zeros(covariance.shape[0])
    places = _distinct(n_shapes + columns, velocity_slots, fwhm_slots, row.size)
    for measure in range(errors.size):
        row[places] = 0.0
        for i in range(columns.size):
            row[n_shapes + columns[i]] += gradients[measure, 0, i] * ratios[i]
            row[velocity_slots[i]] += gradients[measure, 1, i] * VELOCITY_UNIT
            row[fwhm_slots[i]] += gradients[measure, 2, i]
        variance = 0.0
        for j in places:
            if row[j] == 0.0:
                continue
            for k in places:
                variance += row[j] * covariance[j, k] * row[k]
            if measure == _EW:
                for k in range(base_gradient.size):
                    variance += 2.0 * row[j] * with_continuum[j, k] * base_gradient[k]
        if measure == _EW:
            for j in range(base_gradient.size):
                for k in range(base_gradient.size):
                    variance += base_gradient[j] * base_covariance[j, k] * base_gradient[k]
        errors[measure] = math.sqrt(max(variance, 0.0)) * factors[measure]


@numba.njit(cache=True, nogil=True)
def _distinct(columns, velocity_slots, fwhm_slots, n_rows):
    """Rows of the parameters that Gaussians have, each once: several may share one."""
    is_there, found, n = np.zeros(n_rows, np.bool_), np.empty(3 * columns.size, np.int64), 0
    for i in range(columns.size):
        for place in (columns[i], velocity_slots[i], fwhm_slots[i]):
            if not is_there[place]:
                is_there[place] = True
                found[n] = place
                n += 1
    return found[:n]
