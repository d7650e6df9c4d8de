"""The compiled loop over pixels: columns of a program and their derivatives.

For pixel weights s = 1/σ it fills, in one pass per term,

    A[j] = s · A_j(λ; θ),      D[d] = s · ∂A_j/∂θ_k   for the d-th pair (k, j),

and the range of pixels outside which each row is exactly 0. With s = 1 it evaluates the bare model.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.program import VELOCITY_UNIT

SUPPORT_SIGMA = 7.0
"""A Gaussian line is cut where it has fallen to 2e-11 of its peak."""

# Sums may be reordered for vector registers; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}
_FAST = FAST


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def evaluate(x, s, theta, terms, constants, derivative_of, bank_layout, bank_axes, bank_values, A, D, span):
    """Fill ``A`` (n_col, n), ``D`` (n_der, n) and ``span`` (n_col + n_der, 2).

    Parameters
    ----------
    x : ndarray, shape (n,)
        ln λ of the pixels, increasing.
    s : ndarray, shape (n,)
        Factor of every pixel, 1/σ or 1.
    theta : ndarray, shape (n_par,)
        Shape parameters.
    terms, constants, derivative_of, bank_layout, bank_axes, bank_values
        Fields of a `Program`.
    A, D : ndarray
        Filled. They come in as zeros, or as this function left them together with ``span``.
    span : ndarray of int, shape (n_col + n_der, 2)
        First pixel and one past the last pixel where each row of A, then of D, may differ from 0; comes in as
        zeros with fresh arrays.
    """
    n = x.size
    n_col = A.shape[0]
    for row in range(span.shape[0]):
        # Only what the evaluation before has written needs clearing.
        values = A[row] if row < n_col else D[row - n_col]
        for i in range(span[row, 0], span[row, 1]):
            values[i] = 0.0
        span[row, 0] = n
        span[row, 1] = 0
    for t in range(terms.shape[0]):
        kind, column = terms[t, 0], terms[t, 1]
        slot_a, slot_b = terms[t, 2], terms[t, 3]
        row_a, row_b = terms[t, 4], terms[t, 5]
        first, last = 0, n
        if kind == 0:
            _add_power(x, s, theta[slot_a], constants[t, 0], A[column], D[row_a])
        elif kind == 1:
            _add_broken(
                x, s, theta[slot_a], theta[slot_b], constants[t, 0], constants[t, 1], A[column], D[row_a], D[row_b]
            )
        elif kind == 2:
            bank = terms[t, 6]
            first, last = _add_bank(
                x, s, theta[slot_a], theta[slot_b], bank_layout[bank], bank_axes[bank], bank_values,
                A[column], D[row_a], D[row_b],
            )  # fmt: skip
        else:
            first, last = add_line(
                x, s, theta[slot_a], theta[slot_b], constants[t, 0], constants[t, 1], A[column], D[row_a], D[row_b]
            )
        if last > first:
            for row in (column, n_col + row_a, n_col + row_b if row_b >= 0 else column):
                span[row, 0] = min(span[row, 0], first)
                span[row, 1] = max(span[row, 1], last)


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _add_power(x, s, slope, x_pivot, a, d_slope):
    for i in range(x.size):
        distance = x[i] - x_pivot
        value = s[i] * math.exp(slope * distance)
        a[i] += value
        d_slope[i] += value * distance


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _add_broken(x, s, blue, red, x_pivot, x_break, a, d_blue, d_red):
    for i in range(x.size):
        if x[i] < x_break:
            distance = x[i] - x_pivot
            value = s[i] * math.exp(blue * distance)
            d_blue[i] += value * distance
        else:
            inner = x_break - x_pivot
            outer = x[i] - x_break
            value = s[i] * math.exp(blue * inner + red * outer)
            d_blue[i] += value * inner
            d_red[i] += value * outer
        a[i] += value


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def add_line(x, s, u, velocity, x_line, ratio, a, d_u, d_v):
    """Gaussian in X = c (x − x_line), of integral ``ratio`` over λ.

    ∫ exp(−(X − v)²/2σ²) dλ = λ₀ √(2π) (σ/c) exp(v/c + σ²/2c²).
    """
    sigma = math.exp(u) / FWHM_PER_SIGMA
    v = velocity * VELOCITY_UNIT
    area = math.exp(x_line + v / C_KMS + 0.5 * (sigma / C_KMS) ** 2) * math.sqrt(2.0 * math.pi) * sigma / C_KMS
    center = x_line + v / C_KMS
    reach = SUPPORT_SIGMA * sigma / C_KMS
    first = np.searchsorted(x, center - reach)
    last = np.searchsorted(x, center + reach)
    peak = ratio / area
    to_sigma = C_KMS / sigma
    drift = sigma / C_KMS
    for i in range(first, last):
        q = (x[i] - center) * to_sigma
        value = s[i] * peak * math.exp(-0.5 * q * q)
        a[i] += value
        d_u[i] += value * (q * q - 1.0 - drift * drift)
        d_v[i] += value * (q / sigma - 1.0 / C_KMS) * VELOCITY_UNIT
    return first, last


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _add_bank(x, s, u, velocity, layout, axes, values, a, d_u, d_v):
    """Broadened template at ln FWHM = u, shifted by a velocity; Catmull-Rom in both directions."""
    offset, n_width, n_grid = layout[0], layout[1], layout[2]
    shift = velocity * VELOCITY_UNIT / C_KMS
    x_start, x_step = axes[0] + shift, axes[1]
    # Pixels with two grid points on either side.
    first = np.searchsorted(x, x_start + x_step)
    last = np.searchsorted(x, x_start + (n_grid - 2) * x_step)
    if last <= first:
        return 0, 0
    low = int((x[first] - x_start) / x_step) - 1
    high = min(int((x[last - 1] - x_start) / x_step) + 3, n_grid)
    low = max(low, 0)

    position = (u - axes[2]) / axes[3]
    i_width = min(max(int(position), 1), n_width - 3)
    f = position - i_width
    w0 = ((-0.5 * f + 1.0) * f - 0.5) * f
    w1 = (1.5 * f - 2.5) * f * f + 1.0
    w2 = ((-1.5 * f + 2.0) * f + 0.5) * f
    w3 = (0.5 * f - 0.5) * f * f
    g0 = ((-1.5 * f + 2.0) * f - 0.5) / axes[3]
    g1 = (4.5 * f - 5.0) * f / axes[3]
    g2 = ((-4.5 * f + 4.0) * f + 0.5) / axes[3]
    g3 = (1.5 * f - 1.0) * f / axes[3]
    base = offset + (i_width - 1) * n_grid
    t0 = values[base : base + n_grid]
    t1 = values[base + n_grid : base + 2 * n_grid]
    t2 = values[base + 2 * n_grid : base + 3 * n_grid]
    t3 = values[base + 3 * n_grid : base + 4 * n_grid]
    n_used = high - low
    broad = np.empty(n_used)
    by_width = np.empty(n_used)
    for k in range(n_used):
        j = low + k
        broad[k] = w0 * t0[j] + w1 * t1[j] + w2 * t2[j] + w3 * t3[j]
        by_width[k] = g0 * t0[j] + g1 * t1[j] + g2 * t2[j] + g3 * t3[j]

    to_velocity = -VELOCITY_UNIT / C_KMS / x_step
    inverse_step = 1.0 / x_step
    for i in range(first, last):
        p = (x[i] - x_start) * inverse_step
        j = int(p)
        h = p - j
        k = j - low
        c0 = ((-0.5 * h + 1.0) * h - 0.5) * h
        c1 = (1.5 * h - 2.5) * h * h + 1.0
        c2 = ((-1.5 * h + 2.0) * h + 0.5) * h
        c3 = (0.5 * h - 0.5) * h * h
        e0 = (-1.5 * h + 2.0) * h - 0.5
        e1 = (4.5 * h - 5.0) * h
        e2 = (-4.5 * h + 4.0) * h + 0.5
        e3 = (1.5 * h - 1.0) * h
        b0, b1, b2, b3 = broad[k - 1], broad[k], broad[k + 1], broad[k + 2]
        a[i] += s[i] * (c0 * b0 + c1 * b1 + c2 * b2 + c3 * b3)
        d_u[i] += s[i] * (c0 * by_width[k - 1] + c1 * by_width[k] + c2 * by_width[k + 1] + c3 * by_width[k + 2])
        d_v[i] += s[i] * (e0 * b0 + e1 * b1 + e2 * b2 + e3 * b3) * to_velocity
    return first, last
