"""A model as a table of terms: what the compiled loop reads.

A model is F(λ) = Σ_j c_j A_j(λ; θ) with amplitudes c_j ≥ 0 and shape parameters θ. Each column A_j is a
sum of terms; a term has a kind, the column it adds to, the θ it depends on and its constants. Continuum
and line complexes are both such tables, so one loop serves all of them.

Units inside: x = ln λ, widths as u = ln(FWHM / km/s), velocities in 1000 km/s, so that every θ is of
order one and no step of the solver depends on the unit of the flux.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.models.bank import TemplateBank
from qsospec_duck.models.bank_levels import flatten_banks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

VELOCITY_UNIT = 1000.0
"""km/s of one unit of a velocity parameter."""


class Kind(IntEnum):
    """Kinds of terms."""

    POWER = 0
    """(λ/λ_p)^α; θ = (α)."""

    BROKEN = 1
    """(λ/λ_p)^α below the break, continued with another slope above it; θ = (α_blue, α_red)."""

    BANK = 2
    """A broadened template; θ = (u, v)."""

    LINE = 3
    """A Gaussian in ln λ of unit flux; θ = (u, v)."""

    WARP = 4
    """A factor exp(θ C(λ)) on what stands in its column (`qsospec_duck.models.warp`); θ = (strength)."""


@dataclass(frozen=True)
class Parameter:
    """One shape parameter θ_k."""

    name: str
    start: float
    low: float
    high: float
    kind: str
    """``slope``, ``fwhm`` (θ is ln km/s), ``velocity`` (θ is in 1000 km/s), ``ebv`` (mag) or ``bend``."""

    soft_low: bool = False
    """The lower bound only labels: beyond it another Gaussian of the same profile takes over."""

    soft_high: bool = False
    """Likewise the upper bound."""

    def physical(self, theta: float) -> float:
        """The value that is published: a slope, or km/s."""
        if self.kind == "fwhm":
            return float(np.exp(theta))
        return theta * VELOCITY_UNIT if self.kind == "velocity" else theta


@dataclass(frozen=True)
class Term:
    """One term of one column."""

    kind: Kind
    column: int
    slots: tuple[int, int]
    """Indices of its θ; -1 where it has none."""

    constants: tuple[float, float] = (0.0, 0.0)
    """POWER and BROKEN: ln λ_pivot and ln λ_break. LINE: ln λ₀ and flux relative to the column's."""

    bank: TemplateBank | None = None

    log_width: float = 0.0
    """LINE: ln of its FWHM relative to what its θ says."""


@dataclass(frozen=True, eq=False)
class Program:
    """Terms in the arrays that the compiled loop reads."""

    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    """Name of every column."""

    terms: IntArray
    """(n_term, 5): kind, column, slot a, slot b, bank."""

    constants: FloatArray
    """(n_term, 4): those of the terms, and for LINE the variance of the line-spread function [km²/s²] and log_width."""

    derivative_of: IntArray
    """(n_derivative, 2): every θ with every column that depends on it."""

    bank_layout: IntArray
    bank_axes: FloatArray
    bank_values: FloatArray
    """All banks, as `qsospec_duck.models.bank_levels.flatten_banks` lays them out."""

    def seen_through(self, lsf_sigma: FloatArray) -> Program:
        """The same program whose lines are broadened by an instrument; widths stay those before it.

        Parameters
        ----------
        lsf_sigma : ndarray, shape (n_term,)
            σ of the line-spread function at each term [km/s]; matters for lines only.
        """
        constants = self.constants.copy()
        constants[:, 2] = lsf_sigma**2
        return replace(self, constants=constants)

    @cached_property
    def start(self) -> FloatArray:
        """(n_par,) starting θ."""
        return np.array([parameter.start for parameter in self.parameters])

    @cached_property
    def low(self) -> FloatArray:
        """(n_par,) lower bounds of θ."""
        return np.array([parameter.low for parameter in self.parameters])

    @cached_property
    def high(self) -> FloatArray:
        """(n_par,) upper bounds of θ."""
        return np.array([parameter.high for parameter in self.parameters])

    @cached_property
    def bounds(self) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
        """Lower bounds, upper bounds, and whether each θ may move, as the solver takes them."""
        return self.low, self.high, self.high > self.low

    @cached_property
    def hard_bounds(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether the lower and the upper bound of each θ hold it, instead of handing over to another Gaussian."""
        return (
            np.array([not parameter.soft_low for parameter in self.parameters]),
            np.array([not parameter.soft_high for parameter in self.parameters]),
        )

    @cached_property
    def shape_names(self) -> tuple[str, ...]:
        """(n_par,) names of all θ."""
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def published_units(self) -> tuple[NDArray[np.bool_], FloatArray]:
        """(n_par,) whether each θ is the logarithm of a width, and else the unit it is a multiple of."""
        kinds = [parameter.kind for parameter in self.parameters]
        units = [VELOCITY_UNIT if kind == "velocity" else 1.0 for kind in kinds]
        return np.array([kind == "fwhm" for kind in kinds], dtype=bool), np.array(units)

    @cached_property
    def no_prior(self) -> tuple[FloatArray, FloatArray]:
        """Means and inverse variances, all 0, of amplitudes about which nothing is known beforehand."""
        nothing = np.zeros(len(self.columns))
        return nothing, nothing

    @cached_property
    def tables(self) -> tuple[IntArray, FloatArray, IntArray, FloatArray, FloatArray]:
        """Terms, constants and banks, as the solver takes them."""
        return self.terms, self.constants, self.bank_layout, self.bank_axes, self.bank_values


def compile_program(parameters: Sequence[Parameter], columns: Sequence[str], terms: Sequence[Term]) -> Program:
    """Lay terms out in arrays."""
    dependences: dict[tuple[int, int], None] = {}
    banks: list[TemplateBank] = []
    table = np.full((len(terms), 5), -1, dtype=np.int64)
    constants = np.zeros((len(terms), 4))
    for i, term in enumerate(terms):
        dependences.update({(slot, term.column): None for slot in term.slots if slot >= 0})
        bank = -1
        if term.bank is not None:
            if term.bank not in banks:
                banks.append(term.bank)
            bank = banks.index(term.bank)
        table[i] = (term.kind, term.column, *term.slots, bank)
        constants[i, :2] = term.constants
        constants[i, 3] = term.log_width
    derivative_of = np.array(list(dependences), dtype=np.int64).reshape(-1, 2)
    layout, axes, values = flatten_banks(tuple(banks))
    return Program(tuple(parameters), tuple(columns), table, constants, derivative_of, layout, axes, values)
