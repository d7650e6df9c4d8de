"""Measurements of the continuum: parameters, monochromatic fluxes and luminosities, Fe II bands."""

from __future__ import annotations

import math

import numpy as np

from qsospec_duck.constants import CONTINUUM_WAVELENGTHS, FLUX_UNIT, LINE_FLUX_UNIT
from qsospec_duck.fitting.continuum_program import LAW_FAMILIES, family_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.covariance import evaluate_columns, jacobian
from qsospec_duck.fitting.error_calibration import error_factor
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import FitWarning, FloatArray, Measurement
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.spectra import Spectrum

IRON_BANDS = {
    "iron_optical": (4434.0, 4684.0),
    "iron_uv": (2250.0, 2650.0),
}
"""Rest wavelengths [Å] between which Fe II is integrated: 4434-4684 defines R_Fe (Boroson & Green 1992,
ApJS 80, 109), 2250-2650 the UV strength (Dietrich et al. 2003, ApJ 596, 817, and after)."""

_SHAPE_UNITS = {"slope": "", "fwhm": "km/s", "velocity": "km/s", "ebv": "mag", "bend": ""}


def measure_continuum(
    solution: Solution, published: Published, spectrum: Spectrum, log_distance: float | None, *, place: float | None
) -> tuple[list[Measurement], list[FitWarning]]:
    """All measurements of the continuum.

    Parameters
    ----------
    solution : Solution
    published : Published
        Its parameters.
    spectrum : Spectrum
        Rest frame.
    log_distance : float or None
        log10 of 4π d_L² · 1e-17 [cm²]; ``None`` where there is no luminosity.
    place : float or None
        That of the spectrum's S/N in the calibration of errors (`qsospec_duck.fitting.error_calibration.snr_place`),
        which widens linear errors to what simulated quasars show; ``None`` leaves them linear.
    """
    warnings: list[FitWarning] = []
    rows = _parameter_rows(solution, published) + _statistics(solution)
    good = spectrum.wavelength[spectrum.good]
    outside = []
    for wavelength in CONTINUUM_WAVELENGTHS:
        if not good[0] <= wavelength <= good[-1]:
            outside.append(f"{wavelength:.0f}")
            continue
        rows += _sample(solution, wavelength, log_distance, warnings)
    if outside:
        warnings.append(
            warn(
                "continuum_extrapolated", "continuum",
                f"no luminosity at {', '.join(outside)} Å: the spectrum covers {good[0]:.0f} to {good[-1]:.0f} Å.",
                wavelengths=outside,
            )
        )  # fmt: skip
    for name, (low, high) in IRON_BANDS.items():
        if _columns_of(solution, name) and good[0] <= low and high <= good[-1]:
            rows += _iron_band(solution, name, low, high)
    return rows if place is None else [_with_calibrated_error(row, place) for row in rows], warnings


def _with_calibrated_error(row: Measurement, place: float) -> Measurement:
    quantity, measure = row.quantity, row.measure
    if measure == "logl":
        quantity, measure = quantity.replace("logl", "flux_"), "flux"  # the error of a luminosity is that of its flux
    factor = error_factor(quantity, measure, place)
    return row if row.error is None or factor == 1.0 else row._replace(error=row.error * factor)


def _columns_of(solution: Solution, *families: str) -> list[int]:
    """Columns of some families."""
    return [i for i, name in enumerate(solution.optimum.program.columns) if family_of(name) in families]


def _parameter_rows(solution: Solution, published: Published) -> list[Measurement]:
    optimum = solution.optimum
    alive = {int(slot) for slot, column in optimum.program.derivative_of if optimum.amplitudes[column] > 0}
    shapes = {
        p.name: (slot in alive and p.high > p.low, _SHAPE_UNITS[p.kind])
        for slot, p in enumerate(optimum.program.parameters)
    }
    rows = []
    for name, value in published.values.items():
        feature = family_of(name)
        norm_unit = FLUX_UNIT if feature in LAW_FAMILIES else LINE_FLUX_UNIT
        is_alive, unit = shapes.get(name, (True, norm_unit))
        assumed = optimum.prior[1][_columns_of(solution, feature)[0]] > 0
        if is_alive and not assumed:
            measure = name.removeprefix(f"{feature}_")
            rows.append(
                Measurement(
                    "continuum_parameter", name, value, published.errors[name], unit,
                    feature_id=feature, role="continuum", measure=measure,
                )
            )  # fmt: skip
    return rows


def _statistics(solution: Solution) -> list[Measurement]:
    optimum = solution.optimum
    n_used = optimum.n_pixels
    dof = n_used - optimum.n_parameters
    values = {
        "chi2": optimum.chi2,
        "dof": float(dof),
        "bic": optimum.chi2 + optimum.n_parameters * float(np.log(max(n_used, 1))),
    }
    if dof > 0:
        values["reduced_chi2"] = optimum.chi2 / dof
    return [
        Measurement("continuum_metric", name, value, None, "", measure=name, method="none")
        for name, value in values.items()
    ]


