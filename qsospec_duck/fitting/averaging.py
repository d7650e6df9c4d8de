"""Averages of neighbouring pixels, for fits whose model hardly changes between them."""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.program import IntArray

_WORTH_PIXELS = 1.5
"""Mean number of pixels in a cell below which averaging is not worth it."""


class Averages:
    """Inverse-variance means over cells of ln λ, or the pixels as they are where cells would hold fewer than 1.5."""

    def __init__(self, x: FloatArray, inverse_sigma: FloatArray, cell: float) -> None:
        """``x`` and ``inverse_sigma`` (n,) are ln λ and 1/σ, in order of wavelength; ``cell`` is a width in ln λ."""
        self._first, self.x, self.inverse_sigma = even_cells(x, inverse_sigma, cell)
        self._of_pixels = inverse_sigma
        self.is_worth_it = is_worth_it(self.x.size, x.size)
        if not self.is_worth_it:
            self.x, self.inverse_sigma = x, inverse_sigma

    def flux(self, flux: FloatArray) -> FloatArray:
        """Mean flux of the cells, (n_cell,), from that of the pixels (n,)."""
        return mean_flux(self._first, self._of_pixels, flux) if self.is_worth_it else flux


@numba.njit(cache=True, nogil=True)
def is_worth_it(n_cells: int, n_pixels: int) -> bool:
    """Whether cells hold enough pixels for averages to be worth it."""
    return _WORTH_PIXELS * n_cells <= n_pixels


@numba.njit(cache=True, nogil=True)
def even_cells(x: FloatArray, inverse_sigma: FloatArray, cell: float) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cells of one width in ln λ; returns as `cells_of`."""
    place = np.empty(x.size)
    for i in range(x.size):
        place[i] = (x[i] - x[0]) / cell
    return cells_of(x, inverse_sigma, place)


@numba.njit(cache=True, nogil=True)
def cells_of(x: FloatArray, inverse_sigma: FloatArray, place: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cells that hold a pixel; ``place`` (n,) is where each pixel lies, counted in cells from the first pixel.

    Returns
    -------
    first : ndarray of int, shape (n_cell + 1,)
        First pixel of every cell, and the end of the last.
    x, inverse_sigma : ndarray, shape (n_cell,)
        Mean ln λ, and 1/σ of a mean.
    """
    first, mean_x, mean_inverse_sigma = np.zeros(x.size + 1, np.int64), np.empty(x.size), np.empty(x.size)
    n, end = 0, 1.0
    total = of_x = 0.0
    for i in range(x.size):
        if place[i] >= end:
            mean_x[n], mean_inverse_sigma[n] = of_x / total, math.sqrt(total)
            n += 1
            first[n] = i
            total = of_x = 0.0
            end = math.floor(place[i]) + 1.0
        ivar = inverse_sigma[i] ** 2
        total += ivar
        of_x += ivar * x[i]
    if x.size:
        mean_x[n], mean_inverse_sigma[n] = of_x / total, math.sqrt(total)
        n += 1
        first[n] = x.size
    return first[: n + 1], mean_x[:n], mean_inverse_sigma[:n]


@numba.njit(cache=True, nogil=True)
def mean_flux(first: IntArray, inverse_sigma: FloatArray, flux: FloatArray) -> FloatArray:
    """Mean flux of cells, (n_cell,), from 1/σ and flux of pixels (n,); ``first`` is that of `cells_of`."""
    out = np.empty(first.size - 1)
    for cell in range(out.size):
        total = of_flux = 0.0
        for i in range(first[cell], first[cell + 1]):
            ivar = inverse_sigma[i] ** 2
            total += ivar
            of_flux += ivar * flux[i]
        out[cell] = of_flux / total
    return out
