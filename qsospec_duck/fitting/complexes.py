"""One line complex on top of the continuum: which components, which pixels, which optimum."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.complex_model import ComplexModel, compile_complex
from qsospec_duck.fitting.covariance import amplitude_errors, covariance_of, normal_products
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.masks import find_troughs, residual_scatter, trough_widths
from qsospec_duck.fitting.optimum import ROUGH, Optimum, model_values, optimise
from qsospec_duck.fitting.parsimony import WORTH_CHI2, Removal, removals
from qsospec_duck.fitting.result import BoolArray, FloatArray, Trial
from qsospec_duck.fitting.search import search_shapes
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe
from qsospec_duck.spectra import Spectrum

_ABSORPTION_PASSES = 3
"""Rounds of absorption masking inside a complex."""

_WIDEST_LORENTZIAN = 8000.0
"""Largest FWHM of a Lorentzian broad line [km/s]: wider ones are not seen, and its wings would be a continuum."""

_TROUGH_RUN_SIGMA, _TROUGH_PIXEL_SIGMA, _TROUGH_RUN_PIXELS = 2.0, 5.0, 3
"""What counts as absorption inside a complex (`qsospec_duck.fitting.masks.find_troughs`)."""


@dataclass(frozen=True, eq=False)
class ComplexStage:
    """A complex with its components, pixels and optimum; errors come later, from all stages together."""

    recipe: ComplexRecipe
    coverage: Coverage
    model: ComplexModel
    optimum: Optimum
    selected_model: str
    used: BoolArray
    """(n_pix,) pixels of the fit."""

    excluded: BoolArray
    """(n_pix,) pixels left out as absorption."""

    trials: tuple[Trial, ...] = ()
    """Models that were compared on the way."""

    def tried(self, model: str, other: ComplexStage, *, accepted: bool) -> tuple[Trial, ...]:
        """Its trials and one more."""
        found = other.optimum
        return (*self.trials, Trial(model, found.chi2, found.n_parameters, found.n_pixels, accepted))

    @property
    def bic(self) -> float:
        """χ² + k ln n of the fitted pixels."""
        return self.optimum.chi2 + self.optimum.n_parameters * float(np.log(max(self.optimum.n_pixels, 1)))


def fit_complex(
    spectrum: Spectrum, continuum_model: FloatArray, recipe: ComplexRecipe, coverage: Coverage,
    *, delta_chi2: float, min_snr: float,
) -> ComplexStage:  # fmt: skip
    """Fit one covered complex to what the continuum leaves.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    continuum_model : ndarray, shape (n_pix,)
    recipe, coverage
        What to fit, and where.
    delta_chi2, min_snr : float
        By how much an optional component must lower χ², and what it must show as flux over error.
    """
    always = tuple(component for component in coverage.components if not component.optional)
    optional = tuple(component for component in coverage.components if component.optional)
    pixels = _Pixels(spectrum, continuum_model)
    stage = _search(pixels, recipe, coverage, always)
    if recipe.mask_absorption:
        for _ in range(_ABSORPTION_PASSES):
            kept = coverage.mask & ~_absorbed(pixels, stage)
            if np.array_equal(kept, stage.used) or np.count_nonzero(kept) < recipe.min_pixels:
                break
            stage = _refit(pixels, stage, always, kept, stage.optimum.theta[None, :])
    stage, always = _pruned(pixels, stage, always)
    stage, always = _with_alternatives(pixels, stage, always, coverage)
    while optional:
        # The one that explains most comes first: a wing of [O III] must not stand in for a missing He II.
        candidates = []
        for component in optional:
            components = (*always, component)
            richer = _refit(pixels, stage, components, stage.used, _starts_with(stage, components, component))
            if _earns_its_place(pixels, richer, stage, component, delta_chi2, min_snr):
                candidates.append((richer.bic, component, richer))
            else:
                stage = replace(stage, trials=stage.tried(f"with {component.name}", richer, accepted=False))
        if not candidates:
            break
        _, best, richer = min(candidates, key=lambda candidate: candidate[0])
        always = (*always, best)
        optional = tuple(component for component in optional if component is not best)
        trials = stage.tried(f"with {best.name}", richer, accepted=True)
        stage = replace(richer, selected_model=f"{stage.selected_model}+{best.name}", trials=trials)
    return stage


class _Pixels:
    """What a complex is fitted to."""

    def __init__(self, spectrum: Spectrum, continuum_model: FloatArray) -> None:
        self._spectrum = spectrum
        self._models: dict[tuple[ComponentRecipe, ...], ComplexModel] = {}
        self._last: tuple[BoolArray, tuple[FloatArray, FloatArray, FloatArray]] | None = None
        self.x = spectrum.log_wavelength
        self.inverse_sigma = np.sqrt(spectrum.ivar)
        self.flux = spectrum.flux - continuum_model

    def __getitem__(self, used: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Ln λ, 1/σ and flux of some pixels; most fits of a complex are to the same ones."""
        if self._last is None or self._last[0] is not used:
            pixels = np.flatnonzero(used)
            self._last = used, (self.x[pixels], self.inverse_sigma[pixels], self.flux[pixels])
        return self._last[1]

    def model(self, components: tuple[ComponentRecipe, ...]) -> ComplexModel:
        """Components as the instrument sees them."""
        bare = compile_complex(components)
        if self._spectrum.lsf_sigma is None:
            return bare
        if components not in self._models:
            wavelengths = [line(gaussian.line_id).wavelength for gaussian in bare.gaussians]
            lsf_sigma = np.interp(wavelengths, self._spectrum.wavelength, self._spectrum.lsf_sigma)
            self._models[components] = replace(bare, program=bare.program.seen_through(lsf_sigma))
        return self._models[components]


