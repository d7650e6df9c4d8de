"""Whether the lines of a spectrum stand where its redshift says.

The spectrum over its own smooth level, d = f/⟨f⟩ − 1, is compared with the emission lines of a typical quasar, T, at
every redshift. On a grid of equal steps in ln λ a redshift is a shift, and with weights w = 1/σ²

    Δχ²(z) = 2 A Σ w d T_z − A² Σ w T_z²,    A = Σ w d T_z / Σ w T_z², between 0 and 2.5,

are two correlations, done by FFT. Lines that should be there and are not cost as much as those that are there gain.
The level is a running mean over 30,000 km/s, and T has gone through the same. The redshift is suspect when another
one, more than 6000 km/s away, explains twice as much, and 50 in χ² more, than any within 2500 km/s of it. Redshifts
above 4 at which the Lyα forest would have to be missing are out of the question.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray, Measurement
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.lines import line
from qsospec_duck.spectra import Spectrum

TYPICAL_LINES: tuple[tuple[str, float, float], ...] = (
    ("lya", 80.0, 4300.0), ("nv", 12.0, 4800.0), ("siiv_oiv", 8.0, 4800.0), ("civ", 30.0, 4800.0),
    ("heii1640", 4.0, 7700.0), ("oiii1663", 2.5, 4300.0), ("aliii", 2.0, 3800.0), ("siiii", 2.5, 3800.0),
    ("ciii", 18.0, 4800.0), ("mgii", 32.0, 3800.0), ("nev3427", 1.0, 700.0), ("oii3727", 1.8, 700.0),
    ("neiii3870", 1.3, 700.0), ("hg", 14.0, 4800.0), ("heii4687", 4.0, 6200.0), ("hb", 50.0, 4800.0),
    ("oiii4960", 4.4, 700.0), ("oiii5008", 13.0, 700.0), ("ha", 190.0, 4300.0), ("sii6718", 1.3, 700.0),
)  # fmt: skip
"""Line, rest equivalent width [Å] and FWHM [km/s] of a typical quasar (Vanden Berk et al. 2001, AJ 122, 549)."""

SUSPECT_GAIN, SUSPECT_RATIO = 50.0, 0.5
"""By how much, and times how much, another redshift must be better."""

NEAR_KMS, FAR_KMS = 2500.0, 6000.0
"""What counts as the same redshift, and as another: blueshifts of broad lines are neither."""

HIGHEST_REDSHIFT = 6.5

_STEP = 300.0 / C_KMS
_SIZE = 4096
_FIRST, _LAST = np.log(800.0), np.log(11_500.0)
_HALF_WINDOW = 50
"""Half of the running mean [steps]."""

_LYA_FOREST = 1190.0
"""The template is flat blueward of this [Å]: there the forest decides."""

_FOREST, _REDWARD, _FOREST_CELLS = (1050.0, 1170.0), (1250.0, 1350.0), 20
_FOREST_FROM, _FOREST_LEVEL = 4.0, 0.8
"""From this redshift on the forest lets through less than half of the light (Becker et al. 2013, MNRAS 430, 2067):
a spectrum that has more than 0.8 of its level redward of Lyα there is at another redshift."""

_DIVERSITY = 0.07
"""How far quasars differ from the template, as a fraction of the level: an error added to every cell."""

_MOST = 2.5
_LEAST_LEVEL = 0.05
_LEAST_CELLS = 100


def check_redshift(rest: Spectrum) -> tuple[list[Measurement], list[FitWarning]]:
    """Say whether the redshift of a spectrum is plainly wrong, and which would be right.

    Parameters
    ----------
    rest : Spectrum
        Rest frame.

    Returns
    -------
    rows : list of Measurement
        ``z_lines``, the redshift at which typical lines fit best, where the redshift is suspect.
    warnings : list of FitWarning
        ``redshift_suspect``.
    """
    found = redshift_curve(rest)
    if found is None:
        return [], []
    z, gain = found
    distance = C_KMS * np.abs(np.log((1.0 + z) / (1.0 + rest.z)))
    near, far = distance < NEAR_KMS, distance > FAR_KMS
    here = float(gain[near].max(initial=0.0))
    best = int(np.argmax(np.where(far, gain, -np.inf)))
    there = float(gain[best])
    if not (there > here + SUSPECT_GAIN and here < SUSPECT_RATIO * there and near.any()):
        return [], []
    better = float(z[best])
    row = Measurement(
        "continuum_metric", "z_lines", better, None, "", role="systemic", measure="z_lines", method="none"
    )
    message = f"the lines say z = {better:.3f} (gain {there:.0f} in chi2), not {rest.z:.4f} (gain {here:.0f})."
    return [row], [warn("redshift_suspect", "spectrum", message, z_proposed=better, gain=there, gain_catalog=here)]


def redshift_curve(rest: Spectrum) -> tuple[FloatArray, FloatArray] | None:
    """Δχ² of typical lines against redshift.

    Returns
    -------
    z, gain : ndarray, shape (n,)
        ``None`` for a spectrum of fewer than 100 cells of 300 km/s.
    """
    good = rest.good
    place = ((np.log(rest.wavelength[good]) + np.log1p(rest.z)) / _STEP).astype(np.int64)
    first = int(place[0])
    place -= first
    n = int(place[-1]) + 1
    weight = np.bincount(place, rest.ivar[good], n)
    seen = weight > 0
    if np.count_nonzero(seen) < _LEAST_CELLS or n > _SIZE:
        return None
    mean = np.zeros(n)
    mean[seen] = np.bincount(place, rest.ivar[good] * rest.flux[good], n)[seen] / weight[seen]
    level = _running_mean(mean, seen)
    top = float(np.abs(level).max())
    if not top > 0:
        return None
    level = np.maximum(level, _LEAST_LEVEL * top)
    contrast = np.where(seen, mean / level - 1.0, 0.0)
    w = np.zeros(n)
    w[seen] = 1.0 / (1.0 / (weight[seen] * level[seen] ** 2) + _DIVERSITY**2)
    by_template, by_square = _template()
    signal = np.fft.irfft(np.fft.rfft(w * contrast, _SIZE) * by_template, _SIZE)
    norm = np.fft.irfft(np.fft.rfft(w, _SIZE) * by_square, _SIZE)
    # Cell j is at ln λ = (first + j) steps, sample k of T at _FIRST + k steps: lag L means 1 + z = e^(L + offset).
    offset = first - _FIRST / _STEP
    lags = np.arange(int(np.ceil(-offset)), int(np.log1p(HIGHEST_REDSHIFT) / _STEP - offset))
    amplitude = np.clip(signal[lags] / np.maximum(norm[lags], 1e-9), 0.0, _MOST)
    gain = amplitude * (2.0 * signal[lags] - amplitude * norm[lags])
    z = np.expm1((lags + offset) * _STEP)
    gain[_without_forest(z, mean, seen, first)] = 0.0
    return z, gain


def _without_forest(z: FloatArray, mean: FloatArray, seen: BoolArray, first: int) -> BoolArray:
    """Redshifts at which the forest would have to absorb light that is there; shape (n,)."""
    total = np.concatenate([[0.0], np.cumsum(mean * seen)])
    count = np.concatenate([[0], np.cumsum(seen)])

    def level(low: float, high: float) -> tuple[FloatArray, NDArray[np.int64]]:
        edges = (np.log(np.outer((low, high), 1.0 + z)) / _STEP - first).astype(np.int64).clip(0, mean.size)
        n = count[edges[1]] - count[edges[0]]
        return (total[edges[1]] - total[edges[0]]) / np.maximum(n, 1), n

    (blue, n_blue), (red, n_red) = level(*_FOREST), level(*_REDWARD)
    both = (n_blue >= _FOREST_CELLS) & (n_red >= _FOREST_CELLS) & (red > 0)
    return both & (z > _FOREST_FROM) & (blue > _FOREST_LEVEL * red)


def _running_mean(values: FloatArray, seen: BoolArray) -> FloatArray:
    """Mean over 30,000 km/s around each cell, of cells that are seen."""
    total = np.concatenate([[0.0], np.cumsum(values * seen)])
    count = np.concatenate([[0.0], np.cumsum(seen)])
    middle = np.arange(values.size)
    low, high = np.maximum(middle - _HALF_WINDOW, 0), np.minimum(middle + _HALF_WINDOW + 1, values.size)
    return (total[high] - total[low]) / np.maximum(count[high] - count[low], 1.0)


@cache
def _template() -> tuple[FloatArray, FloatArray]:
    """Conjugate transforms of the contrast of typical lines and of its square."""
    x = np.arange(_FIRST, _LAST, _STEP)
    lines = np.ones_like(x)
    for line_id, width, fwhm in TYPICAL_LINES:
        rest = line(line_id).wavelength
        sigma = fwhm / FWHM_PER_SIGMA / C_KMS
        lines += width / (rest * sigma * np.sqrt(2.0 * np.pi)) * np.exp(-0.5 * ((x - np.log(rest)) / sigma) ** 2)
    lines[x < np.log(_LYA_FOREST)] = 1.0
    contrast = lines / _running_mean(lines, np.ones(lines.size, dtype=bool)) - 1.0
    return np.conj(np.fft.rfft(contrast, _SIZE)), np.conj(np.fft.rfft(contrast**2, _SIZE))
