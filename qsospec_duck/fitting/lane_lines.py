"""Gaussian lines of eight models at once: columns, their moments, and the normal equations of their shapes.

Each lane (`qsospec_duck.models.lanes`) holds a model of its own of the same program on the same pixels. What a lane
needs of a range of pixels is done for the pixels that any lane needs. Pixels are taken `CHUNK` at a time, so that what
is used several times stays in the fastest memory.

Values are those of `qsospec_duck.models.line_terms` to 1e-7 of a line's peak.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.lanes import (
    greatest_of,
    in_all_lanes,
    lane_rows,
    least_of,
    load,
    square_root,
    store,
    where_less,
)
from qsospec_duck.models.program import VELOCITY_UNIT

CHUNK = 32
"""Pixels at a time."""

SUPPORT_SIGMA = 5.0
"""A line is cut where it has fallen to 4e-6 of its peak."""

_MIDDLE = 0.25 * SUPPORT_SIGMA**2
"""Half of the largest exponent."""

_UNIT_LN_FWHM = 8.0
"""An exponent near the middle of what widths have."""


@numba.njit(cache=True, nogil=True)
def lane_exp(a):
    """e^a for |a| ≤ `_MIDDLE`, good to 1e-7: (e^(a/32))³², the inner one by its Taylor series to the 6th power.

    `qsospec_duck.models.compiled_exp.exp_within_limit` goes to the 11th, which a search does not need.
    """
    b = a * (1.0 / 32.0)
    e = b * (1.0 / 720.0) + 1.0 / 120.0
    e = e * b + 1.0 / 24.0
    e = e * b + 1.0 / 6.0
    e = e * b + 0.5
    e = e * b + 1.0
    e = e * b + 1.0
    e = e * e
    e = e * e
    e = e * e
    e = e * e
    return e * e


@numba.njit(cache=True, nogil=True)
def row_of_columns(terms, n_col):
    """Where the rows of every column are: those of its only term, or rows after those of all terms, one a column."""
    of_column = np.zeros(n_col, np.int64)
    n_of = np.zeros(n_col, np.int64)
    for t in range(terms.shape[0]):
        of_column[terms[t, 1]] = t
        n_of[terms[t, 1]] += 1
    n_rows = np.int64(terms.shape[0])
    for j in range(n_col):
        if n_of[j] > 1:
            of_column[j] = n_rows
            n_rows += 1
    return of_column, n_rows


@numba.njit(cache=True, nogil=True)
def make_line_room(n, terms, n_col, n_par):
    """Arrays that the functions of this module work in."""
    row_of, n_rows = row_of_columns(terms, n_col)
    n_term = terms.shape[0]
    return (
        row_of,
        lane_rows(n_rows * n),
        lane_rows(6 * n_term),
        np.zeros((n_term, 2), np.int64),
        np.zeros((n_col, 2), np.int64),
        np.zeros((n_par // 2, 2), np.int64),
        lane_rows((n_par + 1) * CHUNK),
        lane_rows(n_par * n_col),
    )


@numba.njit(cache=True, nogil=True)
def place_profiles(x, theta, terms, constants, room):
    """Centers, widths and heights of all terms at shapes ``theta`` (n_par, lanes), and the pixels they reach."""
    _, _, profiles, span_t, span, reach, _, _ = room
    span[:, 0] = x.size
    span[:, 1] = 0
    reach[:, 0] = x.size
    reach[:, 1] = 0
    for t in range(terms.shape[0]):
        x_line, ratio, lsf_variance = constants[t, 0], constants[t, 1], constants[t, 2]
        slot = terms[t, 2]
        unit = math.exp(_UNIT_LN_FWHM + constants[t, 3]) / FWHM_PER_SIGMA
        own = lane_exp(load(theta, slot) - _UNIT_LN_FWHM) * unit
        sigma = square_root(own * own + lsf_variance)
        shift = load(theta, terms[t, 3]) * (VELOCITY_UNIT / C_KMS)
        center = shift + x_line
        relative = sigma * (1.0 / C_KMS)
        area = lane_exp(shift + relative * relative * 0.5) * relative * (math.exp(x_line) * math.sqrt(2.0 * math.pi))
        store(profiles, 6 * t, center)
        store(profiles, 6 * t + 1, (C_KMS * math.sqrt(0.5)) / sigma)
        store(profiles, 6 * t + 2, (ratio * math.exp(-_MIDDLE)) / area)
        share = own / sigma
        store(profiles, 6 * t + 3, share * share)
        store(profiles, 6 * t + 4, relative * relative + 1.0)
        store(profiles, 6 * t + 5, VELOCITY_UNIT / sigma)
        low = first_not_below(x, least_of(center - relative * SUPPORT_SIGMA))
        high = first_not_below(x, greatest_of(center + relative * SUPPORT_SIGMA))
        span_t[t, 0], span_t[t, 1] = low, high
        if high > low:
            column, group = terms[t, 1], slot // 2
            span[column, 0], span[column, 1] = min(span[column, 0], low), max(span[column, 1], high)
            reach[group, 0], reach[group, 1] = min(reach[group, 0], low), max(reach[group, 1], high)


@numba.njit(cache=True, nogil=True)
def lane_moments(pixels, terms, room, G, b):
    """Fill the columns of the placed profiles, G = A Aᵀ (n_col², lanes) and b = A y (n_col, lanes)."""
    x, s, y = pixels
    row_of, A, profiles, span_t, span, _, _, _ = room
    n, n_col = x.size, row_of.size
    for row in range(n_col * n_col):
        store(G, row, in_all_lanes(0.0))
    for row in range(n_col):
        store(b, row, in_all_lanes(0.0))
    for low in range(0, n, CHUNK):
        high = min(low + CHUNK, n)
        for j in range(n_col):
            if row_of[j] >= terms.shape[0]:
                for i in range(max(low, span[j, 0]), min(high, span[j, 1])):
                    store(A, row_of[j] * n + i, in_all_lanes(0.0))
        for t in range(terms.shape[0]):
            first, last = max(low, span_t[t, 0]), min(high, span_t[t, 1])
            if last <= first:
                continue
            center, to_sigma = load(profiles, 6 * t), load(profiles, 6 * t + 1)
            height = load(profiles, 6 * t + 2)
            for i in range(first, last):
                q = (x[i] - center) * to_sigma
                a = _MIDDLE - q * q
                store(A, t * n + i, where_less(a, -_MIDDLE, 0.0, lane_exp(a) * height * s[i]))
            row = row_of[terms[t, 1]]
            if row != t:
                for i in range(first, last):
                    store(A, row * n + i, load(A, row * n + i) + load(A, t * n + i))
        for j in range(n_col):
            row = row_of[j] * n
            first, last = max(low, span[j, 0]), min(high, span[j, 1])
            if last <= first:
                continue
            total = load(b, j)
            for i in range(first, last):
                total = total + load(A, row + i) * y[i]
            store(b, j, total)
            for k in range(j + 1):
                other = row_of[k] * n
                total = load(G, j * n_col + k)
                for i in range(max(first, span[k, 0]), min(last, span[k, 1])):
                    total = total + load(A, row + i) * load(A, other + i)
                store(G, j * n_col + k, total)
    for j in range(n_col):
        for k in range(j):
            store(G, k * n_col + j, load(G, j * n_col + k))


@numba.njit(cache=True, nogil=True)
def lane_shape_moments(pixels, terms, room, c, H, g):
    """Fill H = D Dᵀ (n_par², lanes), X = D Aᵀ and g = D r of the columns as `lane_moments` left them.

    D_k = Σ_j c_j ∂A_j/∂θ_k, r = y − Aᵀ c; X is the last array of ``room``.
    """
    x, _, y = pixels
    row_of, A, profiles, span_t, span, reach, D, X = room
    n, n_col, n_group = x.size, row_of.size, reach.shape[0]
    n_par = 2 * n_group
    for row in range(n_par * n_par):
        store(H, row, in_all_lanes(0.0))
    for row in range(n_par * n_col):
        store(X, row, in_all_lanes(0.0))
    for row in range(n_par):
        store(g, row, in_all_lanes(0.0))
    of_residual = n_par * CHUNK
    for low in range(0, n, CHUNK):
        high = min(low + CHUNK, n)
        for i in range(low, high):
            store(D, of_residual + i - low, in_all_lanes(y[i]))
        for j in range(n_col):
            row, weight = row_of[j] * n, load(c, j)
            for i in range(max(low, span[j, 0]), min(high, span[j, 1])):
                at = of_residual + i - low
                store(D, at, load(D, at) - weight * load(A, row + i))
        for group in range(n_group):
            of_width, of_velocity = 2 * group * CHUNK - low, (2 * group + 1) * CHUNK - low
            for i in range(max(low, reach[group, 0]), min(high, reach[group, 1])):
                store(D, of_width + i, in_all_lanes(0.0))
                store(D, of_velocity + i, in_all_lanes(0.0))
        for t in range(terms.shape[0]):
            first, last = max(low, span_t[t, 0]), min(high, span_t[t, 1])
            if last > first:
                _add_derivatives(x, load(c, terms[t, 1]), t, terms[t, 2], profiles, A, t * n, D, low, first, last)
        for group in range(n_group):
            first, last = max(low, reach[group, 0]), min(high, reach[group, 1])
            if last <= first:
                continue
            for other in range(group + 1):
                _add_products(
                    D, 2 * group, 2 * other, low, max(first, reach[other, 0]), min(last, reach[other, 1]), H, n_par
                )
            of_width, of_velocity = 2 * group * CHUNK - low, (2 * group + 1) * CHUNK - low
            one, two = load(g, 2 * group), load(g, 2 * group + 1)
            for i in range(first, last):
                r = load(D, of_residual + i - low)
                one = one + load(D, of_width + i) * r
                two = two + load(D, of_velocity + i) * r
            store(g, 2 * group, one)
            store(g, 2 * group + 1, two)
            for j in range(n_col):
                row = row_of[j] * n
                at = 2 * group * n_col + j
                one, two = load(X, at), load(X, at + n_col)
                for i in range(max(first, span[j, 0]), min(last, span[j, 1])):
                    a = load(A, row + i)
                    one = one + load(D, of_width + i) * a
                    two = two + load(D, of_velocity + i) * a
                store(X, at, one)
                store(X, at + n_col, two)
    for k in range(n_par):
        for m in range(k):
            store(H, m * n_par + k, load(H, k * n_par + m))


@numba.njit(cache=True, nogil=True)
def _add_derivatives(x, weight, t, slot, profiles, A, row, D, low, first, last):
    """Add ``weight`` times the derivatives of a term by ln FWHM and velocity to the rows of its group."""
    center, to_sigma = load(profiles, 6 * t), load(profiles, 6 * t + 1)
    to_width = load(profiles, 6 * t + 3) * weight
    widening = load(profiles, 6 * t + 4) * to_width
    to_width = to_width * 2.0
    to_velocity = load(profiles, 6 * t + 5) * weight * math.sqrt(2.0)
    drift = weight * (VELOCITY_UNIT / C_KMS)
    of_width, of_velocity = slot * CHUNK - low, (slot + 1) * CHUNK - low
    for i in range(first, last):
        q = (x[i] - center) * to_sigma
        a = load(A, row + i)
        store(D, of_width + i, load(D, of_width + i) + a * (to_width * q * q - widening))
        store(D, of_velocity + i, load(D, of_velocity + i) + a * (to_velocity * q - drift))


@numba.njit(cache=True, nogil=True)
def _add_products(D, k, m, low, first, last, H, n_par):
    """Add the products of rows k, k + 1 with rows m, m + 1."""
    at = k * n_par + m
    a, b = load(H, at), load(H, at + 1)
    c, d = load(H, at + n_par), load(H, at + n_par + 1)
    one, two, three, four = k * CHUNK - low, (k + 1) * CHUNK - low, m * CHUNK - low, (m + 1) * CHUNK - low
    for i in range(first, last):
        u, v, w, z = load(D, one + i), load(D, two + i), load(D, three + i), load(D, four + i)
        a = a + u * w
        b = b + u * z
        c = c + v * w
        d = d + v * z
    store(H, at, a)
    store(H, at + 1, b)
    store(H, at + n_par, c)
    store(H, at + n_par + 1, d)
