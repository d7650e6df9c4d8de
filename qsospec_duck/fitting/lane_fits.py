"""Many rough fits of one complex, eight at a time: `qsospec_duck.fitting.solver` in the lanes of vector registers.

Every lane runs a fit of its own, step by step with the others; when it ends, the next start takes its place. The steps
are those of the solver: amplitudes exactly, shapes by a damped Gauss-Newton step inside the bounds that is taken only
when χ² falls. Fits of the search end early, so single lanes seldom wait.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.lane_algebra import lane_amplitudes, lane_project, lane_promise, lane_shortening, lane_step
from qsospec_duck.fitting.lane_lines import make_profiles, place_profiles
from qsospec_duck.fitting.lane_moments import lane_moments, lane_residuals, lane_shape_moments, make_moment_room
from qsospec_duck.fitting.solver import HOPE
from qsospec_duck.models.lanes import (
    LANES,
    any_less,
    in_all_lanes,
    lane_rows,
    load,
    square_root,
    store,
    where_less,
)

FIRST_DAMPING = 1e-2
"""Damping of a first step: with 1e-3 as many optima are missed, and a search takes 4 % longer."""

_N_STATES = 9
_CHI2, _FALL, _DAMPING, _PROMISED, _SLOPE, _LENGTH, _STEPS, _MOVABLE, _PATIENCE = range(_N_STATES)


@numba.njit(cache=True, nogil=True)
def make_lane_room(n_chunk, terms, constants, n_col, n_par):
    """Arrays that `fit_starts` works in; they may be handed from call to call."""
    return (
        make_profiles(n_chunk, terms, constants),
        make_moment_room(n_chunk, terms, n_col, n_par),
        (lane_rows(n_col * n_col), lane_rows(n_col), lane_rows(n_col), lane_rows(n_col), lane_rows(n_col)),
        (lane_rows(n_col * n_col), lane_rows(n_col), lane_rows(n_col), lane_rows(n_col)),
        (lane_rows(n_par * n_par), lane_rows(n_par), lane_rows(n_par * n_par), lane_rows(n_par)),
        (lane_rows(n_par), lane_rows(n_par), lane_rows(n_par), lane_rows(n_par)),
        (lane_rows(n_par * n_par), lane_rows(n_par), lane_rows(n_par), lane_rows(n_par)),
        lane_rows(_N_STATES),
        np.zeros(LANES, np.bool_),
    )


@numba.njit(cache=True, nogil=True)
def fit_starts(pixels, bounds, tables, room, starts, n_starts, leave, patience, tolerance, max_steps, ends, count):
    """Fit from each of the first ``n_starts`` rows of ``starts`` (n, n_par); sort the ends in; returns their number.

    Parameters
    ----------
    pixels : tuple
        Of `qsospec_duck.fitting.lane_pixels`.
    bounds, tables : tuple
        Those of `qsospec_duck.fitting.solver`; the terms are lines.
    room : tuple
        Of `make_lane_room`. Fits that are left running go on in the next call.
    leave : int
        So many fits may still run when no start is left.
    patience : float
        A fit is given up that cannot be expected to end below the best χ² that is known plus this.
    tolerance : float
        A fit ends when the next step promises a smaller fall of χ² than this.
    max_steps : int
    ends : tuple of ndarray
        χ² (n_end,) and shapes (n_end, n_par) of ``count`` ends, best first.
    """
    low, high, free = bounds
    terms = tables[0]
    profiles, sums, (G, b, c_try, passive, passive_try), small, (H, g, H_try, g_try) = room[:5]
    shapes, large, state, runs = room[5:]
    theta, theta_try, delta, movable = shapes
    n_col, n_par = b.shape[0], theta.shape[0]
    next_start, n_running = np.int64(0), np.int64(0)
    for lane in range(LANES):
        if not runs[lane] and next_start < n_starts:
            _begin(starts, next_start, lane, low, high, patience, theta_try, passive, state, runs)
            next_start += 1
        n_running += runs[lane]
    while n_running > leave:
        _rest_beside_others(runs, theta_try, state)
        place_profiles(pixels[0], theta_try, terms, profiles)
        lane_moments(pixels, terms, profiles, sums, G, b)
        for j in range(n_col):
            store(passive_try, j, load(passive, j))
        lane_amplitudes(G, b, n_col, c_try, passive_try, small)
        chi2, chi2_try = load(state, _CHI2), lane_residuals(pixels[0].size, sums, c_try)
        taken = where_less(chi2_try, chi2, 1.0, 0.0)
        store(state, _FALL, chi2 - chi2_try)
        if any_less(0.5, taken):
            lane_shape_moments(pixels, terms, profiles, sums, c_try, H_try, g_try)
            lane_project(H_try, n_par, sums[5], n_col, passive_try, small)
            _take(taken, H_try, H)
            _take(taken, g_try, g)
            _take(taken, theta_try, theta)
            _take(taken, passive_try, passive)
            store(state, _CHI2, where_less(0.5, taken, chi2_try, chi2))
        store(state, _MOVABLE, _find_movable(H, g, n_par, theta, low, high, free, movable))
        _find_steps(taken, H, g, n_par, movable, theta, low, high, delta, large, state)

        for k in range(n_par):
            wanted = load(theta, k) + load(delta, k)
            wanted = where_less(wanted, low[k], low[k], wanted)
            store(theta_try, k, where_less(high[k], wanted, high[k], wanted))
        best = ends[0][0] if count > 0 else np.inf
        for lane in range(LANES):
            if runs[lane]:
                best = min(best, state[_CHI2, lane])
        for lane in range(LANES):
            if not runs[lane]:
                continue
            if not _is_over(state, lane, best, tolerance, max_steps):
                state[_STEPS, lane] += 1
                continue
            count = _sort_in(state[_CHI2, lane], theta, lane, ends, count)
            if next_start < n_starts:
                _begin(starts, next_start, lane, low, high, patience, theta_try, passive, state, runs)
                next_start += 1
            else:
                runs[lane] = False
                n_running -= 1
    return count


@numba.njit(cache=True, nogil=True)
def _rest_beside_others(runs, theta_try, state):
    """Let lanes at rest go where another one is, so that they ask for no pixel of their own."""
    running = np.int64(0)
    while not runs[running]:
        running += 1
    for lane in range(LANES):
        if not runs[lane]:
            state[_CHI2, lane] = -np.inf
            for k in range(theta_try.shape[0]):
                theta_try[k, lane] = theta_try[k, running]


@numba.njit(cache=True, nogil=True)
def _take(taken, tried, kept):
    """Keep what was tried in the lanes whose step is taken."""
    for row in range(kept.shape[0]):
        store(kept, row, where_less(0.5, taken, load(tried, row), load(kept, row)))


@numba.njit(cache=True, nogil=True)
def _find_movable(H, g, n, theta, low, high, free, movable):
    """Mark the shapes that no bound holds; how many there are in each lane."""
    total = in_all_lanes(0.0)
    for k in range(n):
        at, slope = load(theta, k), load(g, k)
        held = where_less(low[k], at, 0.0, where_less(slope, 0.0, 1.0, 0.0))
        held = held + where_less(at, high[k], 0.0, where_less(0.0, slope, 1.0, 0.0))
        own = where_less(0.0, load(H, k * n + k), 1.0 if free[k] else 0.0, 0.0)
        own = where_less(0.5, held, 0.0, own)
        store(movable, k, own)
        total = total + own
    return total


@numba.njit(cache=True, nogil=True)
def _find_steps(taken, H, g, n, movable, theta, low, high, delta, room, state):
    """Fill the next step of every lane, and what it promises.

    How far χ² fell tells how far to trust the next step. After a refused one, a parabola through value and slope here
    and the value there says how long the next one should be; 1/length is nearly linear in the damping, and its slope
    known from the step (Hebden 1973, AERE report TP 515; Moré 1978, Lect. Notes Math. 630, 105).
    """
    fall, promised, damping = load(state, _FALL), load(state, _PROMISED), load(state, _DAMPING)
    less = where_less(damping, 1e-8, 1e-9, damping * 0.1)
    more = where_less(damping, 5e-4, 1e-3, damping * 2.0)
    steady = where_less(promised * 0.7, fall, less, where_less(fall, promised * 0.25, more, damping))
    steady = where_less(promised, np.inf, steady, damping)
    firm = damping
    if any_less(taken, 0.5):
        slope, length = load(state, _SLOPE), load(state, _LENGTH)
        share = slope * 0.5 / (slope - fall)
        share = where_less(share, 0.1, 0.1, where_less(0.5, share, 0.5, share))
        # The step aims at four fifths of that.
        missing = (1.25 / share - 1.0) * length * length / lane_shortening(H, n, room)
        missing = where_less(missing, damping, damping, where_less(missing, damping * 1e3, missing, damping * 1e3))
        firm = damping + missing
    damping = where_less(0.5, taken, steady, firm)
    length = square_root(lane_step(H, g, n, movable, damping, theta, low, high, delta, room))
    slope, bend = lane_promise(H, g, n, delta)
    store(state, _DAMPING, damping)
    store(state, _LENGTH, length)
    store(state, _SLOPE, slope)
    store(state, _PROMISED, slope - bend)


@numba.njit(cache=True, nogil=True)
def _is_over(state, lane, best, tolerance, max_steps):
    """Whether the fit of a lane has converged, has used its steps, or promises nothing beside the best χ²."""
    steps, promise, damping = state[_STEPS, lane], state[_PROMISED, lane], state[_DAMPING, lane]
    has_little_to_gain = promise < tolerance or 0.0 < state[_FALL, lane] < tolerance
    cannot_be_best = steps >= 1 and state[_CHI2, lane] - HOPE * promise > best + state[_PATIENCE, lane]
    return (
        state[_MOVABLE, lane] == 0.0
        or steps >= max_steps
        or (damping < 1e3 and has_little_to_gain)
        or damping >= 1e12
        or cannot_be_best
    )


@numba.njit(cache=True, nogil=True)
def _begin(starts, start, lane, low, high, patience, theta_try, passive, state, runs):
    """Let a lane begin with a start."""
    for k in range(low.size):
        theta_try[k, lane] = min(max(starts[start, k], low[k]), high[k])
    for j in range(passive.shape[0]):
        passive[j, lane] = 1.0
    state[_CHI2, lane] = np.inf
    state[_PROMISED, lane] = np.inf
    state[_DAMPING, lane] = FIRST_DAMPING
    state[_STEPS, lane] = 0.0
    state[_PATIENCE, lane] = patience
    runs[lane] = True


@numba.njit(cache=True, nogil=True)
def _sort_in(chi2, theta, lane, ends, count):
    """Put the end of a lane among the others, best first; returns their number."""
    chi2s, thetas = ends
    place = count
    while place > 0 and chi2s[place - 1] > chi2:
        chi2s[place] = chi2s[place - 1]
        for k in range(theta.shape[0]):
            thetas[place, k] = thetas[place - 1, k]
        place -= 1
    chi2s[place] = chi2
    for k in range(theta.shape[0]):
        thetas[place, k] = theta[k, lane]
    return count + 1
