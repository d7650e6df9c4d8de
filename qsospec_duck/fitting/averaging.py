"""Averages of neighbouring pixels, for fits whose model hardly changes between them."""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.fitting.result import FloatArray

_WORTH_PIXELS = 1.5
"""Mean number of pixels in a cell below which averaging is not worth it."""


def averaged(
    x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray, cells: FloatArray | float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Inverse-variance means over cells of ln λ, or the pixels as they are where cells would hold fewer than 1.5.

    Parameters
    ----------
    x, inverse_sigma, flux : ndarray, shape (n,)
        ln λ, 1/σ and flux of the pixels, in order of wavelength.
    cells : ndarray, shape (n,), or float
        Width in ln λ of the cell that each pixel falls in.

    Returns
    -------
    tuple of ndarray, shape (n_cell,) each
        ln λ, 1/σ and flux.
    """
    averages = means(x, inverse_sigma, flux, cells if isinstance(cells, np.ndarray) else np.full(x.size, cells))
    return averages if is_worth_it(averages[0].size, x.size) else (x, inverse_sigma, flux)


@numba.njit(cache=True, nogil=True)
def is_worth_it(n_cells: int, n_pixels: int) -> bool:
    """Whether cells hold enough pixels for averages to be worth it."""
    return _WORTH_PIXELS * n_cells <= n_pixels


@numba.njit(cache=True, nogil=True)
def means(
    x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray, cells: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means of every cell that holds a pixel."""
    mean_x, mean_inverse_sigma, mean_flux = np.empty(x.size), np.empty(x.size), np.empty(x.size)
    n, passed, number = 0, 0.0, 0.0
    total = of_x = of_flux = 0.0
    for i in range(x.size):
        if i > 0:
            passed += (x[i] - x[i - 1]) / cells[i]
            if math.floor(passed) != number:
                mean_x[n], mean_inverse_sigma[n], mean_flux[n] = of_x / total, math.sqrt(total), of_flux / total
                n += 1
                total = of_x = of_flux = 0.0
                number = math.floor(passed)
        ivar = inverse_sigma[i] ** 2
        total += ivar
        of_x += ivar * x[i]
        of_flux += ivar * flux[i]
    if x.size:
        mean_x[n], mean_inverse_sigma[n], mean_flux[n] = of_x / total, math.sqrt(total), of_flux / total
        n += 1
    return mean_x[:n], mean_inverse_sigma[:n], mean_flux[:n]
