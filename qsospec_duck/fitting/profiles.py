"""Measures of a summed line profile, in closed form, with their derivatives.

With the letters of `qsospec_duck.fitting.profile_points`, and weights F in flux per velocity:

    voff       M = Σ F m / Σ F                                    first moment
    sigma      √(Σ F (s² + a²)/Σ F), a = m − M                    second moment
    kurtosis   Σ F (3s⁴ + 6s²a² + a⁴)/Σ F / sigma⁴ − 3            0 for a Gaussian, positive for core and wings
    x_q        Σ F Φ((x_q − m)/s) = q Σ F                         percentile
    w50, w80, w90   x_75 − x_25, x_90 − x_10, x_95 − x_5
    asymmetry  (x_90 + x_10 − 2 x_50)/(x_90 − x_10)               0 for a symmetric profile
    peak       X of max f
    fwhm       X_r − X_l, f(X_l) = f(X_r) = max f / 2             outermost crossings
    c50, c80   centroid of the flux between the outermost crossings of 50 % and 80 % of max f
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.profile_points import (
    SQRT_2PI,
    crossing_gradient,
    heights,
    maximum,
    maximum_gradient,
    outermost_crossings,
    percentile,
    scan,
)
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.copies import difference_into

MEASURES = (
    "flux", "ew", "voff", "sigma", "fwhm", "w80", "asymmetry", "w50", "w90", "kurtosis", "peak", "c50", "c80",
)  # fmt: skip
"""Order of the numbers that `measure_flux` and `measure_shape` fill."""

_SQRT_2 = math.sqrt(2.0)
_PERCENTILES = np.array([0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95])
# The same of a unit Gaussian: where the search begins.
_GAUSSIAN = np.array([NormalDist().inv_cdf(q) for q in _PERCENTILES])
# Widths, and the percentiles between which they lie.
_BETWEEN = ((7, 2, 4), (5, 1, 5), (8, 0, 6))
# Where a unit Gaussian has fallen to half and to 0.8 of its height.
_REACH_50, _REACH_80 = math.sqrt(2.0 * math.log(2.0)), math.sqrt(2.0 * math.log(1.25))
# Gauss-Hermite nodes in σ and weights of a unit Gaussian (5 points).
_NODES = np.polynomial.hermite_e.hermegauss(5)[0]
_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)[1] / SQRT_2PI


@numba.njit(cache=True, nogil=True)
def measure_flux(F, v, u, x_line, x, base, base_jacobian, base_rows, values, gradients, base_gradient):
    """Measure flux, moments and equivalent width of one profile.

    Parameters
    ----------
    F, v, u : ndarray, shape (n,)
        Fluxes, velocities [km/s] and ln FWHM [ln km/s]; at least one flux is positive.
    x_line : float
        ln λ₀.
    x, base : ndarray, shape (n_pix,)
        ln λ and the continuum for equivalent widths.
    base_jacobian : ndarray, shape (n_cont, n_pix)
        Its derivatives by the continuum's parameters.
    base_rows : ndarray of int, shape (n_base,)
        Rows of them that are not 0 by construction.
    values : ndarray, shape (13,)
        Out: the `MEASURES`; EW in Å, velocities in km/s. Those of the shape stay as they are.
    gradients : ndarray, shape (13, 3, n)
        Out: derivatives by (F, v, u); 0 for those of the shape.
    base_gradient : ndarray, shape (n_cont,)
        Out: derivative of the EW by the continuum's parameters; only ``base_rows`` are filled.
    """
    s = np.exp(u) / FWHM_PER_SIGMA
    gradients[:, :, :] = 0.0
    _moments(F, v + s * s / C_KMS, s, values, gradients)
    _equivalent_width(F, v, s, x_line, x, base, base_jacobian, base_rows, values, gradients, base_gradient)


@numba.njit(cache=True, nogil=True)
def measure_shape(F, v, u, x_line, values, gradients):
    """Measure what else there is of a profile whose moments are known; arguments as those of `measure_flux`.

    Percentiles, peak and crossings are searched for: three quarters of the work, which a line that is lost in the noise
    is not worth. Velocities of ``peak``, ``c50`` and ``c80`` are in km/s.
    """
    s = np.exp(u) / FWHM_PER_SIGMA
    if F.size == 1:
        _of_one_gaussian(v[0], s[0], values, gradients)
        return
    m = v + s * s / C_KMS
    _percentiles(F, m, s, values, gradients)
    _around_the_peak(F, v, m, s, x_line, values, gradients)


@numba.njit(cache=True, nogil=True)
def _moments(F, m, s, values, gradients):
    """Flux, voff, sigma, kurtosis."""
    total, first = 0.0, 0.0
    for i in range(F.size):
        total += F[i]
        first += F[i] * m[i]
    mean = first / total
    second, fourth, by_mean = 0.0, 0.0, 0.0
    for i in range(F.size):
        a, s2 = m[i] - mean, s[i] * s[i]
        second += F[i] * (s2 + a * a)
        fourth += F[i] * (3.0 * s2 * s2 + 6.0 * s2 * a * a + a**4)
        by_mean -= F[i] * (12.0 * s2 * a + 4.0 * a**3) / total
    spread = math.sqrt(second / total)
    fourth /= total
    values[0], values[2], values[3], values[9] = total, mean, spread, fourth / spread**4 - 3.0
    for i in range(F.size):
        a, s2, share = m[i] - mean, s[i] * s[i], F[i] / total
        widening = 2.0 * s2 / C_KMS  # d m/d u
        gradients[0, 0, i] = 1.0
        gradients[2, 0, i] = a / total
        gradients[2, 1, i] = share
        gradients[2, 2, i] = share * widening
        gradients[3, 0, i] = (s2 + a * a - spread * spread) / (2.0 * spread * total)
        gradients[3, 1, i] = share * a / spread
        gradients[3, 2, i] = share * (s2 + a * widening) / spread
        by_place = share * (12.0 * s2 * a + 4.0 * a**3 + by_mean)
        own = 3.0 * s2 * s2 + 6.0 * s2 * a * a + a**4
        gradients[9, 0, i] = (own - fourth) / total + by_mean * a / total
        gradients[9, 1, i] = by_place
        gradients[9, 2, i] = share * 12.0 * s2 * (s2 + a * a) + by_place * widening
    for k in range(3):
        for i in range(F.size):
            gradients[9, k, i] = gradients[9, k, i] / spread**4 - 4.0 * fourth / spread**5 * gradients[3, k, i]


@numba.njit(cache=True, nogil=True)
def _equivalent_width(F, v, s, x_line, x, base, base_jacobian, base_rows, values, gradients, base_gradient):
    """∫ f_line / f_cont dλ: each Gaussian's flux times ⟨1/f_c⟩, the inverse continuum averaged under it.

    The mean over a Gaussian of any h(m + s z) has the derivatives ⟨z h⟩/s by m and ⟨(z² − 1) h⟩ by ln s.
    """
    base_gradient[base_rows] = 0.0
    values[1] = 0.0
    for i in range(F.size):
        mean, by_place, by_width = 0.0, 0.0, 0.0
        for k in range(_NODES.size):
            z = _NODES[k]
            below, above, h = _place(x, x_line + (v[i] + s[i] * s[i] / C_KMS + s[i] * z) / C_KMS)
            inverse = 1.0 / max(base[below] + h * (base[above] - base[below]), 1e-30)
            share = _WEIGHTS[k] * inverse
            mean += share
            by_place += share * z
            by_width += share * (z * z - 1.0)
            factor = F[i] * share * inverse
            for p in base_rows:
                row = base_jacobian[p]
                base_gradient[p] -= factor * (row[below] + h * (row[above] - row[below]))
        values[1] += F[i] * mean
        gradients[1, 0, i] = mean
        gradients[1, 1, i] = F[i] * by_place / s[i]
        gradients[1, 2, i] = F[i] * (by_width + 2.0 * s[i] / C_KMS * by_place)


@numba.njit(cache=True, nogil=True)
def _place(x, position):
    """Neighbouring pixels and the way between them; the ends beyond the ends."""
    k = first_not_below(x, position)
    if k <= 0:
        return 0, 0, 0.0
    if k >= x.size:
        return x.size - 1, x.size - 1, 0.0
    return k - 1, k, (position - x[k - 1]) / (x[k] - x[k - 1])


@numba.njit(cache=True, nogil=True)
def _of_one_gaussian(v, s, values, gradients):
    """Measures of the shape of one Gaussian: nothing is searched for, and none but ``ew`` and ``flux`` depends on F.

    With f(v ± κs) = q f(v) and z = ±κ − s/c its flux between the crossings has the centroid m + s Δφ/ΔΦ.
    """
    for measure, low, high in _BETWEEN:
        values[measure] = gradients[measure, 2, 0] = s * (_GAUSSIAN[high] - _GAUSSIAN[low])
    values[4] = gradients[4, 2, 0] = s * FWHM_PER_SIGMA
    values[6] = 0.0
    values[10] = v
    gradients[10:, 1, 0] = 1.0
    lag = s / C_KMS
    for measure, reach in ((11, _REACH_50), (12, _REACH_80)):
        zl, zr = -reach - lag, reach - lag
        pl, pr = math.exp(-0.5 * zl * zl) / SQRT_2PI, math.exp(-0.5 * zr * zr) / SQRT_2PI
        share = 0.5 * (math.erfc(-zr / _SQRT_2) - math.erfc(-zl / _SQRT_2))
        shift = (pl - pr) / share
        values[measure] = v + s * (lag + shift)
        gradients[measure, 2, 0] = s * (2.0 * lag + shift + lag * ((zl * pl - zr * pr) / share - shift * shift))


@numba.njit(cache=True, nogil=True)
def _percentiles(F, m, s, values, gradients):
    """w50, w80, w90, asymmetry."""
    at = np.empty(_PERCENTILES.size)
    slopes = np.empty((_PERCENTILES.size, 3, F.size))
    for k in range(_PERCENTILES.size):
        at[k] = percentile(_PERCENTILES[k], values[2] + values[3] * _GAUSSIAN[k], F, m, s, slopes[k])
    for measure, low, high in _BETWEEN:
        values[measure] = at[high] - at[low]
        difference_into(gradients[measure], slopes[high], slopes[low])
    width, skew = values[5], at[5] + at[1] - 2.0 * at[3]
    values[6] = skew / width
    for k in range(3):
        for i in range(F.size):
            bend = slopes[5, k, i] + slopes[1, k, i] - 2.0 * slopes[3, k, i]
            gradients[6, k, i] = bend / width - skew / (width * width) * gradients[5, k, i]


@numba.njit(cache=True, nogil=True)
def _around_the_peak(F, v, m, s, x_line, values, gradients):
    """Peak, fwhm, c50, c80."""
    a = heights(F, v, s, x_line)
    grid_f = np.empty(4001)
    low, step, n = scan(a, v, s, grid_f)
    peak = maximum(low, step, n, grid_f, a, v, s)
    values[10] = peak
    maximum_gradient(peak, a, F, v, s, gradients[10])
    left_gradient, right_gradient = np.empty((3, F.size)), np.empty((3, F.size))
    for measure, fraction in ((11, 0.5), (12, 0.8)):
        left, right = outermost_crossings(fraction, peak, low, step, n, grid_f, a, v, s)
        crossing_gradient(left, fraction, peak, a, F, v, s, x_line, left_gradient)
        crossing_gradient(right, fraction, peak, a, F, v, s, x_line, right_gradient)
        values[measure] = _centroid_between(
            left, right, F, m, s, left_gradient, right_gradient, gradients[measure]
        )  # fmt: skip
        if measure == 11:
            values[4] = right - left
            difference_into(gradients[4], right_gradient, left_gradient)


@numba.njit(cache=True, nogil=True)
def _centroid_between(left, right, F, m, s, left_gradient, right_gradient, gradient):
    """C with Σ F ∫_l^r (X − C) = 0, and its gradient (3, n)."""
    inside, first, at_left, at_right = 0.0, 0.0, 0.0, 0.0
    for i in range(F.size):
        zl, zr = (left - m[i]) / s[i], (right - m[i]) / s[i]
        pl, pr = math.exp(-0.5 * zl * zl) / SQRT_2PI, math.exp(-0.5 * zr * zr) / SQRT_2PI
        share = 0.5 * (math.erfc(-zr / _SQRT_2) - math.erfc(-zl / _SQRT_2))
        inside += F[i] * share
        first += F[i] * (m[i] * share - s[i] * (pr - pl))
        at_left += F[i] * pl / s[i]
        at_right += F[i] * pr / s[i]
    center = first / inside
    by_left, by_right = -(left - center) * at_left, (right - center) * at_right
    for i in range(F.size):
        zl, zr = (left - m[i]) / s[i], (right - m[i]) / s[i]
        pl, pr = math.exp(-0.5 * zl * zl) / SQRT_2PI, math.exp(-0.5 * zr * zr) / SQRT_2PI
        share = 0.5 * (math.erfc(-zr / _SQRT_2) - math.erfc(-zl / _SQRT_2))
        away, step, twist = m[i] - center, pr - pl, zr * pr - zl * pl
        by_place = F[i] * (share - away * step / s[i] - twist)
        by_width = F[i] * (-away * twist - s[i] * step - s[i] * (zr * zr * pr - zl * zl * pl))
        gradient[0, i] = away * share - s[i] * step
        gradient[1, i] = by_place
        gradient[2, i] = by_width + by_place * 2.0 * s[i] * s[i] / C_KMS
        for k in range(3):
            gradient[k, i] = (
                gradient[k, i] + by_right * right_gradient[k, i] + by_left * left_gradient[k, i]
            ) / inside  # fmt: skip
    return center
