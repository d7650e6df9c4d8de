"""Measures of a summed line profile, in closed form, with their derivatives.

A profile is f(X) = Σ_i a_i exp(−(X − v_i)²/2s_i²) in X = c ln(λ/λ₀), with a_i so that Gaussian i holds
the flux F_i. Since dλ = λ₀ e^{X/c} dX/c, flux per velocity is again a sum of Gaussians of width s_i, at
m_i = v_i + s_i²/c, with weights F_i. From these follow, exactly:

    voff       Σ F m / Σ F                                        first moment
    sigma      √(Σ F (s² + m²)/Σ F − voff²)                       second moment
    x_q        Σ F Φ((x_q − m)/s) = q Σ F                         percentile; W80 = x_90 − x_10
    asymmetry  (x_90 + x_10 − 2 x_50)/(x_90 − x_10)               0 for a symmetric profile
    fwhm       X_r − X_l, f(X_l) = f(X_r) = max f / 2             outermost crossings

and, for derivatives by p ∈ {F_i, v_i, u_i = ln FWHM_i}, the implicit-function theorem:
dx_q/dp = −∂h/∂p / ∂h/∂x and dX/dp = (∂f(X_peak)/∂p / 2 − ∂f(X)/∂p)/f'(X).
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA

MEASURES = ("flux", "ew", "voff", "sigma", "fwhm", "w80", "asymmetry")
"""Order of the numbers that `measure_profile` fills."""

_N_SCAN = 301
_SQRT_2PI = math.sqrt(2.0 * math.pi)
# Gauss-Hermite nodes in σ and weights of a unit Gaussian (5 points).
_NODES = np.polynomial.hermite_e.hermegauss(5)[0]
_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)[1] / _SQRT_2PI


@numba.njit(cache=True, nogil=True)
def _profile(X, F, v, s, x_line):
    """f(X) and f'(X)."""
    value, slope = 0.0, 0.0
    for i in range(F.size):
        z = (X - v[i]) / s[i]
        if F[i] > 0.0 and abs(z) < 9.0:
            area = math.exp(x_line + v[i] / C_KMS + 0.5 * (s[i] / C_KMS) ** 2) * _SQRT_2PI * s[i] / C_KMS
            g = F[i] / area * math.exp(-0.5 * z * z)
            value += g
            slope -= g * z / s[i]
    return value, slope


@numba.njit(cache=True, nogil=True)
def _profile_gradient(X, F, v, s, x_line, out):
    """∂f(X)/∂(F, v, u), shape (3, n)."""
    for i in range(F.size):
        z = (X - v[i]) / s[i]
        area = math.exp(x_line + v[i] / C_KMS + 0.5 * (s[i] / C_KMS) ** 2) * _SQRT_2PI * s[i] / C_KMS
        phi = math.exp(-0.5 * z * z) / area
        out[0, i] = phi
        out[1, i] = F[i] * phi * (z / s[i] - 1.0 / C_KMS)
        out[2, i] = F[i] * phi * (z * z - 1.0 - (s[i] / C_KMS) ** 2)


@numba.njit(cache=True, nogil=True)
def _crossing(inside, outside, half, F, v, s, x_line):
    """X between a point above ``half`` and one below it where f crosses ``half``."""
    for _ in range(60):
        middle = 0.5 * (inside + outside)
        value, slope = _profile(middle, F, v, s, x_line)
        if value > half:
            inside = middle
        else:
            outside = middle
        if slope != 0.0:
            guess = middle - (value - half) / slope
            if min(inside, outside) < guess < max(inside, outside):
                refined, _ = _profile(guess, F, v, s, x_line)
                if refined > half:
                    inside = guess
                else:
                    outside = guess
        if abs(inside - outside) < 1e-9 * (1.0 + abs(inside)):
            break
    return 0.5 * (inside + outside)


