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
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.ca_k import CA_K
from qsospec_duck.fitting.line_features import UNITS, Features
from qsospec_duck.fitting.line_measurements import MeasuredComplex
from qsospec_duck.fitting.line_rows import N_ROWS
from qsospec_duck.fitting.measurement_rows import Label, Rows, in_columns
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

_CA_K_PLACE = next(place for place, (line_id, _, _) in enumerate(SOURCES) if line_id == CA_K)

LEAST_SNR = 5.0
"""Flux over error that a line needs."""

_SNR, _VOFF, _PEAK = (tuple(UNITS).index(measure) for measure in ("snr", "voff", "peak"))


class _Told(NamedTuple):
    """A velocity [km/s] that a line tells, its error, and how that was found."""

    velocity: float
    error: float
    method: str


def measure_systemic(complexes: Sequence[MeasuredComplex], ca_k: Sequence[Measurement], z: float) -> Rows:
    """Systemic redshift, and the offset of every line against it.

    Parameters
    ----------
    complexes : sequence of MeasuredComplex
    ca_k : sequence of Measurement
        Those of Ca K, where it is seen.
    z : float
        Redshift of the fit.

    Returns
    -------
    Rows
        ``z_sys`` with its error, measured and intrinsic; its ``feature_id`` is the line it comes from, and
        ``z_sys_source`` that line's place in `SOURCES`. ``<line>_<role>_voff_sys`` for every ``voff`` but that line's.
        Empty where no line tells it.
    """
    told = {place: one for own in complexes for place, one in _told_by(own)}
    stars = {row.measure: row for row in ca_k}
    if stars and stars["snr"].value >= LEAST_SNR and stars["voff"].error is not None:
        told[_CA_K_PLACE] = _Told(stars["voff"].value, stars["voff"].error, stars["voff"].method)
    if not told:
        return in_columns(())
    error, place = min((math.hypot(one.error, SOURCES[place][2]), place) for place, one in told.items())
    source, velocity = SOURCES[place][0], told[place].velocity
    z_sys = (1.0 + z) * math.exp(velocity / C_KMS) - 1.0
    found = [
        (_label("z_sys", source, told[place].method), z_sys, (1.0 + z_sys) * error / C_KMS),
        (_label("z_sys_source", source, "none"), float(place), math.nan),
    ]
    for own in complexes:
        values, errors = own.lines.values[_VOFF::N_ROWS].tolist(), own.lines.errors[_VOFF::N_ROWS].tolist()
        for label, value, scatter in zip(own.lines.labels[_VOFF::N_ROWS], values, errors, strict=True):
            # The lines of one source share their velocity: their offset would be a zero by construction.
            if not math.isnan(scatter) and label.feature_id != source:
                found.append((_offset(label), value - velocity, math.hypot(scatter, error)))
    return in_columns(found)


def _told_by(own: MeasuredComplex) -> Iterator[tuple[int, _Told]]:
    """What detected lines of a complex tell, with their places in `SOURCES`."""
    for k, place in _sources_of(own.features):
        first = k * N_ROWS
        peak, error = float(own.lines.values[first + _PEAK]), float(own.lines.errors[first + _PEAK])
        if own.lines.values[first + _SNR] >= LEAST_SNR and not math.isnan(error):
            velocity = C_KMS * math.log(peak / line(SOURCES[place][0]).wavelength)
            yield place, _Told(velocity, error / peak * C_KMS, own.lines.labels[first + _PEAK].method)


@cache
def _sources_of(features: Features) -> tuple[tuple[int, int], ...]:
    """Numbers of lines that may tell the redshift, with their places in `SOURCES`."""
    places = {(line_id, role): place for place, (line_id, role, _) in enumerate(SOURCES)}
    return tuple((k, places[one]) for k, one in enumerate(features.lines_and_roles) if one in places)


@cache
def _offset(voff: Label) -> Label:
    """Label of a line's offset against the systemic velocity."""
    return voff._replace(quantity=f"{voff.quantity}_sys", measure="voff_sys")


@cache
def _label(quantity: str, source: str, method: str) -> Label:
    return Label("continuum_metric", quantity, "", feature_id=source, role="systemic", measure=quantity, method=method)
