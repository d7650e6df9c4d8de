"""The compiled loop over pixels: columns of a program and their derivatives.

For pixel weights s = 1/σ every term t of a program has a row of values T[t] = s · (its share of a column), and

    A[j] = Σ_t T[t] over the terms of column j,      ∂A_j/∂θ_k = Σ_t ∂T[t]/∂θ_k.

Derivatives follow from the values without another exponential, so they are computed apart and only where they are
asked for. Each row comes with the range of pixels outside which it is exactly 0. With s = 1 the model is bare.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.program import VELOCITY_UNIT
from qsospec_duck.models.warp import add_warp_derivative, warp_column

SUPPORT_SIGMA = 7.0
"""A Gaussian line is cut where it has fallen to 2e-11 of its peak."""

EXP_LIMIT = 0.25 * SUPPORT_SIGMA**2 * (1.0 + 1e-9)
"""Largest exponent, either sign, for `exp_within_limit`; pixels at the rim of a support may round beyond it."""

_GAP = 16.0
"""Grid points between pixels from which on a template is not computed between them."""

# Sums may be reordered for vector registers; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}
_FAST = FAST


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def evaluate(x, s, theta, terms, constants, derivative_of, bank_layout, bank_axes, bank_values, A, D, span):
    """Fill ``A`` (n_col, n), ``D`` (n_der, n) and ``span`` (n_col + n_der, 2), which come in as zeros.

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
        Filled.
    span : ndarray of int, shape (n_col + n_der, 2)
        First pixel and one past the last pixel where each row of A, then of D, may differ from 0.
    """
    n_col = A.shape[0]
    T = np.zeros((terms.shape[0], x.size))
    span_t = np.zeros((terms.shape[0], 2), np.int64)
    evaluate_columns_of(
        x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, A, span[:n_col]
    )  # fmt: skip
    clear_rows(D, span[n_col:])
    for t in range(terms.shape[0]):
        for side in range(2):
            row = terms[t, 4 + side]
            if row >= 0:
                widen(span, n_col + row, span_t[t, 0], span_t[t, 1])
        add_derivatives(
            x, s, theta, t, terms, constants, bank_layout, bank_axes, bank_values, T, span_t[t, 0], span_t[t, 1],
            1.0, D, terms[t, 4], terms[t, 5],
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def clear_rows(rows, span):
    """Zero what an evaluation before has written; ``span`` says where, and is emptied."""
    for row in range(span.shape[0]):
        rows[row, span[row, 0] : span[row, 1]] = 0.0
        span[row, 0] = rows.shape[1]
        span[row, 1] = 0


@numba.njit(cache=True, nogil=True)
def widen(span, row, first, last):
    """Let a row's range include another."""
    if last > first:
        span[row, 0] = min(span[row, 0], first)
        span[row, 1] = max(span[row, 1], last)


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def evaluate_columns_of(
    x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, T, span_t, A, span
):  # fmt: skip
    """Fill term values ``T`` (n_term, n) and columns ``A`` (n_col, n) with their ranges of pixels.

    ``A`` and ``span`` come in as zeros, or as this function left them; ``T`` holds meaningful values only inside
    ``span_t``.
    """
    clear_rows(A, span)
    for t in range(terms.shape[0]):
        kind, column = terms[t, 0], terms[t, 1]
        slot_a, slot_b = terms[t, 2], terms[t, 3]
        first, last = 0, x.size
        if kind == 0:
            _fill_power(x, s, theta[slot_a], constants[t, 0], T[t])
        elif kind == 1:
            _fill_broken(x, s, theta[slot_a], theta[slot_b], constants[t, 0], constants[t, 1], T[t])
        elif kind == 2:
            bank = terms[t, 6]
            first, last = _fill_bank(
                x, s, theta[slot_a], theta[slot_b], bank_layout[bank], bank_axes[bank], bank_values, T[t]
            )  # fmt: skip
        elif kind == 4:
            bank = terms[t, 6]
            warp_column(x, theta[slot_a], terms, t, bank_layout[bank], bank_axes[bank], bank_values, T, A)
            span_t[t, 0], span_t[t, 1] = first, last
            continue
        else:
            u = theta[slot_a] + constants[t, 3]
            first, last = fill_line(x, s, u, theta[slot_b], constants[t, 0], constants[t, 1], constants[t, 2], T, t)
        span_t[t, 0], span_t[t, 1] = first, last
        if last > first:
            widen(span, column, first, last)
            for i in range(np.uintp(first), np.uintp(last)):
                A[column, i] += T[t, i]


