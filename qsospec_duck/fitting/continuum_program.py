"""The terms of a continuum: power law with what reddens or bends it, Fe II, Fe III, polynomial, Balmer emission."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from qsospec_duck.fitting.assumed_balmer import ASSUMED_SHAPES
from qsospec_duck.fitting.config import Band, ContinuumConfig, IronConfig
from qsospec_duck.models.bank import TemplateBank, balmer_bank, group_banks, template_bank
from qsospec_duck.models.line_groups import is_line_list
from qsospec_duck.models.polynomials import HELD_WIDTH, bernstein_bank, legendre_bank
from qsospec_duck.models.program import VELOCITY_UNIT, IntArray, Kind, Parameter, Program, Term, compile_program
from qsospec_duck.models.reddening_law import reddening_bank

FAMILIES = ("power_law", "iron_uv", "iron_optical", "iron_iii", "polynomial", "balmer")
"""Components as they are published; a family may have several columns, as Fe II in groups has."""

LAW_FAMILIES = ("power_law", "polynomial")
"""Families that make the flux and luminosity of a continuum; norms are flux densities, of all others fluxes."""

_START_FWHM = 3000.0
"""First guess of every template width [km/s]."""

_START_EBV = 0.05
"""First guess of E(B-V) [mag]."""


@dataclass(frozen=True)
class Extras:
    """Parts of a continuum that are there only when asked for."""

    iron_iii: bool = False
    reddened: bool = False
    polynomial: bool = False
    span: Band = (1000.0, 13_000.0)
    """Stretch of the polynomial [Å]."""


@dataclass
class _Draft:
    """Parameters, columns and terms as they come together."""

    parameters: list[Parameter]
    columns: list[str] = field(default_factory=lambda: ["power_law"])
    terms: list[Term] = field(default_factory=list)


@cache
def family_of(column: str) -> str:
    """The family of a column or parameter by its name."""
    return next(family for family in FAMILIES if column.startswith(family))


@cache
def columns_of(program: Program, families: tuple[str, ...]) -> IntArray:
    """Columns of a continuum's program that belong to some families."""
    return np.array([i for i, name in enumerate(program.columns) if family_of(name) in families], dtype=np.int64)


@cache
def rows_of(program: Program, families: tuple[str, ...]) -> IntArray:
    """Parameters that belong to some families, as rows of the Jacobian: shapes, then amplitudes; none is shared."""
    columns = columns_of(program, families)
    slots = {slot for slot, column in program.derivative_of.tolist() if column in columns}
    return np.array([*sorted(slots), *(len(program.parameters) + columns)], dtype=np.int64)


@cache
def continuum_program(
    config: ContinuumConfig, power_law: str, iron_uv: bool, iron_optical: bool, balmer: str, extras: Extras = Extras()
) -> Program:
    """The continuum's terms for one choice of power law and of components.

    Parameters
    ----------
    config : ContinuumConfig
    power_law : str
        ``single`` or ``broken``.
    iron_uv, iron_optical : bool
        Whether Fe II is there.
    balmer : str
        As `qsospec_duck.fitting.assumed_balmer.balmer_role` names it.
    extras : Extras
    """
    draft = _power_law(config, power_law)
    _add_warps(draft, config, extras)
    for name, covered in (("iron_uv", iron_uv), ("iron_optical", iron_optical), ("iron_iii", extras.iron_iii)):
        if covered:
            iron: IronConfig = getattr(config, name)
            _add_banks(draft, name, iron_banks(iron), iron.fwhm_bounds, iron.velocity_bounds)
    if extras.polynomial and config.polynomial.mode == "add":
        _add_polynomial(draft, config.polynomial.degree, extras.span)
    if balmer != "absent":
        own = config.balmer
        bank = balmer_bank(own.table, own.lowest_level, own.edge, own.temperature, own.tau_edge, *own.fwhm_bounds)
        fwhm_bounds, velocity_bounds = ASSUMED_SHAPES if balmer == "assumed" else (own.fwhm_bounds, own.velocity_bounds)
        _add_banks(draft, "balmer", (("", bank),), fwhm_bounds, velocity_bounds)
    return compile_program(draft.parameters, draft.columns, draft.terms)


