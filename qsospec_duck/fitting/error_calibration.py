"""How much wider than its linear error a measurement scatters about the truth.

Propagation through the covariance is exact where the model can express the quasar and χ² is a parabola. Blended and
faint lines are neither: a wing may be missed, two solutions may be as good. Simulated quasars of all redshifts, S/N and
line widths, fitted like real ones, tell by how much the errors of each quantity fall short: its factor is the
68.3 % quantile of |value − truth| / error, where the line has S/N 5 or more, and never below 1.
``data/error_calibration.csv`` is written by ``benchmarks/error_coverage.py --calibrate``.
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

TABLE = "data/error_calibration.csv"

_AKIN = {
    "w50": "w80", "w90": "w80", "kurtosis": "asymmetry", "peak": "centroid", "c50": "centroid", "c80": "centroid",
}  # fmt: skip
"""Measures that were not simulated, and that whose factor they take: both come from the same Gaussians."""


def error_factor(quantity: str, measure: str | None) -> float:
    """Factor on the linear error of a quantity.

    Parameters
    ----------
    quantity : str
        ``hb_broad_fwhm``, ``iron_uv_velocity``.
    measure : str
        ``fwhm``. A quantity that was not simulated has the median factor of its measure, and 1 where there is none.
    """
    by_quantity, by_measure = _factors()
    if quantity not in by_quantity and measure in _AKIN:
        quantity, measure = quantity.removesuffix(measure) + _AKIN[measure], _AKIN[measure]
    return by_quantity.get(quantity, by_measure.get(measure or "", 1.0))


@cache
def _factors() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Factors by quantity, and their medians by measure."""
    by_quantity: dict[str, float] = {}
    of_measure: dict[str, list[float]] = {}
    text = resources.files("qsospec_duck").joinpath(TABLE).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        by_quantity[row["quantity"]] = float(row["factor"])
        of_measure.setdefault(row["measure"], []).append(float(row["factor"]))
    by_measure = {measure: statistics.median(factors) for measure, factors in of_measure.items()}
    return MappingProxyType(by_quantity), MappingProxyType(by_measure)
