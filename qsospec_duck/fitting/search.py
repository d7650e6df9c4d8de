"""The best shapes of a line complex: searched for on averaged pixels, decided on all of them.

The search (`qsospec_duck.fitting.search_loop`) takes hundreds of fits, most of them far from the truth: pixels averaged
to a fraction of the narrowest line serve it as well. The best few ends are then compared on the pixels as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.averaging import averaged
from qsospec_duck.fitting.complex_model import ComplexModel, compile_complex
from qsospec_duck.fitting.optimum import ROUGH, Optimum, optimise
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.fitting.search_loop import apart, polish, search
from qsospec_duck.fitting.shape_grid import shape_grid, spread_starts
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import Program
from qsospec_duck.models.recipes import ComponentRecipe

SPREAD_STARTS = 52
"""Starts spread over the bounds beside those from the grid."""

FINALISTS = 6
"""Ends on averaged pixels that all pixels decide between."""

FINAL_CHI2 = 10.0
"""They lie at most this far above the best."""

FINAL_STEPS = 15
"""Steps on all pixels before that decision."""

CELLS_A_WIDTH = 3.0
"""The search sees pixels averaged to this many cells over the narrowest FWHM that the recipe allows there."""

FINEST_CELL = 90.0
"""Narrowest cell [km/s]: a third of a narrow line as spectrographs see it."""

NARROW_FWHM = 500.0
"""A line is looked at in fine cells where its recipe allows a FWHM below this [km/s]."""


def search_shapes(
    components: tuple[ComponentRecipe, ...], x: FloatArray, flux: FloatArray, inverse_sigma: FloatArray,
    model: ComplexModel | None = None,
) -> Optimum:  # fmt: skip
    """The best optimum of a complex that a search over its shapes finds.

    Parameters
    ----------
    components : tuple of ComponentRecipe
    x, flux, inverse_sigma : ndarray, shape (n,)
        ln λ, flux without continuum, and 1/σ of its pixels.
    model : ComplexModel, optional
        The components as the instrument shows them.
    """
    program = (model or compile_complex(components)).program
    grid, spread = shape_grid(components), spread_starts(components, SPREAD_STARTS)
    cells = _cells(components, x, flux, inverse_sigma)
    chi2, theta = search(cells, program.bounds, program.tables, grid.tables, spread)
    return _decided(program, x, flux, inverse_sigma, chi2, theta)


def best_of_starts(
    model: ComplexModel, x: FloatArray, flux: FloatArray, inverse_sigma: FloatArray, starts: FloatArray,
    broader: Sequence[tuple[int, int]] = (),
) -> Optimum:  # fmt: skip
    """The best optimum that starts (n_start, n_par) lead to; other parameters as in `search_shapes`.

    Where some ends have the first shape of each pair in ``broader`` above the second, the others do not count.
    """
    program = model.program
    cells = _cells(model.components, x, flux, inverse_sigma)
    chi2, theta = polish(cells, program.bounds, program.tables, starts)
    kept = np.ones(chi2.size, dtype=bool)
    for wide, narrow in broader:
        kept &= theta[:, wide] > theta[:, narrow]
    if kept.any():
        chi2, theta = chi2[kept], theta[kept]
    return _decided(program, x, flux, inverse_sigma, chi2, theta)


def _decided(
    program: Program, x: FloatArray, flux: FloatArray, inverse_sigma: FloatArray, chi2: FloatArray, theta: FloatArray
) -> Optimum:  # fmt: skip
    """The best of ends on averaged pixels, chi2 (n_end,) and theta (n_end, n_par), as all pixels see it."""
    # No two of them the same.
    ends = theta[apart(chi2, FINAL_CHI2)[:FINALISTS]]
    return optimise(program, x, inverse_sigma, flux, ends, short_iterations=FINAL_STEPS, tolerance=ROUGH)


def _cells(
    components: tuple[ComponentRecipe, ...], x: FloatArray, flux: FloatArray, inverse_sigma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Averaged pixels as the compiled loops take them: ln λ, 1/σ, and flux over σ."""
    cell_x, cell_inverse_sigma, cell_flux = averaged(x, inverse_sigma, flux, _cell_widths(components, x))
    return cell_x, cell_inverse_sigma, cell_inverse_sigma * cell_flux


def _cell_widths(components: tuple[ComponentRecipe, ...], x: FloatArray) -> FloatArray:
    """(n,) width of the cell in which the search averages each pixel, in ln λ."""
    coarse, fine, ranges = _narrow_ranges(components)
    out = np.full(x.size, coarse)
    for first, last in x.searchsorted(ranges):
        out[first:last] = fine
    return out


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
