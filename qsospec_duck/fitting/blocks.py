"""Continuum and line complexes of one spectrum, fitted over what absorption leaves.

A broad trough pulls the continuum and the line it lies in down, and then looks shallower than it is. So the fit is
judged from the blue side down for light that is missing (`qsospec_duck.fitting.absorption`), the troughs are masked to
their shoulders, and what they touch is fitted again, until no new pixel is masked. A round in which a line grew
inside the mask, where nothing holds it, is undone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qsospec_duck.fitting.absorption import Troughs, absorbed_pixels, find_broad_absorption
from qsospec_duck.fitting.complexes import ComplexStage, fit_complex, go_on
from qsospec_duck.fitting.config import FitConfig
from qsospec_duck.fitting.continuum import ContinuumStage, fit_continuum
from qsospec_duck.fitting.coupled import Solution, solutions_of
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.masks import inside_windows
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.fitting.settling import Block, settle
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComplexRecipe
from qsospec_duck.spectra import Spectrum

MOST_ABSORBED = 0.6
"""A complex that would lose more than this fraction of its pixels keeps them: then the model is wrong there."""

HARDLY_TOUCHED = 0.02
"""A continuum or complex that loses less than this fraction of the pixels on which its components were chosen is only
settled again, not chosen and searched for."""

INVENTED_LIGHT = 1.5
"""A line that is this many times brighter in masked pixels than in any fitted one is not believed."""


@fit_value
class FittedBlocks:
    """The settled continuum and complexes."""

    continuum: ContinuumStage
    stages: list[ComplexStage]
    solutions: list[Solution]
    """The continuum's first, then one a complex."""

    models: list[FloatArray]
    """(n_pix,) that of each solution."""

    model: FloatArray
    """(n_pix,) continuum and all lines."""

    troughs: tuple[Troughs, ...]
    """Absorption below their sum."""

    seconds_continuum: float


@fit_value
class _Round:
    """What one round of fits found; errors are for the last one."""

    alone: ContinuumStage
    """The continuum before it was settled with the complexes."""

    continuum: ContinuumStage
    stages: list[ComplexStage]
    searched_on: dict[str, BoolArray]
    """(n_pix,) pixels that each complex, by its recipe, was searched and its components chosen on."""

    blocks: list[Block]
    model: FloatArray
    troughs: tuple[Troughs, ...]
    seconds_continuum: float

    def stage_of(self, recipe: ComplexRecipe) -> ComplexStage:
        """The complex of a recipe."""
        return next(stage for stage in self.stages if stage.recipe.recipe_id == recipe.recipe_id)


def fit_blocks(
    rest: Spectrum, config: FitConfig, recipes: Sequence[ComplexRecipe], coverages: Sequence[Coverage]
) -> FittedBlocks | None:
    """Fit continuum and covered complexes together; ``None`` where no continuum can be fitted.

    Parameters
    ----------
    rest : Spectrum
        Rest frame.
    config : FitConfig
    recipes, coverages : sequences of equal length
        What to fit, and what the spectrum offers to it.
    """
    absorbed = np.zeros(rest.n_pix, dtype=bool)
    best: _Round | None = None
    for _ in range(config.absorption_passes + 1):
        fitted = _fit_once(rest, config, recipes, coverages, absorbed, best)
        if fitted is None or (best is not None and _invents_light(fitted)):
            break
        best = fitted
        found = absorbed_pixels(rest, fitted.troughs)
        if not (found.any() and any(np.any(found & block.used) for block in fitted.blocks)):
            break
        absorbed = absorbed | found
    if best is None:
        return None
    solutions = solutions_of(best.blocks, rest.ivar)
    models = [block.model for block in best.blocks]
    return FittedBlocks(
        best.continuum, best.stages, solutions, models, best.model, best.troughs, best.seconds_continuum
    )  # fmt: skip


def _fit_once(
    rest: Spectrum, config: FitConfig, recipes: Sequence[ComplexRecipe], coverages: Sequence[Coverage],
    absorbed: BoolArray, before: _Round | None,
) -> _Round | None:  # fmt: skip
    """One round; what absorption hardly touches goes on from where the round before left it."""
    started = time.perf_counter()
    alone = _fit_continuum(rest, config, absorbed, before)
    if alone is None:
        return None
    seconds = time.perf_counter() - started + (before.seconds_continuum if before else 0.0)
    model = alone.model(rest)
    stages, searched_on = [], {}
    for recipe, coverage in zip(recipes, coverages, strict=True):
        if coverage.can_fit:
            stage, searched_on[recipe.recipe_id] = _fit_complex(rest, model, config, recipe, coverage, absorbed, before)
            stages.append(stage)
    continuum, stages, blocks, model = settle(rest, alone, stages)
    return _Round(alone, continuum, stages, searched_on, blocks, model, find_broad_absorption(rest, model), seconds)


def _fit_complex(
    rest: Spectrum, continuum_model: FloatArray, config: FitConfig, recipe: ComplexRecipe, coverage: Coverage,
    absorbed: BoolArray, before: _Round | None,
) -> tuple[ComplexStage, BoolArray]:  # fmt: skip
    """A complex over what is not absorbed, and the pixels (n_pix,) that it was searched on."""
    seen = coverage
    if before is not None:
        stage, searched_on = before.stage_of(recipe), before.searched_on[recipe.recipe_id]
        if not np.any(coverage.mask & absorbed):
            return stage, searched_on
        seen = _seen(coverage, absorbed, recipe)
        if np.count_nonzero(seen.mask ^ searched_on) < HARDLY_TOUCHED * np.count_nonzero(searched_on):
            return go_on(rest, continuum_model, stage, seen).within(coverage), searched_on
    stage = fit_complex(
        rest, continuum_model, recipe, seen, delta_chi2=config.optional_delta_chi2, min_snr=config.optional_min_snr
    )
    return stage.within(coverage), seen.mask


def _fit_continuum(
    rest: Spectrum, config: FitConfig, absorbed: BoolArray, before: _Round | None
) -> ContinuumStage | None:  # fmt: skip
    """The continuum over what is not absorbed; that of the round before where it hardly loses a pixel."""
    if before is not None and np.mean(absorbed[before.alone.used]) < HARDLY_TOUCHED:
        continuum: ContinuumStage | None = before.alone
    else:
        clear = replace(rest, ivar=np.where(absorbed, 0.0, rest.ivar)) if absorbed.any() else rest
        reaches_forest = bool(rest.wavelength[rest.good.argmax()] < line("lya").wavelength)
        continuum = fit_continuum(clear, config.continuum, lya_safe=reaches_forest)
    if continuum is None or not absorbed.any():
        return continuum
    offered = inside_windows(rest.wavelength, config.continuum.windows) & absorbed
    return replace(continuum, fit_mask=continuum.fit_mask | offered, clip_mask=continuum.clip_mask & ~absorbed)


def _invents_light(fitted: _Round) -> bool:
    """Whether a complex is much brighter where it is masked than where it was seen."""
    for stage, block in zip(fitted.stages, fitted.blocks[1:], strict=True):
        hidden = stage.excluded
        if hidden.any() and block.model[hidden].max() > INVENTED_LIGHT * block.model[stage.used].max():
            return True
    return False


def _seen(coverage: Coverage, absorbed: BoolArray, recipe: ComplexRecipe) -> Coverage:
    """The coverage without absorbed pixels, unless too little would be left."""
    kept = coverage.mask & ~absorbed
    least = max((1.0 - MOST_ABSORBED) * np.count_nonzero(coverage.mask), recipe.min_pixels)
    return replace(coverage, mask=kept) if np.count_nonzero(kept) >= least else coverage
