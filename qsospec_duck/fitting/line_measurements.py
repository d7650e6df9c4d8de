"""Measurements of line complexes: summed profiles per line and role, with errors from the full covariance."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from qsospec_duck.constants import LINE_FLUX_UNIT
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum_base import ContinuumBase
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.line_features import Feature, Features, features_of
from qsospec_duck.fitting.line_profiles import EW, FLUX, FWHM, PEAK, MeasuredProfile, measure_profiles
from qsospec_duck.fitting.line_rows import LARGEST, line_rows
from qsospec_duck.fitting.measurement_rows import Label, Rows
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import FitWarning
from qsospec_duck.fitting.warning_codes import warn


class MeasuredComplex(NamedTuple):
    """All measurements of one complex."""

    features: Features
    statistics: Rows
    parameters: Rows
    lines: Rows
    """Those of the labels of ``features``."""


def measure_complex(
    stage: ComplexStage, solution: Solution, published: Published, base: ContinuumBase, log_distance: float | None,
    *, place: float | None,
) -> tuple[MeasuredComplex, list[FitWarning]]:  # fmt: skip
    """Measure one complex.

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
    for k in profiles.remarkable.nonzero()[0].tolist():
        _judge(recipe_id, features.names[k], profiles[k], warnings)
    lines, is_absurd = line_rows(features, profiles, log_distance)
    if is_absurd:
        warnings += judge_lines(lines)
    return MeasuredComplex(features, _statistics(stage), _parameters(stage, published), lines), warnings


def judge_lines(rows: Rows) -> list[FitWarning]:
    """Values of lines that no quasar has."""
    found = []
    for label, value, _ in rows:
        limit = LARGEST.get(label.measure or "", math.inf)
        if value > limit:
            message = f"{label.quantity} is {value:.4g} {label.unit}; it should be at most {limit:.0f}."
            found.append(
                warn(
                    "absurd_value", "complex", message,
                    recipe_id=label.recipe_id, line_id=label.feature_id, role=label.role, value=value,
                )
            )  # fmt: skip
    return found


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


def _judge_shape(recipe_id: str, feature: Feature, measured: MeasuredProfile, warnings: list[FitWarning]) -> None:
    """Shapes that a bound leaves to the rest of the line, and widths that are hardly known."""
    line_id, role = feature.line_id, feature.role
    for kind, measure, k, is_held in (
        ("width", "fwhm", FWHM, measured.holds_width),
        ("velocity", "peak", PEAK, measured.holds_velocity),
    ):
        if is_held:
            warnings.append(
                warn(
                    "parameter_at_bound", "complex",
                    f"{line_id} {role}: most of the flux has its {kind} on a bound; {measure} is that of the rest.",
                    recipe_id=recipe_id, line_id=line_id, role=role, parameter=measure,
                    value=measured.values[k],
                )
            )  # fmt: skip
    if measured.is_vague:
        fwhm, error = measured.values[FWHM], measured.errors[FWHM]
        warnings.append(
            warn(
                "unreliable_width", "complex", f"{line_id} {role}: FWHM {fwhm:.0f} ± {error:.0f} km/s.",
                recipe_id=recipe_id, line_id=line_id, role=role, fwhm=fwhm, error=error,
            )
        )  # fmt: skip


_NO_ERRORS = np.full(4, np.nan)


def _statistics(stage: ComplexStage) -> Rows:
    optimum = stage.optimum
    dof = optimum.dof
    reduced = optimum.chi2 / dof if dof > 0 else math.nan
    labels = _statistics_of(stage.recipe.recipe_id)
    return Rows(labels, np.array([optimum.chi2, dof, optimum.bic, reduced]), _NO_ERRORS)


@cache
def _statistics_of(recipe_id: str) -> tuple[Label, ...]:
    """Labels of the statistics of a complex."""
    names = ("chi2", "dof", "bic", "reduced_chi2")
    return tuple(Label("complex_metric", name, "", recipe_id, measure=name, method="none") for name in names)


def _parameters(stage: ComplexStage, published: Published) -> Rows:
    """Rows of the parameters; shapes of components without flux mean nothing and are left out."""
    labels = _labels_of(published.names, stage.optimum.theta.size, stage.recipe.recipe_id)
    return Rows(labels, np.where(published.has_flux, published.values, np.nan), published.errors)


@cache
def _labels_of(names: tuple[str, ...], n_shapes: int, recipe_id: str) -> tuple[Label, ...]:
    """Labels of the parameters of a complex, shapes first."""
    found = []
    for k, name in enumerate(names):
        feature, _, measure = name.rpartition("_")
        unit = "km/s" if k < n_shapes else LINE_FLUX_UNIT
        found.append(Label("complex_parameter", name, unit, recipe_id, feature, None, measure))
    return tuple(found)
