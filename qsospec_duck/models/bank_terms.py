"""Terms of kind ``BANK``: a template of a bank, broadened and shifted by interpolation.

``layout``, ``axes`` and ``bank_values`` are those of one bank (`qsospec_duck.models.bank_levels`).
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.catmull_rom import between, four_around, four_around_each, slope_between
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.lanes import LANES, load, store
from qsospec_duck.models.program import VELOCITY_UNIT


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _width_weights(u, axes, n_first):
    """First of four widths, and the weights of a Catmull-Rom interpolation there and of its derivative by u."""
    position = (u - axes[2]) / axes[3]
    i_width = min(max(math.floor(position), 1), n_first)
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


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _rows(first_value, n_grid, bank_values, low, high):
    """Four widths of a bank between two grid points."""
    begin, n_used = first_value + low, high - low
    return (
        bank_values[begin : begin + n_used],
        bank_values[begin + n_grid : begin + n_grid + n_used],
        bank_values[begin + 2 * n_grid : begin + 2 * n_grid + n_used],
        bank_values[begin + 3 * n_grid : begin + 3 * n_grid + n_used],
    )


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _blend(rows, weights):
    """Weighted sum of four widths."""
    t0, t1, t2, t3 = rows
    w0, w1, w2, w3 = weights
    out = np.empty(t0.size)
    for k in range(np.uintp(out.size)):
        out[k] = w0 * t0[k] + w1 * t1[k] + w2 * t2[k] + w3 * t3[k]
    return out


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _blend_both(rows, weights, slopes):
    """Two weighted sums of four widths, which are read once."""
    t0, t1, t2, t3 = rows
    w0, w1, w2, w3 = weights
    s0, s1, s2, s3 = slopes
    out, by_width = np.empty(t0.size), np.empty(t0.size)
    for k in range(np.uintp(out.size)):
        out[k] = w0 * t0[k] + w1 * t1[k] + w2 * t2[k] + w3 * t3[k]
        by_width[k] = s0 * t0[k] + s1 * t1[k] + s2 * t2[k] + s3 * t3[k]
    return out, by_width


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _bank_window(xs, x_start, x_step, n_grid):
    """Grid points that an interpolation at these pixels reads."""
    low = max(int((xs[0] - x_start) / x_step) - 2, 0)
    high = min(int((xs[-1] - x_start) / x_step) + 4, n_grid)
    return low, high


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def fill_bank(x, s, u, velocity, layout, axes, bank_values, values):
    """Broadened template at ln FWHM = u, shifted by a velocity; Catmull-Rom in both directions."""
    i_width, weights, _ = _width_weights(u, axes, layout.shape[0])
    first_value, n_grid = layout[i_width, 0], layout[i_width, 1]
    x_start, x_step = axes[0] + velocity * VELOCITY_UNIT / C_KMS, axes[1] * layout[i_width, 2]
    # Pixels with two grid points on either side, rounding included.
    first = first_not_below(x, x_start + 1.001 * x_step)
    last = first_not_below(x, x_start + (n_grid - 2.001) * x_step)
    if last <= first:
        return 0, 0
    xs, ss, out = x[first:last], s[first:last], values[first:last]
    low, high = _bank_window(xs, x_start, x_step, n_grid)
    inverse_step = 1.0 / x_step
    origin = x_start + low * x_step
    broad = _blend(_rows(first_value, n_grid, bank_values, low, high), weights)
    in_lanes = out.size // LANES
    for i in range(in_lanes):
        b0, b1, b2, b3, h = four_around_each(broad, (load(xs, i) - origin) * inverse_step)
        store(out, i, load(ss, i) * between(b0, b1, b2, b3, h))
    for i in range(in_lanes * LANES, out.size):
        b0, b1, b2, b3, h = four_around(broad, (xs[i] - origin) * inverse_step)
        out[i] = ss[i] * between(b0, b1, b2, b3, h)
    return first, last


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def fill_bank_slopes(xs, ss, u, velocity, layout, axes, bank_values, by_width, by_velocity):
    """Derivatives of `fill_bank` by ln FWHM and velocity, at the pixels of its range."""
    i_width, weights, slopes = _width_weights(u, axes, layout.shape[0])
    first_value, n_grid = layout[i_width, 0], layout[i_width, 1]
    x_start, x_step = axes[0] + velocity * VELOCITY_UNIT / C_KMS, axes[1] * layout[i_width, 2]
    low, high = _bank_window(xs, x_start, x_step, n_grid)
    inverse_step = 1.0 / x_step
    origin = x_start + low * x_step
    broad, wider = _blend_both(_rows(first_value, n_grid, bank_values, low, high), weights, slopes)
    to_velocity = -VELOCITY_UNIT / C_KMS / x_step
    in_lanes = xs.size // LANES
    for i in range(in_lanes):
        positions, weight = (load(xs, i) - origin) * inverse_step, load(ss, i)
        w0, w1, w2, w3, h = four_around_each(wider, positions)
        store(by_width, i, weight * between(w0, w1, w2, w3, h))
        b0, b1, b2, b3, h = four_around_each(broad, positions)
        store(by_velocity, i, weight * slope_between(b0, b1, b2, b3, h) * to_velocity)
    for i in range(in_lanes * LANES, xs.size):
        position = (xs[i] - origin) * inverse_step
        w0, w1, w2, w3, h = four_around(wider, position)
        by_width[i] = ss[i] * between(w0, w1, w2, w3, h)
        b0, b1, b2, b3, h = four_around(broad, position)
        by_velocity[i] = ss[i] * slope_between(b0, b1, b2, b3, h) * to_velocity
