"""Averaged pixels on which shapes of a line complex are searched for."""

from __future__ import annotations

from functools import cache

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.averaging import cells_of, is_worth_it, mean_flux
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComponentRecipe

CELLS_A_WIDTH = 3.0
"""The search sees pixels averaged to this many cells over the narrowest FWHM that the recipe allows there."""

FINEST_CELL = 90.0
"""Narrowest cell [km/s]: a third of a narrow line as spectrographs see it."""

NARROW_FWHM = 500.0
"""A line is looked at in fine cells where its recipe allows a FWHM below this [km/s]."""


def search_cells(
    components: tuple[ComponentRecipe, ...], x: FloatArray, flux: FloatArray, inverse_sigma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Averaged pixels as the compiled loops take them: ln λ, 1/σ, and flux over σ; parameters as in `search_shapes`."""
    return _cells(x, inverse_sigma, flux, *_narrow_ranges(components))


@numba.njit(cache=True, nogil=True)
def _cells(
    x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray, coarse: float, fine: float, ranges: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The same from the widths of cells in ln λ, fine ones in ranges of ln λ (n, 2)."""
    # Cells a unit of ln λ at each pixel, and from those the cells that lie before it.
    density, place, passed = np.full(x.size, 1.0 / coarse), np.empty(x.size), 0.0
    for k in range(ranges.shape[0]):
        density[first_not_below(x, ranges[k, 0]) : first_not_below(x, ranges[k, 1])] = 1.0 / fine
    for i in range(x.size):
        if i > 0:
            passed += (x[i] - x[i - 1]) * density[i]
        place[i] = passed
    first, cell_x, cell_inverse_sigma = cells_of(x, inverse_sigma, place)
    if not is_worth_it(cell_x.size, x.size):
        return x.copy(), inverse_sigma.copy(), inverse_sigma * flux
    return cell_x, cell_inverse_sigma, cell_inverse_sigma * mean_flux(first, inverse_sigma, flux)


@cache
def _narrow_ranges(components: tuple[ComponentRecipe, ...]) -> tuple[float, float, FloatArray]:
    """Widths of coarse and fine cells in ln λ, and the ranges of ln λ that need fine ones, shape (n, 2)."""
    narrow = [component for component in components if component.fwhm[0][0] < NARROW_FWHM]
    broad = [component for component in components if component.fwhm[0][0] >= NARROW_FWHM]
    coarse = min(min((component.fwhm[0][0] for component in broad), default=np.inf) / CELLS_A_WIDTH, NARROW_FWHM)
    fine = max(min((component.fwhm[0][0] for component in narrow), default=np.inf) / CELLS_A_WIDTH, FINEST_CELL)
    ranges = [
        np.log(line(line_id).wavelength)
        + np.array([component.velocity[0] - NARROW_FWHM, component.velocity[1] + NARROW_FWHM]) / C_KMS
        for component in narrow
        for line_id in component.lines
    ]
    return coarse / C_KMS, min(fine, coarse) / C_KMS, np.array(ranges).reshape(-1, 2)
