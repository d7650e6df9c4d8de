"""One step of the shapes: its normal equations without the amplitudes, and its length inside the bounds.

The equations stand in `qsospec_duck.fitting.solver`.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import IN_ORDER, factorise, row_dot, rows_dot, substitute
from qsospec_duck.models.compiled_exp import FAST


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def shape_moments(DK, reach, A, r, span, passive, G, H, g, room):
    """H and D r from the rows D_k of ``DK``, projected onto the complement of the passive columns."""
    n_par = g.size
    q = A.shape[0]
    cross, L, index, work = room
    n_pas = np.int64(0)
    for j in range(q):
        if passive[j]:
            index[n_pas] = j
            n_pas += 1
    for k in range(n_par):
        low, high = reach[k, 0], reach[k, 1]
        if high <= low:
            g[k] = 0.0
            H[k, :] = 0.0
            H[:, k] = 0.0
            cross[k, :] = 0.0
            continue
        g[k] = row_dot(DK, k, r, low, high)
        for m in range(k + 1):
            first, last = max(low, reach[m, 0]), min(high, reach[m, 1])
            H[k, m] = rows_dot(DK, k, DK, m, first, last)
            H[m, k] = H[k, m]
        for a in range(n_pas):
            j = index[a]
            first, last = max(low, span[j, 0]), min(high, span[j, 1])
            cross[k, a] = rows_dot(DK, k, A, j, first, last)
    if n_pas == 0:
        return
    for a in range(n_pas):
        for e in range(a + 1):
            L[a, e] = G[index[a], index[e]]
    project(H, cross, L, n_pas, work)


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def project(H, cross, G, n, work):
    """H − X G⁻¹ Xᵀ in place of H, X being the first ``n`` columns of ``cross``; both are used up, and ``work`` (n,).

    With G = L D Lᵀ it is H − Z D⁻¹ Zᵀ, Z = X L⁻ᵀ.
    """
    factorise(G, n, work)
    for k in range(H.shape[0]):
        for a in range(n):
            total = cross[k, a]
            for e in range(a):
                total -= G[a, e] * cross[k, e]
            cross[k, a] = total
        for a in range(n):
            work[a] = cross[k, a] * G[a, a]
        for m in range(k + 1):
            total = H[k, m]
            for a in range(n):
                total -= work[a] * cross[m, a]
            H[k, m] = total
            H[m, k] = total


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def damped_step(H, g, free, damping, theta, low, high, delta, M, rhs, solved, row, index, fixed):
    """Step of (H + λ diag H) δ = g inside the bounds; returns its length √(Σ H_kk δ_k²).

    Parameters whose step would cross a bound go to the bound, and the others are solved for again.
    """
    n_par = g.size
    delta[:] = 0.0
    for k in range(n_par):
        fixed[k] = not free[k]
    crossed = False
    for _ in range(n_par):
        n = np.int64(0)  # a literal would be compiled for apart
        for k in range(n_par):
            if not fixed[k]:
                index[n] = k
                n += 1
        if n == 0:
            break
        for i in range(n):
            k = index[i]
            total = g[k]
            if crossed:
                for m in range(n_par):
                    if fixed[m]:
                        total -= H[k, m] * delta[m]
            rhs[i] = total
            for j in range(i):
                M[i, j] = H[k, index[j]]
            M[i, i] = H[k, k] * (1.0 + damping)
        factorise(M, n, row)
        substitute(M, rhs, n, solved)
        crossed = False
        for i in range(n):
            k = index[i]
            wanted = theta[k] + solved[i]
            if wanted < low[k]:
                delta[k], fixed[k], crossed = low[k] - theta[k], True, True
            elif wanted > high[k]:
                delta[k], fixed[k], crossed = high[k] - theta[k], True, True
        if not crossed:
            for i in range(n):
                delta[index[i]] = solved[i]
            break
    length = 0.0
    for k in range(n_par):
        if delta[k] != 0.0:
            length += H[k, k] * delta[k] ** 2
    return math.sqrt(length)


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def promised_fall(H, g, delta):
    """2 gᵀδ − δᵀHδ: the fall of χ² if it were quadratic."""
    total = 0.0
    for k in range(g.size):
        if delta[k] != 0.0:
            row = 0.0
            for m in range(g.size):
                row += H[k, m] * delta[m]
            total += delta[k] * (2.0 * g[k] - row)
    return total
