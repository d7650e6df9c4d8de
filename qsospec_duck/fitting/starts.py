"""Starting points of a line complex, from the data and from the bounds.

χ² of a sum of Gaussians has many minima in widths and velocities, but none in amplitudes. So the shapes of each
group of components are laid out on a grid, and the best grid point of every group is searched by coordinate
descent: one group at a time tries all its points while the others stand, amplitudes being solved exactly each
time from moments that are computed once. Other starts are spread evenly over the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import moments, solve_amplitudes
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.evaluate import fill_line, widen
from qsospec_duck.models.lines import line
from qsospec_duck.models.lorentzian import lorentzian_gaussians
from qsospec_duck.models.program import VELOCITY_UNIT, IntArray, Kind, Parameter, Program, Term, compile_program
from qsospec_duck.models.recipes import ComponentRecipe

_BEGINNINGS = (0.5, 0.1, 0.9)
"""Where the descents begin: as fractions of each group's list of grid points."""

_MAX_SWEEPS = 8


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

    program: Program
    gaussians: tuple[Gaussian, ...]


@dataclass(frozen=True, eq=False)
class ShapeGrid:
    """Every column of a model at every shape of its group's grid."""

    lines: FloatArray
    """(n_line, 5): grid column, θ of width, θ of velocity, ln λ₀ and flux ratio of every Gaussian."""

    n_columns: int
    groups: tuple[tuple[int, int], ...]
    """(fwhm slot, velocity slot) of each group in the model."""

    shapes: tuple[FloatArray, ...]
    """(n_option, 2) θ of width and velocity, one array a group."""

    group_of: IntArray
    """(n_col,) group of each column of the model."""

    first: IntArray
    """(n_col,) grid column at which the options of a model column begin."""

    n_velocities: tuple[int, ...]
    """Velocities at each width, one number a group; a group's shapes run over widths, then velocities."""

    partners: tuple[tuple[int, int], ...]
    """Pairs of groups that describe one profile together."""


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
    return ComplexModel(compile_program(parameters, columns, terms), tuple(gaussians))


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


