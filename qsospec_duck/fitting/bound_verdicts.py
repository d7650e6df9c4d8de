"""Shapes of line components that ended on a bound, and whether anybody need mind."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.line_profiles import DETECTION_SNR
from qsospec_duck.fitting.profile_bounds import MOST
from qsospec_duck.fitting.result import FitWarning
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.recipes import ComponentRecipe


def judge_bounds(stage: ComplexStage, solution: Solution) -> list[FitWarning]:
    """Shapes on a bound, for components that are detected.

    Where several Gaussians share one broad profile, their single velocities are only a way to describe it: such a
    bound is a nuisance, and so is one of a faint line beside those for which the complex is fitted.
    """
    optimum = solution.optimum
    on_bound = optimum.at_bound.nonzero()[0].tolist()
    if not on_bound:
        return []
    components = stage.model.components
    published = _published_shapes(components, stage.recipe.required)
    detected = _detected(solution)
    at_bound, amplitudes = optimum.at_bound.tolist(), optimum.amplitudes.tolist()
    found = []
    for slot in on_bound:
        if slot in detected or _is_withheld(components, slot, solution, at_bound, amplitudes):
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
    is_significant = (solution.optimum.amplitudes > DETECTION_SNR * solution.amplitude_errors).tolist()
    return {slot for slot, column in solution.optimum.program.derivative_of.tolist() if is_significant[column]}


def _is_withheld(
    components: tuple[ComponentRecipe, ...], slot: int, solution: Solution, at_bound: list[bool],
    amplitudes: list[float],
) -> bool:  # fmt: skip
    """Whether shapes on bounds, this one among them, hold most of a detected profile, so that it is not published.

    No Gaussian of it need be significant by itself.
    """
    for profile in _profiles_with(components, slot):
        on_bound = sorted({column for other, column in profile.shapes if at_bound[other]})
        held, total = (sum(amplitudes[column] for column in columns) for columns in (on_bound, profile.columns))
        if held > MOST * total and total > DETECTION_SNR * _error_of_sum(solution, profile.columns):
            return True
    return False


def _error_of_sum(solution: Solution, columns: tuple[int, ...]) -> float:
    """Error of the sum of some amplitudes."""
    first, covariance = solution.optimum.theta.size, solution.covariance
    return math.sqrt(max(float(sum(covariance[first + i, first + k] for i in columns for k in columns)), 0.0))


class _Profile(NamedTuple):
    """The widths, or the velocities, of a line in one role."""

    columns: tuple[int, ...]
    shapes: tuple[tuple[int, int], ...]
    """(slot, column) of each Gaussian."""


@cache
def _profiles_with(components: tuple[ComponentRecipe, ...], slot: int) -> tuple[_Profile, ...]:
    """Profiles that a slot shapes."""
    found = []
    for members in compile_complex(components).by_role.values():
        columns = tuple(sorted({one.column for one in members}))
        found.append(_Profile(columns, tuple((one.fwhm_slot, one.column) for one in members)))
        found.append(_Profile(columns, tuple((one.velocity_slot, one.column) for one in members)))
    return tuple(profile for profile in found if slot in dict(profile.shapes))


@cache
def _published_shapes(components: tuple[ComponentRecipe, ...], required: tuple[str, ...]) -> frozenset[int]:
    """Slots that shape a required line by themselves: its widths, and the velocity of a single Gaussian."""
    found: set[int] = set()
    for (line_id, _), members in compile_complex(components).by_role.items():
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
        for (line_id, role), members in compile_complex(components).by_role.items()
        if any(slot in (one.fwhm_slot, one.velocity_slot) for one in members)
    )
    return tuple(sorted(shaped))
