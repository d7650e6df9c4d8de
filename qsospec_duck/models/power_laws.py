"""Terms of kind ``POWER`` and ``BROKEN``: power laws of the wavelength, times a factor of each pixel."""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.compiled_exp import EXP_LIMIT, FAST, exp_within_limit


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def fill_power(x, s, slope, x_pivot, values):
    """Fill ``values`` with s · exp(α (x − x_pivot))."""
    if x.size == 0:
        return
    if abs(slope) * max(abs(x[0] - x_pivot), abs(x[-1] - x_pivot)) <= EXP_LIMIT:
        for i in range(x.size):
            values[i] = s[i] * exp_within_limit(slope * (x[i] - x_pivot))
    else:
        for i in range(x.size):
            values[i] = s[i] * math.exp(slope * (x[i] - x_pivot))


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def fill_broken(x, s, blue, red, x_pivot, x_break, values):
    """The same with another slope beyond ``x_break``, continuous there."""
    bend = first_not_below(x, x_break)
    fill_power(x[:bend], s[:bend], blue, x_pivot, values[:bend])
    fill_power(x[bend:], s[bend:], red, x_break, values[bend:])
    level = math.exp(blue * (x_break - x_pivot))
    for i in range(bend, x.size):
        values[i] *= level


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def add_power_derivative(x, x_pivot, values, first, last, weight, D, row, old):
    """Add weight · ∂/∂α of the filled ``values`` to ``D[row]`` between two pixels.

    What ``D[row]`` holds counts as 0 where ``old`` is False.
    """
    for i in range(np.uintp(first), np.uintp(last)):
        own, before = weight * values[i] * (x[i] - x_pivot), D[row, i]
        D[row, i] = before + own if old else own


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def add_broken_derivatives(x, x_pivot, x_break, values, first, last, weight, D, row_blue, row_red, old_blue, old_red):
    """Add weight times the derivatives by both slopes to their rows, as `add_power_derivative`."""
    for i in range(np.uintp(first), np.uintp(last)):
        by_blue = weight * values[i] * (min(x[i], x_break) - x_pivot)
        by_red = weight * values[i] * max(x[i] - x_break, 0.0)
        before_blue, before_red = D[row_blue, i], D[row_red, i]
        D[row_blue, i] = before_blue + by_blue if old_blue else by_blue
        D[row_red, i] = before_red + by_red if old_red else by_red
