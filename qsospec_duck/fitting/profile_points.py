"""Points of a line profile: its values, its maximum, where it is crossed, its percentiles; each with its derivatives.

A profile is f(X) = Σ_i a_i exp(−(X − v_i)²/2s_i²) in X = c ln(λ/λ₀), with a_i so that Gaussian i holds the flux F_i.
Since dλ = λ₀ e^{X/c} dX/c, flux per velocity is again a sum of Gaussians of width s_i, at m_i = v_i + s_i²/c, with
weights F_i. Derivatives by p ∈ {F_i, v_i, u_i = ln FWHM_i} follow from the implicit-function theorem:

    maximum      f'(X_p) = 0              dX_p/dp = −∂f'(X_p)/∂p / f''(X_p)
    crossing     f(X) = q f(X_p)          dX/dp   = (q ∂f(X_p)/∂p − ∂f(X)/∂p) / f'(X)
    percentile   Σ F Φ((x − m)/s) = q Σ F dx/dp   = −∂h/∂p / ∂h/∂x
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.decay import decay
from qsospec_duck.models.compiled_exp import FAST

SQRT_2PI = math.sqrt(2.0 * math.pi)
_SQRT_2 = math.sqrt(2.0)
_N_ALONE, _N_SCAN, _MOST_SCAN = 13, 301, 4001


@numba.njit(cache=True, nogil=True)
def heights(F, v, s, x_line):
    """a_i, shape (n,): 0 for a Gaussian without flux."""
    a = np.zeros(F.size)
    for i in range(F.size):
        if F[i] > 0.0:
            a[i] = F[i] / _area(v[i], s[i], x_line)
    return a


@numba.njit(cache=True, nogil=True)
def _area(v, s, x_line):
    """∫ f dλ of a Gaussian of height 1."""
    return math.exp(x_line + v / C_KMS + 0.5 * (s / C_KMS) ** 2) * SQRT_2PI * s / C_KMS


@numba.njit(cache=True, nogil=True)
def profile(X, a, v, s):
    """f(X), f'(X), f''(X)."""
    value, slope, curvature = 0.0, 0.0, 0.0
    for i in range(a.size):
        z = (X - v[i]) / s[i]
        if a[i] > 0.0 and abs(z) < 9.0:
            g = a[i] * math.exp(-0.5 * z * z)
            value += g
            slope -= g * z / s[i]
            curvature += g * (z * z - 1.0) / (s[i] * s[i])
    return value, slope, curvature


@numba.njit(cache=True, nogil=True)
def _profile_gradient(X, F, v, s, x_line, out):
    """∂f(X)/∂(F, v, u), shape (3, n)."""
    for i in range(F.size):
        z = (X - v[i]) / s[i]
        phi = math.exp(-0.5 * z * z) / _area(v[i], s[i], x_line)
        out[0, i] = phi
        out[1, i] = F[i] * phi * (z / s[i] - 1.0 / C_KMS)
        out[2, i] = F[i] * phi * (z * z - 1.0 - (s[i] / C_KMS) ** 2)


@numba.njit(cache=True, nogil=True)
def scan(a, v, s, grid_f):
    """Sample the profile over 3σ around all its Gaussians, in steps of half the narrowest σ or finer.

    Fills ``grid_f`` (4001,) and returns first velocity, step, number of samples. A Gaussian alone has no second maximum
    that a step could hide.
    """
    low, high, narrowest, n_bright = 1e99, -1e99, 1e99, 0
    for i in range(a.size):
        if a[i] > 0.0:
            n_bright += 1
            low = min(low, v[i] - 3.0 * s[i])
            high = max(high, v[i] + 3.0 * s[i])
            narrowest = min(narrowest, s[i])
    fewest = _N_SCAN if n_bright > 1 else _N_ALONE
    n = min(max(fewest, int((high - low) / (0.5 * narrowest))), _MOST_SCAN)
    step = (high - low) / (n - 1)
    grid_f[:n] = 0.0
    for i in range(a.size):
        if a[i] > 0.0:
            _add_samples(a[i], (low - v[i]) / s[i], step / s[i], grid_f[:n])
    return low, step, n


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _add_samples(height, first, step, grid_f):
    """Add a Gaussian at equidistant places, which are given in its σ."""
    for k in range(grid_f.size):
        z = first + k * step
        grid_f[k] += height * decay(0.5 * z * z)


@numba.njit(cache=True, nogil=True)
def maximum(low, step, n, grid_f, a, v, s):
    """X of the highest point: Newton's method on f' between the neighbours of the highest sample."""
    best = 0
    for k in range(n):
        if grid_f[k] > grid_f[best]:
            best = k
    left, right = low + (best - 1) * step, low + (best + 1) * step
    X = 0.5 * (left + right)
    for _ in range(60):
        _, slope, curvature = profile(X, a, v, s)
        if slope > 0.0:
            left = X
        else:
            right = X
        guess = X - slope / curvature if curvature < 0.0 else left
        if not left < guess < right:
            guess = 0.5 * (left + right)
        if abs(guess - X) < 1e-10 * (1.0 + abs(X)):
            return guess
        X = guess
    return X