def _sample(
    solution: Solution, wavelength: float, log_distance: float | None, warnings: list[FitWarning]
) -> list[Measurement]:
    """Flux density and λL_λ of power law and polynomial at one wavelength, without Fe II and Balmer emission."""
    optimum = solution.optimum
    x = np.array([np.log(wavelength)])
    columns, derivatives = evaluate_columns(optimum.program, x, np.ones(1), optimum.theta)
    flux, gradient = 0.0, np.zeros(optimum.theta.size + optimum.amplitudes.size)
    for own in _columns_of(solution, *LAW_FAMILIES):
        flux += float(optimum.amplitudes[own] * columns[own, 0])
        gradient[optimum.theta.size + own] = columns[own, 0]
        for (slot, column), derivative in zip(optimum.program.derivative_of, derivatives[:, 0], strict=True):
            if column == own:
                gradient[slot] += optimum.amplitudes[own] * derivative
    error = _error_of(solution, gradient)
    name = f"{wavelength:.0f}"
    if not flux > 0:
        warnings.append(
            warn("negative_continuum", "continuum", f"the power law vanishes at {name} Å.", wavelength=wavelength)
        )
        return []
    rows = [
        Measurement(
            "continuum_sample", f"flux_{name}", flux, error if error > 0 else None, FLUX_UNIT,
            feature_id="power_law", role="continuum", measure="flux",
        )
    ]  # fmt: skip
    if log_distance is not None:
        rows.append(_luminosity(f"logl{name}", "logl", wavelength, flux, error, log_distance))
        ebv = next((k for k, one in enumerate(optimum.program.parameters) if one.kind == "ebv"), None)
        if ebv is not None:
            # λL_λ before the dust: flux and its derivatives without exp(θ C); by E(B-V) itself it does not change.
            law = optimum.amplitudes[0] * columns[0, 0]
            dimming = math.exp(-float(gradient[ebv] / law) * float(optimum.theta[ebv])) if law > 0 else 1.0
            bare = gradient * dimming
            for own in _columns_of(solution, "polynomial"):
                bare[optimum.theta.size + own] = columns[own, 0]
            bare[ebv] = 0.0
            value = flux + law * (dimming - 1.0)
            error = _error_of(solution, bare)
            rows.append(
                _luminosity(f"logl{name}_dereddened", "logl_dereddened", wavelength, value, error, log_distance)
            )
    return rows


def _error_of(solution: Solution, gradient: FloatArray) -> float:
    return float(np.sqrt(np.maximum(gradient @ solution.covariance @ gradient, 0.0)))


def _luminosity(
    quantity: str, measure: str, wavelength: float, flux: float, error: float, log_distance: float
) -> Measurement:
    return Measurement(
        "continuum_metric", quantity, float(np.log10(flux * wavelength)) + log_distance,
        error / flux / float(np.log(10.0)) if error > 0 else None, "dex(erg/s)",
        feature_id="power_law", role="continuum", measure=measure,
    )  # fmt: skip


def _iron_band(solution: Solution, name: str, low: float, high: float) -> list[Measurement]:
    """Flux of Fe II between two wavelengths, and its equivalent width against the power law."""
    optimum = solution.optimum
    wave = np.linspace(low, high, 126)
    columns, derivatives = evaluate_columns(optimum.program, np.log(wave), np.ones_like(wave), optimum.theta)
    own = _columns_of(solution, name)
    weights = np.gradient(wave)
    weights[[0, -1]] *= 0.5
    rows_of_jacobian = jacobian(optimum, columns, derivatives)
    n_par = optimum.theta.size
    base = _columns_of(solution, *LAW_FAMILIES)
    law = optimum.amplitudes[base] @ columns[base]
    iron = optimum.amplitudes[own] @ columns[own]
    flux = float(weights @ iron)

    def gradients(own: list[int]) -> FloatArray:
        """∂F/∂p of some columns' share, shape (n_par + n_col, n)."""
        out = np.zeros_like(rows_of_jacobian)
        for column in own:
            out[n_par + column] = columns[column]
        for (slot, column), values in zip(optimum.program.derivative_of, derivatives, strict=True):
            if column in own:
                out[slot] += optimum.amplitudes[column] * values
        return out

    by_iron = gradients(own)
    flux_gradient = by_iron @ weights
    flux_error = _error_of(solution, flux_gradient)
    if flux_error == 0.0:
        flux_error = float(np.linalg.norm(solution.amplitude_errors[own] * (columns[own] @ weights)))
    band = f"{low:.0f}_{high:.0f}"

    def row(measure: str, value: float, error: float, unit: str) -> Measurement:
        return Measurement(
            "continuum_metric", f"{name}_{measure}_{band}", value, error if error > 0 else None, unit,
            feature_id=name, role="continuum", measure=f"{measure}_{band}",
        )  # fmt: skip

    rows = [row("flux", flux, flux_error, LINE_FLUX_UNIT)]
    if np.all(law > 0):
        ew = float(weights @ (iron / law))
        ew_gradient = (by_iron / law - gradients(base) * iron / law**2) @ weights
        ew_error = _error_of(solution, ew_gradient)
        rows.append(row("ew", ew, ew_error, "Angstrom"))
    return rows
