"""Starting points of the search for a complex's shapes: a grid over widths and velocities, and points spread evenly.

χ² of a sum of Gaussians has many minima in widths and velocities, but none in amplitudes. So the shapes of each
group of components that share width and velocity are laid out on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.program import VELOCITY_UNIT, IntArray
from qsospec_duck.models.recipes import ComponentRecipe


@dataclass(frozen=True, eq=False)
class ShapeGrid:
    """Shapes at which a search tries each group of a model's components."""

    slots: IntArray
    """(n_group, 2): fwhm slot and velocity slot of each group in the model."""

    shapes: FloatArray
    """(n_option, 2): θ of width and velocity, the options of one group after those of another; widths, then
    velocities."""

    options: IntArray
    """(n_group, 2): first option of each group, and how many it has."""

    n_velocities: IntArray
    """(n_group,) velocities at each width."""

    group_of: IntArray
    """(n_col,) group of each column of the model."""

    partners: IntArray
    """(n_pair, 2): groups that describe one profile together."""

    @cached_property
    def tables(self) -> tuple[FloatArray, tuple[IntArray, ...]]:
        """Shapes and indices, as the compiled search takes them."""
        return self.shapes, (self.slots, self.options, self.n_velocities, self.group_of, self.partners)


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
    partners = [(a, b) for b in range(len(groups)) for a in range(b) if profiles[a] & profiles[b]]
    group_of = [
        next(groups.index((g.fwhm_slot, g.velocity_slot)) for g in model.gaussians if g.column == j)
        for j in range(len(program.columns))
    ]
    counts = np.array([len(of_group) for of_group in shapes])
    return ShapeGrid(
        np.array(groups), np.concatenate(shapes), np.stack([np.cumsum(counts) - counts, counts], axis=1),
        np.array(n_velocities), np.array(group_of), np.array(partners, dtype=np.int64).reshape(-1, 2),
    )  # fmt: skip


@cache
def spread_starts(components: tuple[ComponentRecipe, ...], n_starts: int) -> FloatArray:
    """Starts spread over the bounds, shape (n_start, n_par), densest where lines are: narrow, and at the redshift.

    Halton's sequence (1960, Numer. Math. 2, 84): coordinate k of point n is n written in the k-th prime as base,
    mirrored at the point. Of the range of ln FWHM a start takes the square of its coordinate, and of the range of
    velocities the signed square of its way from the middle. In 866 searches twelve such starts missed 1.2 % of the
    optima that 30 random starts find, and twelve spread evenly 1.8 %.
    """
    program = compile_complex(components).program
    primes = _primes(program.low.size)
    fractions = np.array([[_mirrored(n, base) for base in primes] for n in range(1, n_starts + 1)])
    fractions = fractions.reshape(n_starts, program.low.size)
    from_middle = 2.0 * fractions - 1.0
    is_width = np.array([parameter.kind == "fwhm" for parameter in program.parameters])
    dense = np.where(is_width, fractions**2, 0.5 + 0.5 * from_middle * np.abs(from_middle))
    return program.low + (program.high - program.low) * dense


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
