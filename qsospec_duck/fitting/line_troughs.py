"""Absorption inside a line complex, below continuum and lines: one compiled pass over its pixels."""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.masks import find_troughs, residual_scatter, trough_widths
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.program import IntArray

RUN_SIGMA, PIXEL_SIGMA = 2.0, 5.0
"""What counts as a trough (`qsospec_duck.fitting.masks.find_troughs`)."""

_RUN_PIXELS = np.int64(3)


@numba.njit(cache=True, nogil=True)
def line_troughs(
    index: IntArray, x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray, model: FloatArray,
    forest_end: float, widest: float,
) -> BoolArray:  # fmt: skip
    """Mark pixels of a complex that are absorbed.

    Parameters
    ----------
    index : ndarray of int, shape (n,)
        Places of its pixels in the spectrum, in order of wavelength.
    x, inverse_sigma, flux, model : ndarray, shape (n,)
        ln λ, 1/σ, and flux and its model without the continuum.
    forest_end, widest : float
        Blueward of this ln λ, troughs wider than this stay: the forest is no trough.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    residual, adjacent = np.empty(x.size), np.zeros(x.size, np.bool_)
    for k in range(x.size):
        residual[k] = (flux[k] - model[k]) * inverse_sigma[k]
        adjacent[k] = k > 0 and index[k] - index[k - 1] == 1
    troughs = find_troughs(residual / residual_scatter(residual), adjacent, RUN_SIGMA, PIXEL_SIGMA, _RUN_PIXELS)
    widths = trough_widths(x, troughs, adjacent)
    for k in range(x.size):
        troughs[k] = troughs[k] and not (x[k] < forest_end and widths[k] > widest)
    return troughs
