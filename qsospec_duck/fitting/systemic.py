"""The systemic redshift: that of the line which tells it best, and velocities against it.

No line of a quasar stands at the redshift of its galaxy. Peaks of narrow lines scatter by some 50 km/s about it, those
of broad lines by hundreds (Shen et al. 2016, ApJ 831, 7, abstract: the intrinsic scatters below, after corrections of
their means, which are not made here). C IV and Si IV are blueshifted by more than they scatter: theirs is the rms of
their peaks about that of Mg II, uncorrected, in 26 and 18 SDSS and BOSS quasars that show both. Where the host shows
Ca II K (`qsospec_duck.fitting.ca_k`), stars tell it, what those scatters are about: its 35 km/s are the rms about the
truth of simulated galaxies at S/N 200, whose K line is no Gaussian (``benchmarks/ca_k.py``). Of the detected lines the
one with the smallest error, measured and intrinsic in quadrature, gives

    z_sys = (1 + z) exp(v_peak / c) − 1
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.ca_k import CA_K
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
    (CA_K, "absorption", 35.0),
)
"""Line, role, and intrinsic scatter of its peak about the systemic velocity [km/s]."""

LEAST_SNR = 5.0
"""Flux over error that a line needs."""

_TELLING = frozenset({"peak", "voff", "snr"})
"""Measures that tell a redshift."""


def measure_systemic(rows: Sequence[Measurement], z: float) -> list[Measurement]:
    """Systemic redshift, and the offset of every line against it.

    Parameters
    ----------
    rows : sequence of Measurement
        Of all complexes, and of Ca K.
    z : float
        Redshift of the fit.

    Returns
    -------
    list of Measurement
        ``z_sys`` with its error, measured and intrinsic; its ``feature_id`` is the line it comes from, and
        ``z_sys_source`` that line's place in `SOURCES`. ``<line>_<role>_voff_sys`` for every ``voff`` but that line's.
        Empty where no line tells it.
    """
    telling = [row for row in rows if row.measure in _TELLING]
    by_quantity = {row.quantity: row for row in telling if row.section == "complex_metric" or row.feature_id == CA_K}
    best: tuple[float, int, float, str] | None = None
    for place, (line_id, role, scatter) in enumerate(SOURCES):
        told = _velocity(by_quantity, line_id, role)
        if told is None:
            continue
        velocity, error, method = told
        error = math.hypot(error, scatter)
        if best is None or error < best[0]:
            best = error, place, velocity, method
    if best is None:
        return []
    error, place, velocity, method = best
    source = SOURCES[place][0]
    z_sys = (1.0 + z) * math.exp(velocity / C_KMS) - 1.0
    found = [
        _row("z_sys", z_sys, (1.0 + z_sys) * error / C_KMS, source, method),
        _row("z_sys_source", float(place), None, source, "none"),
    ]
    for row in telling:
        # The lines of one source share their velocity: their offset would be a zero by construction.
        if row.measure == "voff" and row.error is not None and row.feature_id not in (source, CA_K):
            found.append(
                Measurement(
                    "complex_metric", f"{row.quantity}_sys", row.value - velocity, math.hypot(row.error, error), "km/s",
                    row.recipe_id, row.feature_id, row.role, "voff_sys", row.method,
                )
            )  # fmt: skip
    return found


def _velocity(by_quantity: Mapping[str, Measurement], line_id: str, role: str) -> tuple[float, float, str] | None:
    """Velocity of a detected line, its error [km/s] and how that was found."""
    name = CA_K if line_id == CA_K else f"{line_id}_{role}"
    place, snr = (by_quantity.get(f"{name}_{measure}") for measure in ("voff" if line_id == CA_K else "peak", "snr"))
    if place is None or place.error is None or snr is None or snr.value < LEAST_SNR:
        return None
    if line_id == CA_K:
        return place.value, place.error, place.method
    velocity = C_KMS * math.log(place.value / line(line_id).wavelength)
    return velocity, place.error / place.value * C_KMS, place.method


def _row(quantity: str, value: float, error: float | None, source: str, method: str) -> Measurement:
    return Measurement(
        "continuum_metric", quantity, value, error, "", feature_id=source, role="systemic", measure=quantity,
        method=method,
    )  # fmt: skip
