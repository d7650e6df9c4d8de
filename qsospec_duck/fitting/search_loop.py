"""The search for the best shapes of a line complex, compiled.

Starts come from coordinate descents on a grid of shapes (`qsospec_duck.fitting.search_moves`), and others are given.
All are polished, eight at a time (`qsospec_duck.fitting.lane_fits`), those that promise nothing being given up. Then
moves are tried from the best end. All of it is deterministic.

``grid`` is the tuple that `qsospec_duck.fitting.shape_grid.ShapeGrid` keeps as ``tables``; ``pixels``, ``bounds``
and ``tables`` are those of `qsospec_duck.fitting.solver`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.grid_columns import grid_columns
from qsospec_duck.fitting.lane_fits import fit_starts, make_lane_room
from qsospec_duck.fitting.lane_pixels import lane_pixels
from qsospec_duck.fitting.search_moves import MOVES_A_ROUND, descend, find_moves, make_trial, place_group
from qsospec_duck.models.borrowed import borrowed, keep

DESCENTS = (0.5, 0.1)
"""Where the descents begin: as fractions of each group's list of grid points."""

POLISH_TOLERANCE = 0.1
"""Starts and moves are polished until a step promises less than this in χ²; only the best goes further."""

POLISH_STEPS = 40

LEFT_RUNNING = 4
"""Fits that may still run when moves are looked for: lanes that wait cost as much as others."""

PATIENCE = 5.0
"""A polish is given up that cannot be expected to end below the best χ² plus this."""

PATIENCE_WITH_BEST = 15.0
"""The same for moves from the best end: they change one group, and the others need steps to answer."""

SAME_CHI2 = 0.3
"""Ends closer in χ² than this count as one."""


@numba.njit(cache=True, nogil=True)
def search(pixels, bounds, tables, grid, spread):
    """Where the starts and the moves ended, best first.

    Parameters
    ----------
    pixels, bounds, tables, grid : tuple
        As the module says.
    spread : ndarray, shape (n_start, n_par)
        Starts beside those from the grid.

    Returns
    -------
    chi2 : ndarray, shape (n_end,)
    theta : ndarray, shape (n_end, n_par)
    """
    shapes, (slots, options, _, group_of, partners) = grid
    n_group, n_par, q = slots.shape[0], spread.shape[1], group_of.size
    own_chunks = lane_pixels(pixels)
    own = make_lane_room(own_chunks[0].size, tables[0], tables[1], q, n_par)
    room, chunks, bounds = borrowed(own), borrowed(own_chunks), borrowed(bounds)
    tables, grid = borrowed(tables), borrowed(grid)
    own_columns = grid_columns(chunks, tables, room, shapes, slots, options)
    own_trial = make_trial(q, own_columns[1].shape[0])
    columns, trial = borrowed(own_columns), borrowed(own_trial)
    n_moves_most = MOVES_A_ROUND + n_group + partners.shape[0]
    capacity = len(DESCENTS) + spread.shape[0] + n_moves_most
    own_ends = np.empty(capacity), np.empty((capacity, n_par))
    ends = borrowed(own_ends)

    starts, state = np.empty((len(DESCENTS) + spread.shape[0], n_par)), np.empty(n_group, np.int64)
    starts[len(DESCENTS) :] = spread
    for n, fraction in enumerate(DESCENTS):
        for group in range(n_group):
            state[group] = min(int(fraction * options[group, 1]), options[group, 1] - 1)
        descend(columns, options, group_of, room, trial, state)
        starts[n] = 0.5 * (bounds[0] + bounds[1])
        for group in range(n_group):
            place_group(shapes, slots, options, group, state[group], starts[n])
    # Not a bare 0: for a literal, numba compiles what it is handed to twice.
    count = fit_starts(
        chunks, bounds, tables, room, starts, np.int64(starts.shape[0]), np.int64(LEFT_RUNNING), PATIENCE,
        POLISH_TOLERANCE, np.int64(POLISH_STEPS), ends, np.int64(0),
    )  # fmt: skip

    # What still runs ends beside the moves.
    moves, start = np.empty((n_moves_most, n_par)), own_ends[1][0].copy()
    n_moves = find_moves(chunks, bounds, tables, shapes, grid[1], columns, room, trial, start, moves)
    count = fit_starts(
        chunks, bounds, tables, room, moves, n_moves, np.int64(0), PATIENCE_WITH_BEST, POLISH_TOLERANCE,
        np.int64(POLISH_STEPS), ends, count,
    )  # fmt: skip
    keep(own)
    keep(own_chunks)
    keep(own_columns)
    keep(own_trial)
    return own_ends[0][:count], own_ends[1][:count]


@numba.njit(cache=True, nogil=True)
def polish(pixels, bounds, tables, starts):
    """Where starts (n_start, n_par) end, best first; parameters and returns as `search`."""
    n_starts, n_par = starts.shape
    chunks = lane_pixels(pixels)
    own = make_lane_room(chunks[0].size, tables[0], tables[1], np.int64(np.max(tables[0][:, 1]) + 1), n_par)
    own_ends = np.empty(n_starts), np.empty((n_starts, n_par))
    fit_starts(
        borrowed(chunks), borrowed(bounds), borrowed(tables), borrowed(own), starts, np.int64(n_starts), np.int64(0),
        PATIENCE, POLISH_TOLERANCE, np.int64(POLISH_STEPS), borrowed(own_ends), np.int64(0),
    )  # fmt: skip
    keep(own)
    keep(chunks)
    return own_ends


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
