"""Measurements of line complexes: summed profiles per line and role, with errors from the full covariance."""

from __future__ import annotations

import math

from qsospec_duck.constants import C_KMS, LINE_FLUX_UNIT
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum_base import ContinuumBase
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.line_features import Feature, features_of
from qsospec_duck.fitting.line_profiles import EW, FLUX, MeasuredProfile, measure_profiles
from qsospec_duck.fitting.profile_bounds import SKEWS, WIDTHS
from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.fitting.published import Published, slots_with_flux
from qsospec_duck.fitting.result import FitWarning, Measurement
from qsospec_duck.fitting.warning_codes import warn

LIMIT_SIGMA = 3.0
"""How many errors of the flux an upper limit lies above it: it is passed by chance once in 740 times."""

UNRELIABLE_FRACTION = 0.5
"""An FWHM whose error is larger than this fraction of it is flagged."""

_VOFF, _FWHM, _PEAK = MEASURES.index("voff"), MEASURES.index("fwhm"), MEASURES.index("peak")

_WAVELENGTHS = tuple(
    (measure, MEASURES.index(velocity))
    for measure, velocity in (("centroid", "voff"), ("peak", "peak"), ("c50", "c50"), ("c80", "c80"))
)
"""Measures that are published as wavelengths, and the place of their velocity in `MEASURES`."""

_AS_MEASURED = tuple((measure, MEASURES.index(measure)) for measure in (*WIDTHS, *SKEWS))


def measure_complex(
    stage: ComplexStage, solution: Solution, published: Published, base: ContinuumBase, log_distance: float | None,
    *, place: float | None,
) -> tuple[list[Measurement], list[FitWarning]]:  # fmt: skip
    """All measurements of one complex.

    Parameters
    ----------
    stage : ComplexStage
    solution : Solution
    published : Published
        Its parameters.
    base : ContinuumBase
    log_distance : float or None
        log10 of 4π d_L² · 1e-17 [cm²], which turns a line flux into a luminosity; ``None`` without one
        (relative fluxes, z ≤ 0).
    place : float or None
        That of the spectrum's S/N in the calibration of errors (`qsospec_duck.fitting.error_calibration.snr_place`),
        which widens linear errors to what simulated quasars show; ``None`` leaves them linear.
    """
    rows = _statistics(stage) + _parameters(stage, published)
    warnings: list[FitWarning] = []
    features = features_of(stage.model.components, stage.recipe, stage.coverage.lines)
    for feature, measured in zip(features.names, measure_profiles(features, solution, base, place), strict=True):
        rows += _rows_of(feature, measured, log_distance, warnings)
    return rows, warnings


def _rows_of(
    feature: Feature, measured: MeasuredProfile, log_distance: float | None, warnings: list[FitWarning]
) -> list[Measurement]:
    """Rows of one line in one role, and what is to be said about them."""
    flux, flux_error = measured.values[FLUX], measured.errors[FLUX]
    rows = [feature.row("flux", flux, flux_error)]
    if flux > 0:
        rows += _rows_of_flux(feature, measured, log_distance, warnings)
    if measured.is_detected:
        _judge_shape(feature, measured, warnings)
        return rows + _rows_of_shape(feature, measured)
    warnings.append(
        warn(
            "line_not_detected", "complex",
            f"{feature.line_id} {feature.role}: flux {flux:.4g} ± {flux_error:.2g} {LINE_FLUX_UNIT}.",
            recipe_id=feature.recipe_id, line_id=feature.line_id, role=feature.role, flux=flux, error=flux_error,
        )
    )  # fmt: skip
    limit = flux + LIMIT_SIGMA * flux_error
    if math.isfinite(limit) and limit > 0:
        rows.append(feature.row("flux_limit", limit, None))
    return rows


def _rows_of_flux(
    feature: Feature, measured: MeasuredProfile, log_distance: float | None, warnings: list[FitWarning]
) -> list[Measurement]:
    """What a line with flux has beside it, detected or not."""
    flux, flux_error = measured.values[FLUX], measured.errors[FLUX]
    rows = []
    if measured.own[EW]:
        rows.append(feature.row("ew", measured.values[EW], measured.errors[EW]))
    else:
        message = f"no continuum under {feature.line_id}: no equivalent width."
        warnings.append(warn("negative_continuum", "complex", message, recipe_id=feature.recipe_id))
    if flux_error > 0:
        rows.append(feature.row("snr", flux / flux_error, None))
    else:
        message = f"{feature.line_id} {feature.role}: no flux error."
        warnings.append(warn("line_error_unavailable", "complex", message, recipe_id=feature.recipe_id))
    if log_distance is not None:
        rows.append(feature.row("logl", math.log10(flux) + log_distance, flux_error / flux / math.log(10.0)))
    return rows


def _rows_of_shape(feature: Feature, measured: MeasuredProfile) -> list[Measurement]:
    """Offsets and widths of a detected line, as far as they are its own and have an error."""
    values, errors, own = measured.values, measured.errors, measured.own
    rows = [feature.row("voff", values[_VOFF], errors[_VOFF])] if own[_VOFF] else []
    for measure, velocity in _WAVELENGTHS:
        if own[velocity]:
            wavelength = feature.wavelength * math.exp(values[velocity] / C_KMS)
            rows.append(feature.row(measure, wavelength, wavelength * errors[velocity] / C_KMS))
    rows += [feature.row(measure, values[k], errors[k]) for measure, k in _AS_MEASURED if own[k]]
    return [row for row in rows if row.error is not None]


def _judge_shape(feature: Feature, measured: MeasuredProfile, warnings: list[FitWarning]) -> None:
    """Shapes that a bound leaves to the rest of the line, and widths that are hardly known."""
    line_id, role = feature.line_id, feature.role
    for kind, measure, k, is_held in (
        ("width", "fwhm", _FWHM, measured.holds_width),
        ("velocity", "peak", _PEAK, measured.holds_velocity),
    ):
        if is_held and measured.own[k]:
            warnings.append(
                warn(
                    "parameter_at_bound", "complex",
                    f"{line_id} {role}: most of the flux has its {kind} on a bound; {measure} is that of the rest.",
                    recipe_id=feature.recipe_id, line_id=line_id, role=role, parameter=measure,
                    value=measured.values[k],
                )
            )  # fmt: skip
    fwhm, error = measured.values[_FWHM], measured.errors[_FWHM]
    if measured.own[_FWHM] and error > UNRELIABLE_FRACTION * fwhm:
        warnings.append(
            warn(
                "unreliable_width", "complex", f"{line_id} {role}: FWHM {fwhm:.0f} ± {error:.0f} km/s.",
                recipe_id=feature.recipe_id, line_id=line_id, role=role, fwhm=fwhm, error=error,
            )
        )  # fmt: skip


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


def _parameters(stage: ComplexStage, published: Published) -> list[Measurement]:
    """Rows of the parameters; shapes of components without flux mean nothing and are left out."""
    alive = slots_with_flux(stage.optimum)
    n_shapes = stage.optimum.theta.size
    rows = []
    for k, (name, value) in enumerate(published.values.items()):
        if k >= n_shapes or k in alive:
            feature, _, measure = name.rpartition("_")
            unit = "km/s" if k < n_shapes else LINE_FLUX_UNIT
            rows.append(
                Measurement(
                    "complex_parameter", name, value, published.errors[name], unit,
                    stage.recipe.recipe_id, feature, None, measure,
                )
            )  # fmt: skip
    return rows
