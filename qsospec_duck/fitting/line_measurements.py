"""Measurements of line complexes: summed profiles per line and role, with errors from the full covariance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from qsospec_duck.constants import C_KMS, LINE_FLUX_UNIT
from qsospec_duck.fitting.complex_model import Gaussian, compile_complex
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.error_calibration import log_factors
from qsospec_duck.fitting.profile_bounds import WIDTHS, BoundShare
from qsospec_duck.fitting.profiles import MEASURES, measure_profile
from qsospec_duck.fitting.propagation import profile_errors
from qsospec_duck.fitting.published import published_parameters, usable_error
from qsospec_duck.fitting.result import FitWarning, FloatArray, Measurement
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import VELOCITY_UNIT, IntArray
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe

_EW, _FLUX = MEASURES.index("ew"), MEASURES.index("flux")

UNITS = {
    "flux": LINE_FLUX_UNIT,
    "flux_limit": LINE_FLUX_UNIT,
    "ew": "Angstrom",
    "centroid": "Angstrom",
    "voff": "km/s",
    "fwhm": "km/s",
    "sigma": "km/s",
    "w50": "km/s",
    "w80": "km/s",
    "w90": "km/s",
    "asymmetry": "",
    "kurtosis": "",
    "peak": "Angstrom",
    "c50": "Angstrom",
    "c80": "Angstrom",
    "snr": "",
    "logl": "dex(erg/s)",
}
"""Unit of every line measure."""

DETECTION_SNR = 3.0
"""Flux over error below which widths and offsets are not published, and an upper limit is."""

LIMIT_SIGMA = 3.0
"""How many errors of the flux an upper limit lies above it: it is passed by chance once in 740 times."""

UNRELIABLE_FRACTION = 0.5
"""An FWHM whose error is larger than this fraction of it is flagged."""


@dataclass(frozen=True)
class ContinuumBase:
    """What equivalent widths are measured against: the continuum without Fe II."""

    x: FloatArray
    """(n_pix,) ln λ."""

    values: FloatArray
    """(n_pix,) power law plus Balmer pseudo-continuum."""

    jacobian: FloatArray
    """(n_cont, n_pix) derivative by the continuum's parameters."""

    covariance: FloatArray
    """(n_cont, n_cont)."""


@dataclass(frozen=True, eq=False)
class _Feature:
    """A line in one role, and where its Gaussians' numbers stand in the fit."""

    line_id: str
    role: str
    wavelength: float
    columns: IntArray
    ratios: FloatArray
    velocity_slots: IntArray
    fwhm_slots: IntArray
    log_widths: FloatArray
    """(n,) ln of each Gaussian's FWHM relative to what its slot says."""

    quantities: dict[str, str]
    """Name of each measure's quantity."""

    log_factors: FloatArray
    """(n_measures, 2) ln of the factors on the linear errors (`qsospec_duck.fitting.error_calibration`)."""


def measure_complex(
    stage: ComplexStage, solution: Solution, base: ContinuumBase, log_distance: float | None, *, place: float | None
) -> tuple[list[Measurement], list[FitWarning]]:
    """All measurements of one complex.

    Parameters
    ----------
    stage : ComplexStage
    solution : Solution
    base : ContinuumBase
    log_distance : float or None
        log10 of 4π d_L² · 1e-17 [cm²], which turns a line flux into a luminosity; ``None`` without one
        (relative fluxes, z ≤ 0).
    place : float or None
        That of the spectrum's S/N in the calibration of errors (`qsospec_duck.fitting.error_calibration.snr_place`),
        which widens linear errors to what simulated quasars show; ``None`` leaves them linear.
    """
    rows = _statistics(stage) + _parameters(stage, solution)
    warnings: list[FitWarning] = []
    for feature in _features(stage.model.components, stage.recipe):
        if feature.line_id not in stage.coverage.lines:
            continue  # held by the fixed ratio to its partner, and not seen itself
        rows += _measure_feature(stage, solution, base, log_distance, feature, place, warnings)
    return rows, warnings


