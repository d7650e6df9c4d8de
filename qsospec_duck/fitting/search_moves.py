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

from qsospec_duck.fitting.amplitudes import (
    IN_ORDER,
    dot,
    factorise_rows,
    make_room,
    moments,
    rows_dot,
    solve_amplitudes,
)
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
    cross, own, own_b = np.empty((q, b.size)), np.empty((q, q)), np.empty(q)
    trial = _make_trial(q, options)
    best = -1.0
    for _ in range(MAX_SWEEPS):
        before = best
        for group in range(state.size):
            for j in range(q):
                at = first[j] + state[group_of[j]]
                own_b[j] = b[at]
                for i in range(q):
                    own[i, j] = G[first[i] + state[group_of[i]], at]
                cross[j] = G[at]
            falls, is_exact = _bounds_of_moving(G, b, cross, own, own_b, group_of, first, group, options, trial)
            while True:
                option = _best_option(G, b, cross, own, own_b, group_of, first, group, falls, is_exact, trial, best)
                if option < 0:
                    break
                best, state[group] = falls[option], option
                falls[option] = -np.inf
        if best <= before * (1.0 + 1e-9):
            break


@numba.njit(cache=True, nogil=True)
def place_group(shapes, slots, options, group, option, theta):
    """Put one group at a point of its grid."""
    theta[slots[group, 0]] = shapes[options[group, 0] + option, 0]
    theta[slots[group, 1]] = shapes[options[group, 0] + option, 1]


@numba.njit(cache=True, nogil=True)
def find_moves(pixels, bounds, tables, shapes, indices, columns, G, b, theta, moves):
    """Fill ``moves`` (n_move, n_par) with shapes to try instead of ``theta``; returns how many there are."""
    slots, options, n_velocities, group_of, first, partners = indices
    x, s, y = pixels
    terms, constants, bank_layout, bank_axes, bank_values = tables
    q = group_of.size
    A, T = np.zeros((q, x.size)), np.empty((terms.shape[0], x.size))
    span, span_t = np.zeros((q, 2), np.int64), np.empty((terms.shape[0], 2), np.int64)
    evaluate_columns_of(x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, A, span)
    own, own_b = np.empty((q, q)), np.empty(q)
    moments(A, y, span, own, own_b)
    cross = np.empty((q, columns.shape[0]))
    for j in range(q):
        for i in range(columns.shape[0]):
            cross[j, i] = rows_dot(columns, i, A, j, span[j, 0], span[j, 1])

    n_group = slots.shape[0]
    candidates = np.empty((n_group * GRID_MOVES, 3))
    n_candidates = np.int64(0)  # a literal would be compiled for apart
    trial = _make_trial(q, options)
    for group in range(n_group):
        falls, is_exact = _bounds_of_moving(G, b, cross, own, own_b, group_of, first, group, options, trial)
        for _ in range(GRID_MOVES):
            option = _best_option(
                G, b, cross, own, own_b, group_of, first, group, falls, is_exact, trial, -1.0
            )  # fmt: skip
            if option < 0:
                break
            candidates[n_candidates, 0] = falls[option]
            candidates[n_candidates, 1], candidates[n_candidates, 2] = group, option
            n_candidates += 1
            _take_out(falls, n_velocities[group], option)
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
def _make_trial(q, options):
    """What the trials of a group's options work in."""
    most = 0
    for group in range(options.shape[0]):
        most = max(most, options[group, 1])
    return (
        np.empty((q, q)), np.empty((3, q)), np.empty(q, np.int64), np.zeros(q, np.bool_), make_room(q),
        np.empty((q, q)), np.empty((2, q)), np.empty(most), np.empty(most, np.bool_),
    )  # fmt: skip


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def _bounds_of_moving(G, b, cross, own, own_b, group_of, first, group, options, trial):
    """Upper bounds of the fall of χ² for every grid point of one group, the other groups standing where they are.

    A fall is χ² of no lines at all less that of the best amplitudes ≥ 0; it is bounded by that of amplitudes of any
    sign, for which the columns that stand are factorised but once.

    Parameters
    ----------
    G, b : ndarray, shape (m, m), (m,)
        Moments of the grid columns.
    cross : ndarray, shape (q, m)
        Moments between the model's columns where they stand and grid columns.
    own, own_b : ndarray, shape (q, q), (q,)
        Moments of the model's columns.
    group_of, first : ndarray of int, shape (q,)
    group : int
    options : ndarray of int, shape (n_group, 2)
    trial : tuple
        Of `_make_trial`.

    Returns
    -------
    falls : ndarray, shape (n_option,)
        The bounds.
    is_exact : ndarray of bool, shape (n_option,)
        All False: `_best_option` finds out about those that matter.
    """
    M, numbers, order, _, _, _, _, falls, is_exact = trial
    rhs, w, row = numbers[0], numbers[1], numbers[2]
    q = group_of.size
    standing, n = np.int64(0), np.int64(0)  # literals would be compiled for apart
    for j in range(q):
        if group_of[j] != group:
            order[standing] = j
            standing += 1
    n = standing
    for j in range(q):
        if group_of[j] == group:
            order[n] = j
            n += 1
    for i in range(standing):
        rhs[i] = own_b[order[i]]
        for k in range(i + 1):
            M[i, k] = own[order[i], order[k]]
    base = _explained(M, rhs, np.int64(0), standing, w, row)
    n_option = options[group, 1]
    for option in range(n_option):
        for i in range(standing, q):
            at = first[order[i]] + option
            rhs[i] = b[at]
            for k in range(standing):
                M[i, k] = cross[order[k], at]
            for k in range(standing, i + 1):
                M[i, k] = G[at, first[order[k]] + option]
        falls[option] = (base + _explained(M, rhs, standing, q, w, row)) * (1.0 + 1e-9)
        is_exact[option] = False
    return falls[:n_option], is_exact[:n_option]


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def _explained(M, rhs, begin, n, w, row):
    """What columns from ``begin`` to ``n`` explain of χ² beyond those before them; M and w are gone on with."""
    for i in range(begin, n):
        if not M[i, i] > 0.0:
            M[i, i] = 1.0  # a column without a pixel
    factorise_rows(M, begin, n, row)
    fall = 0.0
    for i in range(begin, n):
        total = rhs[i]
        for k in range(i):
            total -= M[i, k] * w[k]
        w[i] = total
        fall += total * total * M[i, i]
    return fall


