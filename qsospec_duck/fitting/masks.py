"""Which pixels a fit uses: windows, and troughs of absorption."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from qsospec_duck.fitting.medians import median
from qsospec_duck.models.bisection import first_not_below

BoolArray = NDArray[np.bool_]

SHOULDER_SIGMA = 1.0
"""A trough extends over neighbours that lie at least this far below the model."""


def inside_windows(wavelength: NDArray[np.float64], windows: tuple[tuple[float, float], ...]) -> BoolArray:
    """(n,) True where a wavelength lies in one of the bands, edges included."""
    return inside_limits(wavelength, window_limits(windows))


@numba.njit(cache=True, nogil=True)
def inside_limits(wavelength, limits):
    """(n,) True from the first to below the second of every pair of limits, those of `window_limits`."""
    inside = np.zeros(wavelength.size, np.bool_)
    for k in range(0, limits.size, 2):
        inside[first_not_below(wavelength, limits[k]) : first_not_below(wavelength, limits[k + 1])] = True
    return inside


def number_inside(wavelength: NDArray[np.float64], band: tuple[float, float]) -> int:
    """How many wavelengths (n,), in increasing order, lie in a band, edges included."""
    return int(wavelength.searchsorted(band[1], side="right") - wavelength.searchsorted(band[0]))


def window_limits(windows: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """Both limits of every band, the upper one just beyond the last wavelength that it includes."""
    return np.array([limit for low, high in windows for limit in (low, high * (1 + 1e-15))])


@numba.njit(cache=True, nogil=True)
def residual_scatter(residual_sigma):
    """Robust scatter of residuals (n,) in σ, at least 1.

    Where the model is poor or errors are too small, a trough must be deeper to count.
    1.4826 median(|r − median r|), the standard deviation for Gaussian noise.
    """
    if residual_sigma.size == 0:
        return 1.0
    return max(1.0, 1.4826 * median(np.abs(residual_sigma - median(residual_sigma))))


@numba.njit(cache=True, nogil=True)
def find_troughs(residual_sigma, adjacent, run_sigma, pixel_sigma, run_pixels):
    """Mark pixels of absorption troughs.

    A trough is a run of ``run_pixels`` or more adjacent pixels that all lie ``run_sigma`` below the model,
    or one pixel that lies ``pixel_sigma`` below; it grows over neighbours that lie `SHOULDER_SIGMA` below.
    Nothing above the model is ever marked.

    Parameters
    ----------
    residual_sigma : ndarray, shape (n,)
        (data − model) / σ of the fitted pixels in order of wavelength.
    adjacent : ndarray of bool, shape (n,)
        True where a pixel follows the one before it on the detector (no gap of windows between).
    run_sigma, pixel_sigma : float
    run_pixels : int

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    n = residual_sigma.size
    marked = np.zeros(n, np.bool_)
    start = 0
    for i in range(n + 1):
        inside = i < n and residual_sigma[i] < -run_sigma
        if inside and (i == start or adjacent[i]):
            continue
        if i - start >= run_pixels:
            marked[start:i] = True
        start = i if inside else i + 1
    for i in range(n):
        if residual_sigma[i] < -pixel_sigma:
            marked[i] = True
    grown = marked.copy()
    for i in range(1, n):
        if grown[i - 1] and adjacent[i] and residual_sigma[i] < -SHOULDER_SIGMA:
            grown[i] = True
    for i in range(n - 2, -1, -1):
        if grown[i + 1] and adjacent[i + 1] and residual_sigma[i] < -SHOULDER_SIGMA:
            grown[i] = True
    return grown


@numba.njit(cache=True, nogil=True)
def trough_widths(x, marked, adjacent):
    """Extent in ln λ of the trough that each marked pixel belongs to; 0 where not marked.

    Parameters
    ----------
    x : ndarray, shape (n,)
        ln λ.
    marked : ndarray of bool, shape (n,)
        As `find_troughs` gives it.
    adjacent : ndarray of bool, shape (n,)
        True where a pixel follows the one before it on the detector.

    Returns
    -------
    ndarray, shape (n,)
    """
    out = np.zeros(x.size)
    first = 0
    while first < x.size:
        end = first + 1
        if marked[first]:
            while end < x.size and marked[end] and adjacent[end]:
                end += 1
            out[first:end] = x[end - 1] - x[first]
        first = end
    return out
