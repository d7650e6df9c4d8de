"""Whether the lines of a spectrum stand where its redshift says.

The spectrum over its own smooth level, d = f/⟨f⟩ − 1, is compared with the emission lines of a typical quasar, T, at
every redshift. On a grid of equal steps in ln λ a redshift is a shift, and with weights w = 1/σ²

    Δχ²(z) = 2 A Σ w d T_z − A² Σ w T_z²,    A = Σ w d T_z / Σ w T_z², between 0 and 2.5,

are two correlations, done by FFT. Lines that should be there and are not cost as much as those that are there gain.
The level is a running mean over 30,000 km/s, and T has gone through the same. The redshift is suspect when another
one, more than 6000 km/s away, explains twice as much, and 50 in χ² more, than any within 2500 km/s of it. Redshifts
above 4 at which the Lyα forest would have to be missing are out of the question. No redshift explains more than
Σ w d²: where the spectrum's own explains half of that, the others are not tried.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray, Measurement
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import IntArray
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
# 2⁷ · 5²: nothing wraps around onto the lines of T for spectra between 2200 Å and 2.7 µm.
_SIZE = 3200
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
    cells = _cells_of(rest)
    if cells is None:
        return [], []
    limits = (1.0 + rest.z) * np.exp(np.array((-FAR_KMS, -NEAR_KMS, NEAR_KMS, FAR_KMS)) / C_KMS) - 1.0
    below, first, last, above = _redshifts()[0].searchsorted(limits)
    if first == last or _cannot_be_suspect(cells, first, last):
        return [], []
    z, gain = _curve(cells)
    here = float(gain[first:last].max(initial=0.0))
    elsewhere = gain.copy()
    elsewhere[below:above] = -np.inf
    best = int(np.argmax(elsewhere))
    there = float(elsewhere[best])
    if not (there > here + SUSPECT_GAIN and here < SUSPECT_RATIO * there):
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
    cells = _cells_of(rest)
    return None if cells is None else _curve(cells)


class _Cells(NamedTuple):
    """Number of the first cell, mean fluxes (n,) and their weights, and rows w d and w (2, n)."""

    first: int
    mean: FloatArray
    weight: FloatArray
    data: FloatArray


def _cells_of(rest: Spectrum) -> _Cells | None:
    """The cells of a spectrum; ``None`` where there are too few, or it has no level."""
    first, mean, weight = _cells(rest.log_wavelength, rest.flux, rest.ivar, np.log1p(rest.z))
    if np.count_nonzero(weight) < _LEAST_CELLS or mean.size > _SIZE:
        return None
    data = _contrast(mean, weight)
    return _Cells(first, mean, weight, data) if data[1].any() else None


def _cannot_be_suspect(cells: _Cells, first: int, last: int) -> bool:
    """Whether redshifts between two numbers explain so much that no other could gain enough."""
    z, lag, _ = _redshifts()
    if z[last - 1] > _FOREST_FROM:
        return False  # there the forest has a say
    here, most = _gain_here(cells.data, _line_contrast(), lag + first - cells.first, last - first)
    return not (most > here + SUSPECT_GAIN and here < SUSPECT_RATIO * most)


def _curve(cells: _Cells) -> tuple[FloatArray, FloatArray]:
    """Redshifts, and Δχ² of typical lines at each of them."""
    signal, norm = np.fft.irfft(np.fft.rfft(cells.data, _SIZE) * _template(), _SIZE)
    z, lag, forest = _redshifts()
    return z, _gains(signal, norm, lag - cells.first, cells.mean, cells.weight, z.size, forest - cells.first)


@numba.njit(cache=True, nogil=True)
def _cells(
    log_wave: FloatArray, flux: FloatArray, ivar: FloatArray, shift: float
) -> tuple[int, FloatArray, FloatArray]:
    """Mean flux and its weight in cells of observed ln λ, and the number of the first one; they begin at ln λ = 0."""
    begin, end = 0, ivar.size
    while begin < end and not ivar[begin] > 0.0:
        begin += 1
    while end > begin and not ivar[end - 1] > 0.0:
        end -= 1
    if begin == end:
        return 0, np.zeros(0), np.zeros(0)
    first = int((log_wave[begin] + shift) / _STEP)
    n = int((log_wave[end - 1] + shift) / _STEP) - first + 1
    mean, weight = np.zeros(n), np.zeros(n)
    for i in range(begin, end):
        if ivar[i] > 0.0:
            cell = int((log_wave[i] + shift) / _STEP) - first
            weight[cell] += ivar[i]
            mean[cell] += ivar[i] * flux[i]
    for cell in range(n):
        if weight[cell] > 0.0:
            mean[cell] /= weight[cell]
    return first, mean, weight


@numba.njit(cache=True, nogil=True)
def _contrast(mean: FloatArray, weight: FloatArray) -> FloatArray:
    """Rows w d and w of every cell, shape (2, n); zeros where the spectrum has no level."""
    level = _running_mean(mean, weight > 0.0)
    top = np.abs(level).max()
    out = np.zeros((2, mean.size))
    for cell in range(mean.size):
        if weight[cell] > 0.0 and top > 0.0:
            here = max(level[cell], _LEAST_LEVEL * top)
            out[1, cell] = 1.0 / (1.0 / (weight[cell] * here**2) + _DIVERSITY**2)
            out[0, cell] = out[1, cell] * (mean[cell] / here - 1.0)
    return out


@numba.njit(cache=True, nogil=True)
def _running_mean(values: FloatArray, seen: BoolArray) -> FloatArray:
    """Mean over 30,000 km/s around each cell, of cells that are seen."""
    total, count = _sums(values, seen)
    out = np.zeros(values.size)
    for middle in range(values.size):
        low, high = max(middle - _HALF_WINDOW, 0), min(middle + _HALF_WINDOW + 1, values.size)
        out[middle] = (total[high] - total[low]) / max(count[high] - count[low], 1)
    return out


@numba.njit(cache=True, nogil=True)
def _sums(values: FloatArray, seen: BoolArray) -> tuple[FloatArray, IntArray]:
    """Sum and number of the cells before each that are seen, shape (n + 1,)."""
    total, count = np.zeros(values.size + 1), np.zeros(values.size + 1, np.int64)
    for cell in range(values.size):
        total[cell + 1] = total[cell] + (values[cell] if seen[cell] else 0.0)
        count[cell + 1] = count[cell] + seen[cell]
    return total, count


@numba.njit(cache=True, nogil=True)
def _gains(
    signal: FloatArray, norm: FloatArray, lag: int, mean: FloatArray, weight: FloatArray, n: int, forest: IntArray
) -> FloatArray:
    """(n,) Δχ² from one lag on; ``forest`` (4, m) has for the last m the cells between which two levels are taken.

    Nothing is gained where the forest would have to absorb light that is there.
    """
    out = np.empty(n)
    for i in range(n):
        place = (lag + i) % signal.size
        out[i] = _gain(signal[place], norm[place])
    total, count = _sums(mean, weight > 0.0)
    levels = np.empty(2)
    for i in range(forest.shape[1]):
        is_known = True
        for side in range(2):
            low = min(max(forest[2 * side, i], 0), mean.size)
            high = min(max(forest[2 * side + 1, i], 0), mean.size)
            seen = count[high] - count[low]
            is_known = is_known and seen >= _FOREST_CELLS
            levels[side] = (total[high] - total[low]) / max(seen, 1)
        if is_known and levels[1] > 0.0 and levels[0] > _FOREST_LEVEL * levels[1]:
            out[n - forest.shape[1] + i] = 0.0
    return out


@numba.njit(cache=True, nogil=True)
def _gain(signal: float, norm: float) -> float:
    """Δχ² from Σ w d T and Σ w T²."""
    amplitude = min(max(signal / max(norm, 1e-9), 0.0), _MOST)
    return amplitude * (2.0 * signal - amplitude * norm)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _gain_here(data: FloatArray, contrast: FloatArray, lag: int, n: int) -> tuple[float, float]:
    """Largest Δχ² of ``n`` lags, summed cell by cell, and the most that any lag could have, Σ w d²."""
    here = most = 0.0
    weighted, weights = data[0], data[1]
    for shift in range(lag, lag + n):
        begin, end = max(shift, 0), min(weights.size, shift + contrast.size)
        heights, own, weight = contrast[begin - shift : end - shift], weighted[begin:end], weights[begin:end]
        signal = norm = 0.0
        for k in range(heights.size):
            signal += own[k] * heights[k]
            norm += weight[k] * heights[k] * heights[k]
        here = max(here, _gain(signal, norm))
    for cell in range(weights.size):
        if weights[cell] > 0.0:
            most += weighted[cell] ** 2 / weights[cell]
    return here, most


@cache
def _redshifts() -> tuple[FloatArray, int, IntArray]:
    """Redshifts that are tried, their first lag, and cells that hold the forest and the light redward of it.

    With cell j at ln λ = j steps and sample k of T at _FIRST + k steps, lag L means ln (1 + z) = L steps − _FIRST.
    """
    offset = -_FIRST / _STEP
    lags = np.arange(int(np.ceil(-offset)), int(np.log1p(HIGHEST_REDSHIFT) / _STEP - offset))
    z = np.expm1((lags + offset) * _STEP)
    limits = np.outer((*_FOREST, *_REDWARD), 1.0 + z[z > _FOREST_FROM])
    return z, int(lags[0]), (np.log(limits) / _STEP).astype(np.int64)


@cache
def _line_contrast() -> FloatArray:
    """(n,) contrast of typical lines, in steps from _FIRST on."""
    x = np.arange(_FIRST, _LAST, _STEP)
    lines = np.ones_like(x)
    for line_id, width, fwhm in TYPICAL_LINES:
        rest = line(line_id).wavelength
        sigma = fwhm / FWHM_PER_SIGMA / C_KMS
        lines += width / (rest * sigma * np.sqrt(2.0 * np.pi)) * np.exp(-0.5 * ((x - np.log(rest)) / sigma) ** 2)
    lines[x < np.log(_LYA_FOREST)] = 1.0
    return lines / _running_mean(lines, np.ones(lines.size, dtype=bool)) - 1.0


@cache
def _template() -> FloatArray:
    """(2, n) conjugate transforms of the contrast of typical lines and of its square."""
    contrast = _line_contrast()
    return np.conj(np.fft.rfft((contrast, contrast**2), _SIZE))