@numba.njit(cache=True, nogil=True)
def _best_option(G, b, cross, own, own_b, group_of, first, group, falls, is_exact, trial, above):
    """The option of the greatest fall, which is made exact; -1 where none lies above ``above``. No fall is negative."""
    _, _, _, passive, room, sub, numbers, _, _ = trial
    rhs, c = numbers[0], numbers[1]
    q = group_of.size
    while True:
        best = int(np.argmax(falls))
        if falls[best] <= above * (1.0 + 1e-12):
            return -1
        if is_exact[best]:
            return best
        for i in range(q):
            moved_i = group_of[i] == group
            gi = first[i] + best
            rhs[i] = b[gi] if moved_i else own_b[i]
            for j in range(i + 1):
                moved_j = group_of[j] == group
                gj = first[j] + best
                if moved_i and moved_j:
                    value = G[gi, gj]
                elif moved_i:
                    value = cross[j, gi]
                elif moved_j:
                    value = cross[i, gj]
                else:
                    value = own[i, j]
                sub[i, j] = value
                sub[j, i] = value
        solve_amplitudes(sub, rhs, c, passive, room)
        falls[best] = dot(c, rhs)
        is_exact[best] = True


@numba.njit(cache=True, nogil=True)
def _take_out(falls, n_velocity, option):
    """Take a grid point and those beside it out of what is left of a group."""
    n_width = falls.size // n_velocity
    i, j = option // n_velocity, option % n_velocity
    for beside in range(max(i - 1, 0), min(i + 2, n_width)):
        for near in range(max(j - 1, 0), min(j + 2, n_velocity)):
            falls[beside * n_velocity + near] = -np.inf


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
