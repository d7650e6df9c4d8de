"""What the search of a line complex tries: points of a grid of shapes, judged by moments, without looking at a pixel.

A descent goes over the grid one group of components at a time, which tries all its points while the others stand,
amplitudes being solved exactly each time from moments that are computed once. From an end of the search, a move takes
one group to other points of its grid (the ones where χ² would fall most, no two of them neighbours), to the mirror
image of its velocity, or lets it trade velocities with another group of its profile.

Arguments are those of `qsospec_duck.fitting.search_loop`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import dot, make_room, moments, rows_dot, solve_amplitudes
from qsospec_duck.models.evaluate import evaluate_columns_of, widen
from qsospec_duck.models.line_terms import fill_line

MAX_SWEEPS = 8
"""Sweeps of a descent over all groups."""

GRID_MOVES = 6
"""Grid points of a group that are tried in a round."""

MOVES_A_ROUND = 12
"""Grid points of all groups that are tried in a round."""


@numba.njit(cache=True, nogil=True)
def grid_moments(pixels, lines, group_of, first, options):
    """The grid's columns (m, n), their moments (m, m), and those with the data (m,)."""
    x, s, y = pixels
    m = first[-1] + options[group_of[-1], 1]
    A = np.zeros((m, x.size))
    values = np.empty((1, x.size))
    span = np.empty((m, 2), np.int64)
    span[:, 0] = x.size
    span[:, 1] = 0
    for t in range(lines.shape[0]):
        column = int(lines[t, 0])
        low, high = fill_line(x, s, lines[t, 1], lines[t, 2], lines[t, 3], lines[t, 4], 0.0, values, np.int64(0))
        A[column, low:high] += values[0, low:high]
        widen(span, column, low, high)
    G, b = np.empty((m, m)), np.empty(m)
    moments(A, y, span, G, b)
    return A, G, b


@numba.njit(cache=True, nogil=True)
def descend(G, b, group_of, first, options, state):
    """Coordinate descent over grid options; ``state`` (n_group,) holds the first options, then the best ones."""
    q = group_of.size
    sub, rhs, c = np.empty((q, q)), np.empty(q), np.empty(q)
    passive = np.zeros(q, np.bool_)
    index = np.empty(q, np.int64)
    room = make_room(q)
    best = -1.0
    for _ in range(MAX_SWEEPS):
        before = best
        for group in range(state.size):
            kept = state[group]
            for option in range(options[group, 1]):
                state[group] = option
                for j in range(q):
                    index[j] = first[j] + state[group_of[j]]
                    rhs[j] = b[index[j]]
                    for i in range(j + 1):
                        sub[j, i] = G[index[j], index[i]]
                        sub[i, j] = sub[j, i]
                solve_amplitudes(sub, rhs, c, passive, room)
                fall = dot(c, rhs)  # of χ² against no lines at all
                if fall > best * (1.0 + 1e-12):
                    best = fall
                    kept = option
            state[group] = kept
        if best <= before * (1.0 + 1e-9):
            break


@numba.njit(cache=True, nogil=True)
def place_group(shapes, slots, options, group, option, theta):
    """Put one group at a point of its grid."""
    theta[slots[group, 0]] = shapes[options[group, 0] + option, 0]
    theta[slots[group, 1]] = shapes[options[group, 0] + option, 1]


@numba.njit(cache=True, nogil=True)
def find_moves(pixels, bounds, tables, work, shapes, indices, columns, G, b, theta, moves):
    """Fill ``moves`` (n_move, n_par) with shapes to try instead of ``theta``; returns how many there are."""
    slots, options, n_velocities, group_of, first, partners = indices
    x, s, y = pixels
    (A, _), (T, _), (span, _), (span_t, _) = work[:4]
    terms, constants, bank_layout, bank_axes, bank_values = tables
    evaluate_columns_of(x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, A, span)
    q = group_of.size
    own, own_b = np.empty((q, q)), np.empty(q)
    moments(A, y, span, own, own_b)
    cross = np.empty((columns.shape[0], q))
    for i in range(columns.shape[0]):
        for j in range(q):
            cross[i, j] = rows_dot(columns, i, A, j, span[j, 0], span[j, 1])

    n_group = slots.shape[0]
    candidates = np.empty((n_group * GRID_MOVES, 3))
    n_candidates = np.int64(0)  # a literal would be compiled for apart
    falls = np.empty(columns.shape[0])
    for group in range(n_group):
        of_group = falls[: options[group, 1]]
        _falls_of_moving(G, b, cross, own, own_b, group_of, first, group, of_group)
        n_candidates = _take_apart(of_group, n_velocities[group], group, candidates, n_candidates)
    count = np.int64(0)
    for _ in range(n_candidates):
        if count == MOVES_A_ROUND:
            break
        best = candidates[:n_candidates, 0].argmax()
        moves[count] = theta
        place_group(shapes, slots, options, int(candidates[best, 1]), int(candidates[best, 2]), moves[count])
        candidates[best, 0] = -np.inf
        count += 1
    count = _mirror(bounds, slots, group_of, own, own_b, theta, moves, count)
    for pair in range(partners.shape[0]):
        one, other = slots[partners[pair, 0], 1], slots[partners[pair, 1], 1]
        moves[count] = theta
        moves[count, one] = theta[other]
        moves[count, other] = theta[one]
        count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _falls_of_moving(G, b, cross, own, own_b, group_of, first, group, falls):
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
    sub, rhs, c = np.empty((q, q)), np.empty(q), np.empty(q)
    passive = np.zeros(q, np.bool_)
    room = make_room(q)
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
        solve_amplitudes(sub, rhs, c, passive, room)
        falls[option] = dot(c, rhs)


@numba.njit(cache=True, nogil=True)
def _take_apart(falls, n_velocity, group, candidates, count):
    """Add grid points of a group, best first and none beside one that is taken already; returns their number.

    Rows of ``candidates`` are fall of χ², group and option; ``falls`` is used up.
    """
    n_width = falls.size // n_velocity
    for _ in range(GRID_MOVES):
        best = int(np.argmax(falls))
        if falls[best] == -np.inf:
            break
        candidates[count, 0], candidates[count, 1], candidates[count, 2] = falls[best], group, best
        count += 1
        i, j = best // n_velocity, best % n_velocity
        for beside in range(max(i - 1, 0), min(i + 2, n_width)):
            for near in range(max(j - 1, 0), min(j + 2, n_velocity)):
                falls[beside * n_velocity + near] = -np.inf
    return count


@numba.njit(cache=True, nogil=True)
def _mirror(bounds, slots, group_of, own, own_b, theta, moves, count):
    """Add each group with flux at the opposite velocity, or far from 0 where it stands near 0."""
    low, high = bounds[0], bounds[1]
    q = group_of.size
    amplitudes, passive = np.empty(q), np.ones(q, np.bool_)
    solve_amplitudes(own, own_b, amplitudes, passive, make_room(q))
    for group in range(slots.shape[0]):
        has_flux = False
        for j in range(q):
            has_flux = has_flux or (group_of[j] == group and amplitudes[j] > 0.0)
        if not has_flux:
            continue
        slot = slots[group, 1]
        reach = 0.5 * (high[slot] - low[slot])
        moves[count] = theta
        if abs(theta[slot]) > 0.2 * reach:
            moves[count, slot] = -theta[slot]
        else:
            moves[count, slot] = -0.5 * reach if theta[slot] > 0 else 0.5 * reach
        count += 1
    return count
