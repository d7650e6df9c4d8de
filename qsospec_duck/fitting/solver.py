"""Bounded variable projection: amplitudes exactly, shapes by a damped Gauss-Newton step.

Minimise over shapes θ (bounded) and amplitudes c ≥ 0

    χ²(θ, c) = |y − Aᵀ(θ) c|²,        y = s · flux, rows of A = s · columns, s = 1/σ.

For given θ the amplitudes solve a non-negative least-squares problem on the moments AAᵀ, Ay
(Lawson & Hanson 1974, chapter 23; passive columns P are those with c > 0). The reduced problem in θ
alone has, with D_k = Σ_j c_j ∂A_j/∂θ_k and Kaufman's (1975, BIT 15, 49) simplification of Golub &
Pereyra's (1973, SIAM J. Numer. Anal. 10, 413) derivative,

    J_k = −P⊥ D_k,   H = DDᵀ − (D A_Pᵀ)(A_P A_Pᵀ)⁻¹(A_P Dᵀ),   −∇χ²/2 = D r,   r = y − A_Pᵀ c,

where P⊥ projects onto the complement of the passive columns. A step solves (H + λ diag H) δ = D r over
the θ that are not held by a bound (Marquardt 1963), is cut at the bounds and taken only when χ² falls.
All matrices are of the order of the number of parameters; a residual Jacobian is never stored.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.models.evaluate import FAST, add_derivatives, clear_rows, evaluate_columns_of, widen

CONVERGED = 1
ITERATION_LIMIT = 0


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _factorise(M, n):
    """Cholesky factor of M[:n, :n] in place (lower triangle), with a relative floor on the pivots."""
    for i in range(n):
        for j in range(i + 1):
            total = M[i, j]
            for k in range(j):
                total -= M[i, k] * M[j, k]
            if i == j:
                # Columns are scaled to unit norm: a pivot below the floor is a repeated direction.
                M[i, i] = math.sqrt(max(total, 1e-12))
            else:
                M[i, j] = total / M[j, j]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _substitute(M, rhs, n, out):
    """Solve L Lᵀ out = rhs with the factor of `_factorise`."""
    for i in range(n):
        total = rhs[i]
        for k in range(i):
            total -= M[i, k] * out[k]
        out[i] = total / M[i, i]
    for i in range(n - 1, -1, -1):
        total = out[i]
        for k in range(i + 1, n):
            total -= M[k, i] * out[k]
        out[i] = total / M[i, i]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def solve_amplitudes(G, b, c, passive):
    """Non-negative least squares on moments, from the passive set of the step before.

    Parameters
    ----------
    G : ndarray, shape (q, q)
        A Aᵀ.
    b : ndarray, shape (q,)
        A y.
    c : ndarray, shape (q,)
        Filled with the amplitudes.
    passive : ndarray of bool, shape (q,)
        In: first guess of the columns with c > 0. Out: those columns.
    """
    q = b.size
    scale = np.empty(q)
    for j in range(q):
        scale[j] = 1.0 / math.sqrt(G[j, j]) if G[j, j] > 0.0 else 0.0
        if scale[j] == 0.0:
            passive[j] = False
        c[j] = 0.0
    index = np.empty(q, np.int64)
    M = np.empty((q, q))
    rhs = np.empty(q)
    z = np.empty(q)
    banned = np.zeros(q, np.bool_)
    for _ in range(3 * q + 3):
        # Inner loop: solve on the passive set, walk back to the boundary while a solution is negative.
        while True:
            n = 0
            for j in range(q):
                if passive[j]:
                    index[n] = j
                    n += 1
            if n == 0:
                break
            for i in range(n):
                rhs[i] = b[index[i]] * scale[index[i]]
                for k in range(n):
                    M[i, k] = G[index[i], index[k]] * scale[index[i]] * scale[index[k]]
            _factorise(M, n)
            _substitute(M, rhs, n, z)
            step = 1.0
            for i in range(n):
                if z[i] <= 0.0:
                    now = c[index[i]]
                    ratio = now / (now - z[i]) if now > z[i] else 0.0
                    step = min(step, ratio)
            if step == 1.0:
                for i in range(n):
                    c[index[i]] = z[i]
                break
            for i in range(n):
                j = index[i]
                if z[i] <= 0.0 and c[j] <= step * (1.0 + 1e-12) * (c[j] - z[i]):
                    c[j] = 0.0
                    passive[j] = False
                else:
                    c[j] += step * (z[i] - c[j])
        # Outer loop: let in the column along which χ² falls fastest.
        best, gain = -1, 0.0
        for j in range(q):
            if passive[j] or banned[j] or scale[j] == 0.0:
                continue
            slope = b[j] * scale[j]
            for k in range(q):
                if passive[k]:
                    slope -= G[j, k] * scale[j] * scale[k] * c[k]
            if slope > gain and slope > 1e-10 * abs(b[j]) * scale[j]:
                best, gain = j, slope
        if best < 0:
            break
        passive[best] = True
        banned[best] = True  # one entry a column: no cycling on rounding noise
        for i in range(q):
            if c[i] == 0.0 and i != best and passive[i]:
                passive[i] = False
    # c carries the scale of its column: x_j = c_j · scale_j.
    for j in range(q):
        c[j] *= scale[j]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _dot(u, v):
    """Σ u v."""
    total = 0.0
    for k in range(u.size):
        total += u[k] * v[k]
    return total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def moments(A, y, span, G, b):
    """G = A Aᵀ and b = A y over the pixels where the rows overlap."""
    for i in range(A.shape[0]):
        low, high = span[i, 0], span[i, 1]
        b[i] = _dot(A[i, low:high], y[low:high])
        for j in range(i + 1):
            first, last = max(low, span[j, 0]), min(high, span[j, 1])
            G[i, j] = _dot(A[i, first:last], A[j, first:last]) if last > first else 0.0
            G[j, i] = G[i, j]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _residual(A, y, c, span, r):
    """R = y − Aᵀ c; returns |r|²."""
    r[:] = y
    for j in range(A.shape[0]):
        if c[j] != 0.0:
            out, own = r[span[j, 0] : span[j, 1]], A[j, span[j, 0] : span[j, 1]]
            for k in range(out.size):
                out[k] -= c[j] * own[k]
    return _dot(r, r)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _shape_moments(DK, reach, A, c, r, span, passive, G, H, g):
    """H and D r from the rows D_k of ``DK``, projected onto the complement of the passive columns."""
    n_par = g.size
    q = A.shape[0]
    index = np.empty(q, np.int64)
    n_pas = 0
    for j in range(q):
        if passive[j]:
            index[n_pas] = j
            n_pas += 1
    cross = np.zeros((n_par, n_pas))
    for k in range(n_par):
        low, high = reach[k, 0], reach[k, 1]
        if high <= low:
            g[k] = 0.0
            H[k, :] = 0.0
            H[:, k] = 0.0
            continue
        own = DK[k, low:high]
        g[k] = _dot(own, r[low:high])
        for m in range(k + 1):
            first, last = max(low, reach[m, 0]), min(high, reach[m, 1])
            H[k, m] = _dot(DK[k, first:last], DK[m, first:last]) if last > first else 0.0
            H[m, k] = H[k, m]
        for a in range(n_pas):
            j = index[a]
            first, last = max(low, span[j, 0]), min(high, span[j, 1])
            cross[k, a] = _dot(DK[k, first:last], A[j, first:last]) if last > first else 0.0
    if n_pas == 0:
        return
    # With G = L Lᵀ the projection is H − Z Zᵀ, Z = cross L⁻ᵀ.
    L = np.empty((n_pas, n_pas))
    for a in range(n_pas):
        root = 1.0 / math.sqrt(G[index[a], index[a]])
        for k in range(n_par):
            cross[k, a] *= root
        for e in range(a + 1):
            L[a, e] = G[index[a], index[e]] * root / math.sqrt(G[index[e], index[e]])
    _factorise(L, n_pas)
    for k in range(n_par):
        for a in range(n_pas):
            total = cross[k, a]
            for e in range(a):
                total -= L[a, e] * cross[k, e]
            cross[k, a] = total / L[a, a]
    for k in range(n_par):
        for m in range(k + 1):
            total = H[k, m]
            for a in range(n_pas):
                total -= cross[k, a] * cross[m, a]
            H[k, m] = total
            H[m, k] = total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _damped_step(H, g, root, free, damping, theta, low, high, delta, M, rhs, solved, index):
    """Step of (H + λ diag H) δ = g inside the bounds; returns its length in scaled parameters.

    Parameters whose step would cross a bound go to the bound, and the others are solved for again.
    """
    n_par = g.size
    delta[:] = 0.0
    fixed = ~free
    for _ in range(n_par):
        n = 0
        for k in range(n_par):
            if not fixed[k]:
                index[n] = k
                n += 1
        if n == 0:
            break
        for i in range(n):
            k = index[i]
            total = g[k]
            for m in range(n_par):
                if fixed[m] and delta[m] != 0.0:
                    total -= H[k, m] * delta[m]
            rhs[i] = total * root[k]
            for j in range(i + 1):
                M[i, j] = H[k, index[j]] * root[k] * root[index[j]]
            M[i, i] = 1.0 + damping
        _factorise(M, n)
        _substitute(M, rhs, n, solved)
        crossed = False
        for i in range(n):
            k = index[i]
            wanted = theta[k] + solved[i] * root[k]
            if wanted < low[k]:
                delta[k], fixed[k], crossed = low[k] - theta[k], True, True
            elif wanted > high[k]:
                delta[k], fixed[k], crossed = high[k] - theta[k], True, True
        if not crossed:
            for i in range(n):
                delta[index[i]] = solved[i] * root[index[i]]
            break
    length = 0.0
    for k in range(n_par):
        if delta[k] != 0.0:
            length += (delta[k] / root[k]) ** 2
    return math.sqrt(length)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _promised_fall(H, g, delta):
    """2 gᵀδ − δᵀHδ: the fall of χ² if it were quadratic."""
    total = 0.0
    for k in range(g.size):
        if delta[k] != 0.0:
            row = 0.0
            for m in range(g.size):
                row += H[k, m] * delta[m]
            total += delta[k] * (2.0 * g[k] - row)
    return total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def minimise(
    x, s, y, theta, low, high, free, terms, constants, bank_layout, bank_axes, bank_values,
    c, max_iterations, tolerance,
):  # fmt: skip
    """Minimise χ² from one start.

    Parameters
    ----------
    x, s, y : ndarray, shape (n,)
        ln λ, 1/σ and s · flux of the pixels.
    theta : ndarray, shape (n_par,)
        In: start. Out: best shapes.
    low, high : ndarray, shape (n_par,)
        Bounds.
    free : ndarray of bool, shape (n_par,)
        False holds a shape at its start.
    terms ... bank_values
        Fields of a `Program`.
    c : ndarray, shape (q,)
        Out: amplitudes.
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
    n, q, n_term, n_par = x.size, c.size, terms.shape[0], theta.size
    A, A_try = np.zeros((q, n)), np.zeros((q, n))
    T, T_try = np.empty((n_term, n)), np.empty((n_term, n))
    span, span_try = np.zeros((q, 2), np.int64), np.zeros((q, 2), np.int64)
    span_t, span_t_try = np.zeros((n_term, 2), np.int64), np.zeros((n_term, 2), np.int64)
    G, G_try = np.empty((q, q)), np.empty((q, q))
    b = np.empty(q)
    r, r_try = np.empty(n), np.empty(n)
    c_try = np.empty(q)
    passive, passive_try = np.ones(q, np.bool_), np.ones(q, np.bool_)
    DK, reach = np.zeros((n_par, n)), np.zeros((n_par, 2), np.int64)
    H, g = np.zeros((n_par, n_par)), np.zeros(n_par)
    theta_try, delta, root = np.empty(n_par), np.empty(n_par), np.empty(n_par)
    M, rhs, solved = np.empty((n_par, n_par)), np.empty(n_par), np.empty(n_par)
    index, movable = np.empty(n_par, np.int64), np.empty(n_par, np.bool_)

    for k in range(n_par):
        theta[k] = min(max(theta[k], low[k]), high[k])
    evaluate_columns_of(x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, A, span)
    moments(A, y, span, G, b)
    solve_amplitudes(G, b, c, passive)
    chi2 = _residual(A, y, c, span, r)
    damping = 1e-3
    status = ITERATION_LIMIT
    steps = 0
    fresh = True
    while steps < max_iterations:
        if fresh:
            _model_derivatives(
                x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, c, DK, reach
            )  # fmt: skip
            _shape_moments(DK, reach, A, c, r, span, passive, G, H, g)
            fresh = False
        n_movable = 0
        for k in range(n_par):
            held = (theta[k] <= low[k] and g[k] < 0.0) or (theta[k] >= high[k] and g[k] > 0.0)
            movable[k] = free[k] and not held and H[k, k] > 0.0
            root[k] = 1.0 / math.sqrt(H[k, k]) if H[k, k] > 0.0 else 1.0
            n_movable += movable[k]
        if n_movable == 0:
            status = CONVERGED
            break
        length = _damped_step(H, g, root, movable, damping, theta, low, high, delta, M, rhs, solved, index)
        promised = _promised_fall(H, g, delta)
        if promised < tolerance and damping < 1e3:
            status = CONVERGED
            break
        for k in range(n_par):
            theta_try[k] = min(max(theta[k] + delta[k], low[k]), high[k])
        steps += 1
        evaluate_columns_of(
            x, s, theta_try, terms, constants, bank_layout, bank_axes, bank_values, T_try, span_t_try, A_try, span_try
        )  # fmt: skip
        moments(A_try, y, span_try, G_try, b)
        passive_try[:] = passive
        solve_amplitudes(G_try, b, c_try, passive_try)
        chi2_try = _residual(A_try, y, c_try, span_try, r_try)
        fall = chi2 - chi2_try
        if fall > 0.0:
            chi2 = chi2_try
            theta[:] = theta_try
            c[:] = c_try
            passive[:] = passive_try
            A, A_try = A_try, A
            T, T_try = T_try, T
            span, span_try = span_try, span
            span_t, span_t_try = span_t_try, span_t
            G, G_try = G_try, G
            r, r_try = r_try, r
            fresh = True
            if fall > 0.7 * promised:
                damping = max(0.1 * damping, 1e-9)
            elif fall < 0.25 * promised:
                damping = max(2.0 * damping, 1e-3)
            if fall < tolerance and damping < 1e3:
                status = CONVERGED
                break
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
                length = _damped_step(H, g, root, movable, damping, theta, low, high, delta, M, rhs, solved, index)
    return chi2, status, steps


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _model_derivatives(
    x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, c, DK, reach
):  # fmt: skip
    """Fill D_k = Σ_j c_j ∂A_j/∂θ_k and its range of pixels; ``DK`` and ``reach`` come in as this function left them."""
    clear_rows(DK, reach)
    for t in range(terms.shape[0]):
        weight = c[terms[t, 1]]
        if weight != 0.0:
            slot_a, slot_b = terms[t, 2], terms[t, 3]
            first, last = span_t[t, 0], span_t[t, 1]
            widen(reach, slot_a, first, last)
            if slot_b >= 0:
                widen(reach, slot_b, first, last)
            add_derivatives(
                x, s, theta, t, terms, constants, bank_layout, bank_axes, bank_values, T[t], first, last, weight,
                DK[slot_a], DK[slot_b] if slot_b >= 0 else DK[slot_a],
            )  # fmt: skip


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def minimise_from_starts(
    x, s, y, starts, low, high, free, terms, constants, bank_layout, bank_axes, bank_values,
    theta, c, short_iterations, max_iterations, tolerance,
):  # fmt: skip
    """Minimise from several starts: a few steps each, then the best one to the end.

    Parameters
    ----------
    starts : ndarray, shape (n_start, n_par)
    theta, c : ndarray
        Out: best shapes and amplitudes.
    short_iterations : int
        Steps of every start before they are compared.

    Other parameters and returns as `minimise`.
    """
    if starts.shape[0] == 1:
        theta[:] = starts[0]
        return minimise(
            x, s, y, theta, low, high, free, terms, constants, bank_layout, bank_axes, bank_values,
            c, max_iterations, tolerance,
        )  # fmt: skip
    best = np.inf
    trial = np.empty(theta.size)
    amplitudes = np.empty(c.size)
    total = 0
    for start in range(starts.shape[0]):
        trial[:] = starts[start]
        chi2, _, steps = minimise(
            x, s, y, trial, low, high, free, terms, constants, bank_layout, bank_axes, bank_values,
            amplitudes, short_iterations, 0.1,
        )  # fmt: skip
        total += steps
        if chi2 < best:
            best = chi2
            theta[:] = trial
    chi2, status, steps = minimise(
        x, s, y, theta, low, high, free, terms, constants, bank_layout, bank_axes, bank_values,
        c, max_iterations, tolerance,
    )  # fmt: skip
    return chi2, status, total + steps
