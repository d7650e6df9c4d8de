"""A line complex as a program: its Gaussians, and where their numbers stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from qsospec_duck.models.lines import line
from qsospec_duck.models.lorentzian import lorentzian_gaussians
from qsospec_duck.models.program import VELOCITY_UNIT, Kind, Parameter, Program, Term, compile_program
from qsospec_duck.models.recipes import ComponentRecipe


@dataclass(frozen=True)
class Gaussian:
    """One Gaussian of one line, and where its numbers stand in a program."""

    name: str
    """``hb_broad_1``, ``oiii5008_wing``."""

    line_id: str
    role: str
    column: int
    ratio: float
    fwhm_slot: int
    velocity_slot: int
    log_width: float = 0.0
    """ln of its FWHM relative to what its slot says; not 0 where it is part of a Lorentzian."""


@dataclass(frozen=True, eq=False)
class ComplexModel:
    """A recipe compiled for one set of covered components."""

    components: tuple[ComponentRecipe, ...]
    program: Program
    gaussians: tuple[Gaussian, ...]

    @cached_property
    def by_role(self) -> dict[tuple[str, str], list[Gaussian]]:
        """Gaussians of every line in every role."""
        found: dict[tuple[str, str], list[Gaussian]] = {}
        for gaussian in self.gaussians:
            found.setdefault((gaussian.line_id, gaussian.role), []).append(gaussian)
        return found


@cache
def compile_complex(components: tuple[ComponentRecipe, ...]) -> ComplexModel:
    """Terms, parameters and Gaussians of some components of a recipe."""
    parameters: list[Parameter] = []
    slots: dict[str, tuple[int, int]] = {}
    columns: list[str] = []
    terms: list[Term] = []
    gaussians: list[Gaussian] = []
    for component in components:
        for number, band in enumerate(component.fwhm, start=1):
            suffix = f"_{number}" if component.count > 1 else ""
            group = component.kinematics or f"{component.name}{suffix}"
            if group not in slots:
                slots[group] = (len(parameters), len(parameters) + 1)
                parameters += _shape_parameters(group, band, component.velocity, number > 1, number < component.count)
            fwhm_slot, velocity_slot = slots[group]
            column = len(columns)
            columns.append(f"{component.name}{suffix}")
            for line_id, ratio in zip(component.lines, component.ratios, strict=True):
                name = f"{line_id}_{component.role}{suffix}"
                for share, width in _profile(component):
                    log_width = float(np.log(width))
                    gaussians.append(
                        Gaussian(
                            name, line_id, component.role, column, ratio * share, fwhm_slot, velocity_slot, log_width
                        )
                    )
                    constants = (float(np.log(line(line_id).wavelength)), ratio * share)
                    slots_of_term = (fwhm_slot, velocity_slot)
                    terms.append(Term(Kind.LINE, column, slots_of_term, constants, log_width=log_width))
    return ComplexModel(components, compile_program(parameters, columns, terms), tuple(gaussians))


def _profile(component: ComponentRecipe) -> tuple[tuple[float, float], ...]:
    """(share, relative FWHM) of the Gaussians that make one line of a component."""
    return lorentzian_gaussians() if component.profile == "lorentzian" else ((1.0, 1.0),)


def _shape_parameters(
    group: str, band: tuple[float, float], velocity: tuple[float, float], soft_low: bool, soft_high: bool
) -> list[Parameter]:
    low, high = np.log(band[0]), np.log(band[1])
    v_low, v_high = velocity[0] / VELOCITY_UNIT, velocity[1] / VELOCITY_UNIT
    return [
        Parameter(f"{group}_fwhm", float(0.5 * (low + high)), float(low), float(high), "fwhm", soft_low, soft_high),
        Parameter(f"{group}_velocity", float(np.clip(0.0, v_low, v_high)), v_low, v_high, "velocity"),
    ]
