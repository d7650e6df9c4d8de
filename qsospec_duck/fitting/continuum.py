"""The global continuum: power law, Fe II, Balmer pseudo-continuum, with absorption clipped from below.

Enters a rest-frame spectrum; leaves the choice of components and pixels with the first optimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.assumed_balmer import (
    ASSUMED_SHAPES,
    N_BALMER_SHAPES,
    assumed_balmer,
    balmer_role,
    tell_assumed,
)
from qsospec_duck.fitting.averaging import averaged
from qsospec_duck.fitting.config import ContinuumConfig, IronConfig
from qsospec_duck.fitting.covariance import ROUGH, Optimum, Prior, model_values, optimise
from qsospec_duck.fitting.masks import find_troughs, inside_windows, residual_scatter
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray, Trial
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.bank import TemplateBank, balmer_bank, template_bank
from qsospec_duck.models.program import VELOCITY_UNIT, Kind, Parameter, Program, Term, compile_program
from qsospec_duck.spectra import Spectrum

_SUPPORT_PASSES = 3
"""Rounds of looking for stretches that the continuum overshoots."""

_SUPPORT_PIXELS = 25
"""Length of such a stretch: about 1700 km/s, wider than stellar absorption lines."""

_SUPPORT_SIGMA = 5.0
"""Its significance."""

_SUPPORT_DEPTH = 0.2
"""Largest deficit as a fraction of the continuum; broad absorption lines are deeper."""

_SUPPORT_BLUE_LIMIT = 1750.0
"""Bluest wavelength [Å]: further blue, broad absorption is common."""

_CELL = 400.0 / C_KMS
"""Width in ln λ of the cells over which pixels are averaged for all steps but the last, which mends what it blurs."""

_START_FWHM = 3000.0
"""First guess of every template width [km/s]."""


@dataclass(frozen=True, eq=False)
class ContinuumStage:
    """The continuum with its components, pixels and optimum; errors come later, from all stages together."""

    optimum: Optimum
    selected_model: str
    """``single`` or ``broken``."""

    fit_mask: BoolArray
    """(n_pix,) offered to the fit."""

    clip_mask: BoolArray
    """(n_pix,) survived clipping."""

    warnings: tuple[FitWarning, ...]
    """Components that were left out."""

    trials: tuple[Trial, ...] = ()
    """Models that were compared on the way."""

    @property
    def used(self) -> BoolArray:
        """(n_pix,) pixels of the fit."""
        return self.fit_mask & self.clip_mask

    def model(self, spectrum: Spectrum) -> FloatArray:
        """(n_pix,) the continuum."""
        return model_values(self.optimum, np.log(spectrum.wavelength))


def fit_continuum(spectrum: Spectrum, config: ContinuumConfig, *, lya_safe: bool) -> ContinuumStage | None:
    """Fit the continuum in its windows; ``None`` where no window holds enough pixels.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    config : ContinuumConfig
    lya_safe : bool
        Use the windows redward of the Lyα forest.
    """
    wave = spectrum.wavelength
    windows = config.lya_safe_windows if lya_safe else config.windows
    fit_mask = inside_windows(wave, windows) & ~inside_windows(wave, config.mask_windows) & spectrum.good
    if np.count_nonzero(fit_mask) < config.min_component_pixels:
        return None
    warnings: list[FitWarning] = []
    parts = _covered_parts(wave[fit_mask], config, warnings)
    clip_mask = np.ones(wave.size, dtype=bool)
    x = np.log(wave)
    inverse_sigma = np.sqrt(spectrum.ivar)
    prior: Prior | None = None

    def fit(model: Program, starts: FloatArray) -> Optimum:
        used = fit_mask & clip_mask
        pixels = x[used], inverse_sigma[used], spectrum.flux[used]
        near = optimise(model, *averaged(*pixels, _CELL), starts, tolerance=ROUGH, prior=prior).theta
        return optimise(model, *pixels, near[None, :], tolerance=ROUGH, prior=prior)

    program = continuum_program(config, "single", *parts)
    if parts[2] == "assumed":
        bare = fit(continuum_program(config, "single", *parts[:2], "absent"), _starts(program)[:, :-N_BALMER_SHAPES])
        prior = assumed_balmer(program, bare, config.balmer)
        warnings.append(tell_assumed(config.balmer))
    optimum = fit(program, _starts(program))
    for _ in range(config.clip_passes):
        kept = _unabsorbed(spectrum, model_values(optimum, x), fit_mask, config)
        if np.array_equal(kept[fit_mask], clip_mask[fit_mask]):
            break
        clip_mask = kept
        optimum = fit(program, optimum.theta[None, :])
    selected = "single"
    trials: tuple[Trial, ...] = ()
    for _ in range(_SUPPORT_PASSES):
        if _may_break(wave[fit_mask & clip_mask], config):
            optimum, selected, trials = _choose_power_law(fit, optimum, selected, program, config, parts)
        support = _overshot(spectrum, model_values(optimum, x), fit_mask)
        if not support.any():
            break
        fit_mask |= support
        optimum = fit(optimum.program, _starts(optimum.program, optimum.theta))
    return ContinuumStage(optimum, selected, fit_mask, clip_mask, tuple(warnings), trials)


@cache
def continuum_program(
    config: ContinuumConfig, power_law: str, iron_uv: bool, iron_optical: bool, balmer: str
) -> Program:
    """The continuum's terms for one choice of power law and of components; Balmer as `balmer_role` names it."""
    low, high = config.power_law.slope_bounds
    constants = (np.log(config.power_law.pivot), np.log(config.power_law.break_wavelength))
    parameters = [Parameter("power_law_slope", -1.5, low, high, "slope")]
    if power_law == "broken":
        parameters.append(Parameter("power_law_slope_red", -1.5, low, high, "slope"))
        terms = [Term(Kind.BROKEN, 0, (0, 1), constants)]
    else:
        terms = [Term(Kind.POWER, 0, (0, -1), constants)]
    columns = ["power_law"]
    for name, covered in (("iron_uv", iron_uv), ("iron_optical", iron_optical), ("balmer", balmer != "absent")):
        if not covered:
            continue
        bank, fwhm_bounds, velocity_bounds = _bank(config, name)
        if (name, balmer) == ("balmer", "assumed"):
            fwhm_bounds, velocity_bounds = ASSUMED_SHAPES
        slot = len(parameters)
        parameters += [
            _width(f"{name}_fwhm", fwhm_bounds),
            Parameter(
                f"{name}_velocity",
                0.0,
                velocity_bounds[0] / VELOCITY_UNIT,
                velocity_bounds[1] / VELOCITY_UNIT,
                "velocity",
            ),
        ]
        terms.append(Term(Kind.BANK, len(columns), (slot, slot + 1), bank=bank))
        columns.append(name)
    return compile_program(parameters, columns, terms)


