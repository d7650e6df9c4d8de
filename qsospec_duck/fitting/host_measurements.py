"""Measurements of a host galaxy, and what its uncertainty adds to the nucleus' luminosities."""

from __future__ import annotations

import math

import numpy as np

from qsospec_duck.fitting.continuum_program import LAW_FAMILIES, family_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.host import POOR_CHI2
from qsospec_duck.fitting.host_grid import HostFit
from qsospec_duck.fitting.measurement_rows import Rows, in_columns
from qsospec_duck.fitting.result import FloatArray, Measurement
from qsospec_duck.spectra import Spectrum

FRACTIONS_AT = (3000.0, 4200.0, 5100.0)
"""Wavelengths [Å] of the host fraction."""

TOTALS_AT = (2500.0, 3000.0, 5100.0)
"""Wavelengths [Å] of the luminosity of power law and host together."""

_WINDOW = 20.0
"""Half width [Å] over which host and nucleus are averaged for a fraction."""

D4000_BANDS = ((3850.0, 3950.0), (4000.0, 4100.0))
"""Bands [Å] of the narrow 4000 Å break (Balogh et al. 1999, ApJ 527, 54)."""

_RELIABLE_SIGMA = 3.0


def measure_host(rest: Spectrum, host: HostFit, continuum: Solution, log_distance: float | None) -> list[Measurement]:
    """All measurements of the host.

    Parameters
    ----------
    rest : Spectrum
        Rest frame.
    host : HostFit
    continuum : Solution
        Settled continuum of the spectrum without host.
    log_distance : float or None
        log10 of 4π d_L² · 1e-17 [cm²].
    """
    rows = _fractions(rest, host, continuum.model)
    if log_distance is not None:
        rows += _totals(rest, host, continuum, log_distance)
    rows += _kinematics(host)
    break_ = _d4000(rest.wavelength, host)
    if break_ is not None:
        rows.append(_row("host_metric", "d4000", *break_, ""))
    best = next((row for row in reversed(rows) if row.measure == "host_fraction"), None)
    reliable = (
        best is not None and best.error is not None and best.value > _RELIABLE_SIGMA * best.error
        and host.reduced_chi2 < POOR_CHI2
    )  # fmt: skip
    rows.append(_row("host_metric", "host_reliable", float(reliable), None, ""))
    rows.append(_row("host_metric", "host_reduced_chi2", host.reduced_chi2, None, ""))
    return rows


def with_host_errors(rows: Rows, rest: Spectrum, host: HostFit) -> Rows:
    """Fluxes and luminosities of the power law with the error of the host that was taken away below them."""
    fluxes = {label.quantity: value for label, value, _ in rows}
    out = []
    for label, value, error in rows:
        if label.feature_id == "power_law" and label.measure in ("flux", "logl"):
            wavelength = float(label.quantity.removeprefix("flux_").removeprefix("logl"))
            sigma = float(np.interp(wavelength, rest.wavelength, host.sigma))
            if label.measure == "logl":
                sigma /= fluxes[f"flux_{wavelength:.0f}"] * math.log(10.0)
            error = math.hypot(error, sigma)
        out.append((label, value, error))
    return in_columns(out)


def _fractions(rest: Spectrum, host: HostFit, nucleus: FloatArray) -> list[Measurement]:
    """Host over host and nucleus, where both library and data are."""
    rows = []
    for wavelength in FRACTIONS_AT:
        near = np.abs(rest.wavelength - wavelength) < _WINDOW
        if not (host.covered[0] < wavelength < host.covered[1] and np.any(near & rest.good)):
            continue
        galaxy, light = float(host.model[near].mean()), float((host.model + nucleus)[near].mean())
        if light > 0:
            error = float(host.sigma[near].mean()) / light
            rows.append(_row("host_metric", f"host_fraction_{wavelength:.0f}", galaxy / light, error, ""))
    return [row._replace(measure="host_fraction") for row in rows]


def _totals(rest: Spectrum, host: HostFit, continuum: Solution, log_distance: float) -> list[Measurement]:
    """λL_λ of power law and host, uncorrected for the host."""
    rows = []
    own = [i for i, name in enumerate(continuum.optimum.program.columns) if family_of(name) in LAW_FAMILIES]
    law = continuum.optimum.amplitudes[own] @ continuum.columns[own]
    good = rest.wavelength[rest.good]
    for wavelength in TOTALS_AT:
        if not (good[0] <= wavelength <= good[-1] and host.covered[0] < wavelength < host.covered[1]):
            continue
        light = float(np.interp(wavelength, rest.wavelength, law + host.model))
        if light > 0:
            # The sum is what the data fix, far better than either part.
            scatter = np.abs(rest.wavelength - wavelength) < _WINDOW
            weight = float(rest.ivar[scatter].sum())
            error = weight**-0.5 / light / math.log(10.0) if weight > 0 else None
            value = math.log10(light * wavelength) + log_distance
            rows.append(_row("host_metric", f"logl{wavelength:.0f}_total", value, error, "dex(erg/s)"))
    return rows


def _kinematics(host: HostFit) -> list[Measurement]:
    return [
        _row("host_parameter", name, *pair, "km/s")
        for name, pair in (("stellar_velocity", host.velocity), ("stellar_dispersion", host.dispersion))
        if pair is not None
    ]


def _d4000(wavelength: FloatArray, host: HostFit) -> tuple[float, float] | None:
    """Mean f_ν redward over blueward of the break, and error; ``None`` where no galaxy or no break is in sight."""
    if not (host.covered[0] < D4000_BANDS[0][0] and host.covered[1] > D4000_BANDS[1][1] and host.model.any()):
        return None
    means, changes = [], []
    for low, high in D4000_BANDS:
        inside = (wavelength >= low) & (wavelength <= high)
        if not inside.any():
            return None
        means.append(float(np.mean(host.model[inside] * wavelength[inside] ** 2)))
        changes.append(np.mean(host.modes[:, inside] * wavelength[inside] ** 2, axis=1))
    if not means[0] > 0:
        return None
    break_ = means[1] / means[0]
    return break_, float(np.linalg.norm(changes[1] - break_ * changes[0])) / means[0]


def _row(section: str, quantity: str, value: float, error: float | None, unit: str) -> Measurement:
    return Measurement(
        section, quantity, value, error, unit, feature_id="host", role="host", measure=quantity,
        method="none" if error is None else "covariance",
    )  # fmt: skip