@numba.njit(cache=True, nogil=True)
def sum_of_columns(x, theta, amplitudes, tables):
    """The model, shape (n,), at pixels of ln λ ``x`` (n,); ``tables`` is that of the `Program`."""
    T = np.empty((tables[0].shape[0], x.size))
    span_t = np.empty((T.shape[0], 2), np.int64)
    A = np.zeros((amplitudes.size, x.size))
    span = np.zeros((amplitudes.size, 2), np.int64)
    evaluate_columns_of(x, np.ones(x.size), theta, *tables, T, span_t, A, span)
    out = np.zeros(x.size)
    for column in range(amplitudes.size):
        for i in range(span[column, 0], span[column, 1]):
            out[i] += amplitudes[column] * A[column, i]
    return out


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def add_derivatives(
    x, s, theta, t, terms, constants, bank_layout, bank_axes, bank_values, T, first, last, weight, D, row_a, row_b
):  # fmt: skip
    """Add weight · ∂T[t]/∂θ_a to ``D[row_a]`` and weight · ∂T[t]/∂θ_b to ``D[row_b]``.

    Parameters
    ----------
    t : int
        The term.
    T : ndarray, shape (n_term, n)
        Values of the terms.
    first, last : int
        Its range of pixels.
    weight : float
        1 for a derivative row, the column's amplitude for a derivative of the model.
    D : ndarray, shape (n_row, n)
    row_a, row_b : int
        Rows of the term's two θ; ``row_b`` is not read where it has only one.
    """
    if last <= first:
        return
    kind = terms[t, 0]
    slot_a, slot_b = terms[t, 2], terms[t, 3]
    # Unsigned indices instead of slices: no bookkeeping, and vector registers all the same.
    begin, end = np.uintp(first), np.uintp(last)
    if kind == 0:
        for i in range(begin, end):
            D[row_a, i] += weight * T[t, i] * (x[i] - constants[t, 0])
    elif kind == 1:
        x_pivot, x_break = constants[t, 0], constants[t, 1]
        bend = np.uintp(np.searchsorted(x, x_break))
        for i in range(begin, bend):
            D[row_a, i] += weight * T[t, i] * (x[i] - x_pivot)
        for i in range(bend, end):
            D[row_a, i] += weight * T[t, i] * (x_break - x_pivot)
            D[row_b, i] += weight * T[t, i] * (x[i] - x_break)
    elif kind == 2:
        bank = terms[t, 6]
        _add_bank_derivatives(
            x[first:last], s[first:last], theta[slot_a], theta[slot_b], bank_layout[bank], bank_axes[bank], bank_values,
            weight, D[row_a, first:last], D[row_b, first:last],
        )  # fmt: skip
    elif kind == 4:
        bank = terms[t, 6]
        add_warp_derivative(x, bank_layout[bank], bank_axes[bank], bank_values, weight, T[t], D[row_a])
    else:
        own = math.exp(theta[slot_a] + constants[t, 3]) / FWHM_PER_SIGMA
        sigma = math.sqrt(own * own + constants[t, 2])
        center = constants[t, 0] + theta[slot_b] * VELOCITY_UNIT / C_KMS
        to_sigma = C_KMS / sigma
        widening = 1.0 + (sigma / C_KMS) ** 2
        # d ln σ / d u of the observed width: 1 without an instrument.
        to_width = weight * (own / sigma) ** 2
        to_velocity = weight * VELOCITY_UNIT / sigma
        drift = weight * VELOCITY_UNIT / C_KMS
        for i in range(begin, end):
            q = (x[i] - center) * to_sigma
            D[row_a, i] += to_width * T[t, i] * (q * q - widening)
            D[row_b, i] += T[t, i] * (q * to_velocity - drift)


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def exp_within_limit(a):
    """e^a for |a| ≤ `EXP_LIMIT`, good to 1e-12, in nothing but products and sums that vector registers can take.

    e^a = (e^(a/32))³², the inner one by its Taylor series to the 11th power: 0.38¹²/12! · 32 = 6e-13.
    """
    b = a * (1.0 / 32.0)
    e = 1.0 / 39916800.0
    e = e * b + 1.0 / 3628800.0
    e = e * b + 1.0 / 362880.0
    e = e * b + 1.0 / 40320.0
    e = e * b + 1.0 / 5040.0
    e = e * b + 1.0 / 720.0
    e = e * b + 1.0 / 120.0
    e = e * b + 1.0 / 24.0
    e = e * b + 1.0 / 6.0
    e = e * b + 0.5
    e = e * b + 1.0
    e = e * b + 1.0
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _fill_power(x, s, slope, x_pivot, values):
    if x.size == 0:
        return
    if abs(slope) * max(abs(x[0] - x_pivot), abs(x[-1] - x_pivot)) <= EXP_LIMIT:
        for i in range(x.size):
            values[i] = s[i] * exp_within_limit(slope * (x[i] - x_pivot))
    else:
        for i in range(x.size):
            values[i] = s[i] * math.exp(slope * (x[i] - x_pivot))


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _fill_broken(x, s, blue, red, x_pivot, x_break, values):
    bend = np.searchsorted(x, x_break)
    _fill_power(x[:bend], s[:bend], blue, x_pivot, values[:bend])
    _fill_power(x[bend:], s[bend:], red, x_break, values[bend:])
    level = math.exp(blue * (x_break - x_pivot))
    for i in range(bend, x.size):
        values[i] *= level


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def fill_line(x, s, u, velocity, x_line, ratio, lsf_variance, T, t):
    """Fill T[t] with a Gaussian in X = c (x − x_line), of integral ``ratio`` over λ; returns its range of pixels.

    ∫ exp(−(X − v)²/2σ²) dλ = λ₀ √(2π) (σ/c) exp(v/c + σ²/2c²); σ² is that of the line plus ``lsf_variance`` [km²/s²].
    """
    sigma = math.sqrt((math.exp(u) / FWHM_PER_SIGMA) ** 2 + lsf_variance)
    v = velocity * VELOCITY_UNIT
    area = math.exp(x_line + v / C_KMS + 0.5 * (sigma / C_KMS) ** 2) * math.sqrt(2.0 * math.pi) * sigma / C_KMS
    center = x_line + v / C_KMS
    reach = SUPPORT_SIGMA * sigma / C_KMS
    first = np.searchsorted(x, center - reach)
    last = np.searchsorted(x, center + reach)
    peak = ratio / area
    # exp(−q²/2) = exp(m − q²/2)/exp(m), with m in the middle of the range of q²/2.
    middle = 0.25 * SUPPORT_SIGMA**2
    height = peak * math.exp(-middle)
    to_sigma = math.sqrt(0.5) * C_KMS / sigma
    for i in range(np.uintp(first), np.uintp(last)):
        q = (x[i] - center) * to_sigma
        T[t, i] = s[i] * height * exp_within_limit(middle - q * q)
    return first, last


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _width_weights(u, axes, n_width):
    """First of four widths, and the weights of a Catmull-Rom interpolation there and of its derivative by u."""
    position = (u - axes[2]) / axes[3]
    i_width = min(max(math.floor(position), 1), n_width - 3)
    f = position - i_width
    weights = (
        ((-0.5 * f + 1.0) * f - 0.5) * f,
        (1.5 * f - 2.5) * f * f + 1.0,
        ((-1.5 * f + 2.0) * f + 0.5) * f,
        (0.5 * f - 0.5) * f * f,
    )
    slopes = (
        ((-1.5 * f + 2.0) * f - 0.5) / axes[3],
        (4.5 * f - 5.0) * f / axes[3],
        ((-4.5 * f + 4.0) * f + 0.5) / axes[3],
        (1.5 * f - 1.0) * f / axes[3],
    )
    return i_width - 1, weights, slopes


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _blend(xs, origin, inverse_step, layout, bank_values, i_width, weights, low, high):
    """Weighted sum of four widths of a bank between two grid points; meaningful only where the pixels need it."""
    n_grid = layout[2]
    base = layout[0] + i_width * n_grid + low
    n_used = high - low
    t0 = bank_values[base : base + n_used]
    t1 = bank_values[base + n_grid : base + n_grid + n_used]
    t2 = bank_values[base + 2 * n_grid : base + 2 * n_grid + n_used]
    t3 = bank_values[base + 3 * n_grid : base + 3 * n_grid + n_used]
    out = np.empty(n_used)
    w0, w1, w2, w3 = weights
    done, begin = 0, 0
    for i in range(xs.size):
        # Pixels come in windows: what lies between them is left out.
        here = int((xs[i] - origin) * inverse_step)
        if i + 1 < xs.size and (xs[i + 1] - xs[i]) * inverse_step < _GAP:
            continue
        first = int((xs[begin] - origin) * inverse_step) - 1
        end = min(here + 3, n_used)
        for k in range(np.uintp(max(first, done)), np.uintp(end)):
            out[k] = w0 * t0[k] + w1 * t1[k] + w2 * t2[k] + w3 * t3[k]
        done, begin = end, i + 1
    return out


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _bank_window(xs, x_start, x_step, n_grid):
    """Grid points that an interpolation at these pixels reads."""
    low = max(int((xs[0] - x_start) / x_step) - 2, 0)
    high = min(int((xs[-1] - x_start) / x_step) + 4, n_grid)
    return low, high


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _fill_bank(x, s, u, velocity, layout, axes, bank_values, values):
    """Broadened template at ln FWHM = u, shifted by a velocity; Catmull-Rom in both directions."""
    n_width, n_grid = layout[1], layout[2]
    x_start, x_step = axes[0] + velocity * VELOCITY_UNIT / C_KMS, axes[1]
    # Pixels with two grid points on either side, rounding included.
    first = np.searchsorted(x, x_start + 1.001 * x_step)
    last = np.searchsorted(x, x_start + (n_grid - 2.001) * x_step)
    if last <= first:
        return 0, 0
    xs, ss, out = x[first:last], s[first:last], values[first:last]
    low, high = _bank_window(xs, x_start, x_step, n_grid)
    i_width, weights, _ = _width_weights(u, axes, n_width)
    inverse_step = 1.0 / x_step
    origin = x_start + low * x_step
    broad = _blend(xs, origin, inverse_step, layout, bank_values, i_width, weights, low, high)
    for i in range(out.size):
        p = (xs[i] - origin) * inverse_step
        k = np.uint64(p)
        h = p - k
        g = 1.0 - h
        # Catmull-Rom: a line between the middle points plus what the outer ones bend it.
        b0, b1, b2, b3 = broad[k - np.uint64(1)], broad[k], broad[k + np.uint64(1)], broad[k + np.uint64(2)]
        bend = g * (b1 - b0) - h * (b3 - b2) + (h - g) * (b2 - b1)
        out[i] = ss[i] * (g * b1 + h * b2 + 0.5 * h * g * bend)
    return first, last