def _bank(config: ContinuumConfig, name: str) -> tuple[TemplateBank, tuple[float, float], tuple[float, float]]:
    """Bank of a component and the bounds of its width and velocity [km/s]."""
    if name == "balmer":
        balmer = config.balmer
        bank = balmer_bank(
            balmer.table, balmer.lowest_level, balmer.edge, balmer.temperature, balmer.tau_edge, *balmer.fwhm_bounds
        )
        return bank, balmer.fwhm_bounds, balmer.velocity_bounds
    iron: IronConfig = getattr(config, name)
    return template_bank(iron.template, *iron.fwhm_bounds), iron.fwhm_bounds, iron.velocity_bounds


def _width(name: str, bounds: tuple[float, float]) -> Parameter:
    start = float(np.log(np.clip(_START_FWHM, *bounds)))
    return Parameter(name, start, float(np.log(bounds[0])), float(np.log(bounds[1])), "fwhm")


def _covered_parts(
    wave: NDArray[np.float64], config: ContinuumConfig, warnings: list[FitWarning]
) -> tuple[bool, bool, str]:
    """Which of UV Fe II and optical Fe II have enough fitted pixels, and the role of the Balmer emission."""

    def left_out(name: str, low: float, high: float, n_inside: int) -> None:
        warnings.append(
            warn(
                "component_not_covered" if n_inside == 0 else "continuum_few_pixels",
                "continuum",
                f"{name}: {n_inside} continuum pixels between {low:.0f} and {high:.0f} Å; "
                f"{config.min_component_pixels} are needed.",
                component=name,
                n_pixels=n_inside,
            )
        )

    covered = []
    for name, iron in (("iron_uv", config.iron_uv), ("iron_optical", config.iron_optical)):
        low, high = _bank(config, name)[0].coverage if iron.enabled else (0.0, 0.0)
        n_inside = int(np.count_nonzero((wave >= low) & (wave <= high)))
        covered.append(iron.enabled and n_inside >= config.min_component_pixels)
        if iron.enabled and not covered[-1]:
            left_out(name, low, high, n_inside)
    role = balmer_role(wave, config.balmer, config.min_component_pixels)
    if config.balmer.enabled and role == "absent":
        low, high = config.balmer.needed_range
        left_out("balmer", low, high, int(np.count_nonzero((wave >= low) & (wave <= high))))
    return covered[0], covered[1], role