@numba.njit(cache=True, nogil=True)
def maximum_gradient(peak, a, F, v, s, gradient):
    """∂X_p/∂(F, v, u), shape (3, n)."""
    _, _, curvature = profile(peak, a, v, s)
    for i in range(F.size):
        z = (peak - v[i]) / s[i]
        g = a[i] * math.exp(-0.5 * z * z)
        per_flux = g / F[i] if F[i] > 0.0 else 0.0
        gradient[0, i] = per_flux * z / s[i] / curvature
        gradient[1, i] = g * (z / s[i] * (z / s[i] - 1.0 / C_KMS) - 1.0 / (s[i] * s[i])) / curvature
        gradient[2, i] = g * z / s[i] * (z * z - 3.0 - (s[i] / C_KMS) ** 2) / curvature


@numba.njit(cache=True, nogil=True)
def _crossing(inside, outside, level, a, v, s):
    """X between a point above ``level`` and one below it where f crosses it."""
    X = 0.5 * (inside + outside)
    for _ in range(100):
        value, slope, _ = profile(X, a, v, s)
        if value > level:
            inside = X
        else:
            outside = X
        guess = X - (value - level) / slope if slope != 0.0 else inside
        if not min(inside, outside) < guess < max(inside, outside):
            guess = 0.5 * (inside + outside)
        if abs(guess - X) < 1e-10 * (1.0 + abs(X)):
            return guess
        X = guess
    return X


@numba.njit(cache=True, nogil=True)
def outermost_crossings(fraction, peak, low, step, n, grid_f, a, v, s):
    """X_l and X_r beyond which f stays below a fraction of its maximum."""
    level = fraction * profile(peak, a, v, s)[0]
    first, last = 0, n - 1
    while first < n - 1 and grid_f[first] <= level:
        first += 1
    while last > 0 and grid_f[last] <= level:
        last -= 1
    # Between coarse samples the peak itself may be the only point above.
    inner_left, inner_right = min(low + first * step, peak), max(low + last * step, peak)
    outer_left = min(low + (first - 1) * step, inner_left - step)
    outer_right = max(low + (last + 1) * step, inner_right + step)
    return _crossing(inner_left, outer_left, level, a, v, s), _crossing(inner_right, outer_right, level, a, v, s)


@numba.njit(cache=True, nogil=True)
def crossing_gradient(X, fraction, peak, a, F, v, s, x_line, gradient):
    """∂X/∂(F, v, u) of a crossing of a fraction of the maximum, shape (3, n)."""
    at_peak, at_side = np.empty((3, F.size)), np.empty((3, F.size))
    _profile_gradient(peak, F, v, s, x_line, at_peak)
    _profile_gradient(X, F, v, s, x_line, at_side)
    _, slope, _ = profile(X, a, v, s)
    for k in range(3):
        for i in range(F.size):
            gradient[k, i] = (fraction * at_peak[k, i] - at_side[k, i]) / slope if slope != 0.0 else 0.0


@numba.njit(cache=True, nogil=True)
def percentile(q, guess, F, m, s, gradient):
    """x_q and its gradient (3, n): Newton's method from a guess, within brackets that close."""
    low, high, total = 1e99, -1e99, 0.0
    for i in range(F.size):
        if F[i] > 0.0:
            low = min(low, m[i] - 9.0 * s[i])
            high = max(high, m[i] + 9.0 * s[i])
            total += F[i]
    x = guess if low < guess < high else 0.5 * (low + high)
    for _ in range(100):
        below, density = 0.0, 0.0
        for i in range(F.size):
            if F[i] > 0.0:
                z = (x - m[i]) / s[i]
                below += F[i] * 0.5 * math.erfc(-z / _SQRT_2)
                density += F[i] * math.exp(-0.5 * z * z) / (SQRT_2PI * s[i])
        if below < q * total:
            low = x
        else:
            high = x
        better = x - (below - q * total) / density if density > 0.0 else low
        if not low < better < high:
            better = 0.5 * (low + high)
        moved = abs(better - x)
        x = better
        if moved < 1e-10 * (1.0 + abs(x)):
            break
    density = 0.0
    for i in range(F.size):
        z = (x - m[i]) / s[i]
        phi = math.exp(-0.5 * z * z) / SQRT_2PI
        density += F[i] * phi / s[i]
        gradient[0, i] = 0.5 * math.erfc(-z / _SQRT_2) - q
        gradient[1, i] = -F[i] * phi / s[i]
        gradient[2, i] = -F[i] * phi * (z + 2.0 * s[i] / C_KMS)
    for k in range(3):
        for i in range(F.size):
            gradient[k, i] = -gradient[k, i] / density
    return x
