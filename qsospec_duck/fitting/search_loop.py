"""The search for the best shapes of a line complex, compiled.

Starts come from coordinate descents on a grid of shapes (`qsospec_duck.fitting.search_moves`), and others are given.
All are polished by the solver, those that promise nothing being given up. Then moves are tried from the best end. What
is best after a round is moved from again; where a round brings nothing, the second-best end has its turn. All of it is
deterministic.

``grid`` is the tuple that `qsospec_duck.fitting.shape_grid.ShapeGrid` keeps as ``tables``; ``pixels``, ``bounds``,
``prior`` and ``tables`` are those of `qsospec_duck.fitting.solver`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.search_moves import MOVES_A_ROUND, descend, find_moves, grid_moments, place_group
from qsospec_duck.fitting.solver import make_workspace, minimise
from qsospec_duck.models.borrowed import borrowed, keep

DESCENTS = (0.5, 0.1)
"""Where the descents begin: as fractions of each group's list of grid points."""

MAX_ROUNDS = 8
"""Rounds of moves."""

SECOND_CHANCES = 1
"""Rounds of moves from another end than the best."""

CHANCE_CHI2 = 30.0
"""Such an end lies at most this far above the best."""

POLISH_TOLERANCE = 0.1
"""Starts and moves are polished until a step promises less than this in χ²; only the best goes further."""

POLISH_STEPS = 40

PATIENCE = 5.0
"""A polish is given up that cannot be expected to end below the best χ² plus this."""

PATIENCE_WITH_BEST = 30.0
"""The same for moves from the best end: they change one group, and the others need steps to answer."""

SAME_CHI2 = 0.3
"""Ends closer in χ² than this count as one."""


@numba.njit(cache=True, nogil=True)
def search(pixels, bounds, prior, tables, grid, spread):
    """Where the starts and the moves ended, best first.

    Parameters
    ----------
    pixels, bounds, prior, tables, grid : tuple
        As the module says.
    spread : ndarray, shape (n_start, n_par)
        Starts beside those from the grid.

    Returns
    -------
    chi2 : ndarray, shape (n_end,)
    theta : ndarray, shape (n_end, n_par)
    """
    own = make_workspace(pixels[0].size, tables, grid[2][3].size, spread.shape[1])
    work, pixels, bounds = borrowed(own), borrowed(pixels), borrowed(bounds)
    prior, tables, grid = borrowed(prior), borrowed(tables), borrowed(grid)
    lines, shapes, (slots, options, _, group_of, first, partners) = grid
    n_group, n_par, q = slots.shape[0], spread.shape[1], group_of.size
    amplitudes = np.empty(q)
    columns, G, b = grid_moments(pixels, lines, group_of, first, options)
    a_round = MOVES_A_ROUND + n_group + partners.shape[0]
    capacity = len(DESCENTS) + spread.shape[0] + MAX_ROUNDS * a_round
    ends = np.empty(capacity), np.empty((capacity, n_par))
    # Not a bare 0: for a literal, numba compiles what it is handed to twice.
    count = np.int64(0)

    start, state = np.empty(n_par), np.empty(n_group, np.int64)
    for fraction in DESCENTS:
        for group in range(n_group):
            state[group] = min(int(fraction * options[group, 1]), options[group, 1] - 1)
        descend(G, b, group_of, first, options, state)
        start[:] = 0.5 * (bounds[0] + bounds[1])
        for group in range(n_group):
            place_group(shapes, slots, options, group, state[group], start)
        count = _polish(pixels, bounds, prior, tables, work, start, amplitudes, np.inf, ends, count)
    for n in range(spread.shape[0]):
        start[:] = spread[n]
        count = _polish(pixels, bounds, prior, tables, work, start, amplitudes, PATIENCE, ends, count)

    moves = np.empty((a_round, n_par))
    moved_from = np.empty(MAX_ROUNDS)
    chances = SECOND_CHANCES
    for turn in range(MAX_ROUNDS):
        end = _next(ends[0], count, moved_from[:turn])
        if end < 0 or ends[0][end] > ends[0][0] + CHANCE_CHI2:
            break
        if end > 0:
            if chances == 0:
                break
            chances -= 1
        moved_from[turn] = ends[0][end]
        start[:] = ends[1][end]
        patience = PATIENCE if end > 0 else PATIENCE_WITH_BEST
        n_moves = find_moves(pixels, bounds, tables, work, shapes, grid[2], columns, G, b, start, moves)
        for n in range(n_moves):
            start[:] = moves[n]
            count = _polish(pixels, bounds, prior, tables, work, start, amplitudes, patience, ends, count)
    keep(own)
    return ends[0][:count], ends[1][:count]


@numba.njit(cache=True, nogil=True, inline="always")
def _polish(pixels, bounds, prior, tables, work, theta, amplitudes, patience, ends, count):
    """Run the solver from a start and sort its end among the others; returns their number."""
    chi2s, thetas = ends
    limit = chi2s[0] + patience if count > 0 else np.inf
    chi2, _, _ = minimise(
        pixels, bounds, prior, tables, work, theta, amplitudes, limit, np.int64(POLISH_STEPS), POLISH_TOLERANCE
    )  # fmt: skip
    place = count
    while place > 0 and chi2s[place - 1] > chi2:
        chi2s[place] = chi2s[place - 1]
        thetas[place] = thetas[place - 1]
        place -= 1
    chi2s[place] = chi2
    thetas[place] = theta
    return count + 1


@numba.njit(cache=True, nogil=True)
def _next(chi2s, count, moved_from):
    """The best end that was not moved from; -1 where there is none."""
    for end in range(count):
        is_new = True
        for chi2 in moved_from:
            is_new = is_new and abs(chi2s[end] - chi2) > SAME_CHI2
        if is_new:
            return end
    return -1


@numba.njit(cache=True, nogil=True)
def apart(chi2, above):
    """Places of the ends within ``above`` of the best that do not count as one with an end before; best first."""
    chosen, n = np.empty(chi2.size, np.int64), np.int64(0)
    for end in range(chi2.size):
        if chi2[end] > chi2[0] + above:
            break
        if n == 0 or chi2[end] - chi2[chosen[n - 1]] > SAME_CHI2:
            chosen[n] = end
            n += 1
    return chosen[:n]