@cache
def _features(components: tuple[ComponentRecipe, ...], recipe: ComplexRecipe) -> tuple[_Feature, ...]:
    """Each line in each of its roles, then the total of lines that a recipe gives several."""
    gaussians = compile_complex(components).gaussians
    members: dict[tuple[str, str], list[Gaussian]] = {}
    for gaussian in gaussians:
        members.setdefault((gaussian.line_id, gaussian.role), []).append(gaussian)
    roles_of: dict[str, set[str]] = {}
    for component in recipe.components:
        for line_id in component.lines:
            roles_of.setdefault(line_id, set()).add(component.role)
    for line_id, roles in roles_of.items():
        of_line = [gaussian for gaussian in gaussians if gaussian.line_id == line_id]
        if len(roles) > 1 and of_line:
            members[line_id, "total"] = of_line
    return tuple(
        _Feature(
            line_id, role, line(line_id).wavelength,
            np.array([g.column for g in profile]), np.array([g.ratio for g in profile]),
            np.array([g.velocity_slot for g in profile]), np.array([g.fwhm_slot for g in profile]),
            np.array([g.log_width for g in profile]),
            {measure: f"{line_id}_{role}_{measure}" for measure in UNITS},
            np.array([log_factors(f"{line_id}_{role}_{measure}", measure) for measure in MEASURES]),
        )
        for (line_id, role), profile in members.items()
    )  # fmt: skip


def _measure_feature(
    stage: ComplexStage, solution: Solution, base: ContinuumBase, log_distance: float | None, feature: _Feature,
    place: float | None, warnings: list[FitWarning],
) -> list[Measurement]:  # fmt: skip
    """Measures of one line in one role."""
    optimum = solution.optimum
    recipe_id, line_id, role = stage.recipe.recipe_id, feature.line_id, feature.role
    fluxes = optimum.amplitudes[feature.columns] * feature.ratios
    total = float(fluxes.sum())
    factors = np.ones(len(MEASURES)) if place is None else np.exp(feature.log_factors @ (1.0 - place, place))

    def row(measure: str, value: float, error: float | None) -> Measurement:
        return Measurement(
            "complex_metric", feature.quantities[measure], value, usable_error(value, error), UNITS[measure],
            recipe_id, line_id, role, measure, "none" if measure in ("snr", "flux_limit") else "covariance",
        )  # fmt: skip

    def not_detected(flux_error: float) -> list[Measurement]:
        warnings.append(
            warn(
                "line_not_detected", "complex",
                f"{line_id} {role}: flux {total:.4g} ± {flux_error:.2g} {LINE_FLUX_UNIT}.",
                recipe_id=recipe_id, line_id=line_id, role=role, flux=total, error=flux_error,
            )
        )  # fmt: skip
        limit = total + LIMIT_SIGMA * flux_error
        return [row("flux_limit", limit, None)] if math.isfinite(limit) and limit > 0 else []

    if total <= 0:
        flux_error = float(np.min(solution.amplitude_errors[feature.columns] * feature.ratios))
        flux_error *= float(factors[_FLUX])
        return [row("flux", 0.0, flux_error), *not_detected(flux_error)]

    values = np.empty(len(MEASURES))
    gradients = np.empty((len(MEASURES), 3, fluxes.size))
    base_gradient = np.empty(base.jacobian.shape[0])
    log_wavelength = math.log(feature.wavelength)
    log_fwhm = optimum.theta[feature.fwhm_slots] + feature.log_widths
    measure_profile(
        fluxes, optimum.theta[feature.velocity_slots] * VELOCITY_UNIT, log_fwhm,
        log_wavelength, base.x, base.values, base.jacobian, values, gradients, base_gradient,
    )  # fmt: skip
    errors = profile_errors(
        gradients, feature.columns, feature.ratios, feature.velocity_slots, feature.fwhm_slots, optimum.theta.size,
        solution.covariance, solution.with_continuum, base_gradient, base.covariance, _EW,
    )  # fmt: skip
    measured = {
        measure: (value, error)
        for measure, value, error in zip(MEASURES, values.tolist(), (errors * factors).tolist(), strict=True)
    }

    flux, flux_error = measured["flux"]
    rows = [row("flux", flux, flux_error)]
    if base.values[min(int(base.x.searchsorted(log_wavelength)), base.x.size - 1)] > 0:
        rows.append(row("ew", *measured["ew"]))
    else:
        warnings.append(
            warn(
                "negative_continuum",
                "complex",
                f"no continuum under {line_id}: no equivalent width.",
                recipe_id=recipe_id,
            )
        )
    if flux_error > 0:
        rows.append(row("snr", flux / flux_error, None))
    if log_distance is not None:
        rows.append(row("logl", math.log10(flux) + log_distance, flux_error / flux / math.log(10.0)))
    if not flux_error > 0:
        warnings.append(
            warn("line_error_unavailable", "complex", f"{line_id} {role}: no flux error.", recipe_id=recipe_id)
        )
    elif flux < DETECTION_SNR * flux_error:
        return rows + not_detected(flux_error)
    bound = BoundShare(
        fluxes, gradients, optimum.at_bound[feature.velocity_slots], optimum.at_bound[feature.fwhm_slots]
    )
    shapes = []
    if not bound.gives("voff", values):
        shapes.append(row("voff", *measured["voff"]))
    for wave, velocity in (("centroid", "voff"), ("peak", "peak"), ("c50", "c50"), ("c80", "c80")):
        if not bound.gives(velocity, values):
            value, error = measured[velocity]
            wavelength = feature.wavelength * math.exp(value / C_KMS)
            shapes.append(row(wave, wavelength, wavelength * error / C_KMS))
    shapes += [row(width, *measured[width]) for width in WIDTHS if not bound.gives(width, values)]
    if np.count_nonzero(fluxes) > 1 and not bound.holds_width:
        # A single Gaussian is symmetric and without wings by construction: that is no measurement.
        shapes += [row(measure, *measured[measure]) for measure in ("asymmetry", "kurtosis")]
    rows += [shape for shape in shapes if shape.error is not None]
    fwhm, fwhm_error = measured["fwhm"]
    published = {shape.measure for shape in shapes}
    for kind, measure, is_held in (("width", "fwhm", bound.holds_width), ("velocity", "peak", bound.holds_velocity)):
        if is_held and measure in published:
            warnings.append(
                warn(
                    "parameter_at_bound", "complex",
                    f"{line_id} {role}: most of the flux has its {kind} on a bound; {measure} is that of the rest.",
                    recipe_id=recipe_id, line_id=line_id, role=role, parameter=measure, value=measured[measure][0],
                )
            )  # fmt: skip
    if "fwhm" in published and fwhm_error > UNRELIABLE_FRACTION * fwhm:
        warnings.append(
            warn(
                "unreliable_width", "complex", f"{line_id} {role}: FWHM {fwhm:.0f} ± {fwhm_error:.0f} km/s.",
                recipe_id=recipe_id, line_id=line_id, role=role, fwhm=fwhm, error=fwhm_error,
            )
        )  # fmt: skip
    return rows


