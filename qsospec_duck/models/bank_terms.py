"""Terms of kind ``BANK``: a template of a bank, broadened and shifted by interpolation.

``layout``, ``axes`` and ``bank_values`` are those of one bank (`qsospec_duck.models.bank_levels`).
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.program import VELOCITY_UNIT

_GAP = 16.0
"""Grid points between pixels from which on a template is not computed between them."""


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
def _blend(xs, origin, inverse_step, first_value, n_grid, bank_values, weights, low, high):
    """Weighted sum of four widths of a bank between two grid points; meaningful only where the pixels need it."""
    base = first_value + low
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
    broad = _blend(xs, origin, inverse_step, first_value, n_grid, bank_values, weights, low, high)
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


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def add_bank_derivatives(xs, ss, u, velocity, layout, axes, bank_values, weight, out_a, out_b):
    """Derivatives of `fill_bank` by ln FWHM and velocity."""
    i_width, weights, slopes = _width_weights(u, axes, layout.shape[0])
    first_value, n_grid = layout[i_width, 0], layout[i_width, 1]
    x_start, x_step = axes[0] + velocity * VELOCITY_UNIT / C_KMS, axes[1] * layout[i_width, 2]
    low, high = _bank_window(xs, x_start, x_step, n_grid)
    inverse_step = 1.0 / x_step
    origin = x_start + low * x_step
    broad = _blend(xs, origin, inverse_step, first_value, n_grid, bank_values, weights, low, high)
    by_width = _blend(xs, origin, inverse_step, first_value, n_grid, bank_values, slopes, low, high)
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
