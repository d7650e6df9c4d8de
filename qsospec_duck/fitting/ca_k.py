"""Ca II K of the host's stars, seen against everything that shines there.

Between H8 and Hε there is no narrow emission line, and the light of nucleus and galaxy is smooth but for one line:

    F(λ) = q(λ) − D exp(−(X − v)²/2s²),      X = c ln(λ/λ_K),

with a parabola q. For given (v, s) the amplitudes are linear, so that a grid of both is a matrix product; the best of
it is improved by Gauss-Newton steps. No host model is needed, and none is touched.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.amplitudes import dot
from qsospec_duck.fitting.decay import decay
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.inverse import inverse_of
from qsospec_duck.fitting.result import FloatArray, Measurement
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.spectra import Spectrum

CA_K = "cak"
"""Name of the line where it is the source of a redshift."""

WAVELENGTH = 3934.777
"""Ca II K, vacuum Å (Morton 1991, ApJS 77, 119)."""

WINDOW = (3905.0, 3957.0)
"""Rest wavelengths [Å] of the fit: H8 is 15 Å away, Hε and Ca II H 13 Å."""

LARGEST_VELOCITY = 1000.0
"""|v| within which it is looked for [km/s]."""

WIDTHS = (90.0, 130.0, 190.0, 280.0, 400.0)
"""s of the grid [km/s]: stellar dispersions with the instrument and the line's own width."""

_WIDTH_LIMITS = (60.0, 600.0)
_VELOCITIES = np.arange(-LARGEST_VELOCITY, LARGEST_VELOCITY + 1.0, 50.0)
_LEAST_COVERED = 0.8
_LEAST_PIXELS = 20
_STEPS = 8
_LEAST_FALL = 9.0
"""Fall of χ² below which nothing is published: 3 σ."""

_SETTLED = 0.003
"""Step, relative to the width, that ends the improvement."""


@fit_value
class _Peak:
    """An absorption line over a parabola."""

    velocity: float
    width: float
    depth: float
    covariance: FloatArray
    """(3, 3) of velocity, ln width and depth."""

    continuum: float
    """The parabola below its centre."""


