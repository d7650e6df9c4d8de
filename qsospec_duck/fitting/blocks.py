"""Continuum and line complexes of one spectrum, fitted over what absorption leaves.

A broad trough pulls the continuum and the line it lies in down, and then looks shallower than it is. So the fit is
judged from the blue side down for light that is missing (`qsospec_duck.fitting.absorption`), the troughs are masked to
their shoulders, and what they touch is fitted again, until no new pixel is masked. A round in which a line grew
inside the mask, where nothing holds it, is undone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from qsospec_duck.fitting.absorption import Troughs, absorbed_pixels, find_broad_absorption
from qsospec_duck.fitting.complexes import ComplexStage, fit_complex
from qsospec_duck.fitting.config import FitConfig
from qsospec_duck.fitting.continuum import ContinuumStage, fit_continuum
from qsospec_duck.fitting.coupled import Solution, solutions_of
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.masks import inside_windows
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.fitting.settling import Block, settle
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComplexRecipe
from qsospec_duck.spectra import Spectrum

MOST_ABSORBED = 0.6
"""A complex that would lose more than this fraction of its pixels keeps them: then the model is wrong there."""

HARDLY_TOUCHED = 0.02
"""A continuum that loses less than this fraction of its pixels is only settled again, not chosen and searched for."""

INVENTED_LIGHT = 1.5
"""A line that is this many times brighter in masked pixels than in any fitted one is not believed."""


@dataclass(frozen=True, eq=False)
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


@dataclass(frozen=True, eq=False)
class _Round:
    """What one round of fits found; errors are for the last one."""

    alone: ContinuumStage
    """The continuum before it was settled with the complexes."""

    continuum: ContinuumStage
    stages: list[ComplexStage]
    blocks: list[Block]
    model: FloatArray
    troughs: tuple[Troughs, ...]
    seconds_continuum: float


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
        used = reduce(np.logical_or, (block.used for block in fitted.blocks))
        found = absorbed_pixels(rest, fitted.model, fitted.troughs)
        if not np.any(found & used):
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
    """One round; what no absorption touches goes on from where the round before left it."""
    started = time.perf_counter()
    alone = _fit_continuum(rest, config, absorbed, before)
    if alone is None:
        return None
    seconds = time.perf_counter() - started + (before.seconds_continuum if before else 0.0)
    model = alone.model(rest)
    stages = []
    settled = {stage.recipe.recipe_id: stage for stage in before.stages} if before else {}
    for recipe, coverage in zip(recipes, coverages, strict=True):
        if recipe.recipe_id in settled and not np.any(coverage.mask & absorbed):
            stages.append(settled[recipe.recipe_id])
        elif coverage.can_fit:
            seen = _seen(coverage, absorbed, recipe) if before else coverage
            stage = fit_complex(
                rest, model, recipe, seen, delta_chi2=config.optional_delta_chi2, min_snr=config.optional_min_snr
            )
            if seen is not coverage:
                stage = replace(stage, coverage=coverage, excluded=coverage.mask & ~stage.used)
            stages.append(stage)
    continuum, stages, blocks = settle(rest, alone, stages)
    model = sum((block.model for block in blocks), np.zeros(rest.n_pix))
    return _Round(alone, continuum, stages, blocks, model, find_broad_absorption(rest, model), seconds)


def _fit_continuum(
    rest: Spectrum, config: FitConfig, absorbed: BoolArray, before: _Round | None
) -> ContinuumStage | None:  # fmt: skip
    """The continuum over what is not absorbed; that of the round before where it hardly loses a pixel."""
    if before is not None and np.mean(absorbed[before.alone.used]) < HARDLY_TOUCHED:
        continuum: ContinuumStage | None = before.alone
    else:
        clear = replace(rest, ivar=np.where(absorbed, 0.0, rest.ivar)) if absorbed.any() else rest
        reaches_forest = bool(rest.wavelength[rest.good][0] < line("lya").wavelength)
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
