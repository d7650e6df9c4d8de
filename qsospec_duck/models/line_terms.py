"""Terms of kind ``LINE``: Gaussians in velocity, cut where they end."""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.compiled_exp import FAST, exp_within_limit
from qsospec_duck.models.program import VELOCITY_UNIT

SUPPORT_SIGMA = 7.0
"""A Gaussian line is cut where it has fallen to 2e-11 of its peak. Half of the exponent there is all that
`exp_within_limit` takes."""

BLOCK = 8
"""Ranges of pixels begin and end at multiples of this, so that loops over them, and over what two of them share, come
out even in vector registers. Pixels between `SUPPORT_SIGMA` and the rim of the block have the value of the cut."""


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def fill_line(x, s, u, velocity, x_line, ratio, lsf_variance, T, t):
    """Fill T[t] with a Gaussian in X = c (x − x_line), of integral ``ratio`` over λ; returns its range of pixels.

    ∫ exp(−(X − v)²/2σ²) dλ = λ₀ √(2π) (σ/c) exp(v/c + σ²/2c²); σ² is that of the line plus ``lsf_variance`` [km²/s²].
    """
    center, sigma = place_and_width(u, velocity, x_line, lsf_variance)
    area = math.exp(center + 0.5 * (sigma / C_KMS) ** 2) * math.sqrt(2.0 * math.pi) * sigma / C_KMS
    first, last = reach_of_gaussian(x, center, sigma)
    peak = ratio / area
    # exp(−q²/2) = exp(m − q²/2)/exp(m), with m in the middle of the range of q²/2.
    middle = 0.25 * SUPPORT_SIGMA**2
    height = peak * math.exp(-middle)
    to_sigma = math.sqrt(0.5) * C_KMS / sigma
    for i in range(np.uintp(first), np.uintp(last)):
        q = (x[i] - center) * to_sigma
        T[t, i] = s[i] * height * exp_within_limit(max(middle - q * q, -middle))
    return first, last


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def place_and_width(u, velocity, x_line, lsf_variance):
    """Centre in ln λ of a line that is given as to `fill_line`, and its σ as it is observed [km/s]."""
    sigma = math.sqrt((math.exp(u) / FWHM_PER_SIGMA) ** 2 + lsf_variance)
    return x_line + velocity * VELOCITY_UNIT / C_KMS, sigma


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def reach_of_gaussian(x, center, sigma):
    """Range of pixels outside which a Gaussian is cut."""
    reach = SUPPORT_SIGMA * sigma / C_KMS
    return whole_blocks(first_not_below(x, center - reach), first_not_below(x, center + reach), x.size)


@numba.njit(cache=True, nogil=True)
def whole_blocks(first, last, n):
    """A range of pixels grown to whole blocks of `BLOCK`, at most to ``n``; an empty one stays empty."""
    if last <= first:
        return first, last
    return first - first % BLOCK, min(last + (-last) % BLOCK, n)


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def add_line_derivatives(
    x, u, velocity, x_line, lsf_variance, T, t, first, last, weight, D, row_a, row_b, old_a, old_b
):  # fmt: skip
    """Add weight times the derivatives of the filled ``T[t]`` by ln FWHM and velocity to their rows.

    What ``row_a`` and ``row_b`` hold counts as 0 where ``old_a`` and ``old_b`` are False.
    """
    own = math.exp(u) / FWHM_PER_SIGMA
    sigma = math.sqrt(own * own + lsf_variance)
    center = x_line + velocity * VELOCITY_UNIT / C_KMS
    to_sigma = C_KMS / sigma
    widening = 1.0 + (sigma / C_KMS) ** 2
    # d ln σ / d u of the observed width: 1 without an instrument.
    to_width = weight * (own / sigma) ** 2
    to_velocity = weight * VELOCITY_UNIT / sigma
    drift = weight * VELOCITY_UNIT / C_KMS
    # Unsigned indices instead of slices: no bookkeeping, and vector registers all the same.
    for i in range(np.uintp(first), np.uintp(last)):
        q = (x[i] - center) * to_sigma
        by_width, by_velocity = to_width * T[t, i] * (q * q - widening), T[t, i] * (q * to_velocity - drift)
        before_a, before_b = D[row_a, i], D[row_b, i]
        D[row_a, i] = before_a + by_width if old_a else by_width
        D[row_b, i] = before_b + by_velocity if old_b else by_velocity