def _search(
    pixels: _Pixels, recipe: ComplexRecipe, coverage: Coverage, components: tuple[ComponentRecipe, ...]
) -> ComplexStage:
    """The best optimum that a search over shapes finds."""
    x, inverse_sigma, flux = pixels[coverage.mask]
    model = pixels.model(components)
    optimum = search_shapes(components, x, flux, inverse_sigma, model)
    nothing = np.zeros_like(coverage.mask)
    return ComplexStage(recipe, coverage, model, optimum, "core", coverage.mask, nothing)


def _refit(
    pixels: _Pixels, stage: ComplexStage, components: tuple[ComponentRecipe, ...], used: BoolArray, starts: FloatArray
) -> ComplexStage:
    """Other components or pixels, from given starts."""
    model = pixels.model(components)
    optimum = optimise(model.program, *pixels[used], starts, short_iterations=15, tolerance=ROUGH)
    excluded = stage.excluded if used is stage.used else stage.coverage.mask & ~used
    return replace(stage, model=model, optimum=optimum, used=used, excluded=excluded)


def _pruned(
    pixels: _Pixels, stage: ComplexStage, components: tuple[ComponentRecipe, ...]
) -> tuple[ComplexStage, tuple[ComponentRecipe, ...]]:
    """The fit without the Gaussians that it can do without."""
    while True:
        best: tuple[ComplexStage, Removal] | None = None
        for removal in removals(components):
            start = stage.optimum.theta[None, removal.slots]
            trial = _refit(pixels, stage, removal.components, stage.used, start)
            if best is None or trial.optimum.chi2 < best[0].optimum.chi2:
                best = trial, removal
        if best is None:
            return stage, components
        poorer, removal = best
        accepted = poorer.optimum.chi2 - stage.optimum.chi2 < WORTH_CHI2
        trials = stage.tried(f"without {removal.gone}", poorer, accepted=accepted)
        if not accepted:
            return replace(stage, trials=trials), components
        stage, components = replace(poorer, trials=trials), removal.components