def _starts(program: Program, base: FloatArray | None = None) -> FloatArray:
    """A first guess, and others with widths 0.4 and 2.2 times as large: χ² has few minima, and they differ in width."""
    start = program.start if base is None else base
    widths = np.array([parameter.kind == "fwhm" for parameter in program.parameters])
    rows = [start]
    for factor in (0.4, 2.2):
        row = start.copy()
        row[widths] = np.clip(row[widths] + np.log(factor), program.low[widths], program.high[widths])
        rows.append(row)
    return np.array(rows if widths.any() else rows[:1])


def _choose_power_law(
    fit: Callable[[Program, FloatArray], Optimum], optimum: Optimum, selected: str, single: Program,
    config: ContinuumConfig, parts: tuple[bool, bool, str],
) -> tuple[Optimum, str, tuple[Trial, ...]]:  # fmt: skip
    """The better of a single and a broken power law on the present pixels, and what both reached."""
    broken = continuum_program(config, "broken", *parts)
    if selected == "broken":
        other = fit(single, np.delete(optimum.theta, 1)[None, :])
        plain, bent = other, optimum
    else:
        start = np.insert(optimum.theta, 1, optimum.theta[0])
        plain, bent = optimum, fit(broken, start[None, :])
    n_used = bent.n_pixels
    gain = plain.chi2 - bent.chi2 - (bent.n_parameters - plain.n_parameters) * np.log(n_used)
    is_broken = config.power_law.mode == "broken" or gain >= config.power_law.delta_bic
    trials = tuple(
        Trial(f"{name} power law", one.chi2, one.n_parameters, one.n_pixels, accepted)
        for name, one, accepted in (("single", plain, not is_broken), ("broken", bent, is_broken))
    )
    return (bent, "broken", trials) if is_broken else (plain, "single", trials)


def _overshot(spectrum: Spectrum, model: FloatArray, fit_mask: BoolArray) -> BoolArray:
    """(n_pix,) True on broad stretches outside the windows where the continuum lies above the data.

    Emission lines only add light: where continuum alone exceeds the data significantly over many pixels, and by a
    small fraction, it is wrong there (typically a power law that bends between two windows over host light), and
    those pixels must speak. Deeper deficits are absorption.
    """
    good = spectrum.good & (spectrum.wavelength > _SUPPORT_BLUE_LIMIT)
    index = np.flatnonzero(good)
    out = np.zeros(spectrum.n_pix, dtype=bool)
    if index.size < _SUPPORT_PIXELS:
        return out
    kernel = np.ones(_SUPPORT_PIXELS)
    residual = (spectrum.flux[index] - model[index]) * np.sqrt(spectrum.ivar[index])
    significance = np.convolve(residual, kernel, mode="same") / np.sqrt(_SUPPORT_PIXELS)
    deficit = np.convolve(model[index] - spectrum.flux[index], kernel, mode="same")
    level = np.convolve(np.abs(model[index]), kernel, mode="same")
    out[index[(significance < -_SUPPORT_SIGMA) & (deficit < _SUPPORT_DEPTH * level)]] = True
    return out & ~fit_mask


def _unabsorbed(spectrum: Spectrum, model: FloatArray, fit_mask: BoolArray, config: ContinuumConfig) -> BoolArray:
    """(n_pix,) False on absorption troughs of the fitted pixels."""
    index = np.flatnonzero(fit_mask)
    residual = (spectrum.flux[index] - model[index]) * np.sqrt(spectrum.ivar[index])
    residual /= residual_scatter(residual)
    adjacent = np.concatenate([[False], np.diff(index) == 1])
    troughs = find_troughs(residual, adjacent, config.clip_run_sigma, config.clip_pixel_sigma, 3)
    kept = np.ones(spectrum.n_pix, dtype=bool)
    # A continuum is never clipped to less than half of its pixels: then the model is wrong, not the data.
    if np.count_nonzero(troughs) <= 0.5 * index.size:
        kept[index[troughs]] = False
    return kept


def _may_break(wave: NDArray[np.float64], config: ContinuumConfig) -> bool:
    law = config.power_law
    if law.mode == "single":
        return False
    n_red = int(np.count_nonzero(wave > law.break_wavelength))
    return min(n_red, wave.size - n_red) >= law.min_pixels_per_side
