"""Amplitudes: the linear half of a separable fit, on moments of weighted columns.

For columns A (q, n), already times 1/σ, and data y the amplitudes c ≥ 0 of least |y − Aᵀ c|² follow from G = A Aᵀ and
b = A y alone (Lawson & Hanson 1974, chapter 23; passive columns are those with c > 0). Nothing is compared but numbers
of one column with each other, so that no result depends on the columns' units.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.models.compiled_exp import FAST

IN_ORDER = {"contract"}
"""In place of `FAST` for matrices of a few rows: for sums of two or three terms, vector registers are a detour."""


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def factorise(M, n, row):
    """L and D of M[:n, :n] = L D Lᵀ in place, with a relative floor on the pivots; ``row`` (n,) is worked in.

    Only the lower triangle is read. L, whose diagonal is 1, is left below it, and on the diagonal 1/D.
    """
    factorise_rows(M, np.int64(0), n, row)


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def factorise_rows(M, begin, n, row):
    """Go on with `factorise` where the rows before ``begin`` are factorised already."""
    for i in range(begin, n):
        for k in range(i):
            total = M[i, k]
            for m in range(k):
                total -= row[m] * M[k, m]
            row[k] = total
        pivot = M[i, i]
        # A pivot below this is a repeated direction.
        floor = 1e-12 * pivot
        for k in range(i):
            share = row[k] * M[k, k]
            pivot -= row[k] * share
            M[i, k] = share
        M[i, i] = 1.0 / max(pivot, floor)


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def substitute(M, rhs, n, out):
    """Solve L D Lᵀ out = rhs with the factors of `factorise`."""
    for i in range(n):
        total = rhs[i]
        for k in range(i):
            total -= M[i, k] * out[k]
        out[i] = total
    for i in range(n - 1, -1, -1):
        total = out[i] * M[i, i]
        for k in range(i + 1, n):
            total -= M[k, i] * out[k]
        out[i] = total


@numba.njit(cache=True, nogil=True)
def make_room(q):
    """Arrays that `solve_amplitudes` works in: three rows of numbers, a matrix (q, q), indices and flags."""
    return np.empty((3, q)), np.empty((q, q)), np.empty(q, np.int64), np.empty(q, np.bool_)


@numba.njit(cache=True, fastmath=IN_ORDER, nogil=True)
def solve_amplitudes(G, b, c, passive, room):
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
    room : tuple
        Of `make_room`.
    """
    q = b.size
    numbers, M, index, banned = room
    rhs, z, row = numbers[0], numbers[1], numbers[2]
    for j in range(q):
        c[j] = 0.0
        banned[j] = not G[j, j] > 0.0
        passive[j] = passive[j] and not banned[j]
    for _ in range(3 * q + 3):
        # Inner loop: solve on the passive set, walk back to the boundary while a solution is negative.
        while True:
            n = np.int64(0)  # a literal would be compiled for apart
            for j in range(q):
                if passive[j]:
                    index[n] = j
                    n += 1
            if n == 0:
                break
            for i in range(n):
                rhs[i] = b[index[i]]
                for k in range(i + 1):
                    M[i, k] = G[index[i], index[k]]
            factorise(M, n, row)
            substitute(M, rhs, n, z)
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
        # Outer loop: let in the column of unit norm along which χ² falls fastest.
        best, gain = -1, 0.0
        for j in range(q):
            if passive[j] or banned[j]:
                continue
            slope = b[j]
            for k in range(q):
                slope -= G[j, k] * c[k]
            if slope > 1e-10 * abs(b[j]) and slope * slope > gain * G[j, j]:
                best, gain = j, slope * slope / G[j, j]
        if best < 0:
            break
        passive[best] = True
        banned[best] = True  # one entry a column: no cycling on rounding noise
        for i in range(q):
            if c[i] == 0.0 and i != best and passive[i]:
                passive[i] = False


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def dot(u, v):
    """Σ u v."""
    total = 0.0
    for k in range(u.size):
        total += u[k] * v[k]
    return total


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def rows_dot(U, i, V, j, first, last):
    """Σ U[i] V[j] over a range of pixels, 0 where it is empty; without slices, whose bookkeeping costs as much."""
    total = 0.0
    if last > first:
        for k in range(np.uintp(first), np.uintp(last)):
            total += U[i, k] * V[j, k]
    return total


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def pair_products(U, i, j, V, k, W, m, first, last):
    """Σ of the products of rows i, j of U with row k of V and row m of W over a range of pixels: ik, im, jk, jm.

    Rows are read half as often as by `rows_dot` for each; the range must hold what any two of them share. Compiled into
    its callers, since a call with three arrays takes as long as a hundred pixels.
    """
    ik, im, jk, jm = 0.0, 0.0, 0.0, 0.0
    if last > first:
        for p in range(np.uintp(first), np.uintp(last)):
            u, v, w, z = U[i, p], U[j, p], V[k, p], W[m, p]
            ik += u * w
            im += u * z
            jk += v * w
            jm += v * z
    return ik, im, jk, jm


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def moments(A, y, span, G, b):
    """G = A Aᵀ and b = A y over the pixels where the rows overlap, two rows with two rows; ``y`` is (1, n)."""
    q = A.shape[0]
    for i in range(0, q, 2):
        j = min(i + 1, q - 1)
        low, high = min(span[i, 0], span[j, 0]), max(span[i, 1], span[j, 1])
        for k in range(0, i, 2):
            m = k + 1
            first, last = max(low, min(span[k, 0], span[m, 0])), min(high, max(span[k, 1], span[m, 1]))
            G[i, k], G[i, m], G[j, k], G[j, m] = pair_products(A, i, j, A, k, A, m, first, last)
        # The data come with the pair's own products.
        G[i, i], b[i], G[j, i], b[j] = pair_products(A, i, j, A, i, y, 0, low, high)
        if j > i:
            G[j, j] = rows_dot(A, j, A, j, span[j, 0], span[j, 1])
    for i in range(q):
        for k in range(i):
            G[k, i] = G[i, k]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def residual(A, y, c, span, r):
    """R = y − Aᵀ c in the row ``r`` (1, n) or longer; returns |r|²."""
    for k in range(y.size):
        r[0, k] = y[k]
    for j in range(A.shape[0]):
        if c[j] != 0.0:
            for k in range(np.uintp(span[j, 0]), np.uintp(span[j, 1])):
                r[0, k] -= c[j] * A[j, k]
    return rows_dot(r, 0, r, 0, 0, y.size)
