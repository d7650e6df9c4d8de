"""The search for the best shapes of a line complex, compiled.

Starts come from coordinate descents on a grid of shapes: one group of components at a time tries all its points while
the others stand, amplitudes being solved exactly each time from moments that are computed once. Others are given. All
are polished by the solver, those that promise nothing being given up. Then moves are tried from the best end: one
group goes to other points of its grid (the ones where χ² would fall most, no two of them neighbours), to the mirror
image of its velocity, or trades velocities with another group of its profile. What is best after a round is moved
from again; where a round brings nothing, the second-best end has its turn. All of it is deterministic.

``grid`` is the tuple that `qsospec_duck.fitting.shape_grid.ShapeGrid` keeps as ``tables``; ``pixels``, ``bounds``,
``prior`` and ``tables`` are those of `qsospec_duck.fitting.solver`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import dot, make_room, moments, rows_dot, solve_amplitudes
from qsospec_duck.fitting.solver import make_workspace, minimise
from qsospec_duck.models.evaluate import evaluate_columns_of, widen
from qsospec_duck.models.line_terms import fill_line

DESCENTS = (0.5, 0.1)
"""Where the descents begin: as fractions of each group's list of grid points."""

MAX_SWEEPS = 8
"""Sweeps of a descent over all groups."""

MAX_ROUNDS = 8
"""Rounds of moves."""

SECOND_CHANCES = 1
"""Rounds of moves from another end than the best."""

CHANCE_CHI2 = 30.0
"""Such an end lies at most this far above the best."""

GRID_MOVES = 6
"""Grid points of a group that are tried in a round."""

MOVES_A_ROUND = 12
"""Grid points of all groups that are tried in a round."""

POLISH_TOLERANCE = 0.1
"""Starts and moves are polished until a step promises less than this in χ²; only the best goes further."""

POLISH_STEPS = 40

PATIENCE = 20.0
"""A polish is given up that cannot be expected to end below the best χ² plus this."""

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
    lines, shapes, (slots, options, _, group_of, first, partners) = grid
    n_group, n_par, q = slots.shape[0], spread.shape[1], group_of.size
    work = make_workspace(pixels[0].size, tables, q, n_par)
    amplitudes = np.empty(q)
    columns, G, b = _grid_moments(pixels, lines, group_of, first, options)
    a_round = MOVES_A_ROUND + n_group + partners.shape[0]
    capacity = len(DESCENTS) + spread.shape[0] + MAX_ROUNDS * a_round
    ends = np.empty(capacity), np.empty((capacity, n_par))
    count = 0

    start, state = np.empty(n_par), np.empty(n_group, np.int64)
    for fraction in DESCENTS:
        for group in range(n_group):
            state[group] = min(int(fraction * options[group, 1]), options[group, 1] - 1)
        _descend(G, b, group_of, first, options, state)
        start[:] = 0.5 * (bounds[0] + bounds[1])
        for group in range(n_group):
            _place(shapes, slots, options, group, state[group], start)
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
        n_moves = _moves(pixels, bounds, tables, work, shapes, grid[2], columns, G, b, start, moves)
        for n in range(n_moves):
            start[:] = moves[n]
            count = _polish(pixels, bounds, prior, tables, work, start, amplitudes, PATIENCE, ends, count)
    return ends[0][:count], ends[1][:count]


@numba.njit(cache=True, nogil=True)
def _grid_moments(pixels, lines, group_of, first, options):
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
        low, high = fill_line(x, s, lines[t, 1], lines[t, 2], lines[t, 3], lines[t, 4], 0.0, values, 0)
        A[column, low:high] += values[0, low:high]
        widen(span, column, low, high)
    G, b = np.empty((m, m)), np.empty(m)
    moments(A, y, span, G, b)
    return A, G, b


@numba.njit(cache=True, nogil=True)
def _descend(G, b, group_of, first, options, state):
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
def _place(shapes, slots, options, group, option, theta):
    """Put one group at a point of its grid."""
    theta[slots[group, 0]] = shapes[options[group, 0] + option, 0]
    theta[slots[group, 1]] = shapes[options[group, 0] + option, 1]


@numba.njit(cache=True, nogil=True)
def _polish(pixels, bounds, prior, tables, work, theta, amplitudes, patience, ends, count):
    """Run the solver from a start and sort its end among the others; returns their number."""
    chi2s, thetas = ends
    limit = chi2s[0] + patience if count > 0 else np.inf
    chi2, _, _ = minimise(
        pixels, bounds, prior, tables, work, theta, amplitudes, limit, POLISH_STEPS, POLISH_TOLERANCE
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
def _moves(pixels, bounds, tables, work, shapes, indices, columns, G, b, theta, moves):
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
    n_candidates = 0
    falls = np.empty(columns.shape[0])
    for group in range(n_group):
        of_group = falls[: options[group, 1]]
        _falls_of_moving(G, b, cross, own, own_b, group_of, first, group, of_group)
        n_candidates = _take_apart(of_group, n_velocities[group], group, candidates, n_candidates)
    count = 0
    for place in np.argsort(-candidates[:n_candidates, 0], kind="mergesort")[:MOVES_A_ROUND]:
        moves[count] = theta
        _place(shapes, slots, options, int(candidates[place, 1]), int(candidates[place, 2]), moves[count])
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