@cache
def shape_grid(components: tuple[ComponentRecipe, ...]) -> ShapeGrid:
    """Three widths a group, and three to seven velocities, spaced by about half of the smallest width."""
    model = compile_complex(components)
    program = model.program
    groups = tuple(dict.fromkeys((g.fwhm_slot, g.velocity_slot) for g in model.gaussians))
    shapes, n_velocities = [], []
    for fwhm_slot, velocity_slot in groups:
        width, shift = program.parameters[fwhm_slot], program.parameters[velocity_slot]
        widths = width.low + np.array([1 / 6, 1 / 2, 5 / 6]) * (width.high - width.low)
        n_shift = int(np.clip((shift.high - shift.low) * VELOCITY_UNIT / (0.5 * np.exp(widths[0])), 3, 7))
        shifts = shift.low + (np.arange(n_shift) + 0.5) / n_shift * (shift.high - shift.low)
        shapes.append(np.array([(u, v) for u in widths for v in shifts]))
        n_velocities.append(n_shift)
    profiles = [
        {(g.line_id, g.role) for g in model.gaussians if (g.fwhm_slot, g.velocity_slot) == group} for group in groups
    ]
    partners = tuple((a, b) for b in range(len(groups)) for a in range(b) if profiles[a] & profiles[b])
    lines: list[tuple[float, ...]] = []
    first, group_of, n_columns = [], [], 0
    for j in range(len(program.columns)):
        members = [gaussian for gaussian in model.gaussians if gaussian.column == j]
        group = groups.index((members[0].fwhm_slot, members[0].velocity_slot))
        group_of.append(group)
        first.append(n_columns)
        for u, v in shapes[group]:
            lines += [
                (n_columns, u + g.log_width, v, float(np.log(line(g.line_id).wavelength)), g.ratio) for g in members
            ]
            n_columns += 1
    return ShapeGrid(
        np.array(lines), n_columns, groups, tuple(shapes), np.array(group_of), np.array(first), tuple(n_velocities),
        partners,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def grid_moments(x, s, y, lines, A, G, b):
    """Fill the grid's columns ``A`` (m, n), zeros at first, and their moments ``G`` (m, m) and ``b`` (m,)."""
    n = x.size
    values = np.empty((1, n))
    span = np.empty((A.shape[0], 2), np.int64)
    span[:, 0] = n
    span[:, 1] = 0
    for t in range(lines.shape[0]):
        column = int(lines[t, 0])
        low, high = fill_line(x, s, lines[t, 1], lines[t, 2], lines[t, 3], lines[t, 4], 0.0, values, 0)
        A[column, low:high] += values[0, low:high]
        widen(span, column, low, high)
    moments(A, y, span, G, b)


@numba.njit(cache=True, nogil=True)
def descend(G, b, group_of, first, n_options, state, max_sweeps):
    """Coordinate descent over grid options.

    Parameters
    ----------
    G : ndarray, shape (m, m)
        Moments of the grid columns.
    b : ndarray, shape (m,)
    group_of, first : ndarray of int, shape (q,)
        Group of each model column, and its first grid column.
    n_options : ndarray of int, shape (n_group,)
    state : ndarray of int, shape (n_group,)
        In: first options. Out: best options.

    Returns
    -------
    float
        The fall of χ² against no lines at all.
    """
    q = group_of.size
    sub = np.empty((q, q))
    rhs = np.empty(q)
    c = np.empty(q)
    passive = np.zeros(q, np.bool_)
    index = np.empty(q, np.int64)
    best = -1.0
    for _ in range(max_sweeps):
        before = best
        for group in range(n_options.size):
            kept = state[group]
            for option in range(n_options[group]):
                state[group] = option
                for j in range(q):
                    index[j] = first[j] + state[group_of[j]]
                    rhs[j] = b[index[j]]
                for i in range(q):
                    for j in range(q):
                        sub[i, j] = G[index[i], index[j]]
                solve_amplitudes(sub, rhs, c, passive)
                fall = 0.0
                for j in range(q):
                    fall += c[j] * rhs[j]
                if fall > best * (1.0 + 1e-12):
                    best = fall
                    kept = option
            state[group] = kept
        if best <= before * (1.0 + 1e-9):
            break
    return best


@numba.njit(cache=True, nogil=True)
def falls_of_moving(G, b, cross, own, own_b, group_of, first, group, falls):
    """Fall of χ² for every grid point of one group, the other groups standing at continuous shapes.

    Parameters
    ----------
    G, b : ndarray, shape (m, m), (m,)
        Moments of the grid columns.
    cross : ndarray, shape (m, q)
        Moments between grid columns and the model's columns where they stand.
    own, own_b : ndarray, shape (q, q), (q,)
        Moments of the model's columns.
    group_of, first : ndarray of int, shape (q,)
    group : int
    falls : ndarray, shape (n_option,)
        Out.
    """
    q = group_of.size
    sub = np.empty((q, q))
    rhs = np.empty(q)
    c = np.empty(q)
    passive = np.zeros(q, np.bool_)
    for option in range(falls.size):
        for i in range(q):
            moved_i = group_of[i] == group
            gi = first[i] + option
            rhs[i] = b[gi] if moved_i else own_b[i]
            for j in range(i + 1):
                moved_j = group_of[j] == group
                gj = first[j] + option
                if moved_i and moved_j:
                    value = G[gi, gj]
                elif moved_i:
                    value = cross[gi, j]
                elif moved_j:
                    value = cross[gj, i]
                else:
                    value = own[i, j]
                sub[i, j] = value
                sub[j, i] = value
        solve_amplitudes(sub, rhs, c, passive)
        fall = 0.0
        for j in range(q):
            fall += c[j] * rhs[j]
        falls[option] = fall


def descended_starts(model: ComplexModel, grid: ShapeGrid, G: FloatArray, b: FloatArray) -> FloatArray:
    """Starts from descents on the grid, shape (n_start, n_par).

    Parameters
    ----------
    model : ComplexModel
    grid : ShapeGrid
    G, b : ndarray, shape (m, m), (m,)
        Moments of the grid columns.
    """
    n_options = np.array([len(shapes) for shapes in grid.shapes])
    rows = []
    for fraction in _BEGINNINGS:
        state = np.minimum((fraction * n_options).astype(np.int64), n_options - 1)
        descend(G, b, grid.group_of, grid.first, n_options, state, _MAX_SWEEPS)
        theta = model.program.start
        for group, option in enumerate(state):
            theta[list(grid.groups[group])] = grid.shapes[group][option]
        rows.append(theta)
    return np.unique(np.array(rows), axis=0)


@cache
def spread_starts(components: tuple[ComponentRecipe, ...], n_starts: int) -> FloatArray:
    """Starts spread evenly over the bounds, shape (n_start, n_par).

    Halton's sequence (1960, Numer. Math. 2, 84): coordinate k of point n is n written in the k-th prime as base,
    mirrored at the point.
    """
    program = compile_complex(components).program
    fractions = np.array([[_mirrored(n, base) for base in _primes(program.low.size)] for n in range(1, n_starts + 1)])
    return program.low + (program.high - program.low) * fractions


def _mirrored(number: int, base: int) -> float:
    value, scale = 0.0, 1.0 / base
    while number:
        number, digit = divmod(number, base)
        value += digit * scale
        scale /= base
    return value


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found
