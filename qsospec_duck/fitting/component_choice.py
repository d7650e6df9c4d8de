"""Which components a line complex needs: fewer Gaussians, other profiles, optional components that earn their place.

Every function takes a fit and returns the one to go on from; what was compared is added to ``trials``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from qsospec_duck.fitting.column_weights import column_weights
from qsospec_duck.fitting.complex_fits import LineFit, LinePixels
from qsospec_duck.fitting.complex_model import ComplexModel, Gaussian, compile_complex
from qsospec_duck.fitting.covariance import amplitude_errors, covariance_of, normal_products
from qsospec_duck.fitting.parsimony import WORTH_CHI2, Components, Removal, removals
from qsospec_duck.fitting.result import FloatArray, Trial
from qsospec_duck.fitting.shape_grid import spread_starts
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComponentRecipe

_WIDEST_LORENTZIAN = 8000.0
"""Largest FWHM of a Lorentzian broad line [km/s]: wider ones are not seen, and its wings would be a continuum."""

_PATIENCE = 100.0
"""A removal is given up that cannot be expected to end below the best one's χ² plus this. What remains may have far to
go, and then the solver promises less than it keeps: with 30, one of 815 complexes ended 50 in χ² above its optimum."""

_MUCH_WEIGHT = 100.0
"""Weight (`qsospec_duck.fitting.column_weights`) from which on no fit without a Gaussian is tried, unless all weigh
more. Of 236 times that fits to 218 real spectra could do without one, the lightest such weighed 57 once, else below
15."""

_WORTH_WEIGHING = 3
"""Removals from which on it is cheaper to weigh them than to try all."""

_BESIDE_THE_CORE = np.array([
    (1.0, 2.2, -0.2), (1.4, 1.6, 0.0), (1.4, 2.5, -0.5), (1.4, 2.0, 0.2),
    (1.0, 0.6, -0.1), (1.0, 4.0, -0.5), (1.0, 1.6, 0.3), (1.0, 1.6, -0.5),
])  # fmt: skip
"""Where a wing starts: by how much its core shrinks, its FWHM relative to the core's, and its shift [1000 km/s]."""

_SHRINK, _WIDEN, _SHIFT = np.log(_BESIDE_THE_CORE[:, 0]), np.log(_BESIDE_THE_CORE[:, 1]), _BESIDE_THE_CORE[:, 2]
"""The same of ln FWHM and velocity."""

_SPREAD_STARTS = 24
"""Further starts with a wing, spread over all shapes: of 130 fits to real spectra, 11 % end more than 2 above the best
χ² that is known, and 29 % of those that start at four places beside the core only."""

_OTHER_WIDTHS = (0.15, 0.5, 0.85)
"""Where a component with another profile starts, as fractions of its band of ln FWHM."""


def prune(pixels: LinePixels, fit: LineFit, trials: list[Trial]) -> LineFit:
    """The fit without the Gaussians that it can do without.

    Of those that could go, the one without which the fit is best is archived; others are given up on the way, or not
    tried where they weigh too much.
    """
    while True:
        best: tuple[LineFit, Removal] | None = None
        for removal in _promising(pixels, fit):
            limit = math.inf if best is None else best[0].chi2 + _PATIENCE
            poorer = pixels.refit(pixels.seen(removal.model), fit.optimum.theta[removal.slots][None, :], limit)
            if best is None or poorer.chi2 < best[0].chi2:
                best = poorer, removal
        if best is None:
            return fit
        poorer, removal = best
        accepted = poorer.chi2 - fit.chi2 < WORTH_CHI2
        trials.append(poorer.as_trial(f"without {removal.gone}", accepted=accepted))
        if not accepted:
            return fit
        fit = poorer


def _promising(pixels: LinePixels, fit: LineFit) -> Sequence[Removal]:
    """What may be taken away from a fit; of many Gaussians those that do not weigh much, the lightest first."""
    every = removals(fit.components)
    if len(every) < _WORTH_WEIGHING:
        return every
    optimum = fit.optimum
    low, high, _ = optimum.program.bounds
    weights = column_weights(
        pixels.x, pixels.inverse_sigma, optimum.theta, optimum.amplitudes, optimum.program.tables,
        optimum.shapes_in_use, low, high,
    ).tolist()  # fmt: skip
    weighed = sorted((max(weights[column] for column in one.columns), place) for place, one in enumerate(every))
    return [every[place] for weight, place in weighed if weight < _MUCH_WEIGHT or place == weighed[0][1]]


def try_alternatives(
    pixels: LinePixels, fit: LineFit, offered: Components, trials: list[Trial]
) -> tuple[LineFit, list[str]]:
    """The fit with one Lorentzian in place of the Gaussians of a profile, where it is as good with fewer parameters.

    Also the names of what took a place, ``lorentzian hb_broad``.
    """
    taken = []
    for recipe in offered:
        other = None if recipe.alternative is None else _in_its_place(fit.components, recipe)
        if other is None:
            continue
        single = pixels.fit(other.components, other.starts(fit.optimum.theta))
        # As for a Gaussian: fewer parameters are taken where χ² rises by less than their number.
        saved = fit.optimum.n_parameters - single.optimum.n_parameters
        accepted = single.chi2 < fit.chi2 + max(saved, 0)
        name = f"{recipe.alternative} {recipe.name}"
        trials.append(single.as_trial(name, accepted=accepted))
        if accepted:
            fit = single
            taken.append(name)
    return fit, taken


