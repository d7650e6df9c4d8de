"""One line complex on top of the continuum: which components, which pixels, which optimum."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.complex_fits import LineFit, LinePixels, pixels_of
from qsospec_duck.fitting.complex_model import ComplexModel, compile_complex
from qsospec_duck.fitting.component_choice import add_optional, prune, try_alternatives
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.line_troughs import line_troughs
from qsospec_duck.fitting.optimum import Optimum, model_values
from qsospec_duck.fitting.parsimony import Components
from qsospec_duck.fitting.result import BoolArray, FloatArray, Trial
from qsospec_duck.fitting.search import search_shapes
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComplexRecipe
from qsospec_duck.spectra import Spectrum

_ABSORPTION_PASSES = 3
"""Rounds of absorption masking inside a complex."""


@fit_value
class ComplexStage:
    """A complex with its components, pixels and optimum; errors come later, from all stages together."""

    recipe: ComplexRecipe
    coverage: Coverage
    model: ComplexModel
    optimum: Optimum
    selected_model: str
    used: BoolArray
    """(n_pix,) pixels of the fit."""

    excluded: BoolArray
    """(n_pix,) pixels left out as absorption."""

    trials: tuple[Trial, ...] = ()
    """Models that were compared on the way."""

    def with_optimum(self, optimum: Optimum) -> ComplexStage:
        """The same with another optimum of its model."""
        return ComplexStage(
            self.recipe, self.coverage, self.model, optimum, self.selected_model, self.used, self.excluded, self.trials
        )  # fmt: skip

    def within(self, coverage: Coverage) -> ComplexStage:
        """The same as part of a coverage of which only some pixels were seen: the others are left out."""
        if coverage is self.coverage:
            return self
        return replace(self, coverage=coverage, excluded=coverage.mask & ~self.used)


def fit_complex(
    spectrum: Spectrum, continuum_model: FloatArray, recipe: ComplexRecipe, coverage: Coverage,
    *, delta_chi2: float, min_snr: float,
) -> ComplexStage:  # fmt: skip
    """Fit one covered complex to what the continuum leaves.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    continuum_model : ndarray, shape (n_pix,)
    recipe, coverage
        What to fit, and where.
    delta_chi2, min_snr : float
        By how much an optional component must lower χ², and what it must show as flux over error.
    """
    always, optional = _always_and_optional(coverage.components)
    whole = pixels_of(spectrum, continuum_model, coverage.mask)
    model = whole.seen(compile_complex(always))
    fit = LineFit(model, search_shapes(always, whole.x, whole.flux, whole.inverse_sigma, model))
    troughs, pixels, fit = _unabsorbed(whole, fit, recipe)
    trials: list[Trial] = []
    fit = prune(pixels, fit, trials)
    fit, others = try_alternatives(pixels, fit, coverage.components, trials)
    fit, more = add_optional(pixels, fit, optional, trials, delta_chi2=delta_chi2, min_snr=min_snr)
    name = "+".join([", ".join(["core", *others]), *more])
    used, excluded = _split(coverage.mask, whole.index, troughs)
    return ComplexStage(recipe, coverage, fit.model, fit.optimum, name, used, excluded, tuple(trials))


def go_on(
    spectrum: Spectrum, continuum_model: FloatArray, stage: ComplexStage, coverage: Coverage
) -> ComplexStage:  # fmt: skip
    """A fitted complex on the pixels of another coverage: its troughs are looked for again, and its components stay.

    Other parameters as in `fit_complex`. Where no trough is found the optimum is as it was: settling fits it.
    """
    whole = pixels_of(spectrum, continuum_model, coverage.mask)
    troughs, _, fit = _unabsorbed(whole, LineFit(stage.model, stage.optimum), stage.recipe)
    used, excluded = _split(coverage.mask, whole.index, troughs)
    return replace(stage, coverage=coverage, optimum=fit.optimum, used=used, excluded=excluded)


@cache
def _always_and_optional(components: Components) -> tuple[Components, Components]:
    """Components that are fitted in any case, and those that must earn their place."""
    always = tuple(component for component in components if not component.optional)
    return always, tuple(component for component in components if component.optional)


@numba.njit(cache=True, nogil=True)
def _split(mask: BoolArray, index: IntArray, troughs: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Pixels of a mask (n_pix,), whose places are ``index`` (n,), without those in troughs (n,), and those alone."""
    used, excluded = mask.copy(), np.zeros(mask.size, np.bool_)
    for k in range(index.size):
        if troughs[k]:
            used[index[k]], excluded[index[k]] = False, True
    return used, excluded


def _unabsorbed(whole: LinePixels, fit: LineFit, recipe: ComplexRecipe) -> tuple[BoolArray, LinePixels, LineFit]:
    """Which of all pixels (n,) of a complex are absorbed, the others, and the fit to those."""
    absorbed, pixels = np.zeros(whole.x.size, dtype=bool), whole
    if not recipe.mask_absorption:
        return absorbed, pixels, fit
    forest_end = math.log(line(recipe.components[0].lines[0]).wavelength)
    for _ in range(_ABSORPTION_PASSES):
        model = model_values(fit.optimum, whole.x)
        found = line_troughs(
            whole.index, whole.x, whole.inverse_sigma, whole.flux, model, forest_end, recipe.absorption_max_kms / C_KMS
        )  # fmt: skip
        if (found == absorbed).all() or found.size - np.count_nonzero(found) < recipe.min_pixels:
            break
        absorbed, pixels = found, whole.only(~found)
        fit = pixels.refit(fit.model, fit.optimum.theta[None, :])
    return absorbed, pixels, fit
