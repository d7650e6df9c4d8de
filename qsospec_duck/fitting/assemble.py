"""From solutions to results: models on the full grid, parameters in published units."""

from __future__ import annotations

import numpy as np

from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.component_curves import continuum_components, line_components
from qsospec_duck.fitting.continuum import ContinuumStage
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import ComplexFit, ContinuumFit, FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.spectra import Spectrum


def continuum_result(
    x: FloatArray, stage: ContinuumStage, solution: Solution, published: Published, model: FloatArray
) -> ContinuumFit:
    """The continuum as users see it, on pixels of ln λ ``x``, where its model is ``model`` (n_pix,)."""
    optimum = solution.optimum
    return ContinuumFit(
        success=optimum.status == 1,
        status=optimum.status,
        message=_message(optimum),
        selected_model=stage.selected_model,
        parameters=published.by_name(),
        parameter_errors=published.errors_by_name(),
        covariance=published.covariance,
        chi2=optimum.chi2,
        dof=optimum.dof,
        fit_mask=stage.fit_mask,
        clip_mask=stage.clip_mask,
        components=continuum_components(x, optimum),
        model=model,
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


def complex_result(
    x: FloatArray, stage: ComplexStage, solution: Solution, published: Published, model: FloatArray
) -> ComplexFit:
    """A line complex as users see it, on pixels of ln λ ``x``, where its model is ``model`` (n_pix,)."""
    optimum = solution.optimum
    return ComplexFit(
        recipe_id=stage.recipe.recipe_id,
        label=stage.recipe.label,
        success=optimum.status == 1,
        status=optimum.status,
        message=_message(optimum),
        selected_model=stage.selected_model,
        parameters=published.by_name(),
        parameter_errors=published.errors_by_name(),
        covariance=published.covariance,
        chi2=optimum.chi2,
        dof=optimum.dof,
        bic=optimum.bic,
        window=stage.recipe.window,
        fit_mask=stage.used,
        excluded_mask=stage.excluded,
        components=line_components(x, stage),
        trials=stage.trials,
        model=model,
    )


def _message(optimum: Optimum) -> str:
    return (
        f"converged in {optimum.n_steps} steps"
        if optimum.status == 1
        else f"not converged after {optimum.n_steps} steps"
    )