def add_optional(
    pixels: LinePixels, fit: LineFit, optional: Components, trials: list[Trial],
    *, delta_chi2: float, min_snr: float,
) -> tuple[LineFit, list[str]]:  # fmt: skip
    """The fit with the optional components that earn their place, and their names.

    Parameters
    ----------
    delta_chi2, min_snr : float
        By how much one must lower χ², and what it must show as flux over error.
    """
    taken = []
    while optional:
        # The one that explains most comes first: a wing of [O III] must not stand in for a missing He II.
        candidates = []
        for component in optional:
            components, starts = (*fit.components, component), _starts_with(fit, component)
            if len(starts) == 1:
                richer = pixels.fit(components, starts)
            else:
                richer = pixels.search(components, starts, _wing_and_cores(components))
            if _earns_its_place(pixels, richer, fit, component, delta_chi2, min_snr):
                candidates.append((richer.bic, component, richer))
            else:
                trials.append(richer.as_trial(f"with {component.name}", accepted=False))
        if not candidates:
            break
        _, best, fit = min(candidates, key=lambda candidate: candidate[0])
        optional = tuple(component for component in optional if component is not best)
        trials.append(fit.as_trial(f"with {best.name}", accepted=True))
        taken.append(best.name)
    return fit, taken


@dataclass(frozen=True, eq=False)
class _Replacement:
    """Components of which one has another profile, and starts of their fit."""

    components: Components
    source: IntArray
    """(n_par,) for each shape its place among those before; -1 for a new one."""

    new: FloatArray
    """(n_start, n_par) where new shapes start."""

    low: FloatArray
    high: FloatArray

    def starts(self, theta: FloatArray) -> FloatArray:
        """(n_start, n_par): the others as they stand, the one with another profile at several widths."""
        rows = np.where(self.source >= 0, theta[self.source], self.new)
        return np.minimum(np.maximum(rows, self.low), self.high)


@cache
def _in_its_place(components: Components, recipe: ComponentRecipe) -> _Replacement | None:
    """The alternative of one component among others; ``None`` where it is not among them."""
    place = next((i for i, one in enumerate(components) if one.name == recipe.name), None)
    if place is None or recipe.alternative is None:
        return None
    band = (recipe.fwhm[0][0], _WIDEST_LORENTZIAN)
    single = replace(recipe, fwhm=(band,), profile=recipe.alternative, alternative=None)
    others = (*components[:place], single, *components[place + 1 :])
    before = {parameter.name: slot for slot, parameter in enumerate(compile_complex(components).program.parameters)}
    program = compile_complex(others).program
    own = {f"{single.name}_fwhm": math.log(band[0]), f"{single.name}_velocity": 0.0}
    rows = [
        [
            parameter.start if parameter.name not in own
            else own[parameter.name] + (fraction * math.log(band[1] / band[0]) if parameter.kind == "fwhm" else 0.0)
            for parameter in program.parameters
        ]
        for fraction in _OTHER_WIDTHS
    ]  # fmt: skip
    source = [-1 if parameter.name in own else before.get(parameter.name, -1) for parameter in program.parameters]
    return _Replacement(others, np.array(source), np.array(rows), program.low, program.high)


def _starts_with(simpler: LineFit, component: ComponentRecipe) -> FloatArray:
    """Starts of a fit with one more component: the simpler optimum and it; for a wing, others as well."""
    program = compile_complex((*simpler.components, component)).program
    old = simpler.optimum.theta
    core = _core_of(simpler.model, component)
    # Beside a core stands one Gaussian with a width and a velocity of its own.
    if len(program.parameters) != old.size + 2 or not core:
        return np.concatenate([old, program.start[old.size :]])[None, :]
    beside = np.empty((len(_SHRINK), program.low.size))
    beside[:, :-2] = old
    beside[:, core[0].fwhm_slot] -= _SHRINK
    beside[:, -2] = old[core[0].fwhm_slot] + _WIDEN
    beside[:, -1] = old[core[0].velocity_slot] + _SHIFT
    beside = np.minimum(np.maximum(beside, program.low), program.high)
    return np.concatenate([beside, spread_starts((*simpler.components, component), _SPREAD_STARTS)])


@cache
def _wing_and_cores(components: Components) -> tuple[tuple[int, int], ...]:
    """Places of the width of the last component, where that is a wing, and of that of each core beside it."""
    if components[-1].role != "wing":
        return ()
    model = compile_complex(components)
    cores = {core.fwhm_slot for core in _core_of(model, components[-1])}
    return tuple((model.gaussians[-1].fwhm_slot, core) for core in sorted(cores))


def _core_of(model: ComplexModel, component: ComponentRecipe) -> list[Gaussian]:
    """Narrow Gaussians of a model at the lines of a component."""
    return [one for one in model.gaussians if one.role == "narrow" and one.line_id in component.lines]


def _earns_its_place(
    pixels: LinePixels, richer: LineFit, simpler: LineFit, component: ComponentRecipe,
    delta_chi2: float, min_snr: float,
) -> bool:  # fmt: skip
    """Whether an optional component is significant and, for a wing, broader than the core beside it."""
    if simpler.chi2 - richer.chi2 < delta_chi2:
        return False
    optimum = richer.optimum
    products = normal_products(optimum, pixels.x, pixels.inverse_sigma)
    covariance, _ = covariance_of(optimum, products)
    n_par = optimum.theta.size
    errors = amplitude_errors(optimum, covariance, products[n_par:, n_par:])

    def is_significant(column: int) -> bool:
        return bool(errors[column] > 0 and optimum.amplitudes[column] >= min_snr * errors[column])

    added = range(len(simpler.model.program.columns), len(richer.model.program.columns))
    if not any(is_significant(column) for column in added):
        return False
    if component.role != "wing":
        return True
    # A wing stands beside a core; one that replaced it is the core under another name.
    is_broader = all(optimum.theta[wing] > optimum.theta[core] for wing, core in _wing_and_cores(richer.components))
    return is_broader and all(is_significant(core.column) for core in _core_of(richer.model, component))
