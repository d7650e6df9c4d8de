"""Bounded variable projection: amplitudes exactly, shapes by a damped Gauss-Newton step.

Minimise over shapes θ (bounded) and amplitudes c ≥ 0

    χ²(θ, c) = |y − Aᵀ(θ) c|²,        y = s · flux, rows of A = s · columns, s = 1/σ.

For given θ the amplitudes are exact (`qsospec_duck.fitting.amplitudes`). The reduced problem in θ alone has, with
D_k = Σ_j c_j ∂A_j/∂θ_k, P the passive columns, and Kaufman's (1975, BIT 15, 49) simplification of Golub & Pereyra's
(1973, SIAM J. Numer. Anal. 10, 413) derivative,

    J_k = −P⊥ D_k,   H = DDᵀ − (D A_Pᵀ)(A_P A_Pᵀ)⁻¹(A_P Dᵀ),   −∇χ²/2 = D r,   r = y − A_Pᵀ c,

where P⊥ projects onto the complement of the passive columns. A step solves (H + λ diag H) δ = D r over the θ that are
not held by a bound (Marquardt 1963, J. SIAM 11, 431) and is taken only when χ² falls. After a refused step a parabola
through what is known of χ² along it says how long the next one should be (Moré 1978, Lect. Notes Math. 630, 105).
All matrices are of the order of the number of parameters; a residual Jacobian is never stored. Derivatives are
computed only where a step was taken.

Knowledge about an amplitude from elsewhere is one more datum: its mean and inverse variance p add p to G_jj, p · mean
to b_j and p (c_j − mean)² to χ².

Arguments travel in four tuples: ``pixels`` = (ln λ, 1/σ, s · flux); ``bounds`` = (low, high, free), free False
holding a shape at its start; ``prior`` = (means, inverse variances) of the amplitudes; ``tables`` = (terms, constants,
bank_layout, bank_axes, bank_values) of a `Program`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import make_room, moments, residual, solve_amplitudes
from qsospec_duck.fitting.shape_step import damped_step, promised_fall, shape_moments
from qsospec_duck.models.borrowed import borrowed, keep
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.copies import copy_into
from qsospec_duck.models.evaluate import (
    BANK,
    add_derivatives,
    alone_in_column,
    count_of,
    evaluate_columns_of,
    never_filled,
    place_of,
)
from qsospec_duck.models.line_terms import BLOCK
from qsospec_duck.models.row_ranges import clear_others

CONVERGED = 1
ITERATION_LIMIT = 0

LATER_START_CHI2 = 10.0
"""Of several starts, one after the first is given up that cannot be expected to come to the best χ² plus this."""

HOPE = 2.5
"""A fit is given up when not even this many times the promised fall would bring it below the limit."""


@numba.njit(cache=True, nogil=True)
def _add_prior(prior, G, b):
    """Let the prior of the amplitudes into their moments."""
    mean, precision = prior
    for j in range(b.size):
        G[j, j] += precision[j]
        b[j] += precision[j] * mean[j]


@numba.njit(cache=True, nogil=True)
def _prior_chi2(prior, c):
    """Σ p (c − mean)²."""
    mean, precision = prior
    total = 0.0
    for j in range(c.size):
        total += precision[j] * (c[j] - mean[j]) ** 2
    return total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _model_derivatives(x, s, theta, free, tables, alone, T, span_t, A, slopes, slopes_at, c, DK, reach, begun):
    """Fill D_k = Σ_j c_j ∂A_j/∂θ_k and its range of pixels; ``DK`` and ``reach`` come in as this function left them.

    Nothing is filled for terms none of whose shapes is free.
    """
    terms, constants, bank_layout, bank_axes, bank_values = tables
    begun[:] = False
    template = np.int64(0)
    for t in range(terms.shape[0]):
        weight = c[terms[t, 1]]
        slot_a, slot_b = terms[t, 2], terms[t, 3]
        if weight != 0.0 and (free[slot_a] or (slot_b >= 0 and free[slot_b])):
            first, last = span_t[t, 0], span_t[t, 1]
            values, row = place_of(t, terms, alone, T, A)
            add_derivatives(
                x, s, theta, t, terms, constants, bank_layout, bank_axes, bank_values, values, row, first, last, weight,
                DK, reach, begun, slopes, slopes_at, template,
            )  # fmt: skip
        template += terms[t, 0] == BANK
    clear_others(DK, reach, begun)


@numba.njit(cache=True, nogil=True)
def make_workspace(n, tables, n_col, n_par):
    """Arrays of the size of the data that `minimise` works in; they may be handed from fit to fit of the same data."""
    terms = tables[0]
    n_term, n_template = terms.shape[0], count_of(BANK, terms)
    at, slopes_at = never_filled(n_term)
    # Pieces of few arrays, since each that is asked for takes as long as some hundred pixels.
    first_term, first_slope = n_col + n_par, n_col + n_par + n_term
    # Rows begin at whole blocks: a vector that lies across the lines of a cache takes twice as long.
    of_pixels = np.empty((first_slope + 2 * n_template + 1, n + (-n) % BLOCK))
    ranges = np.empty((n_col + n_par + n_term, 2), np.int64)
    ranges[:, 0], ranges[:, 1] = 0, of_pixels.shape[1]
    of_shapes = np.zeros((6 + 2 * n_par, n_par))
    return (
        (of_pixels[:n_col], ranges[:n_col]),
        (alone_in_column(terms), of_pixels[first_term:first_slope], ranges[first_term:], at),
        (of_pixels[first_slope:-1], slopes_at),
        of_pixels[-1:],
        (of_pixels[n_col:first_term], ranges[n_col:first_term]),
        make_room(n_col),
        (np.empty((n_par, n_col)), np.empty((n_col + 2, n_col)), np.empty((2, n_col), np.bool_)),
        (of_shapes[6 : 6 + n_par], of_shapes[6 + n_par :], of_shapes[:6]),
        np.empty(n_par, np.int64), np.empty((2, n_par), np.bool_),
    )  # fmt: skip


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def minimise(pixels, bounds, prior, tables, work, theta, c, limit, max_iterations, tolerance):
    """Minimise χ² from one start.

    Parameters
    ----------
    pixels, bounds, prior, tables : tuple
        As the module says.
    work : tuple
        Of `make_workspace`.
    theta : ndarray, shape (n_par,)
        In: start. Out: best shapes.
    c : ndarray, shape (n_col,)
        Out: amplitudes.
    limit : float
        The fit is given up where it cannot be expected to end below this χ²; infinity where it must go on.
    max_iterations : int
        Limit on accepted and refused steps together.
    tolerance : float
        Stop when the next step promises a smaller fall of χ² than this.

    Returns
    -------
    chi2 : float
    status : int
        `CONVERGED` or `ITERATION_LIMIT`.
    n_steps : int
    """
    x, s, y = pixels
    low, high, free = bounds
    terms, constants, bank_layout, bank_axes, bank_values = tables
    (A, span), (alone, T, span_t, at), (slopes, slopes_at), r, (DK, reach), room = work[:6]
    (cross, of_columns, are_passive), (H, M, rows), index, flags = work[6:]
    G, b, c_try, passive, passive_try = of_columns[2:], of_columns[0], of_columns[1], are_passive[0], are_passive[1]
    g, theta_try, delta, rhs, solved, row = rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]
    movable, fixed = flags[0], flags[1]
    n_par = theta.size
    passive[:] = True
    for k in range(n_par):
        theta_try[k] = min(max(theta[k], low[k]), high[k])
    chi2, promised = np.inf, np.inf
    damping, length = 1e-3, 0.0
    status = ITERATION_LIMIT
    # The start is taken as a step is, from infinitely far above.
    steps = 0
    while True:
        evaluate_columns_of(
            x, s, theta_try, terms, constants, bank_layout, bank_axes, bank_values, alone, T, span_t, at, A, span
        )  # fmt: skip
        moments(A, y.reshape(1, y.size), span, G, b)
        _add_prior(prior, G, b)
        copy_into(passive_try, passive)
        solve_amplitudes(G, b, c_try, passive_try, room)
        chi2_try = residual(A, y, c_try, span, r) + _prior_chi2(prior, c_try)
        fall = chi2 - chi2_try
        if fall > 0.0:
            chi2 = chi2_try
            copy_into(theta, theta_try)
            copy_into(c, c_try)
            copy_into(passive, passive_try)
            if fall > 0.7 * promised:
                damping = max(0.1 * damping, 1e-9)
            elif fall < 0.25 * promised:
                damping = max(2.0 * damping, 1e-3)
            if fall < tolerance and damping < 1e3:
                status = CONVERGED
                break
            if steps == max_iterations:
                break
            _model_derivatives(x, s, theta, free, tables, alone, T, span_t, A, slopes, slopes_at, c, DK, reach, fixed)
            shape_moments(DK, reach, A, r, span, passive, H, g, cross, room)
            n_movable = 0
            for k in range(n_par):
                held = (theta[k] <= low[k] and g[k] < 0.0) or (theta[k] >= high[k] and g[k] > 0.0)
                movable[k] = free[k] and not held and H[k, k] > 0.0
                n_movable += movable[k]
            if n_movable == 0:
                status = CONVERGED
                break
            length = damped_step(H, g, movable, damping, theta, low, high, delta, M, rhs, solved, row, index, fixed)
        else:
            if damping >= 1e12:
                status = CONVERGED
                break
            # A parabola through value and slope here and the value there says how far to go instead.
            slope = 0.0
            for k in range(n_par):
                slope += 2.0 * g[k] * delta[k]
            wanted = min(max(0.5 * slope / (slope - fall), 0.1), 0.5) * length
            damping = max(damping, 1e-4)
            while length > wanted and damping < 1e12:
                damping *= 4.0
                length = damped_step(H, g, movable, damping, theta, low, high, delta, M, rhs, solved, row, index, fixed)
            if steps == max_iterations:
                break
        promised = promised_fall(H, g, delta)
        if promised < tolerance and damping < 1e3:
            status = CONVERGED
            break
        if steps >= 1 and chi2 - HOPE * promised > limit:
            break
        for k in range(n_par):
            theta_try[k] = min(max(theta[k] + delta[k], low[k]), high[k])
        steps += 1
    return chi2, status, steps


@numba.njit(cache=True, nogil=True)
def minimise_from_starts(
    data, bounds, prior, tables, starts, theta, c, limit, short_iterations, max_iterations, tolerance
):  # fmt: skip
    """Minimise from several starts: a few steps each, then the best one to the end.

    Parameters
    ----------
    data : tuple of ndarray, shape (n,)
        ln λ, 1/σ and flux.
    starts : ndarray, shape (n_start, n_par)
    theta, c : ndarray
        Out: best shapes and amplitudes.
    short_iterations : int
        Steps of every start before they are compared.

    Other parameters and returns as `minimise`.
    """
    pixels = (data[0], data[1], data[1] * data[2])
    own = make_workspace(data[0].size, tables, c.size, theta.size)
    work, lent, bounds = borrowed(own), borrowed(pixels), borrowed(bounds)
    prior, tables = borrowed(prior), borrowed(tables)
    total = 0
    if starts.shape[0] == 1:
        copy_into(theta, starts[0])
    else:
        best = np.inf
        trial = np.empty(theta.size)
        for start in range(starts.shape[0]):
            copy_into(trial, starts[start])
            hope = best + LATER_START_CHI2
            chi2, _, steps = minimise(lent, bounds, prior, tables, work, trial, c, hope, short_iterations, 0.1)
            total += steps
            if chi2 < best:
                best = chi2
                copy_into(theta, trial)
    chi2, status, steps = minimise(lent, bounds, prior, tables, work, theta, c, limit, max_iterations, tolerance)
    keep(own)
    keep(pixels)
    return chi2, status, total + steps
