"""From solutions to results: models on the full grid, parameters in published units."""

from __future__ import annotations

from functools import cache

import numba
import numpy as np

from qsospec_duck.fitting.complex_model import Gaussian, compile_complex
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum import ContinuumStage
from qsospec_duck.fitting.continuum_program import family_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import ComplexFit, Component, ContinuumFit, FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.evaluate import evaluate_columns_of
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComponentRecipe
from qsospec_duck.spectra import Spectrum


def continuum_result(stage: ContinuumStage, solution: Solution, published: Published) -> ContinuumFit:
    """The continuum as users see it."""
    optimum = solution.optimum
    by_family: dict[str, FloatArray] = {}
    for column, name in enumerate(optimum.program.columns):
        share = optimum.amplitudes[column] * solution.columns[column]
        family = family_of(name)
        by_family[family] = by_family[family] + share if family in by_family else share
    components = tuple(Component("continuum", None, family, "continuum", share) for family, share in by_family.items())
    return ContinuumFit(
        success=optimum.status == 1,
        status=optimum.status,
        message=_message(optimum),
        selected_model=stage.selected_model,
        parameters=published.values,
        parameter_errors=published.errors,
        covariance=published.covariance(solution.covariance),
        chi2=optimum.chi2,
        dof=optimum.n_pixels - optimum.n_parameters,
        fit_mask=stage.fit_mask,
        clip_mask=stage.clip_mask,
        components=components,
        model=solution.model,
        trials=stage.trials,
    )


def empty_continuum(rest: Spectrum) -> tuple[ContinuumFit, FitWarning]:
    """The continuum of a spectrum whose windows hold too few pixels, and the warning that says so."""
    nothing = np.zeros(rest.n_pix, dtype=bool)
    message = "too few usable pixels in the continuum windows"
    fit = ContinuumFit(
        False, -1, message, "none", {}, {}, np.zeros((0, 0)), 0.0, 0, nothing, ~nothing, (), np.zeros(rest.n_pix)
    )
    return fit, warn("continuum_failed", "continuum", f"{message}: nothing was fitted.")


def complex_result(x: FloatArray, stage: ComplexStage, solution: Solution, published: Published) -> ComplexFit:
    """A line complex as users see it, on pixels of ln λ ``x``."""
    optimum = solution.optimum
    components, model = _line_components(x, stage)
    return ComplexFit(
        recipe_id=stage.recipe.recipe_id,
        label=stage.recipe.label,
        success=optimum.status == 1,
        status=optimum.status,
        message=_message(optimum),
        selected_model=stage.selected_model,
        parameters=published.values,
        parameter_errors=published.errors,
        covariance=published.covariance(solution.covariance),
        chi2=optimum.chi2,
        dof=optimum.n_pixels - optimum.n_parameters,
        bic=stage.bic,
        window=stage.recipe.window,
        fit_mask=stage.used,
        excluded_mask=stage.excluded,
        components=components,
        trials=stage.trials,
        model=model,
    )


def _line_components(x: FloatArray, stage: ComplexStage) -> tuple[tuple[Component, ...], FloatArray]:
    """Every profile with flux on the full grid, exactly 0 beyond its support, and their sum."""
    optimum = stage.optimum
    profiles, columns, terms = _profiles_of(stage.model.components)
    amplitudes = optimum.amplitudes[columns]
    values, model = _profiles_and_sum(x, optimum.theta, amplitudes, (terms, *optimum.program.tables[1:]))
    components = tuple(
        Component("complex", stage.recipe.recipe_id, g.name, g.role, own)
        for g, own, amplitude in zip(profiles, values, amplitudes.tolist(), strict=True)
        if amplitude > 0
    )
    return components, model


@cache
def _profiles_of(components: tuple[ComponentRecipe, ...]) -> tuple[tuple[Gaussian, ...], IntArray, IntArray]:
    """One Gaussian of every profile, which is a Gaussian or all of a Lorentzian, its column, and terms by profile."""
    model = compile_complex(components)
    profiles = {gaussian.name: gaussian for gaussian in model.gaussians}
    terms = model.program.terms.copy()
    terms[:, 1] = [list(profiles).index(gaussian.name) for gaussian in model.gaussians]
    return tuple(profiles.values()), np.array([one.column for one in profiles.values()], dtype=np.int64), terms


@numba.njit(cache=True, nogil=True)
def _profiles_and_sum(
    x: FloatArray,
    theta: FloatArray,
    amplitudes: FloatArray,
    tables: tuple[IntArray, FloatArray, IntArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Columns (n_col, n) of a program times their amplitudes (n_col,), and their sum (n,)."""
    terms = np.empty((tables[0].shape[0], x.size))
    span_of_terms = np.empty((terms.shape[0], 2), np.int64)
    columns, model = np.zeros((amplitudes.size, x.size)), np.zeros(x.size)
    span = np.zeros((amplitudes.size, 2), np.int64)
    own, constants, bank_layout, bank_axes, bank_values = tables
    evaluate_columns_of(
        x, np.ones(x.size), theta, own, constants, bank_layout, bank_axes, bank_values, terms, span_of_terms, columns,
        span,
    )  # fmt: skip
    for column in range(amplitudes.size):
        for i in range(span[column, 0], span[column, 1]):
            columns[column, i] *= amplitudes[column]
            model[i] += columns[column, i]
    return columns, model


def _message(optimum: Optimum) -> str:
    return (
        f"converged in {optimum.n_steps} steps"
        if optimum.status == 1
        else f"not converged after {optimum.n_steps} steps"
    )