def _statistics(stage: ComplexStage) -> list[Measurement]:
    optimum = stage.optimum
    dof = optimum.n_pixels - optimum.n_parameters
    values = {"chi2": optimum.chi2, "dof": float(dof), "bic": stage.bic}
    if dof > 0:
        values["reduced_chi2"] = optimum.chi2 / dof
    return [
        Measurement("complex_metric", name, value, None, "", stage.recipe.recipe_id, measure=name, method="none")
        for name, value in values.items()
    ]


def _parameters(stage: ComplexStage, solution: Solution) -> list[Measurement]:
    """Rows of the parameters; shapes of components without flux mean nothing and are left out."""
    values, errors = published_parameters(solution, "flux")
    optimum = solution.optimum
    alive = {int(slot) for slot, column in optimum.program.derivative_of if optimum.amplitudes[column] > 0}
    shapes = {
        parameter.name: (slot in alive, parameter.kind) for slot, parameter in enumerate(optimum.program.parameters)
    }
    rows = []
    for name, value in values.items():
        feature, _, measure = name.rpartition("_")
        is_alive, kind = shapes.get(name, (True, "flux"))
        if is_alive:
            rows.append(
                Measurement(
                    "complex_parameter", name, value, errors[name], LINE_FLUX_UNIT if kind == "flux" else "km/s",
                    stage.recipe.recipe_id, feature, None, measure,
                )
            )  # fmt: skip
    return rows
