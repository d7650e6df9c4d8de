"""Shapes of line components that ended on a bound, and whether anybody need mind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from qsospec_duck.fitting.complex_model import Gaussian, compile_complex
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.profile_bounds import MOST
from qsospec_duck.fitting.result import FitWarning
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.recipes import ComponentRecipe

DETECTED_SIGMA = 3.0
"""Flux over error from which on a component, or the sum of a profile, is detected."""


def judge_bounds(stage: ComplexStage, solution: Solution) -> list[FitWarning]:
    """Shapes on a bound, for components that are detected.

    Where several Gaussians share one broad profile, their single velocities are only a way to describe it: such a
    bound is a nuisance, and so is one of a faint line beside those for which the complex is fitted.
    """
    optimum = solution.optimum
    on_bound = np.flatnonzero(optimum.at_bound).tolist()
    if not on_bound:
        return []
    components = stage.model.components
    published = _published_shapes(components, stage.recipe.required)
    detected = _detected(solution) | _withheld(components, solution)
    found = []
    for slot in on_bound:
        if slot in detected:
            parameter = optimum.program.parameters[slot]
            value = parameter.physical(float(optimum.theta[slot]))
            code = "parameter_at_bound" if slot in published else "nuisance_at_bound"
            found.append(
                warn(
                    code, "complex", f"{parameter.name} ended on its bound, {value:.5g} km/s.",
                    recipe_id=stage.recipe.recipe_id, parameter=parameter.name, value=value,
                    profiles=list(_profiles_of(components, slot)),
                )
            )  # fmt: skip
    return found


def _detected(solution: Solution) -> set[int]:
    """Slots that some column has which is significant by itself."""
    is_significant = (solution.optimum.amplitudes > DETECTED_SIGMA * solution.amplitude_errors).tolist()
    return {slot for slot, column in solution.optimum.program.derivative_of.tolist() if is_significant[column]}


def _withheld(components: tuple[ComponentRecipe, ...], solution: Solution) -> set[int]:
    """Slots on a bound that hold most of the flux of a detected profile, whose shape is therefore not published.

    No Gaussian of it need be significant by itself.
    """
    at_bound, amplitudes = solution.optimum.at_bound.tolist(), solution.optimum.amplitudes.tolist()
    found: set[int] = set()
    for profile in _profiles(components):
        for shapes in (profile.widths, profile.velocities):
            slots = {slot for slot, _ in shapes if at_bound[slot]}
            if slots:
                held = sum(amplitudes[column] for column in sorted({c for slot, c in shapes if slot in slots}))
                total = sum(amplitudes[column] for column in profile.columns)
                if held > MOST * total and total > DETECTED_SIGMA * _error_of_sum(solution, profile.columns):
                    found |= slots
    return found


def _error_of_sum(solution: Solution, columns: tuple[int, ...]) -> float:
    """Error of the sum of some amplitudes."""
    places = solution.optimum.theta.size + np.array(columns)
    return math.sqrt(max(float(solution.covariance[places[:, None], places].sum()), 0.0))


@dataclass(frozen=True, eq=False)
class _Profile:
    """What the Gaussians of a line in one role take from the fit."""

    columns: tuple[int, ...]
    widths: tuple[tuple[int, int], ...]
    """(FWHM slot, column) of each Gaussian."""

    velocities: tuple[tuple[int, int], ...]
    """(velocity slot, column) of each Gaussian."""


@cache
def _profiles(components: tuple[ComponentRecipe, ...]) -> tuple[_Profile, ...]:
    return tuple(
        _Profile(
            tuple(sorted({one.column for one in members})),
            tuple((one.fwhm_slot, one.column) for one in members),
            tuple((one.velocity_slot, one.column) for one in members),
        )
        for members in _members(components).values()
    )


@cache
def _published_shapes(components: tuple[ComponentRecipe, ...], required: tuple[str, ...]) -> frozenset[int]:
    """Slots that shape a required line by themselves: its widths, and the velocity of a single Gaussian."""
    found: set[int] = set()
    for (line_id, _), members in _members(components).items():
        if line_id in required:
            found |= {one.fwhm_slot for one in members}
            if len({(one.fwhm_slot, one.velocity_slot) for one in members}) == 1:
                found.add(members[0].velocity_slot)
    return frozenset(found)


@cache
def _profiles_of(components: tuple[ComponentRecipe, ...], slot: int) -> tuple[str, ...]:
    """Lines with their roles that a slot shapes, ``hb_narrow``: ties may make them many."""
    shaped = (
        f"{line_id}_{role}"
        for (line_id, role), members in _members(components).items()
        if any(slot in (one.fwhm_slot, one.velocity_slot) for one in members)
    )
    return tuple(sorted(shaped))


@cache
def _members(components: tuple[ComponentRecipe, ...]) -> dict[tuple[str, str], list[Gaussian]]:
    """Gaussians of every line in every role."""
    found: dict[tuple[str, str], list[Gaussian]] = {}
    for gaussian in compile_complex(components).gaussians:
        found.setdefault((gaussian.line_id, gaussian.role), []).append(gaussian)
    return found