@numba.njit(cache=True, fastmath=_FAST, nogil=True)
def _add_bank_derivatives(xs, ss, u, velocity, layout, axes, bank_values, weight, out_a, out_b):
    """Derivatives of `_fill_bank` by ln FWHM and velocity."""
    n_width, n_grid = layout[1], layout[2]
    x_start, x_step = axes[0] + velocity * VELOCITY_UNIT / C_KMS, axes[1]
    low, high = _bank_window(xs, x_start, x_step, n_grid)
    i_width, weights, slopes = _width_weights(u, axes, n_width)
    inverse_step = 1.0 / x_step
    origin = x_start + low * x_step
    broad = _blend(xs, origin, inverse_step, layout, bank_values, i_width, weights, low, high)
    by_width = _blend(xs, origin, inverse_step, layout, bank_values, i_width, slopes, low, high)
    to_velocity = -weight * VELOCITY_UNIT / C_KMS / x_step
    one, two = np.uint64(1), np.uint64(2)
    for i in range(xs.size):
        p = (xs[i] - origin) * inverse_step
        k = np.uint64(p)
        h = p - k
        g = 1.0 - h
        w0, w1, w2, w3 = by_width[k - one], by_width[k], by_width[k + one], by_width[k + two]
        bend = g * (w1 - w0) - h * (w3 - w2) + (h - g) * (w2 - w1)
        out_a[i] += weight * ss[i] * (g * w1 + h * w2 + 0.5 * h * g * bend)
        b0, b1, b2, b3 = broad[k - one], broad[k], broad[k + one], broad[k + two]
        rise = b2 - b1
        bend = g * (b1 - b0) - h * (b3 - b2) + (h - g) * rise
        turn = 2.0 * rise - (b1 - b0) - (b3 - b2)
        out_b[i] += to_velocity * ss[i] * (rise + 0.5 * (g - h) * bend + 0.5 * h * g * turn)
