"""One step of the shapes: its normal equations without the amplitudes, and its length inside the bounds.

The equations stand in `qsospec_duck.fitting.solver`.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.fitting.amplitudes import IN_ORDER, factorise, pair_products, substitute
from qsospec_duck.models.compiled_exp import FAST


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def shape_moments(DK, reach, A, r, span, passive, H, g, cross, room):
    """H and D r from the rows D_k of ``DK``, projected onto the complement of the passive columns.

    Products are of two rows with two rows, over the pixels that any of them share: outside of its range a row is 0.
    ``r`` is (1, n); ``cross`` (n_par, n_col) is worked in, and ``room`` is as `solve_amplitudes` left it.
    """
    n_par, q = g.size, A.shape[0]
    for k in range(0, n_par, 2):
        n = min(k + 1, n_par - 1)
        low, high = min(reach[k, 0], reach[n, 0]), max(reach[k, 1], reach[n, 1])
        for m in range(0, k + 1, 2):
            o = min(m + 1, n_par - 1)
            first, last = max(low, min(reach[m, 0], reach[o, 0])), min(high, max(reach[m, 1], reach[o, 1]))
            H[k, m], H[k, o], H[n, m], H[n, o] = pair_products(DK, k, n, DK, m, DK, o, first, last)
        for a in range(0, q - 1, 2):
            e = a + 1
            first, last = max(low, min(span[a, 0], span[e, 0])), min(high, max(span[a, 1], span[e, 1]))
            cross[k, a], cross[k, e], cross[n, a], cross[n, e] = pair_products(DK, k, n, A, a, A, e, first, last)
        # The residual comes with the last column.
        cross[k, q - 1], g[k], cross[n, q - 1], g[n] = pair_products(DK, k, n, A, q - 1, r, 0, low, high)
    for k in range(n_par):
        for m in range(k):
            H[m, k] = H[k, m]
    project(H, cross, passive, room)


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def project(H, cross, passive, room):
    """H − X G⁻¹ Xᵀ in place of H, X being the passive columns of ``cross``, which is used up.

    With G = L D Lᵀ it is H − Z D⁻¹ Zᵀ, Z = X L⁻ᵀ; L and D are those that `solve_amplitudes` left in its ``room``.
    """
    numbers, M, index, _ = room
    work = numbers[0]
    n = np.int64(0)
    for j in range(passive.size):
        if passive[j]:
            index[n] = j
            n += 1
    for k in range(H.shape[0]):
        for a in range(n):
            total = cross[k, index[a]]
            for e in range(a):
                total -= M[a, e] * cross[k, e]
            cross[k, a] = total
        for a in range(n):
            work[a] = cross[k, a] * M[a, a]
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
