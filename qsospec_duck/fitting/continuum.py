"""The global continuum: power law, Fe II, Balmer pseudo-continuum, with absorption clipped from below.

Enters a rest-frame spectrum; leaves the choice of components and pixels with the first optimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.assumed_balmer import N_BALMER_SHAPES, assumed_balmer, tell_assumed
from qsospec_duck.fitting.averaging import averaged
from qsospec_duck.fitting.config import BalmerConfig, Band, ContinuumConfig
from qsospec_duck.fitting.continuum_forms import choose_form, first_form, other_forms
from qsospec_duck.fitting.covariance import ROUGH, Optimum, Prior, model_values, optimise
from qsospec_duck.fitting.masks import find_troughs, inside_windows, residual_scatter
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray, Trial
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import Program
from qsospec_duck.models.recipe_sets import SERIES
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

_LINE_REACH = 5000.0 / C_KMS
"""What is left out either side of a Balmer line that a complex has. With 3500 or 7000 km/s H8 of lines of 6000 km/s
comes out 10 to 40 % too faint; with this its median is right for lines of 2500 to 9000 km/s."""

CONTINUUM_CELL = 400.0 / C_KMS
"""Width in ln λ of the cells over which pixels are averaged for all steps here; amplitudes and χ² are of all pixels.
The last steps of settling (`qsospec_duck.fitting.settling`) see all of them, and mend what averaging blurs."""


@dataclass(frozen=True, eq=False)
class ContinuumStage:
    """The continuum with its components, pixels and optimum; errors come later, from all stages together."""

    optimum: Optimum
    selected_model: str
    """``single`` or ``broken``, and what comes with it (`qsospec_duck.fitting.continuum_forms.Form`)."""

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
    masked = (*config.mask_windows, *_lines_of_complexes(config.balmer))
    fit_mask = inside_windows(wave, windows) & ~inside_windows(wave, masked) & spectrum.good
    if np.count_nonzero(fit_mask) < config.min_component_pixels:
        return None
    form, warnings = first_form(wave[fit_mask], wave[spectrum.good], config)
    clip_mask = np.ones(wave.size, dtype=bool)
    x = np.log(wave)
    inverse_sigma = np.sqrt(spectrum.ivar)
    known: Prior | None = None

    def fit(model: Program, starts: FloatArray) -> Optimum:
        used = fit_mask & clip_mask
        prior = None if known is None else _of_length(known, len(model.columns))
        pixels = x[used], inverse_sigma[used], spectrum.flux[used]
        near = optimise(model, *averaged(*pixels, CONTINUUM_CELL), starts, tolerance=ROUGH, prior=prior).theta
        return optimise(model, *pixels, near[None, :], max_iterations=0, tolerance=ROUGH, prior=prior)

    program = form.program
    if form.balmer == "assumed":
        bare = fit(form.without_balmer, _starts(program)[:, :-N_BALMER_SHAPES])
        known = assumed_balmer(program, bare, config.balmer)
        warnings.append(tell_assumed(config.balmer))
    optimum = fit(program, _starts(program))
    for _ in range(config.clip_passes):
        kept = _unabsorbed(spectrum, model_values(optimum, x), fit_mask, config)
        if np.array_equal(kept[fit_mask], clip_mask[fit_mask]):
            break
        clip_mask = kept
        optimum = fit(program, optimum.theta[None, :])
    trials: tuple[Trial, ...] = ()
    for _ in range(_SUPPORT_PASSES):
        forms = other_forms(form, wave[fit_mask & clip_mask])
        if len(forms) > 1:
            form, optimum, trials = choose_form(fit, form, optimum, forms)
        support = _overshot(spectrum, model_values(optimum, x), fit_mask)
        if not support.any():
            break
        fit_mask |= support
        optimum = fit(optimum.program, _starts(optimum.program, optimum.theta))
    return ContinuumStage(optimum, form.name, fit_mask, clip_mask, tuple(warnings), trials)


@cache
def _lines_of_complexes(balmer: BalmerConfig) -> tuple[Band, ...]:
    """Where the Balmer lines are [Å] that a complex has in place of the series: the continuum knows nothing of them."""
    centres = [line(line_id).wavelength for line_id, level in SERIES.items() if level < balmer.lowest_level]
    return tuple((centre * (1.0 - _LINE_REACH), centre * (1.0 + _LINE_REACH)) for centre in centres)


def _of_length(prior: Prior, n_columns: int) -> Prior:
    """What is known of the last column, the Balmer emission, for a program with any number of columns."""
    mean, precision = np.zeros(n_columns), np.zeros(n_columns)
    mean[-1], precision[-1] = prior[0][-1], prior[1][-1]
    return mean, precision


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
    missing, light = model[index] - spectrum.flux[index], np.abs(model[index])
    significance = -_running_sum(missing * np.sqrt(spectrum.ivar[index])) / np.sqrt(_SUPPORT_PIXELS)
    deficit, level = _running_sum(missing), _running_sum(light)
    out[index[(significance < -_SUPPORT_SIGMA) & (deficit < _SUPPORT_DEPTH * level)]] = True
    return out & ~fit_mask


def _running_sum(values: FloatArray) -> FloatArray:
    """(n,) sum over the stretch around each value, shorter at the ends."""
    half = _SUPPORT_PIXELS // 2
    sums = np.concatenate([np.zeros(half + 1), np.cumsum(values)])
    return np.concatenate([sums[_SUPPORT_PIXELS:], np.full(half, sums[-1])]) - sums[: values.size]


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
