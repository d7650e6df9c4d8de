"""From solutions to results: models on the full grid, parameters in published units."""

from __future__ import annotations

import numpy as np

from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum import ContinuumStage
from qsospec_duck.fitting.continuum_program import family_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.covariance import Optimum, bare_columns
from qsospec_duck.fitting.published import published_covariance, published_parameters
from qsospec_duck.fitting.result import ComplexFit, Component, ContinuumFit, FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.spectra import Spectrum


def continuum_result(stage: ContinuumStage, solution: Solution) -> ContinuumFit:
    """The continuum as users see it."""
    optimum = solution.optimum
    values, errors = published_parameters(solution, "norm")
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
        parameters=values,
        parameter_errors=errors,
        covariance=published_covariance(optimum, solution.covariance),
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


def complex_result(rest: Spectrum, stage: ComplexStage, solution: Solution) -> ComplexFit:
    """A line complex as users see it."""
    optimum = solution.optimum
    values, errors = published_parameters(solution, "flux")
    components = _line_components(rest, stage)
    return ComplexFit(
        recipe_id=stage.recipe.recipe_id,
        label=stage.recipe.label,
        success=optimum.status == 1,
        status=optimum.status,
        message=_message(optimum),
        selected_model=stage.selected_model,
        parameters=values,
        parameter_errors=errors,
        covariance=published_covariance(optimum, solution.covariance),
        chi2=optimum.chi2,
        dof=optimum.n_pixels - optimum.n_parameters,
        bic=stage.bic,
        window=stage.recipe.window,
        fit_mask=stage.used,
        excluded_mask=stage.excluded,
        components=components,
        trials=stage.trials,
        model=sum((component.values for component in components), np.zeros(rest.n_pix)),
    )


def _line_components(rest: Spectrum, stage: ComplexStage) -> tuple[Component, ...]:
    """Every profile with flux on the full grid, exactly 0 beyond its support: a Gaussian, or all of a Lorentzian."""
    x = np.log(rest.wavelength)
    ones = np.ones_like(x)
    optimum = stage.optimum
    profiles_of = {gaussian.name: gaussian for gaussian in stage.model.gaussians}
    profiles = bare_columns(stage.model.program_of_profiles(), x, ones, optimum.theta)
    return tuple(
        Component("complex", stage.recipe.recipe_id, g.name, g.role, optimum.amplitudes[g.column] * profile)
        for g, profile in zip(profiles_of.values(), profiles, strict=True)
        if optimum.amplitudes[g.column] > 0
    )


def _message(optimum: Optimum) -> str:
    return (
        f"converged in {optimum.n_steps} steps"
        if optimum.status == 1
        else f"not converged after {optimum.n_steps} steps"
    )
