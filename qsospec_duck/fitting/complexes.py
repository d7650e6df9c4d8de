"""One line complex on top of the continuum: from a recipe to Gaussians with errors.

The complex is fitted to what the continuum leaves. Its covariance carries the continuum's: with line
parameters l and continuum parameters k from their own least-squares problems, W = diag(1/σ²), Jacobians
J over the pixels of the complex (w) and those that the continuum fit used as well (s), C = (JᵀWJ)⁻¹,

    B_w = J_lᵀ W J_k over w,      B_s = the same over s,      E = C_l B,
    Cov(l)    = C_l + E_w C_k E_wᵀ − E_s C_k E_wᵀ − E_w C_k E_sᵀ,
    Cov(l, k) = (E_s − E_w) C_k,

the first-order propagation of the noise through both fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qsospec_duck.fitting.continuum import ContinuumSolution
from qsospec_duck.fitting.covariance import (
    Optimum,
    amplitude_errors,
    covariance_of,
    evaluate_columns,
    jacobian,
    optimise,
)
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.masks import find_troughs, residual_scatter
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.fitting.starts import ComplexModel, ShapeSearch, compile_complex
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe
from qsospec_duck.spectra import Spectrum

_ABSORPTION_PASSES = 3
"""Rounds of absorption masking inside a complex."""


@dataclass(frozen=True)
class ComplexSolution:
    """A fitted complex with what measurements need of it."""

    recipe: ComplexRecipe
    coverage: Coverage
    model: ComplexModel
    optimum: Optimum
    selected_model: str
    fit_mask: BoolArray
    excluded_mask: BoolArray
    covariance: FloatArray
    """(n_par + n_col, n_par + n_col), the continuum's share included."""

    cross_covariance: FloatArray
    """(n_par + n_col, n_continuum) between the complex and the continuum."""

    amplitude_errors: FloatArray
    rank_deficient: bool

    @property
    def bic(self) -> float:
        """χ² + k ln n of the fitted pixels."""
        return self.optimum.chi2 + self.optimum.n_parameters * float(np.log(max(np.count_nonzero(self.fit_mask), 1)))


def fit_complex(
    spectrum: Spectrum, continuum: ContinuumSolution, continuum_model: FloatArray, recipe: ComplexRecipe,
    coverage: Coverage, *, delta_bic: float, min_snr: float,
) -> ComplexSolution:  # fmt: skip
    """Fit one covered complex.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    continuum : ContinuumSolution
    continuum_model : ndarray, shape (n_pix,)
        Its model, evaluated once for all complexes.
    recipe, coverage
        What to fit, and where.
    delta_bic, min_snr : float
        What an optional component must gain in BIC and show as flux over error.
    """
    always = tuple(component for component in coverage.components if not component.optional)
    optional = tuple(component for component in coverage.components if component.optional)
    mask = coverage.mask.copy()
    solution = _fit_components(spectrum, continuum, continuum_model, recipe, coverage, always, mask, None)
    if recipe.mask_absorption:
        for _ in range(_ABSORPTION_PASSES):
            kept = mask & ~_absorbed(spectrum, continuum_model, solution, coverage.mask)
            if np.array_equal(kept, solution.fit_mask) or np.count_nonzero(kept) < recipe.min_pixels:
                break
            solution = _fit_components(
                spectrum, continuum, continuum_model, recipe, coverage, always, kept, solution.optimum.theta[None, :]
            )
    for component in optional:
        starts = _starts_with(solution, (*always, component), component)
        richer = _fit_components(
            spectrum, continuum, continuum_model, recipe, coverage, (*always, component), solution.fit_mask, starts
        )
        if _earns_its_place(richer, solution, component, delta_bic, min_snr):
            always = (*always, component)
            name = f"{solution.selected_model}+{component.name}"
            solution = replace(richer, selected_model=name)
    return solution


def refit_complex(
    spectrum: Spectrum, continuum: ContinuumSolution, continuum_model: FloatArray, solution: ComplexSolution
) -> ComplexSolution:
    """The same components on the same pixels, on top of another continuum, from where they stood."""
    components = tuple(
        component
        for component in solution.coverage.components
        if not component.optional or component.name in solution.model.program.columns
    )
    again = _fit_components(
        spectrum, continuum, continuum_model, solution.recipe, solution.coverage, components,
        solution.fit_mask, solution.optimum.theta[None, :],
    )  # fmt: skip
    return replace(again, selected_model=solution.selected_model)


