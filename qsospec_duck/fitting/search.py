"""The search for the best shapes of a line complex.

Many starts are polished by the solver, those that promise nothing are given up, and from the best optimum moves are
tried: one group of components at a time goes to other points of its grid (the ones where χ² would fall most, no two
of them neighbours), to the mirror image of its velocity, or trades velocities with another Gaussian of its profile.
What is best after a round is moved from again; where a round brings nothing, the second-best optimum has its turn.
All of it is deterministic.
"""

from __future__ import annotations

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.amplitudes import solve_amplitudes
from qsospec_duck.fitting.covariance import ROUGH, Optimum, bare_columns, optimise
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.fitting.solver import minimise_each
from qsospec_duck.fitting.starts import (
    ComplexModel,
    compile_complex,
    descended_starts,
    falls_of_moving,
    grid_moments,
    shape_grid,
    spread_starts,
)
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComponentRecipe

SPREAD_STARTS = 28
"""Starts spread over the bounds beside those from the grid."""

MAX_ROUNDS = 8
"""Rounds of moves."""

SECOND_CHANCES = 1
"""Rounds of moves from another optimum than the best."""

CHANCE_CHI2 = 30.0
"""Such an optimum lies at most this far above the best."""

GRID_MOVES = 6
"""Grid points of a group that are tried in a round."""

MOVES_A_ROUND = 12
"""Grid points of all groups that are tried in a round."""

POLISH_TOLERANCE = 0.1
"""Starts and moves are polished until a step promises less than this in χ²; only the best goes further."""

POLISH_STEPS = 40

FINALISTS = 6
"""Optima on averaged pixels that all pixels decide between."""

FINAL_CHI2 = 10.0
"""They lie at most this far above the best."""

FINAL_STEPS = 15
"""Steps on all pixels before that decision."""

PATIENCE = 20.0
"""A polish is given up that cannot be expected to end below the best χ² plus this."""

SAME_CHI2 = 0.3
"""Optima closer in χ² than this count as one."""


CELLS_A_WIDTH = 4.0
"""The search sees pixels averaged to this many cells over the narrowest FWHM that the recipe allows there."""

FINEST_CELL = 90.0
"""Narrowest cell [km/s]: a third of a narrow line as spectrographs see it."""

NARROW_FWHM = 500.0
"""A line is looked at in fine cells where its recipe allows a FWHM below this [km/s]."""


