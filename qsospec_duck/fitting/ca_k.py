"""Ca II K of the host's stars, seen against everything that shines there.

Between H8 and Hε there is no narrow emission line, and the light of nucleus and galaxy is smooth but for one line:

    F(λ) = q(λ) − D exp(−(X − v)²/2s²),      X = c ln(λ/λ_K),

with a parabola q. For given (v, s) the amplitudes are linear, so that a grid of both is a matrix product; the best of
it is improved by Gauss-Newton steps. No host model is needed, and none is touched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.result import FloatArray, Measurement
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
_GRID_STEP = 50.0
_LEAST_COVERED = 0.8
_LEAST_PIXELS = 20
_STEPS = 8
_LEAST_FALL = 9.0
"""Fall of χ² below which nothing is published: 3 σ."""

_SETTLED = 0.003
"""Step, relative to the width, that ends the improvement."""


@dataclass(frozen=True)
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
    inside = spectrum.good & (spectrum.wavelength > WINDOW[0]) & (spectrum.wavelength < WINDOW[1])
    wave = spectrum.wavelength[inside]
    if wave.size < _LEAST_PIXELS or np.ptp(wave) < _LEAST_COVERED * (WINDOW[1] - WINDOW[0]):
        return []
    x = C_KMS * np.log(wave / WAVELENGTH)
    weight = np.sqrt(spectrum.ivar[inside])
    velocity, width, fall = _best_of_grid(x, weight, spectrum.flux[inside])
    peak = _improved(x, weight, spectrum.flux[inside], velocity, width) if fall >= _LEAST_FALL else None
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


def _best_of_grid(x: FloatArray, weight: FloatArray, flux: FloatArray) -> tuple[float, float, float]:
    """Velocity and width of the deepest fall of χ², and that fall."""
    velocities = np.arange(-LARGEST_VELOCITY, LARGEST_VELOCITY + 1.0, _GRID_STEP)
    v, s = (grid.ravel() for grid in np.meshgrid(velocities, WIDTHS, indexing="ij"))
    basis = _basis(x, weight)
    rows = np.exp(-0.5 * ((x[None, :] - v[:, None]) / s[:, None]) ** 2) * weight
    rows -= (rows @ basis) @ basis.T
    data = flux * weight
    data = data - basis @ (basis.T @ data)
    depth, own = -(rows @ data), np.sum(rows**2, axis=1)
    fall = np.where(depth > 0, depth**2 / np.maximum(own, 1e-300), 0.0)
    best = int(np.argmax(fall))
    return float(v[best]), float(s[best]), float(fall[best])


def _improved(x: FloatArray, weight: FloatArray, flux: FloatArray, velocity: float, width: float) -> _Peak | None:
    """Gauss-Newton steps in velocity, ln width and depth, the parabola projected out; ``None`` where they leave."""
    basis = _basis(x, weight)

    def projected(rows: FloatArray) -> FloatArray:
        return rows - (rows @ basis) @ basis.T

    data = flux * weight
    depth = 0.0
    normal, chi2 = np.eye(3), 0.0
    for _ in range(_STEPS):
        q = (x - velocity) / width
        line = np.exp(-0.5 * q**2)
        shape = projected((line * weight)[None, :])[0]
        depth = -float(shape @ projected(data[None, :])[0]) / float(shape @ shape)
        if depth <= 0:
            return None
        rows = projected(np.array([-depth * line * q / width, -depth * line * q**2, -line]) * weight)
        residual = projected((data + depth * line * weight)[None, :])[0]
        normal, chi2 = rows @ rows.T, float(residual @ residual)
        step = np.linalg.solve(normal + 1e-9 * np.diag(np.diag(normal)), rows @ residual)
        velocity += float(np.clip(step[0], -100.0, 100.0))
        width = float(np.clip(width * math.exp(np.clip(step[1], -0.5, 0.5)), *_WIDTH_LIMITS))
        if abs(velocity) > LARGEST_VELOCITY:
            return None
        if max(abs(step[0]) / width, abs(step[1])) < _SETTLED:
            break
    # A galaxy has more lines than this one: what they leave counts as noise.
    scale = max(math.sqrt(chi2 / max(x.size - 6, 1)), 1.0)
    covariance = np.asarray(scale**2 * np.linalg.inv(normal), dtype=np.float64)
    smooth = flux + depth * np.exp(-0.5 * ((x - velocity) / width) ** 2)
    near = np.abs(x - velocity) < 3.0 * width
    continuum = float(np.average(smooth[near], weights=weight[near] ** 2)) if near.any() else 0.0
    return _Peak(velocity, width, depth, covariance, continuum)


def _basis(x: FloatArray, weight: FloatArray) -> FloatArray:
    """(n, 3) orthonormal columns of a weighted parabola."""
    t = x / 2000.0
    return np.linalg.qr(np.array([weight, weight * t, weight * t**2]).T)[0]


def _row(measure: str, value: float, error: float | None, unit: str) -> Measurement:
    return Measurement(
        "continuum_metric", f"{CA_K}_{measure}", value, error, unit, feature_id=CA_K, role="absorption",
        measure=measure, method="none" if error is None else "covariance",
    )  # fmt: skip