@numba.njit(cache=True, nogil=True)
def _width_at_half_maximum(F, v, s, x_line, gradient):
    """FWHM and its gradient (3, n)."""
    low, high, narrowest = 1e99, -1e99, 1e99
    for i in range(F.size):
        if F[i] > 0.0:
            low = min(low, v[i] - 3.0 * s[i])
            high = max(high, v[i] + 3.0 * s[i])
            narrowest = min(narrowest, s[i])
    n = min(max(_N_SCAN, int((high - low) / (0.5 * narrowest))), 4001)
    step = (high - low) / (n - 1)
    best, at = -1.0, low
    for k in range(n):
        value, _ = _profile(low + k * step, F, v, s, x_line)
        if value > best:
            best, at = value, low + k * step
    # The maximum: bisection on f' between the neighbours of the highest point.
    left, right = at - step, at + step
    for _ in range(60):
        middle = 0.5 * (left + right)
        _, slope = _profile(middle, F, v, s, x_line)
        if slope > 0.0:
            left = middle
        else:
            right = middle
    peak = 0.5 * (left + right)
    top, _ = _profile(peak, F, v, s, x_line)
    half = 0.5 * top
    first, last = 0, n - 1
    while first < n - 1 and _profile(low + first * step, F, v, s, x_line)[0] <= half:
        first += 1
    while last > 0 and _profile(low + last * step, F, v, s, x_line)[0] <= half:
        last -= 1
    # Between coarse points the peak itself may be the only one above half of it.
    inner_left = min(low + first * step, peak)
    inner_right = max(low + last * step, peak)
    x_left = _crossing(inner_left, min(low + (first - 1) * step, inner_left - step), half, F, v, s, x_line)
    x_right = _crossing(inner_right, max(low + (last + 1) * step, inner_right + step), half, F, v, s, x_line)
    at_peak = np.empty((3, F.size))
    at_side = np.empty((3, F.size))
    _profile_gradient(peak, F, v, s, x_line, at_peak)
    gradient[:, :] = 0.0
    for sign, position in ((-1.0, x_left), (1.0, x_right)):
        _, slope = _profile(position, F, v, s, x_line)
        _profile_gradient(position, F, v, s, x_line, at_side)
        if slope != 0.0:
            for a in range(3):
                for i in range(F.size):
                    gradient[a, i] += sign * (0.5 * at_peak[a, i] - at_side[a, i]) / slope
    return x_right - x_left


@numba.njit(cache=True, nogil=True)
def _percentile(q, F, m, s, gradient):
    """x_q and its gradient (3, n)."""
    low, high, total = 1e99, -1e99, 0.0
    for i in range(F.size):
        if F[i] > 0.0:
            low = min(low, m[i] - 9.0 * s[i])
            high = max(high, m[i] + 9.0 * s[i])
            total += F[i]
    for _ in range(100):
        x = 0.5 * (low + high)
        below = 0.0
        for i in range(F.size):
            below += F[i] * 0.5 * math.erfc(-(x - m[i]) / (s[i] * math.sqrt(2.0)))
        if below < q * total:
            low = x
        else:
            high = x
        if high - low < 1e-9 * (1.0 + abs(x)):
            break
    x = 0.5 * (low + high)
    density = 0.0
    for i in range(F.size):
        z = (x - m[i]) / s[i]
        phi = math.exp(-0.5 * z * z) / _SQRT_2PI
        density += F[i] * phi / s[i]
        gradient[0, i] = 0.5 * math.erfc(-z / math.sqrt(2.0)) - q
        gradient[1, i] = -F[i] * phi / s[i]
        gradient[2, i] = -F[i] * phi * (z + 2.0 * s[i] / C_KMS)
    for a in range(3):
        for i in range(F.size):
            gradient[a, i] = -gradient[a, i] / density
    return x


@numba.njit(cache=True, nogil=True)
def _interpolated(x, position, values):
    """Linear interpolation; constant beyond the ends."""
    k = np.searchsorted(x, position)
    if k <= 0:
        return values[0]
    if k >= x.size:
        return values[x.size - 1]
    h = (position - x[k - 1]) / (x[k] - x[k - 1])
    return values[k - 1] + h * (values[k] - values[k - 1])


