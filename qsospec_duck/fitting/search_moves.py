"""What the search of a line complex tries: points of a grid of shapes, judged by moments, without looking at a pixel.

A descent goes over the grid one group of components at a time, which tries all its points while the others stand,
amplitudes being solved exactly each time, eight points at once (`qsospec_duck.fitting.grid_columns`). From an end of
the search, a move takes one group to other points of its grid (the ones where χ² would fall most, no two of them
neighbours), to the mirror image of its velocity, or lets it trade velocities with another group of its profile.

``columns`` are those of `grid_columns`, ``room`` is that of `qsospec_duck.fitting.lane_fits.make_lane_room`, ``trial``
that of `make_trial`; other arguments are those of `qsospec_duck.fitting.search_loop`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.grid_columns import OWN_MOMENT, cross_moments
from qsospec_duck.fitting.lane_algebra import lane_amplitudes
from qsospec_duck.fitting.lane_lines import place_profiles
from qsospec_duck.fitting.lane_moments import lane_moments
from qsospec_duck.models.copies import copy_into
from qsospec_duck.models.lanes import LANES, in_all_lanes, lane_rows, load, single_rows, store, widen

MAX_SWEEPS = 8
"""Sweeps of a descent over all groups."""

GRID_MOVES = 6
"""Grid points of a group that are tried in a round."""

MOVES_A_ROUND = 12
"""Grid points of all groups that are tried in a round."""


@numba.njit(cache=True, nogil=True)
def make_trial(q, n_block):
    """Arrays in which a group's options are judged while the model's q columns stand.

    Returns
    -------
    own, own_b : ndarray, shape (q, q) and (q,)
        Moments of the model's columns.
    cross : ndarray of float32, shape (q, n_block · q, lanes)
        Moments between the model's columns and those of the grid.
    falls : ndarray, shape (n_block, lanes)
        Fall of χ² at every option.
    """
    cross = single_rows(q * n_block * q).reshape((q, n_block * q, LANES))
    return np.empty((q, q)), np.empty(q), cross, lane_rows(n_block)


@numba.njit(cache=True, nogil=True)
def descend(columns, options, group_of, room, trial, state):
    """Coordinate descent over grid options; ``state`` (n_group,) holds the first options, then the best ones."""
    n_group, best = state.size, -1.0
    for group in range(n_group):
        _stand(columns, options, group_of, group, state[group], room, trial)
    _join(columns, group_of, state, trial)
    unchanged = np.int64(0)
    for visit in range(MAX_SWEEPS * n_group):
        group = visit % n_group
        judge_options(columns, group_of, group, options[group, 1], room, trial)
        option = _best_option(trial[3], options[group, 1])
        fall = trial[3][option // LANES, option % LANES]
        unchanged += 1
        if fall > best * (1.0 + 1e-9):
            best = fall
            if option != state[group]:
                state[group], unchanged = option, np.int64(1)
                _stand(columns, options, group_of, group, option, room, trial)
                _join(columns, group_of, state, trial)
        if unchanged == n_group:
            break


@numba.njit(cache=True, nogil=True)
def place_group(shapes, slots, options, group, option, theta):
    """Put one group at a point of its grid."""
    theta[slots[group, 0]] = shapes[options[group, 0] + option, 0]
    theta[slots[group, 1]] = shapes[options[group, 0] + option, 1]


@numba.njit(cache=True, nogil=True)
def find_moves(chunks, bounds, tables, shapes, indices, columns, room, trial, theta, moves):
    """Fill ``moves`` (n_move, n_par) with shapes to try instead of ``theta``; returns how many there are."""
    slots, options, n_velocities, group_of, partners = indices
    falls, n_group = trial[3], slots.shape[0]
    _stand_at(chunks, tables, columns, options, group_of, theta, room, trial)
    candidates = np.empty((n_group * GRID_MOVES, 3))
    n_candidates = np.int64(0)  # a literal would be compiled for apart
    for group in range(n_group):
        n_option = options[group, 1]
        judge_options(columns, group_of, group, n_option, room, trial)
        for _ in range(GRID_MOVES):
            option = _best_option(falls, n_option)
            fall = falls[option // LANES, option % LANES]
            if fall < 0.0:
                break
            candidates[n_candidates, 0] = fall
            candidates[n_candidates, 1], candidates[n_candidates, 2] = group, option
            n_candidates += 1
            _take_out(falls, n_option, n_velocities[group], option)
    count = np.int64(0)
    for _ in range(n_candidates):
        if count == MOVES_A_ROUND:
            break
        best = candidates[:n_candidates, 0].argmax()
        copy_into(moves[count], theta)
        place_group(shapes, slots, options, int(candidates[best, 1]), int(candidates[best, 2]), moves[count])
        candidates[best, 0] = -np.inf
        count += 1
    count = _mirror(bounds, slots, group_of, room, trial, theta, moves, count)
    for pair in range(partners.shape[0]):
        one, other = slots[partners[pair, 0], 1], slots[partners[pair, 1], 1]
        copy_into(moves[count], theta)
        moves[count, one] = theta[other]
        moves[count, other] = theta[one]
        count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _stand(columns, options, group_of, group, option, room, trial):
    """Let a group's columns stand at an option: fill what they have in common with the grid."""
    A, seen, _, _ = columns
    n_rows = room[1][0][1]
    block, lane = option // LANES, option % LANES
    base = block * (A.shape[0] // seen.shape[0])
    for j in range(group_of.size):
        if group_of[j] == group:
            cross_moments(A, base, seen[block], n_rows, j, lane, A, seen, group_of, options, trial[2])


@numba.njit(cache=True, nogil=True)
def _join(columns, group_of, state, trial):
    """Fill the moments of columns that stand at options of the grid."""
    _, _, G, b = columns
    own, own_b, cross, _ = trial
    q = own_b.size
    for j in range(q):
        block, lane = state[group_of[j]] // LANES, state[group_of[j]] % LANES
        own_b[j] = b[block * q + j, lane]
        for i in range(q):
            is_one_group = group_of[i] == group_of[j]
            own[i, j] = G[(block * q + i) * q + j, lane] if is_one_group else cross[i, block * q + j, lane]


@numba.njit(cache=True, nogil=True)
def _stand_at(chunks, tables, columns, options, group_of, theta, room, trial):
    """Let the model's columns stand at shapes beside the grid, in all lanes."""
    profiles, sums, (G, b, _, _, _) = room[:3]
    own, own_b, cross, _ = trial
    q, shapes = own_b.size, lane_rows(theta.size)
    for k in range(theta.size):
        store(shapes, k, in_all_lanes(theta[k]))
    place_profiles(chunks[0], shapes, tables[0], profiles)
    lane_moments(chunks, tables[0], profiles, sums, G, b)
    for j in range(q):
        cross_moments(sums[1], 0, sums[2][0], sums[0][1], j, 0, columns[0], columns[1], group_of, options, cross)
        own_b[j] = b[j, 0]
        for i in range(q):
            own[i, j] = G[i * q + j, 0] * (OWN_MOMENT if i == j else 1.0)


@numba.njit(cache=True, nogil=True)
def judge_options(columns, group_of, group, n_option, room, trial):
    """Fill the fall of χ², from that of no lines at all, with the best amplitudes ≥ 0 at every option of a group."""
    _, _, grid_G, grid_b = columns
    own, own_b, cross, falls = trial
    G, b, c, _, passive = room[2]
    q = own_b.size
    for k in range((n_option + LANES - 1) // LANES):
        at = k * q
        for i in range(q):
            is_moved = group_of[i] == group
            store(passive, i, in_all_lanes(1.0))
            store(b, i, load(grid_b, at + i) if is_moved else in_all_lanes(own_b[i]))
            for j in range(i + 1):
                if is_moved and group_of[j] == group:
                    value = load(grid_G, (at + i) * q + j)
                elif is_moved:
                    value = widen(load(cross[j], at + i))
                elif group_of[j] == group:
                    value = widen(load(cross[i], at + j))
                else:
                    value = in_all_lanes(own[i, j])
                store(G, i * q + j, value)
                store(G, j * q + i, value)
        lane_amplitudes(G, b, q, c, passive, room[3])
        fall = in_all_lanes(0.0)
        for i in range(q):
            fall = fall + load(c, i) * load(b, i)
        store(falls, k, fall)


@numba.njit(cache=True, nogil=True)
def _best_option(falls, n_option):
    """The option of the greatest fall."""
    best = 0
    for option in range(1, n_option):
        if falls[option // LANES, option % LANES] > falls[best // LANES, best % LANES]:
            best = option
    return best


@numba.njit(cache=True, nogil=True)
def _take_out(falls, n_option, n_velocity, option):
    """Take a grid point and those beside it out of what is left of a group."""
    i, j = option // n_velocity, option % n_velocity
    for beside in range(max(i - 1, 0), min(i + 2, n_option // n_velocity)):
        for near in range(max(j - 1, 0), min(j + 2, n_velocity)):
            out = beside * n_velocity + near
            falls[out // LANES, out % LANES] = -np.inf


@numba.njit(cache=True, nogil=True)
def _mirror(bounds, slots, group_of, room, trial, theta, moves, count):
    """Add each group with flux at the opposite velocity, or far from 0 where it stands near 0."""
    low, high = bounds[0], bounds[1]
    own, own_b = trial[0], trial[1]
    G, b, c, _, passive = room[2]
    q = group_of.size
    for j in range(q):
        store(b, j, in_all_lanes(own_b[j]))
        store(passive, j, in_all_lanes(1.0))
        for i in range(q):
            store(G, j * q + i, in_all_lanes(own[j, i]))
    lane_amplitudes(G, b, q, c, passive, room[3])
    for group in range(slots.shape[0]):
        has_flux = False
        for j in range(q):
            has_flux = has_flux or (group_of[j] == group and c[j, 0] > 0.0)
        if not has_flux:
            continue
        slot = slots[group, 1]
        reach = 0.5 * (high[slot] - low[slot])
        copy_into(moves[count], theta)
        if abs(theta[slot]) > 0.2 * reach:
            moves[count, slot] = -theta[slot]
        else:
            moves[count, slot] = -0.5 * reach if theta[slot] > 0 else 0.5 * reach
        count += 1
    return count
