"""The global continuum: power law, Fe II, Balmer pseudo-continuum, with absorption clipped from below.

Enters a rest-frame spectrum; leaves the choice of components and pixels with the first optimum.
"""

from __future__ import annotations

import math
from functools import cache

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.assumed_balmer import N_BALMER_SHAPES, assumed_balmer, tell_assumed
from qsospec_duck.fitting.config import BalmerConfig, Band, ContinuumConfig
from qsospec_duck.fitting.continuum_forms import choose_form, first_form, other_forms
from qsospec_duck.fitting.continuum_pixels import ContinuumPixels
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.masks import find_troughs, inside_limits, residual_scatter, window_limits
from qsospec_duck.fitting.optimum import Optimum, Prior, model_values
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

_TROUGH_PIXELS = np.int64(3)
"""Fewest adjacent pixels of an absorption trough that is not deep enough in one."""

_LINE_REACH = 5000.0 / C_KMS
"""What is left out either side of a Balmer line that a complex has. With 3500 or 7000 km/s H8 of lines of 6000 km/s
comes out 10 to 40 % too faint; with this its median is right for lines of 2500 to 9000 km/s."""


@fit_value
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

    known: tuple[Optimum, FloatArray] | None = None
    """An optimum and its model, (n_pix,), where that was found on the way."""

    def with_optimum(self, optimum: Optimum) -> ContinuumStage:
        """The same with another optimum of its model."""
        return ContinuumStage(
            optimum, self.selected_model, self.fit_mask, self.clip_mask, self.warnings, self.trials, self.known
        )  # fmt: skip

    @property
    def used(self) -> BoolArray:
        """(n_pix,) pixels of the fit."""
        return self.fit_mask & self.clip_mask

    def model(self, spectrum: Spectrum) -> FloatArray:
        """(n_pix,) the continuum."""
        if self.known is not None and self.known[0] is self.optimum:
            return self.known[1]
        return model_values(self.optimum, spectrum.log_wavelength)


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
    wave, x, flux, inverse_sigma = spectrum.wavelength, spectrum.log_wavelength, spectrum.flux, np.sqrt(spectrum.ivar)
    good, (windows, masked) = spectrum.good, _limits(config, lya_safe)
    fit_mask = inside_limits(wave, windows) & ~inside_limits(wave, masked) & good
    if np.count_nonzero(fit_mask) < config.min_component_pixels:
        return None
    clip_mask = np.ones(wave.size, dtype=bool)
    pixels = ContinuumPixels(spectrum, inverse_sigma, fit_mask)
    first, last = good.argmax(), good.size - 1 - good[::-1].argmax()
    form, warnings = first_form(pixels.wave, wave[[first, last]], config)
    known: Prior | None = None

    def fit(program: Program, starts: FloatArray) -> Optimum:
        prior = None if known is None else _of_length(known, len(program.columns))
        return pixels.fit(program, starts, prior)

    program = form.program
    if form.balmer == "assumed":
        # Only its power law is asked for, which hardly depends on the width of the iron.
        bare = fit(form.without_balmer, program.start[None, :-N_BALMER_SHAPES])
        known = assumed_balmer(program, bare, config.balmer)
        warnings.append(tell_assumed(config.balmer))
    optimum = fit(program, _first_starts(program))
    model = model_values(optimum, x)
    for _ in range(config.clip_passes):
        kept = _unabsorbed(flux, inverse_sigma, model, fit_mask, config.clip_run_sigma, config.clip_pixel_sigma)
        if (kept == clip_mask).all():
            break
        clip_mask = kept
        pixels = ContinuumPixels(spectrum, inverse_sigma, fit_mask & clip_mask)
        optimum = fit(program, optimum.theta[None, :])
        model = model_values(optimum, x)
    trials: tuple[Trial, ...] = ()
    for _ in range(_SUPPORT_PASSES):
        forms = other_forms(form, pixels.wave)
        if len(forms) > 1:
            before = optimum
            form, optimum, trials = choose_form(fit, form, optimum, forms)
            model = model if optimum is before else model_values(optimum, x)
        support = _overshot(wave, flux, inverse_sigma, model, fit_mask)
        if not support.any():
            break
        fit_mask |= support
        pixels = ContinuumPixels(spectrum, inverse_sigma, fit_mask & clip_mask)
        optimum = fit(optimum.program, _starts(optimum.program, optimum.theta))
        model = model_values(optimum, x)
    return ContinuumStage(optimum, form.name, fit_mask, clip_mask, tuple(warnings), trials, (optimum, model))