@numba.njit(cache=True, nogil=True)
def _mean_inverse(v, s, x_line, x, base):
    """⟨1/f_c⟩ over a Gaussian's flux."""
    total = 0.0
    for k in range(_NODES.size):
        position = x_line + (v + s * s / C_KMS + s * _NODES[k]) / C_KMS
        total += _WEIGHTS[k] / max(_interpolated(x, position, base), 1e-30)
    return total


@numba.njit(cache=True, nogil=True)
def measure_profile(F, v, u, x_line, x, base, base_jacobian, values, gradients, base_gradient):
    """Measure one profile.

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
    values : ndarray, shape (7,)
        Out: the `MEASURES`; EW in Å, velocities in km/s.
    gradients : ndarray, shape (7, 3, n)
        Out: derivatives by (F, v, u).
    base_gradient : ndarray, shape (n_cont,)
        Out: derivative of the EW by the continuum's parameters.
    """
    n = F.size
    s = np.exp(u) / FWHM_PER_SIGMA
    m = v + s * s / C_KMS
    gradients[:, :, :] = 0.0
    base_gradient[:] = 0.0
    total, first, second = 0.0, 0.0, 0.0
    for i in range(n):
        total += F[i]
        first += F[i] * m[i]
        second += F[i] * (s[i] * s[i] + m[i] * m[i])
    mean = first / total
    spread = math.sqrt(max(second / total - mean * mean, 0.0))
    values[0] = total
    values[2] = mean
    values[3] = spread
    ew = 0.0
    for i in range(n):
        gradients[0, 0, i] = 1.0
        # d m/d u = 2 s²/c
        widening = 2.0 * s[i] * s[i] / C_KMS
        gradients[2, 0, i] = (m[i] - mean) / total
        gradients[2, 1, i] = F[i] / total
        gradients[2, 2, i] = F[i] / total * widening
        away = m[i] - mean
        gradients[3, 0, i] = (s[i] * s[i] + away * away - spread * spread) / (2.0 * spread * total)
        gradients[3, 1, i] = F[i] * away / (spread * total)
        gradients[3, 2, i] = F[i] * (s[i] * s[i] + away * widening) / (spread * total)
        inverse = _mean_inverse(v[i], s[i], x_line, x, base)
        ew += F[i] * inverse
        gradients[1, 0, i] = inverse
        dv = 0.05 * s[i]
        du = 1e-3
        gradients[1, 1, i] = (
            F[i]
            * (_mean_inverse(v[i] + dv, s[i], x_line, x, base) - _mean_inverse(v[i] - dv, s[i], x_line, x, base))
            / (2.0 * dv)
        )
        gradients[1, 2, i] = (
            F[i]
            * (
                _mean_inverse(v[i], s[i] * math.exp(du), x_line, x, base)
                - _mean_inverse(v[i], s[i] * math.exp(-du), x_line, x, base)
            )
            / (2.0 * du)
        )
        for k in range(_NODES.size):
            position = x_line + (m[i] + s[i] * _NODES[k]) / C_KMS
            level = max(_interpolated(x, position, base), 1e-30)
            for p in range(base_gradient.size):
                slope = _interpolated(x, position, base_jacobian[p])
                base_gradient[p] -= F[i] * _WEIGHTS[k] * slope / (level * level)
    values[1] = ew
    values[4] = _width_at_half_maximum(F, v, s, x_line, gradients[4])
    g10, g50, g90 = np.empty((3, n)), np.empty((3, n)), np.empty((3, n))
    x10 = _percentile(0.10, F, m, s, g10)
    x50 = _percentile(0.50, F, m, s, g50)
    x90 = _percentile(0.90, F, m, s, g90)
    width = x90 - x10
    skew = x90 + x10 - 2.0 * x50
    values[5] = width
    values[6] = skew / width
    for a in range(3):
        for i in range(n):
            gradients[5, a, i] = g90[a, i] - g10[a, i]
            gradients[6, a, i] = (g90[a, i] + g10[a, i] - 2.0 * g50[a, i]) / width - skew / (width * width) * (
                g90[a, i] - g10[a, i]
            )
