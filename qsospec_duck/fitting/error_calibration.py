"""How much wider than its linear error a measurement scatters about the truth.

Propagation through the covariance is exact where the model can express the quasar and χ² is a parabola. Blended and
faint lines are neither: a wing may be missed, two solutions may be as good. Simulated quasars of all redshifts, S/N and
line widths, fitted like real ones, tell by how much the errors of each quantity fall short: its factor is the
68.3 % quantile of |value − truth| / error, where the line has S/N 5 or more, and never below 1. It falls with S/N, so
there are two, at S/N 5 and 40 per pixel of 36 km/s, and between them with t = ln(S/N / 5) / ln 8

    ln factor = (1 − t) ln factor_snr5 + t ln factor_snr40,      0 ≤ t ≤ 1.

``data/error_calibration.csv`` is written by ``benchmarks/error_coverage.py --calibrate``.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import numba
import numpy as np

from qsospec_duck.fitting.medians import median
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.spectra import Spectrum

TABLE = "data/error_calibration.csv"

SNR_ENDS = (5.0, 40.0)
"""S/N per pixel of the two factors: lowest and highest of the simulated quasars."""

PIXEL = 1.2e-4
"""Width in ln λ of the pixels that this S/N is counted in: DESI's 0.8 Å, as they were simulated. SDSS has 2.3e-4."""

_AKIN = {
    "w50": "w80", "w90": "w80", "kurtosis": "asymmetry", "peak": "centroid", "c50": "centroid", "c80": "centroid",
}  # fmt: skip
"""Measures that were not simulated, and that whose factor they take: both come from the same Gaussians."""


def error_factor(quantity: str, measure: str | None, place: float) -> float:
    """Factor on the linear error of a quantity.

    Parameters
    ----------
    quantity : str
        ``hb_broad_fwhm``, ``iron_uv_velocity``.
    measure : str
        ``fwhm``. A quantity that was not simulated has the median factor of its measure, and 1 where there is none.
    place : float
        That of the spectrum's S/N between the ends, 0 to 1 (`snr_place`).
    """
    low, high = log_factors(quantity, measure)
    return math.exp((1.0 - place) * low + place * high)


@cache
def log_factors(quantity: str, measure: str | None) -> tuple[float, float]:
    """Logarithms of both factors of a quantity; arguments as those of `error_factor`."""
    by_quantity, by_measure = _factors()
    if quantity not in by_quantity and measure in _AKIN:
        quantity, measure = quantity.removesuffix(measure) + _AKIN[measure], _AKIN[measure]
    return by_quantity.get(quantity, by_measure.get(measure or "", (0.0, 0.0)))


@numba.njit(cache=True, nogil=True)
def median_snr(flux: FloatArray, ivar: FloatArray) -> float:
    """Median of |flux|/error (n_pix,) over the usable pixels, those with ivar > 0, of which there is at least one."""
    ratio, n = np.abs(flux) * np.sqrt(ivar), 0
    for i in range(np.uintp(flux.size)):
        if ivar[i] > 0.0:
            ratio[n] = ratio[i]
            n += 1
    return median(ratio[:n])


def snr_place(spectrum: Spectrum, snr: float) -> float:
    """Where the median S/N per pixel of a spectrum lies between the calibration's ends, 0 to 1 in its logarithm."""
    pixel = math.log(spectrum.wavelength[-1] / spectrum.wavelength[0]) / (spectrum.n_pix - 1)
    low, high = SNR_ENDS
    return math.log(min(max(snr * math.sqrt(PIXEL / pixel), low), high) / low) / math.log(high / low)


@cache
def _factors() -> tuple[Mapping[str, tuple[float, float]], Mapping[str, tuple[float, float]]]:
    """Logarithms of both factors by quantity, and of their medians by measure."""
    by_quantity: dict[str, tuple[float, float]] = {}
    of_measure: dict[str, list[tuple[float, float]]] = {}
    text = resources.files("qsospec_duck").joinpath(TABLE).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        pair = math.log(float(row["factor_snr5"])), math.log(float(row["factor_snr40"]))
        by_quantity[row["quantity"]] = pair
        of_measure.setdefault(row["measure"], []).append(pair)
    by_measure = {
        measure: (statistics.median(low for low, _ in pairs), statistics.median(high for _, high in pairs))
        for measure, pairs in of_measure.items()
    }
    return MappingProxyType(by_quantity), MappingProxyType(by_measure)