@cache
def _limits(config: ContinuumConfig, lya_safe: bool) -> tuple[FloatArray, FloatArray]:
    """Limits of the windows, and of what is masked in them (`qsospec_duck.fitting.masks.window_limits`)."""
    windows = config.lya_safe_windows if lya_safe else config.windows
    return window_limits(windows), window_limits((*config.mask_windows, *_lines_of_complexes(config.balmer)))


def _lines_of_complexes(balmer: BalmerConfig) -> tuple[Band, ...]:
    """Where the Balmer lines are [Å] that a complex has in place of the series: the continuum knows nothing of them."""
    centres = [line(line_id).wavelength for line_id, level in SERIES.items() if level < balmer.lowest_level]
    return tuple((centre * (1.0 - _LINE_REACH), centre * (1.0 + _LINE_REACH)) for centre in centres)


def _of_length(prior: Prior, n_columns: int) -> Prior:
    """What is known of the last column, the Balmer emission, for a program with any number of columns."""
    mean, precision = np.zeros(n_columns), np.zeros(n_columns)
    mean[-1], precision[-1] = prior[0][-1], prior[1][-1]
    return mean, precision


def _starts(program: Program, guess: FloatArray) -> FloatArray:
    """A guess, and others with widths 0.4 and 2.2 times as large: χ² has few minima, and they differ in width."""
    return np.minimum(np.maximum(guess + _width_steps(program), program.low), program.high)


@cache
def _first_starts(program: Program) -> FloatArray:
    """(n_start, n_par) where nothing is known yet."""
    return _starts(program, program.start)


@cache
def _width_steps(program: Program) -> FloatArray:
    """(n_start, n_par) what is added to a first guess."""
    widths = np.array([parameter.kind == "fwhm" for parameter in program.parameters], dtype=float)
    return np.outer((0.0, math.log(0.4), math.log(2.2)) if widths.any() else (0.0,), widths)


@numba.njit(cache=True, nogil=True)
def _overshot(
    wave: FloatArray, flux: FloatArray, inverse_sigma: FloatArray, model: FloatArray, fit_mask: BoolArray
) -> BoolArray:
    """(n_pix,) True on broad stretches outside the windows where the continuum lies above the data.

    Emission lines only add light: where continuum alone exceeds the data significantly over many pixels, and by a
    small fraction, it is wrong there (typically a power law that bends between two windows over host light), and
    those pixels must speak. Deeper deficits are absorption.
    """
    index = np.empty(wave.size, np.int64)
    # Sums over the pixels before each: missing light, the same in σ, and light of the model.
    missing, in_sigma, light = np.zeros(wave.size + 1), np.zeros(wave.size + 1), np.zeros(wave.size + 1)
    n = 0
    for i in range(wave.size):
        if inverse_sigma[i] > 0.0 and wave[i] > _SUPPORT_BLUE_LIMIT:
            index[n] = i
            excess = model[i] - flux[i]
            missing[n + 1] = missing[n] + excess
            in_sigma[n + 1] = in_sigma[n] + excess * inverse_sigma[i]
            light[n + 1] = light[n] + abs(model[i])
            n += 1
    out = np.zeros(wave.size, np.bool_)
    if n < _SUPPORT_PIXELS:
        return out
    half = _SUPPORT_PIXELS // 2
    for k in range(n):
        first, last = max(k - half, 0), min(k + half + 1, n)
        is_sure = in_sigma[last] - in_sigma[first] > _SUPPORT_SIGMA * math.sqrt(_SUPPORT_PIXELS)
        is_shallow = missing[last] - missing[first] < _SUPPORT_DEPTH * (light[last] - light[first])
        out[index[k]] = is_sure and is_shallow and not fit_mask[index[k]]
    return out


@numba.njit(cache=True, nogil=True)
def _unabsorbed(
    flux: FloatArray, inverse_sigma: FloatArray, model: FloatArray, fit_mask: BoolArray,
    run_sigma: float, pixel_sigma: float,
) -> BoolArray:  # fmt: skip
    """(n_pix,) False on absorption troughs of the fitted pixels."""
    index = np.flatnonzero(fit_mask)
    residual = np.empty(index.size)
    adjacent = np.zeros(index.size, np.bool_)
    for k in range(index.size):
        residual[k] = (flux[index[k]] - model[index[k]]) * inverse_sigma[index[k]]
        adjacent[k] = k > 0 and index[k] - index[k - 1] == 1
    troughs = find_troughs(residual / residual_scatter(residual), adjacent, run_sigma, pixel_sigma, _TROUGH_PIXELS)
    kept = np.ones(flux.size, np.bool_)
    # A continuum is never clipped to less than half of its pixels: then the model is wrong, not the data.
    if np.count_nonzero(troughs) <= 0.5 * index.size:
        kept[index[troughs]] = False
    return kept