def iron_banks(iron: IronConfig) -> tuple[tuple[str, TemplateBank], ...]:
    """Banks of a template by the ending of their column's name: one without an ending, or one a group."""
    if is_line_list(iron.template):
        groups = group_banks(iron.template, iron.temperature, *iron.fwhm_bounds)
        return tuple((f"_{name}", bank) for name, bank in groups)
    return (("", template_bank(iron.template, *iron.fwhm_bounds)),)


def iron_coverage(iron: IronConfig) -> Band:
    """Wavelengths [Å] between which a template, or its groups together, live."""
    bands = [bank.coverage for _, bank in iron_banks(iron)]
    return min(band[0] for band in bands), max(band[1] for band in bands)


def _power_law(config: ContinuumConfig, power_law: str) -> _Draft:
    low, high = config.power_law.slope_bounds
    constants = (np.log(config.power_law.pivot), np.log(config.power_law.break_wavelength))
    parameters = [Parameter("power_law_slope", -1.5, low, high, "slope")]
    if power_law == "broken":
        parameters.append(Parameter("power_law_slope_red", -1.5, low, high, "slope"))
        return _Draft(parameters, terms=[Term(Kind.BROKEN, 0, (0, 1), constants)])
    return _Draft(parameters, terms=[Term(Kind.POWER, 0, (0, -1), constants)])


def _add_warps(draft: _Draft, config: ContinuumConfig, extras: Extras) -> None:
    """What multiplies the power law."""

    def add(parameter: Parameter, bank: TemplateBank) -> None:
        draft.terms.append(Term(Kind.WARP, 0, (len(draft.parameters), -1), bank=bank))
        draft.parameters.append(parameter)

    if extras.reddened:
        low, high = config.reddening.ebv_bounds
        start = float(np.clip(_START_EBV, low, high))
        # No dust is a value like any other: there the error says how much may hide.
        ebv = Parameter("power_law_ebv", start, low, high, "ebv", soft_low=low == 0.0)
        add(ebv, reddening_bank(config.reddening.law))
    if extras.polynomial and config.polynomial.mode == "multiply":
        low, high = config.polynomial.bend_bounds
        for order in range(2, config.polynomial.degree + 1):
            bend = Parameter(f"power_law_bend_{order}", float(np.clip(0.0, low, high)), low, high, "bend")
            add(bend, legendre_bank(order, extras.span))


def _add_banks(
    draft: _Draft, name: str, banks: tuple[tuple[str, TemplateBank], ...], fwhm_bounds: Band, velocity_bounds: Band
) -> None:
    """Columns of one width and one velocity."""
    slot = len(draft.parameters)
    start = float(np.log(np.clip(_START_FWHM, *fwhm_bounds)))
    low, high = (bound / VELOCITY_UNIT for bound in velocity_bounds)
    draft.parameters += [
        Parameter(f"{name}_fwhm", start, float(np.log(fwhm_bounds[0])), float(np.log(fwhm_bounds[1])), "fwhm"),
        Parameter(f"{name}_velocity", 0.0, low, high, "velocity"),
    ]
    for ending, bank in banks:
        draft.terms.append(Term(Kind.BANK, len(draft.columns), (slot, slot + 1), bank=bank))
        draft.columns.append(f"{name}{ending}")


def _add_polynomial(draft: _Draft, degree: int, span: Band) -> None:
    """Columns that are added; their width and velocity are held, since they have none."""
    slot = len(draft.parameters)
    draft.parameters += [
        Parameter("polynomial_width", HELD_WIDTH, HELD_WIDTH, HELD_WIDTH, "bend"),
        Parameter("polynomial_velocity", 0.0, 0.0, 0.0, "velocity"),
    ]
    for order in range(degree + 1):
        bank = bernstein_bank(order, degree, span)
        draft.terms.append(Term(Kind.BANK, len(draft.columns), (slot, slot + 1), bank=bank))
        draft.columns.append(f"polynomial_{order}")
