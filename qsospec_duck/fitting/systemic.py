"""The systemic redshift: that of the line which tells it best, and velocities against it.

No line of a quasar stands at the redshift of its galaxy. Peaks of narrow lines scatter by some 50 km/s about it, those
of broad lines by hundreds (Shen et al. 2016, ApJ 831, 7, abstract: the intrinsic scatters below, after corrections of
their means, which are not made here). C IV and Si IV are blueshifted by more than they scatter: theirs is the rms of
their peaks about that of Mg II, uncorrected, in 26 and 18 SDSS and BOSS quasars that show both. Of the detected lines
the one with the smallest error, measured and intrinsic in quadrature, gives

    z_sys = (1 + z) exp(v_peak / c) − 1
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.result import Measurement
from qsospec_duck.models.lines import line

SOURCES: tuple[tuple[str, str, float], ...] = (
    ("oii3730", "narrow", 46.0),
    ("oiii5008", "narrow", 56.0),
    ("nev3427", "narrow", 119.0),
    ("mgii", "broad", 205.0),
    ("ciii", "broad", 233.0),
    ("heii1640", "broad", 242.0),
    ("hb", "broad", 400.0),
    ("civ", "broad", 1080.0),
    ("siiv_oiv", "broad", 1120.0),
)
"""Line, role, and intrinsic scatter of its peak about the systemic velocity [km/s]."""

LEAST_SNR = 5.0
"""Flux over error that a line needs."""


def measure_systemic(rows: Sequence[Measurement], z: float) -> list[Measurement]:
    """Systemic redshift, and the offset of every line against it.

    Parameters
    ----------
    rows : sequence of Measurement
        Of all complexes.
    z : float
        Redshift of the fit.

    Returns
    -------
    list of Measurement
        ``z_sys`` with its error, measured and intrinsic; its ``feature_id`` is the line it comes from, and
        ``z_sys_source`` that line's place in `SOURCES`. ``<line>_<role>_voff_sys`` for every ``voff`` but that line's.
        Empty where no line tells it.
    """
    by_quantity = {row.quantity: row for row in rows if row.section == "complex_metric"}
    best: tuple[float, int, float, str] | None = None
    for place, (line_id, role, scatter) in enumerate(SOURCES):
        peak, snr = (by_quantity.get(f"{line_id}_{role}_{measure}") for measure in ("peak", "snr"))
        if peak is None or peak.error is None or snr is None or snr.value < LEAST_SNR:
            continue
        velocity = C_KMS * math.log(peak.value / line(line_id).wavelength)
        error = math.hypot(peak.error / peak.value * C_KMS, scatter)
        if best is None or error < best[0]:
            best = error, place, velocity, peak.method
    if best is None:
        return []
    error, place, velocity, method = best
    source = SOURCES[place][0]
    z_sys = (1.0 + z) * math.exp(velocity / C_KMS) - 1.0
    found = [
        _row("z_sys", z_sys, (1.0 + z_sys) * error / C_KMS, source, method),
        _row("z_sys_source", float(place), None, source, "none"),
    ]
    for row in rows:
        # The lines of one source share their velocity: their offset would be a zero by construction.
        if row.measure == "voff" and row.error is not None and row.feature_id != source:
            found.append(
                Measurement(
                    "complex_metric", f"{row.quantity}_sys", row.value - velocity, math.hypot(row.error, error), "km/s",
                    row.recipe_id, row.feature_id, row.role, "voff_sys", row.method,
                )
            )  # fmt: skip
    return found


def _row(quantity: str, value: float, error: float | None, source: str, method: str) -> Measurement:
    return Measurement(
        "continuum_metric", quantity, value, error, "", feature_id=source, role="systemic", measure=quantity,
        method=method,
    )  # fmt: skip