def _fit_components(
    spectrum: Spectrum, continuum: ContinuumSolution, continuum_model: FloatArray, recipe: ComplexRecipe,
    coverage: Coverage, components: tuple[ComponentRecipe, ...], mask: BoolArray, starts: FloatArray | None,
) -> ComplexSolution:  # fmt: skip
    """Fit a fixed set of components on fixed pixels, from given starts or by a search."""
    model = compile_complex(components)
    index = np.flatnonzero(mask)
    x = np.log(spectrum.wavelength[index])
    inverse_sigma = np.sqrt(spectrum.ivar[index])
    flux = spectrum.flux[index] - continuum_model[index]
    if starts is None:
        optimum = ShapeSearch(components, x, flux, inverse_sigma).optimum()
    else:
        optimum = optimise(model.program, x, inverse_sigma, flux, starts, short_iterations=15)

    columns, derivatives = evaluate_columns(model.program, x, inverse_sigma, optimum.theta)
    weighted = jacobian(optimum, columns, derivatives)
    own, deficient = covariance_of(optimum, weighted)
    continuum_rows = continuum.jacobian[:, index] * inverse_sigma
    covariance, cross = _with_continuum(own, weighted, continuum_rows, continuum.covariance, continuum.used[index])
    errors = amplitude_errors(optimum, covariance, columns)
    excluded = coverage.mask & ~mask
    return ComplexSolution(
        recipe, coverage, model, optimum, "core", mask, excluded, covariance, cross, errors, deficient
    )


def _with_continuum(
    own: FloatArray, weighted: FloatArray, continuum_rows: FloatArray, continuum_covariance: FloatArray, shared: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Cov(l) and Cov(l, k) of the module docstring."""
    e_window = own @ (weighted @ continuum_rows.T)
    e_shared = own @ (weighted[:, shared] @ continuum_rows[:, shared].T)
    both = e_window @ continuum_covariance
    mixed = e_shared @ continuum_covariance @ e_window.T
    covariance = own + both @ e_window.T - mixed - mixed.T
    return covariance, e_shared @ continuum_covariance - both


def _absorbed(
    spectrum: Spectrum, continuum_model: FloatArray, solution: ComplexSolution, mask: BoolArray
) -> BoolArray:
    """(n_pix,) True on absorption troughs below continuum plus lines, inside the complex."""
    index = np.flatnonzero(mask)
    x = np.log(spectrum.wavelength[index])
    columns, _ = evaluate_columns(solution.model.program, x, np.ones_like(x), solution.optimum.theta)
    total = continuum_model[index] + solution.optimum.amplitudes @ columns
    residual = (spectrum.flux[index] - total) * np.sqrt(spectrum.ivar[index])
    residual /= residual_scatter(residual)
    adjacent = np.concatenate([[False], np.diff(index) == 1])
    out = np.zeros(spectrum.n_pix, dtype=bool)
    out[index[find_troughs(residual, adjacent, 2.0, 5.0, 3)]] = True
    return out


def _starts_with(
    simpler: ComplexSolution, components: tuple[ComponentRecipe, ...], component: ComponentRecipe
) -> FloatArray:
    """Starts of a fit with one more component: the simpler optimum, with the new Gaussian around its narrow lines.

    The core keeps its width or shrinks, the new one is wider than the core, centred or shifted to either side.
    """
    model = compile_complex(components)
    old = simpler.optimum.theta
    core = [g for g in simpler.model.gaussians if g.role == "narrow" and g.line_id in component.lines]
    if len(model.program.parameters) == old.size or not core:
        return np.concatenate([old, model.program.start[old.size :]])[None, :]
    width, velocity = old[core[0].fwhm_slot], old[core[0].velocity_slot]
    rows = []
    for shrink, widen, shift in ((1.0, 2.2, -0.2), (1.4, 1.6, 0.0), (1.4, 2.5, -0.5), (1.4, 2.0, 0.2)):
        row = old.copy()
        row[core[0].fwhm_slot] = width - np.log(shrink)
        rows.append(np.concatenate([row, [width + np.log(widen), velocity + shift]]))
    return np.clip(np.array(rows), model.program.low, model.program.high)


def _earns_its_place(
    richer: ComplexSolution, simpler: ComplexSolution, component: ComponentRecipe, delta_bic: float, min_snr: float
) -> bool:
    """Whether an optional component is significant, and broader than the narrow lines beside it."""
    if simpler.bic - richer.bic < delta_bic:
        return False
    names: Sequence[str] = richer.model.program.columns
    column = names.index(component.name)
    flux, error = richer.optimum.amplitudes[column], richer.amplitude_errors[column]
    if not (error > 0 and flux >= min_snr * error):
        return False
    own = next(g for g in richer.model.gaussians if g.column == column)
    core = [
        g for g in richer.model.gaussians
        if g.role == "narrow" and g.line_id in component.lines and richer.optimum.amplitudes[g.column] > 0
    ]  # fmt: skip
    return all(richer.optimum.theta[own.fwhm_slot] > richer.optimum.theta[g.fwhm_slot] for g in core)