def measure_ca_k(spectrum: Spectrum) -> list[Measurement]:
    """Velocity, equivalent width and significance of Ca II K.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame, with the host.

    Returns
    -------
    list of Measurement
        ``cak_voff`` [km/s] and ``cak_ew`` [Å, positive for absorption] with errors, and ``cak_snr``, depth over error;
        ``feature_id`` is ``cak``, role ``absorption``. Empty where the line is not covered, or not seen at 3 σ.
    """
    inside = slice(*spectrum.wavelength.searchsorted(WINDOW))
    good = spectrum.ivar[inside] > 0
    wave = spectrum.wavelength[inside][good]
    if wave.size < _LEAST_PIXELS or wave[-1] - wave[0] < _LEAST_COVERED * (WINDOW[1] - WINDOW[0]):
        return []
    x = C_KMS * np.log(wave / WAVELENGTH)
    flux, weight = spectrum.flux[inside][good], np.sqrt(spectrum.ivar[inside][good])
    parabola = _parabola(x, weight)
    velocity, width, fall = _best_of_grid(x, weight, flux, parabola, _VELOCITIES, np.array(WIDTHS))
    peak = _improved(x, weight, flux, parabola, velocity, width) if fall >= _LEAST_FALL else None
    if peak is None or not peak.continuum > 0:
        return []
    errors = np.sqrt(np.diag(peak.covariance))
    ew = math.sqrt(2.0 * math.pi) * peak.depth * peak.width / C_KMS * WAVELENGTH / peak.continuum
    # EW ∝ D s: a deeper line is a narrower one.
    gradient = np.array([0.0, ew, ew / peak.depth])
    return [
        _row("voff", peak.velocity, float(errors[0]), "km/s"),
        _row("ew", ew, math.sqrt(gradient @ peak.covariance @ gradient), "Angstrom"),
        _row("snr", peak.depth / float(errors[2]), None, ""),
    ]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _project(rows: FloatArray, basis: FloatArray) -> None:
    """Take from rows (m, n) what orthonormal rows hold of them."""
    # Rows that a loop hands out would be taken for strided ones, which vector registers cannot load.
    for i in range(rows.shape[0]):
        for k in range(basis.shape[0]):
            share = dot(rows[i], basis[k])
            for p in range(np.uintp(rows.shape[1])):
                rows[i, p] -= share * basis[k, p]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _parabola(x: FloatArray, weight: FloatArray) -> FloatArray:
    """(3, n) orthonormal rows of a weighted parabola, by Gram-Schmidt."""
    rows = np.empty((3, x.size))
    for p in range(np.uintp(x.size)):
        t = x[p] / 2000.0
        rows[0, p], rows[1, p], rows[2, p] = weight[p], weight[p] * t, weight[p] * t**2
    for k in range(3):
        # The second round takes what rounding left in the first.
        for _ in range(2):
            _project(rows[k : k + 1], rows[:k])
        length = math.sqrt(dot(rows[k], rows[k]))
        for p in range(np.uintp(x.size)):
            rows[k, p] /= length
    return rows


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _best_of_grid(
    x: FloatArray, weight: FloatArray, flux: FloatArray, parabola: FloatArray,
    velocities: FloatArray, widths: FloatArray,
) -> tuple[float, float, float]:  # fmt: skip
    """Velocity and width of the deepest fall of χ², and that fall."""
    rows = np.empty((2, x.size))
    data, line = rows[0], rows[1]
    for i in range(np.uintp(x.size)):
        data[i] = flux[i] * weight[i]
    _project(rows[:1], parabola)
    best = 0.0, 0.0, 0.0
    for velocity in velocities:
        for width in widths:
            for i in range(np.uintp(x.size)):
                q = (x[i] - velocity) / width
                line[i] = weight[i] * decay(0.5 * q * q)
            depth, own = -dot(line, data), dot(line, line)
            for k in range(3):
                own -= dot(line, parabola[k]) ** 2
            fall = depth * depth / max(own, 1e-300)
            if depth > 0.0 and fall > best[2]:
                best = velocity, width, fall
    return best


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _gauss_newton(
    x: FloatArray, weight: FloatArray, flux: FloatArray, parabola: FloatArray, velocity: float, width: float
) -> tuple[float, FloatArray, FloatArray, float]:
    """Depth of a line; step and normal matrix of velocity, ln width and depth, and χ², the parabola projected out."""
    rows = np.empty((4, x.size))
    line, data = rows[2], rows[3]
    for p in range(np.uintp(x.size)):
        q = (x[p] - velocity) / width
        line[p], data[p] = -math.exp(-0.5 * q**2) * weight[p], flux[p] * weight[p]
        rows[0, p], rows[1, p] = line[p] * q / width, line[p] * q**2
    _project(rows, parabola)
    depth = dot(line, data) / dot(line, line)
    data -= depth * line
    normal, gradient = np.empty((3, 3)), np.empty(3)
    for i in range(3):
        of_depth = depth if i < 2 else 1.0
        gradient[i] = of_depth * dot(rows[i], data)
        for k in range(3):
            normal[i, k] = of_depth * (depth if k < 2 else 1.0) * dot(rows[i], rows[k])
    damped = normal.copy()
    for k in range(3):
        damped[k, k] *= 1.0 + 1e-9
    inverse, _ = inverse_of(damped)
    step = np.array([dot(inverse[k], gradient) for k in range(3)])
    return depth, step, normal, dot(data, data)


def _improved(
    x: FloatArray, weight: FloatArray, flux: FloatArray, parabola: FloatArray, velocity: float, width: float
) -> _Peak | None:
    """The line after Gauss-Newton steps; ``None`` where they leave."""
    for _ in range(_STEPS):
        depth, step, normal, chi2 = _gauss_newton(x, weight, flux, parabola, velocity, width)
        if depth <= 0:
            return None
        by_velocity, by_width, _ = step.tolist()
        velocity += min(max(by_velocity, -100.0), 100.0)
        width *= math.exp(min(max(by_width, -0.5), 0.5))
        width = min(max(width, _WIDTH_LIMITS[0]), _WIDTH_LIMITS[1])
        if abs(velocity) > LARGEST_VELOCITY:
            return None
        if max(abs(by_velocity) / width, abs(by_width)) < _SETTLED:
            break
    # A galaxy has more lines than this one: what they leave counts as noise.
    scale = max(math.sqrt(chi2 / max(x.size - 6, 1)), 1.0)
    covariance = scale**2 * inverse_of(normal)[0]
    smooth = flux + depth * np.exp(-0.5 * ((x - velocity) / width) ** 2)
    near = np.abs(x - velocity) < 3.0 * width
    squares = weight[near] ** 2
    continuum = float(squares @ smooth[near] / squares.sum()) if squares.size else 0.0
    return _Peak(velocity, width, depth, covariance, continuum)


def _row(measure: str, value: float, error: float | None, unit: str) -> Measurement:
    return Measurement(
        "continuum_metric", f"{CA_K}_{measure}", value, error, unit, feature_id=CA_K, role="absorption",
        measure=measure, method="none" if error is None else "covariance",
    )  # fmt: skip