def _with_alternatives(
    pixels: _Pixels, stage: ComplexStage, components: tuple[ComponentRecipe, ...], coverage: Coverage
) -> tuple[ComplexStage, tuple[ComponentRecipe, ...]]:
    """The fit with one Lorentzian in place of the Gaussians of a profile, where it is as good with fewer parameters."""
    for recipe in coverage.components:
        place = next((i for i, one in enumerate(components) if one.name == recipe.name), None)
        if recipe.alternative is None or place is None:
            continue
        band = (recipe.fwhm[0][0], _WIDEST_LORENTZIAN)
        single = replace(recipe, fwhm=(band,), profile=recipe.alternative, alternative=None)
        others = (*components[:place], single, *components[place + 1 :])
        trial = _refit(pixels, stage, others, stage.used, _starts_in_place(stage, others, single))
        # As for a Gaussian: fewer parameters are taken where χ² rises by less than their number.
        saved = stage.optimum.n_parameters - trial.optimum.n_parameters
        accepted = trial.optimum.chi2 < stage.optimum.chi2 + max(saved, 0)
        trials = stage.tried(f"{recipe.alternative} {recipe.name}", trial, accepted=accepted)
        if accepted:
            chosen = f"{stage.selected_model}, {recipe.alternative} {recipe.name}"
            stage, components = replace(trial, selected_model=chosen, trials=trials), others
        else:
            stage = replace(stage, trials=trials)
    return stage, components


def _starts_in_place(
    stage: ComplexStage, components: tuple[ComponentRecipe, ...], single: ComponentRecipe
) -> FloatArray:
    """Starts of a fit in which one component has another profile: the others as they stand, it at several widths."""
    model = compile_complex(components)
    known = {
        parameter.name: value
        for parameter, value in zip(stage.model.program.parameters, stage.optimum.theta, strict=True)
    }
    own = {f"{single.name}_fwhm", f"{single.name}_velocity"}
    low, high = np.log(single.fwhm[0])
    rows = []
    for fraction in (0.15, 0.5, 0.85):
        row = [
            known.get(parameter.name, parameter.start) if parameter.name not in own
            else (low + fraction * (high - low) if parameter.kind == "fwhm" else 0.0)
            for parameter in model.program.parameters
        ]  # fmt: skip
        rows.append(row)
    return np.clip(np.array(rows), model.program.low, model.program.high)


def _absorbed(pixels: _Pixels, stage: ComplexStage) -> BoolArray:
    """(n_pix,) True on absorption troughs below continuum plus lines, inside the complex."""
    index = np.flatnonzero(stage.coverage.mask)
    x, inverse_sigma, flux = pixels[stage.coverage.mask]
    residual = (flux - model_values(stage.optimum, x)) * inverse_sigma
    residual /= residual_scatter(residual)
    adjacent = np.concatenate([[False], np.diff(index) == 1])
    troughs = find_troughs(residual, adjacent, _TROUGH_RUN_SIGMA, _TROUGH_PIXEL_SIGMA, _TROUGH_RUN_PIXELS)
    # The forest is no trough: blueward of the first line, depressions wider than the recipe's limit stay.
    is_forest = x < np.log(line(stage.recipe.components[0].lines[0]).wavelength)
    is_wide = trough_widths(x, troughs, adjacent) > stage.recipe.absorption_max_kms / C_KMS
    troughs &= ~(is_forest & is_wide)
    out = np.zeros_like(stage.coverage.mask)
    out[index[troughs]] = True
    return out


def _starts_with(
    simpler: ComplexStage, components: tuple[ComponentRecipe, ...], component: ComponentRecipe
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
    pixels: _Pixels, richer: ComplexStage, simpler: ComplexStage, component: ComponentRecipe,
    delta_chi2: float, min_snr: float,
) -> bool:  # fmt: skip
    """Whether an optional component is significant and, for a wing, broader than the core beside it."""
    if simpler.optimum.chi2 - richer.optimum.chi2 < delta_chi2:
        return False
    optimum = richer.optimum
    x, inverse_sigma, _ = pixels[richer.used]
    products = normal_products(optimum, x, inverse_sigma)
    covariance, _ = covariance_of(optimum, products)
    n_par = optimum.theta.size
    errors = amplitude_errors(optimum, covariance, products[n_par:, n_par:])

    def is_significant(column: int) -> bool:
        return bool(errors[column] > 0 and optimum.amplitudes[column] >= min_snr * errors[column])

    column = richer.model.program.columns.index(component.name)
    if not is_significant(column):
        return False
    if component.role != "wing":
        return True
    # A wing stands beside a core; one that replaced it is the core under another name.
    own = next(g for g in richer.model.gaussians if g.column == column)
    core = [g for g in richer.model.gaussians if g.role == "narrow" and g.line_id in component.lines]
    return all(is_significant(g.column) and optimum.theta[own.fwhm_slot] > optimum.theta[g.fwhm_slot] for g in core)
