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

from qsospec_duck.models.evaluate import FAST, evaluate

CONVERGED = 1
ITERATION_LIMIT = 0


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _solve_spd(M, rhs, n, out):
    """Solve M[:n, :n] out = rhs by Cholesky with a relative floor on the pivots; M is overwritten."""
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
            _solve_spd(M, rhs, n, z)
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
def moments(A, y, span, G, b):
    """G = A Aᵀ and b = A y over the pixels where the rows overlap."""
    q = A.shape[0]
    for i in range(q):
        total = 0.0
        for k in range(span[i, 0], span[i, 1]):
            total += A[i, k] * y[k]
        b[i] = total
        for j in range(i + 1):
            first, last = max(span[i, 0], span[j, 0]), min(span[i, 1], span[j, 1])
            total = 0.0
            for k in range(first, last):
                total += A[i, k] * A[j, k]
            G[i, j] = total
            G[j, i] = total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _residual(A, y, c, span, r):
    """R = y − Aᵀ c; returns |r|²."""
    r[:] = y
    for j in range(A.shape[0]):
        if c[j] != 0.0:
            for k in range(span[j, 0], span[j, 1]):
                r[k] -= c[j] * A[j, k]
    total = 0.0
    for k in range(r.size):
        total += r[k] * r[k]
    return total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _shape_moments(A, D, c, r, span, derivative_of, passive, G, DK, H, g):
    """Kaufman's H and D r, projected onto the complement of the passive columns."""
    n_par = g.size
    q = A.shape[0]
    reach = np.zeros((n_par, 2), np.int64)
    reach[:, 0] = r.size
    for d in range(derivative_of.shape[0]):
        k = derivative_of[d, 0]
        if c[derivative_of[d, 1]] != 0.0:
            reach[k, 0] = min(reach[k, 0], span[q + d, 0])
            reach[k, 1] = max(reach[k, 1], span[q + d, 1])
    for k in range(n_par):
        DK[k, reach[k, 0] : reach[k, 1]] = 0.0
    for d in range(derivative_of.shape[0]):
        k, j = derivative_of[d, 0], derivative_of[d, 1]
        if c[j] != 0.0:
            for i in range(span[q + d, 0], span[q + d, 1]):
                DK[k, i] += c[j] * D[d, i]
    index = np.empty(q, np.int64)
    n_pas = 0
    for j in range(q):
        if passive[j]:
            index[n_pas] = j
            n_pas += 1
    cross = np.zeros((n_par, n_pas))
    for k in range(n_par):
        total = 0.0
        for i in range(reach[k, 0], reach[k, 1]):
            total += DK[k, i] * r[i]
        g[k] = total
        for m in range(k + 1):
            total = 0.0
            for i in range(max(reach[k, 0], reach[m, 0]), min(reach[k, 1], reach[m, 1])):
                total += DK[k, i] * DK[m, i]
            H[k, m] = total
            H[m, k] = total
        for a in range(n_pas):
            j = index[a]
            total = 0.0
            for i in range(max(reach[k, 0], span[j, 0]), min(reach[k, 1], span[j, 1])):
                total += DK[k, i] * A[j, i]
            cross[k, a] = total
    if n_pas == 0:
        return
    scale = np.empty(n_pas)
    M = np.empty((n_pas, n_pas))
    solved = np.empty((n_par, n_pas))
    rhs = np.empty(n_pas)
    for a in range(n_pas):
        scale[a] = 1.0 / math.sqrt(G[index[a], index[a]])
    for k in range(n_par):
        for a in range(n_pas):
            rhs[a] = cross[k, a] * scale[a]
            for e in range(n_pas):
                M[a, e] = G[index[a], index[e]] * scale[a] * scale[e]
        _solve_spd(M, rhs, n_pas, solved[k])
    for k in range(n_par):
        for m in range(n_par):
            total = 0.0
            for a in range(n_pas):
                total += cross[m, a] * scale[a] * solved[k, a]
            H[k, m] -= total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def minimise(
    x, s, y, theta, low, high, free, terms, constants, derivative_of, bank_layout, bank_axes, bank_values,
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
    n, q, n_der, n_par = x.size, c.size, derivative_of.shape[0], theta.size
    A, A_try = np.zeros((q, n)), np.zeros((q, n))
    D, D_try = np.zeros((n_der, n)), np.zeros((n_der, n))
    span, span_try = np.zeros((q + n_der, 2), np.int64), np.zeros((q + n_der, 2), np.int64)
    G, G_try = np.empty((q, q)), np.empty((q, q))
    b = np.empty(q)
    r, r_try = np.empty(n), np.empty(n)
    c_try = np.empty(q)
    passive = np.ones(q, np.bool_)
    passive_try = np.ones(q, np.bool_)
    DK = np.empty((max(n_par, 1), n))
    H = np.zeros((n_par, n_par))
    g = np.zeros(n_par)
    theta_try = np.empty(n_par)
    index = np.empty(n_par, np.int64)
    M = np.empty((n_par, n_par))
    rhs = np.empty(n_par)
    delta = np.empty(n_par)
    root = np.empty(n_par)

    for k in range(n_par):
        theta[k] = min(max(theta[k], low[k]), high[k])
    evaluate(x, s, theta, terms, constants, derivative_of, bank_layout, bank_axes, bank_values, A, D, span)
    moments(A, y, span, G, b)
    solve_amplitudes(G, b, c, passive)
    chi2 = _residual(A, y, c, span, r)
    damping = 1e-3
    status = ITERATION_LIMIT
    steps = 0
    fresh = True
    while steps < max_iterations:
        if fresh:
            _shape_moments(A, D, c, r, span, derivative_of, passive, G, DK, H, g)
            fresh = False
        n_free = 0
        for k in range(n_par):
            held = (theta[k] <= low[k] and g[k] < 0.0) or (theta[k] >= high[k] and g[k] > 0.0)
            if free[k] and not held and H[k, k] > 0.0:
                index[n_free] = k
                root[n_free] = 1.0 / math.sqrt(H[k, k])
                n_free += 1
        if n_free == 0:
            status = CONVERGED
            break
        for i in range(n_free):
            rhs[i] = g[index[i]] * root[i]
            for j in range(n_free):
                M[i, j] = H[index[i], index[j]] * root[i] * root[j]
            M[i, i] = 1.0 + damping
        _solve_spd(M, rhs, n_free, delta)
        promised = 0.0
        for i in range(n_free):
            promised += delta[i] * rhs[i]
        theta_try[:] = theta
        for i in range(n_free):
            k = index[i]
            theta_try[k] = min(max(theta[k] + delta[i] * root[i], low[k]), high[k])
        if promised < tolerance and damping < 1e3:
            status = CONVERGED
            break
        steps += 1
        evaluate(
            x, s, theta_try, terms, constants, derivative_of, bank_layout, bank_axes, bank_values,
            A_try, D_try, span_try,
        )  # fmt: skip
        moments(A_try, y, span_try, G_try, b)
        passive_try[:] = passive
        solve_amplitudes(G_try, b, c_try, passive_try)
        chi2_try = _residual(A_try, y, c_try, span_try, r_try)
        if chi2_try < chi2:
            fall = chi2 - chi2_try
            chi2 = chi2_try
            theta[:] = theta_try
            c[:] = c_try
            passive[:] = passive_try
            A, A_try = A_try, A
            D, D_try = D_try, D
            span, span_try = span_try, span
            G, G_try = G_try, G
            r, r_try = r_try, r
            fresh = True
            damping = max(damping * (0.1 if fall > 0.7 * promised else 0.5), 1e-9)
            if fall < tolerance and damping < 1e3:
                status = CONVERGED
                break
        else:
            damping = min(max(damping, 1e-4) * 6.0, 1e12)
            if damping >= 1e12:
                status = CONVERGED
                break
    return chi2, status, steps


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def minimise_from_starts(
    x, s, y, starts, low, high, free, terms, constants, derivative_of, bank_layout, bank_axes, bank_values,
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
            x, s, y, theta, low, high, free, terms, constants, derivative_of, bank_layout, bank_axes, bank_values,
            c, max_iterations, tolerance,
        )  # fmt: skip
    best = np.inf
    trial = np.empty(theta.size)
    amplitudes = np.empty(c.size)
    total = 0
    for start in range(starts.shape[0]):
        trial[:] = starts[start]
        chi2, _, steps = minimise(
            x, s, y, trial, low, high, free, terms, constants, derivative_of, bank_layout, bank_axes, bank_values,
            amplitudes, short_iterations, 0.1,
        )  # fmt: skip
        total += steps
        if chi2 < best:
            best = chi2
            theta[:] = trial
    chi2, status, steps = minimise(
        x, s, y, theta, low, high, free, terms, constants, derivative_of, bank_layout, bank_axes, bank_values,
        c, max_iterations, tolerance,
    )  # fmt: skip
    return chi2, status, total + steps