class ShapeSearch:
    """Search for the best shapes of one complex on some pixels."""

    def __init__(
        self, components: tuple[ComponentRecipe, ...], x: FloatArray, flux: FloatArray, inverse_sigma: FloatArray,
        model: ComplexModel | None = None,
    ) -> None:  # fmt: skip
        self.model = model or compile_complex(components)
        self.grid = shape_grid(components)
        self.spread = spread_starts(components, SPREAD_STARTS)
        self._everything = x, inverse_sigma, flux
        self.x, self.inverse_sigma, flux = _binned(x, inverse_sigma, flux, _cells(components, x))
        self.y = self.inverse_sigma * flux
        m = self.grid.n_columns
        self.columns, self.G, self.b = np.zeros((m, self.x.size)), np.empty((m, m)), np.empty(m)
        grid_moments(self.x, self.inverse_sigma, self.y, self.grid.lines, self.columns, self.G, self.b)
        self._ends: list[tuple[float, FloatArray]] = []
        self._moved_from: list[float] = []

    def optimum(self) -> Optimum:
        """The best optimum that the search finds."""
        self._polish(descended_starts(self.model, self.grid, self.G, self.b), np.inf)
        self._polish(self.spread, PATIENCE)
        chances = SECOND_CHANCES
        for _ in range(MAX_ROUNDS):
            end = self._next()
            if end is None or end[0] > self._ends[0][0] + CHANCE_CHI2:
                break
            if end is not self._ends[0]:
                if chances == 0:
                    break
                chances -= 1
            self._moved_from.append(end[0])
            self._polish(self._moves(end[1]), PATIENCE)
        return optimise(
            self.model.program, *self._everything, self._finalists(), short_iterations=FINAL_STEPS, tolerance=ROUGH
        )

    def _finalists(self) -> FloatArray:
        """The best ends, no two of them the same, which all pixels then decide about; shape (n_end, n_par)."""
        chosen: list[tuple[float, FloatArray]] = []
        for end in self._ends:
            if len(chosen) == FINALISTS or end[0] > self._ends[0][0] + FINAL_CHI2:
                break
            if all(abs(end[0] - chi2) > SAME_CHI2 for chi2, _ in chosen):
                chosen.append(end)
        return np.array([theta for _, theta in chosen])

    def _polish(self, starts: FloatArray, patience: float) -> None:
        """Run the solver from every start and note where it ends, best first."""
        program = self.model.program
        thetas, chi2 = np.clip(starts, program.low, program.high), np.empty(len(starts))
        minimise_each(
            (self.x, self.inverse_sigma, self.y), program.bounds, program.no_prior, program.tables, thetas, chi2,
            len(program.columns), self._ends[0][0] if self._ends else np.inf, patience, POLISH_STEPS, POLISH_TOLERANCE,
        )  # fmt: skip
        self._ends += zip(chi2.tolist(), thetas, strict=True)
        self._ends.sort(key=lambda end: end[0])

    def _next(self) -> tuple[float, FloatArray] | None:
        """The best end that was not moved from."""
        for end in self._ends:
            if all(abs(end[0] - chi2) > SAME_CHI2 for chi2 in self._moved_from):
                return end
        return None

    def _moves(self, theta: FloatArray) -> FloatArray:
        """Shapes to try instead, shape (n_move, n_par)."""
        columns = bare_columns(self.model.program, self.x, self.inverse_sigma, theta)
        cross = self.columns @ columns.T
        moments, projections = columns @ columns.T, columns @ self.y
        ranked: list[tuple[float, int, int]] = []
        for group, shapes in enumerate(self.grid.shapes):
            falls = np.empty(len(shapes))
            falls_of_moving(
                self.G, self.b, cross, moments, projections, self.grid.group_of, self.grid.first, group, falls
            )  # fmt: skip
            ranked += [(-falls[option], group, option) for option in self._apart(group, falls)]
        rows = []
        for _, group, option in sorted(ranked)[:MOVES_A_ROUND]:
            row = theta.copy()
            row[list(self.grid.groups[group])] = self.grid.shapes[group][option]
            rows.append(row)
        amplitudes, passive = np.empty(len(columns)), np.ones(len(columns), dtype=bool)
        solve_amplitudes(moments, projections, amplitudes, passive)
        alive = set(self.grid.group_of[amplitudes > 0].tolist())
        return np.array(rows + self._mirrored(theta, alive) + self._traded(theta))

    def _apart(self, group: int, falls: FloatArray) -> list[int]:
        """Grid points of a group by their fall of χ², none beside one that is taken already."""
        n_velocity = self.grid.n_velocities[group]
        left = falls.reshape(-1, n_velocity).copy()
        taken: list[int] = []
        while len(taken) < GRID_MOVES:
            option = int(np.argmax(left))
            i, j = divmod(option, n_velocity)
            if left[i, j] == -np.inf:
                break
            taken.append(option)
            left[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2] = -np.inf
        return taken

    def _mirrored(self, theta: FloatArray, alive: set[int]) -> list[FloatArray]:
        """Each group with flux at the opposite velocity, or far from 0 where it stands near 0."""
        low, high = self.model.program.low, self.model.program.high
        rows = []
        for group in sorted(alive):
            slot = self.grid.groups[group][1]
            reach = 0.5 * (high[slot] - low[slot])
            row = theta.copy()
            row[slot] = -theta[slot] if abs(theta[slot]) > 0.2 * reach else 0.5 * reach * (-1 if theta[slot] > 0 else 1)
            rows.append(row)
        return rows

    def _traded(self, theta: FloatArray) -> list[FloatArray]:
        """Two Gaussians of one profile with their velocities exchanged."""
        rows = []
        for a, b in self.grid.partners:
            slots = [self.grid.groups[a][1], self.grid.groups[b][1]]
            row = theta.copy()
            row[slots] = theta[slots[::-1]]
            rows.append(row)
        return rows


def _cells(components: tuple[ComponentRecipe, ...], x: FloatArray) -> FloatArray:
    """(n,) width of the cell in which the search averages each pixel, in ln λ."""
    narrow = [component for component in components if component.fwhm[0][0] < NARROW_FWHM]
    broad = [component for component in components if component.fwhm[0][0] >= NARROW_FWHM]
    coarse = min((component.fwhm[0][0] for component in broad), default=np.inf) / CELLS_A_WIDTH
    fine = max(min((component.fwhm[0][0] for component in narrow), default=np.inf) / CELLS_A_WIDTH, FINEST_CELL)
    cells = np.full(x.size, min(coarse, NARROW_FWHM))
    for component in narrow:
        low, high = component.velocity
        for line_id in component.lines:
            velocity = (x - np.log(line(line_id).wavelength)) * C_KMS
            near = (velocity > low - NARROW_FWHM) & (velocity < high + NARROW_FWHM)
            cells[near] = np.minimum(cells[near], fine)
    return cells / C_KMS


def _binned(
    x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray, cells: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Inverse-variance means over cells of ln λ, or the pixels as they are where cells would hold fewer than 1.5."""
    steps = np.diff(x, prepend=x[0]) / cells
    begins = np.flatnonzero(np.diff(np.floor(np.cumsum(steps)), prepend=-1.0))
    if 1.5 * begins.size > x.size:
        return x, inverse_sigma, flux
    ivar = inverse_sigma**2
    total = np.add.reduceat(ivar, begins)
    mean_x = np.add.reduceat(ivar * x, begins) / total
    mean_flux = np.add.reduceat(ivar * flux, begins) / total
    return mean_x, np.sqrt(total), mean_flux
