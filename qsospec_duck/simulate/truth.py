"""True values of a synthetic quasar under the names that measurements have.

Everything about a line is found from its summed profile on a fine grid of X = c ln(λ/λ₀): half-maximum
crossings for the FWHM, flux-weighted moments and percentiles for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from qsospec_duck.columns import arrow_schema
from qsospec_duck.constants import C_KMS, CONTINUUM_WAVELENGTHS, FLUX_UNIT, FWHM_PER_SIGMA, LINE_FLUX_UNIT
from qsospec_duck.models.lines import line
from qsospec_duck.simulate.population import log_area
from qsospec_duck.simulate.quasar import (
    FloatArray,
    Gaussian,
    Quasar,
    continuum_without_iron,
    iron_emission,
    power_law,
    unit_gaussian,
)

Row = tuple[str, float, str]
"""Quantity, value, unit."""

_POINTS_PER_SIGMA = 40
_BASE_STEP_KMS = 50.0
"""Sampling of the continuum under the lines [km/s]; it is as smooth as the broad lines are."""

_IRON_BANDS = {"iron_uv": (2250.0, 2650.0), "iron_optical": (4434.0, 4684.0)}


def truth_table(quasars: Iterable[tuple[int, Quasar]]) -> pa.Table:
    """Long table of true values: ``target_id``, ``quantity``, ``value``, ``unit``.

    Parameters
    ----------
    quasars : iterable of (int, Quasar)
        Target ids and their quasars.
    """
    rows = [(target_id, *row) for target_id, quasar in quasars for row in truth_rows(quasar)]
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    schema = arrow_schema("truth")
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def truth_rows(quasar: Quasar) -> list[Row]:
    """Every true value of one quasar, whether a spectrum covers it or not."""
    area = log_area(quasar.z)
    rows: list[Row] = [
        ("z", quasar.z, ""),
        ("power_law_norm", quasar.power_law_norm, FLUX_UNIT),
        ("power_law_slope", quasar.power_law_slope, ""),
    ]
    for wavelength in CONTINUUM_WAVELENGTHS:
        flux = float(power_law(quasar, np.array([wavelength]))[0])
        rows.append((f"flux_{wavelength:.0f}", flux, FLUX_UNIT))
        rows.append((f"logl{wavelength:.0f}", float(np.log10(wavelength * flux)) + area, "dex(erg/s)"))
    for name in ("iron_uv", "iron_optical", "balmer"):
        emission = getattr(quasar, name)
        if emission is None:
            continue
        rows.append((f"{name}_norm", emission.norm, LINE_FLUX_UNIT))
        rows.append((f"{name}_fwhm", emission.fwhm, "km/s"))
        rows.append((f"{name}_velocity", emission.velocity, "km/s"))
        if name in _IRON_BANDS:
            low, high = _IRON_BANDS[name]
            wave = np.linspace(low, high, 2001)
            flux_density = iron_emission(emission, wave)
            band = f"{low:.0f}_{high:.0f}"
            rows.append((f"{name}_flux_{band}", float(np.trapezoid(flux_density, wave)), LINE_FLUX_UNIT))
            ratio = flux_density / power_law(quasar, wave)
            rows.append((f"{name}_ew_{band}", float(np.trapezoid(ratio, wave)), "Angstrom"))
    profiles: dict[tuple[str, str], list[Gaussian]] = {}
    for gaussian in quasar.lines:
        profiles.setdefault((gaussian.line_id, gaussian.role), []).append(gaussian)
    for line_id in dict.fromkeys(line_id for line_id, _ in profiles):
        members = [gaussian for gaussian in quasar.lines if gaussian.line_id == line_id]
        if len({gaussian.role for gaussian in members}) > 1:
            profiles[line_id, "total"] = members
    base_wave = np.exp(np.arange(np.log(700.0), np.log(14000.0), _BASE_STEP_KMS / C_KMS))
    base = (base_wave, continuum_without_iron(quasar, base_wave))
    for (line_id, role), members in profiles.items():
        rows += [(f"{line_id}_{role}_{name}", value, unit) for name, value, unit in _measures(members, base, area)]
    return rows


def _measures(members: list[Gaussian], base: tuple[FloatArray, FloatArray], area: float) -> list[Row]:
    """Measures of one summed profile; ``base`` is the continuum, wavelength [Å] and f_λ."""
    rest = line(members[0].line_id).wavelength
    sigmas = [gaussian.fwhm / FWHM_PER_SIGMA for gaussian in members]
    low = min(gaussian.velocity - 7.0 * sigma for gaussian, sigma in zip(members, sigmas, strict=True))
    high = max(gaussian.velocity + 7.0 * sigma for gaussian, sigma in zip(members, sigmas, strict=True))
    x = np.arange(low, high, min(sigmas) / _POINTS_PER_SIGMA)
    profile = np.zeros_like(x)
    for gaussian, sigma in zip(members, sigmas, strict=True):
        profile += gaussian.flux * unit_gaussian(x, rest, gaussian.velocity, sigma)
    wave = rest * np.exp(x / C_KMS)
    # Flux in each step of the grid; the sums below are integrals over wavelength.
    step_flux = profile * wave * (x[1] - x[0]) / C_KMS
    flux = float(step_flux.sum())
    mean = float(step_flux @ x) / flux
    spread = float(np.sqrt(step_flux @ (x - mean) ** 2 / flux))
    cumulative = np.cumsum(step_flux) - 0.5 * step_flux
    x5, x10, x25, x50, x75, x90, x95 = np.interp(
        np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]) * flux, cumulative, x
    )
    peak, height = _peak(x, profile)
    c50, c80 = (_centroid_above(fraction * height, x, profile, step_flux) for fraction in (0.5, 0.8))
    continuum = np.interp(wave, *base)
    return [
        ("flux", flux, LINE_FLUX_UNIT),
        ("ew", float(np.sum(step_flux / continuum)), "Angstrom"),
        ("centroid", rest * float(np.exp(mean / C_KMS)), "Angstrom"),
        ("voff", mean, "km/s"),
        ("fwhm", _full_width(x, profile), "km/s"),
        ("sigma", spread, "km/s"),
        ("w50", float(x75 - x25), "km/s"),
        ("w80", float(x90 - x10), "km/s"),
        ("w90", float(x95 - x5), "km/s"),
        ("asymmetry", float((x90 + x10 - 2.0 * x50) / (x90 - x10)), ""),
        ("kurtosis", float(step_flux @ (x - mean) ** 4 / flux / spread**4 - 3.0), ""),
        *(
            (name, rest * float(np.exp(at / C_KMS)), "Angstrom")
            for name, at in (("peak", peak), ("c50", c50), ("c80", c80))
        ),
        ("logl", float(np.log10(flux)) + area, "dex(erg/s)"),
    ]


def _peak(x: FloatArray, profile: FloatArray) -> tuple[float, float]:
    """Place and height of the maximum of the parabola through the three highest points."""
    top = int(np.argmax(profile))
    left, middle, right = profile[top - 1 : top + 2]
    shift = 0.5 * (left - right) / (left - 2.0 * middle + right)
    return float(x[top] + shift * (x[1] - x[0])), float(middle - 0.25 * (left - right) * shift)


def _centroid_above(level: float, x: FloatArray, profile: FloatArray, step_flux: FloatArray) -> float:
    """Centroid of the flux between the outermost crossings of a level; the end steps count in part."""
    first, last = np.flatnonzero(profile > level)[[0, -1]]
    inside = slice(first, last + 1)
    total, moment = float(step_flux[inside].sum()), float(step_flux[inside] @ x[inside])
    step = x[1] - x[0]
    for end, outward in ((first, -1), (last, 1)):
        part = (profile[end] - level) / (profile[end] - profile[end + outward]) - 0.5
        place = x[end] + outward * 0.5 * step * (1.0 + part)
        total += part * float(step_flux[end])
        moment += part * float(step_flux[end]) * place
    return moment / total


def _full_width(x: FloatArray, profile: FloatArray) -> float:
    """Full width between the outermost crossings of half the maximum."""
    half = 0.5 * _peak(x, profile)[1]
    above = np.flatnonzero(profile > half)
    first, last = above[0], above[-1]
    blue = np.interp(half, profile[[first - 1, first]], x[[first - 1, first]])
    red = np.interp(half, profile[[last + 1, last]], x[[last + 1, last]])
    return float(red - blue)
