"""Averages of neighbouring pixels, for fits whose model hardly changes between them."""

from __future__ import annotations

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
    if x.size == 0:
        return x, inverse_sigma, flux
    steps = np.empty_like(x)
    steps[0] = 0.0
    np.subtract(x[1:], x[:-1], out=steps[1:])
    numbers = np.floor(np.cumsum(steps / cells))
    begins = np.concatenate([[0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    if _WORTH_PIXELS * begins.size > x.size:
        return x, inverse_sigma, flux
    ivar = inverse_sigma**2
    total = np.add.reduceat(ivar, begins)
    mean_x = np.add.reduceat(ivar * x, begins) / total
    mean_flux = np.add.reduceat(ivar * flux, begins) / total
    return mean_x, np.sqrt(total), mean_flux
