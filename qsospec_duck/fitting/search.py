"""The best shapes of a line complex: searched for on averaged pixels, decided on all of them.

The search (`qsospec_duck.fitting.search_loop`) takes hundreds of fits, most of them far from the truth: pixels averaged
to a fraction of the narrowest line serve it as well. The best few ends are then compared on the pixels as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qsospec_duck.fitting.complex_model import ComplexModel, compile_complex
from qsospec_duck.fitting.optimum import ROUGH, Optimum, optimise
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.fitting.search_cells import search_cells
from qsospec_duck.fitting.search_loop import apart, polish, search
from qsospec_duck.fitting.shape_grid import shape_grid, spread_starts
from qsospec_duck.models.program import Program
from qsospec_duck.models.recipes import ComponentRecipe

SPREAD_STARTS = 52
"""Starts spread over the bounds beside those from the grid."""

FINALISTS = 6
"""Ends on averaged pixels that all pixels decide between."""

FINAL_CHI2 = 4.0
"""They lie at most this far above the best."""

FINAL_STEPS = 15
"""Steps on all pixels before that decision."""


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
    cells = search_cells(components, x, flux, inverse_sigma)
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
    cells = search_cells(model.components, x, flux, inverse_sigma)
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
