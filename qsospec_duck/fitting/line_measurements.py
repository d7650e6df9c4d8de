"""Measurements of line complexes: summed profiles per line and role, with errors from the full covariance."""

from __future__ import annotations

from qsospec_duck.constants import LINE_FLUX_UNIT
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum_base import ContinuumBase
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.line_features import Feature, features_of
from qsospec_duck.fitting.line_profiles import EW, FLUX, MeasuredProfile, measure_profiles
from qsospec_duck.fitting.line_rows import line_rows
from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.fitting.published import Published, slots_with_flux
from qsospec_duck.fitting.result import FitWarning, Measurement
from qsospec_duck.fitting.warning_codes import warn

UNRELIABLE_FRACTION = 0.5
"""An FWHM whose error is larger than this fraction of it is flagged."""

_FWHM, _PEAK = MEASURES.index("fwhm"), MEASURES.index("peak")


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
    recipe_id = stage.recipe.recipe_id
    features = features_of(stage.model.components, stage.recipe, stage.coverage.lines)
    profiles = measure_profiles(features, solution, base, place)
    warnings: list[FitWarning] = []
    for feature, measured in zip(features.names, profiles, strict=True):
        _judge(recipe_id, feature, measured, warnings)
    rows = line_rows(
        recipe_id, features.labels, features.log_wavelengths, profiles.values, profiles.errors, profiles.own,
        profiles.verdicts, log_distance,
    )  # fmt: skip
    return [*_statistics(stage), *_parameters(stage, published), *rows], warnings


def _judge(recipe_id: str, feature: Feature, measured: MeasuredProfile, warnings: list[FitWarning]) -> None:
    """What is to be said about one line in one role."""
    flux, flux_error = measured.values[FLUX], measured.errors[FLUX]
    if flux > 0 and not measured.own[EW]:
        message = f"no continuum under {feature.line_id}: no equivalent width."
        warnings.append(warn("negative_continuum", "complex", message, recipe_id=recipe_id))
    if flux > 0 and not flux_error > 0:
        message = f"{feature.line_id} {feature.role}: no flux error."
        warnings.append(warn("line_error_unavailable", "complex", message, recipe_id=recipe_id))
    if measured.is_detected:
        _judge_shape(recipe_id, feature, measured, warnings)
    else:
        warnings.append(
            warn(
                "line_not_detected", "complex",
                f"{feature.line_id} {feature.role}: flux {flux:.4g} ± {flux_error:.2g} {LINE_FLUX_UNIT}.",
                recipe_id=recipe_id, line_id=feature.line_id, role=feature.role, flux=flux, error=flux_error,
            )
        )  # fmt: skip


def _judge_shape(
    recipe_id: str, feature: Feature, measured: MeasuredProfile, warnings: list[FitWarning]
) -> None:  # fmt: skip
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
                    recipe_id=recipe_id, line_id=line_id, role=role, parameter=measure,
                    value=measured.values[k],
                )
            )  # fmt: skip
    fwhm, error = measured.values[_FWHM], measured.errors[_FWHM]
    if measured.own[_FWHM] and error > UNRELIABLE_FRACTION * fwhm:
        warnings.append(
            warn(
                "unreliable_width", "complex", f"{line_id} {role}: FWHM {fwhm:.0f} ± {error:.0f} km/s.",
                recipe_id=recipe_id, line_id=line_id, role=role, fwhm=fwhm, error=error,
            )
        )  # fmt: skip


def _statistics(stage: ComplexStage) -> list[Measurement]:
    optimum, recipe_id = stage.optimum, stage.recipe.recipe_id
    dof = optimum.n_pixels - optimum.n_parameters
    values = {"chi2": optimum.chi2, "dof": float(dof), "bic": stage.bic}
    if dof > 0:
        values["reduced_chi2"] = optimum.chi2 / dof
    return [
        Measurement("complex_metric", name, value, None, "", recipe_id, None, None, name, "none")
        for name, value in values.items()
    ]


def _parameters(stage: ComplexStage, published: Published) -> list[Measurement]:
    """Rows of the parameters; shapes of components without flux mean nothing and are left out."""
    alive = slots_with_flux(stage.optimum)
    n_shapes, recipe_id = stage.optimum.theta.size, stage.recipe.recipe_id
    rows = []
    for k, (name, value) in enumerate(published.values.items()):
        if k >= n_shapes or k in alive:
            feature, _, measure = name.rpartition("_")
            unit = "km/s" if k < n_shapes else LINE_FLUX_UNIT
            error = published.errors[name]
            rows.append(Measurement("complex_parameter", name, value, error, unit, recipe_id, feature, None, measure))
    return rows
