"""Moments of the lines of eight models at once, and the normal equations of their shapes.

Sums over pixels are in single precision, good to some 1e-7 of the size of their terms, chunk by chunk
(`qsospec_duck.fitting.lane_pixels`). What is left of |y|² and moments would be no χ² then: it is the sum of squared
residuals, each of which is as good as the pixels are.

A chunk has one row of numbers for every column, for the data, for zeros, and for every term of columns with several.
Products are of two rows with two rows, which asks for half as many numbers from memory as one by one; zeros make lists
of rows even.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.lane_lines import add_derivatives, fill_profile
from qsospec_duck.fitting.lane_pixels import CHUNK
from qsospec_duck.models.lanes import (
    in_all_lanes,
    lane_rows,
    load,
    narrow,
    single_rows,
    store,
    unset_single_rows,
    widen,
)

_ZERO = np.float32(0.0)


@numba.njit(cache=True, nogil=True)
def make_moment_room(n_chunk, terms, n_col, n_par):
    """Arrays that the functions of this module work in; the last is X (n_par n_col, lanes)."""
    n_term = terms.shape[0]
    row_of, n_of = np.zeros(n_term, np.int64), np.zeros(n_col, np.int64)
    for t in range(n_term):
        n_of[terms[t, 1]] += 1
    n_rows = n_col + 2
    for t in range(n_term):
        row_of[t] = terms[t, 1]
        if n_of[terms[t, 1]] > 1:
            row_of[t] = n_rows
            n_rows += 1
    return (
        (row_of, n_rows),
        make_rows(np.int64(1), n_chunk, n_rows, n_col),
        (np.zeros((n_chunk, n_col + 3), np.int64), np.zeros(n_par // 2, np.int64)),
        single_rows((n_par + 2) * CHUNK),
        (single_rows((n_col + 2) * (n_col + 2)), single_rows(n_par * n_par), single_rows(n_par * (n_col + 2))),
        lane_rows(n_par * n_col),
    )


@numba.njit(cache=True, nogil=True)
def make_rows(n_block, n_chunk, n_rows, n_col):
    """Rows for blocks of eight models, (n_block · n_chunk · n_rows · `CHUNK`, lanes); zeros are filled in."""
    A = unset_single_rows(n_block * n_chunk * n_rows * CHUNK)
    for chunk in range(n_block * n_chunk):
        for i in range(CHUNK):
            store(A, (chunk * n_rows + n_col + 1) * CHUNK + i, in_all_lanes(_ZERO))
    return A


@numba.njit(cache=True, nogil=True)
def lane_moments(pixels, terms, profiles, room, G, b):
    """Fill the columns of the placed profiles, G = A Aᵀ (n_col², lanes) and b = A y (n_col, lanes)."""
    # Tuples are taken apart here and not in what is called for every chunk, see `qsospec_duck.models.borrowed`.
    edges, offset, s, y = pixels
    _, places, forms, reaching = profiles
    (row_of, n_rows), A, (seen, _), _, (products, _, _), _ = room
    n_col, order = b.shape[0], b.shape[0] + 2
    _clear(products)
    for chunk in range(edges.size):
        first, base = chunk * CHUNK, chunk * n_rows * CHUNK
        n = np.int64(0)
        for k in range(1, reaching[chunk, 0] + 1):
            t = reaching[chunk, k]
            column, own = terms[t, 1], base + row_of[t] * CHUNK
            fill_profile(edges[chunk], offset, s, first, places, forms, t, A, own)
            # Terms of a column follow each other.
            before = base + column * CHUNK
            if n == 0 or seen[chunk, n] != column:
                n += 1
                seen[chunk, n] = column
                before = base + (n_col + 1) * CHUNK
            if row_of[t] != column:
                _put_sum(A, before, own, base + column * CHUNK)
        seen[chunk, 0], seen[chunk, n + 1], seen[chunk, n + 2] = n, n_col, n_col + 1
        for i in range(CHUNK):
            store(A, base + n_col * CHUNK + i, in_all_lanes(y[first + i]))
        # The data come with the last column, or with zeros.
        for k in range(1, n + 2 if n > 0 else 0, 2):
            one, two = seen[chunk, k], seen[chunk, k + 1]
            for m in range(1, k + 1, 2):
                _add_products(A, base, one, two, A, base, seen[chunk, m], seen[chunk, m + 1], products, order)
    for j in range(n_col):
        store(b, j, widen(load(products, n_col * order + j)))
        for k in range(j + 1):
            value = widen(load(products, j * order + k))
            store(G, j * n_col + k, value)
            store(G, k * n_col + j, value)


@numba.njit(cache=True, nogil=True)
def _clear(rows):
    """Fill rows of single precision with zeros."""
    for row in range(rows.shape[0]):
        store(rows, row, in_all_lanes(_ZERO))


@numba.njit(cache=True, nogil=True)
def _put_sum(A, one, other, to):
    """Put the sum of two rows into one, a chunk long."""
    for i in range(CHUNK):
        store(A, to + i, load(A, one + i) + load(A, other + i))


@numba.njit(cache=True, nogil=True, inline="always")
def _add_products(P, at_p, i, j, Q, at_q, k, m, products, order):
    """Add the products of rows i, j of P with rows k, m of Q, a chunk long, to a matrix of ``order`` columns."""
    one, two, three, four = at_p + i * CHUNK, at_p + j * CHUNK, at_q + k * CHUNK, at_q + m * CHUNK
    a = in_all_lanes(_ZERO)
    b, c, d = a, a, a
    for at in range(CHUNK):
        u, v, w, z = load(P, one + at), load(P, two + at), load(Q, three + at), load(Q, four + at)
        a = a + u * w
        b = b + u * z
        c = c + v * w
        d = d + v * z
    add_to(products, i * order + k, a)
    add_to(products, i * order + m, b)
    add_to(products, j * order + k, c)
    add_to(products, j * order + m, d)


@numba.njit(cache=True, nogil=True)
def add_to(rows, row, value):
    """Add lanes to a row."""
    store(rows, row, load(rows, row) + value)


@numba.njit(cache=True, nogil=True)
def lane_residuals(n_chunk, room, c):
    """Put r = y − Aᵀ c in place of the data; returns χ² = |r|²."""
    (_, n_rows), A, (seen, _), _, _, _ = room
    chi2 = in_all_lanes(0.0)
    for chunk in range(n_chunk):
        base = chunk * n_rows * CHUNK
        to = base + c.shape[0] * CHUNK
        for k in range(1, seen[chunk, 0] + 1):
            column = seen[chunk, k]
            weight, own = narrow(load(c, column)), base + column * CHUNK
            for i in range(CHUNK):
                store(A, to + i, load(A, to + i) - weight * load(A, own + i))
        total = in_all_lanes(_ZERO)
        for i in range(CHUNK):
            r = load(A, to + i)
            total = total + r * r
        chi2 = chi2 + widen(total)
    return chi2


@numba.njit(cache=True, nogil=True)
def lane_shape_moments(pixels, terms, profiles, room, c, H, g):
    """Fill H = D Dᵀ (n_par², lanes), X = D Aᵀ and g = D r of the columns and residuals as they were left.

    D_k = Σ_j c_j ∂A_j/∂θ_k; X is the last array of ``room``.
    """
    edges, offset, _, _ = pixels
    _, places, forms, reaching = profiles
    (row_of, n_rows), A, (seen, moved), D, (_, own, with_columns), X = room
    n_col, n_par, order = c.shape[0], g.shape[0], c.shape[0] + 2
    _clear(own)
    _clear(with_columns)
    for chunk in range(edges.size):
        base, n, n_moved = chunk * n_rows * CHUNK, seen[chunk, 0], np.int64(0)
        for k in range(1, reaching[chunk, 0] + 1):
            t = reaching[chunk, k]
            slot, n_before = terms[t, 2], n_moved
            n_moved = _put_in(moved, n_moved, slot)
            # The rows of zeros lie behind the others.
            before = slot if n_moved == n_before else n_par
            add_derivatives(
                edges[chunk], offset, chunk * CHUNK, places, forms, t, load(c, terms[t, 1]), A,
                base + row_of[t] * CHUNK, D, before * CHUNK, slot * CHUNK,
            )  # fmt: skip
        for k in range(n_moved):
            one = moved[k]
            for m in range(k + 1):
                _add_products(D, 0, one, one + 1, D, 0, moved[m], moved[m] + 1, own, n_par)
            for m in range(1, n + 2, 2):
                _add_products(D, 0, one, one + 1, A, base, seen[chunk, m], seen[chunk, m + 1], with_columns, order)
    for k in range(n_par):
        store(g, k, widen(load(with_columns, k * order + n_col)))
        for j in range(n_col):
            store(X, k * n_col + j, widen(load(with_columns, k * order + j)))
        for m in range(k + 1):
            value = widen(load(own, k * n_par + m))
            store(H, k * n_par + m, value)
            store(H, m * n_par + k, value)


@numba.njit(cache=True, nogil=True)
def _put_in(members, n, member):
    """Put a member into an ordered list of n that holds each once; returns how many there are then."""
    at = n
    while at > 0 and members[at - 1] > member:
        at -= 1
    if at > 0 and members[at - 1] == member:
        return n
    for k in range(n, at, -1):
        members[k] = members[k - 1]
    members[at] = member
    return n + 1
