"""Which line complexes a spectrum covers, and how."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.masks import window_limits
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe
from qsospec_duck.spectra import Spectrum

EDGE_MARGIN_KMS = 1000.0
"""A line counts as covered when the spectrum goes on this far [km/s] on either side of its centre."""

_MARGIN = EDGE_MARGIN_KMS / C_KMS

LYA_BLUE_LIMIT = 1170.0
"""Lyα is ``full`` when usable pixels begin blueward of this wavelength [Å]."""

LYA_FULL_FRACTION = 0.70
"""Usable fraction of the Lyα window for ``full``."""

LYA_RED_FRACTION = 0.80
"""Usable fraction of the red side (line centre to window end) for ``red_side_only``."""


@fit_value
class Coverage:
    """What a spectrum offers to a recipe."""

    status: str
    """``fitted`` when it can be fitted; ``not_covered``, ``too_few_pixels``; for Lyα also ``red_side_only`` and
    ``edge_truncated``."""

    message: str
    mask: BoolArray
    """(n_pix,) usable pixels inside the windows."""

    components: tuple[ComponentRecipe, ...]
    """Components that are covered."""

    dropped: tuple[str, ...]
    """Names of components that are not."""

    lines: frozenset[str]
    """Lines that are covered; only these are measured."""

    @property
    def can_fit(self) -> bool:
        """The complex can be fitted."""
        return self.status in ("fitted", "red_side_only")


def coverage_of(spectrum: Spectrum, recipe: ComplexRecipe) -> Coverage:
    """Judge the coverage of one complex.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    recipe : ComplexRecipe
    """
    wave, sought = spectrum.wavelength, _sought(recipe)
    if sought.limits[-1] < wave[0] or wave[-1] < sought.limits[0]:
        return _nothing_seen(np.zeros(wave.size, dtype=bool), recipe)
    mask, n_good, length, is_seen = _look(wave, spectrum.ivar, sought.limits, sought.centers)
    if n_good == 0:
        return _nothing_seen(mask, recipe)
    fraction = length / sought.length
    seen, covered, dropped, left_out, missing = _parts(recipe, tuple(is_seen.tolist()))
    for component in left_out:
        _leave_out(mask, wave, component)

    def outcome(status: str, message: str, kept: tuple[ComponentRecipe, ...] = covered) -> Coverage:
        return Coverage(status, message, mask, kept, dropped, seen)

    if not covered:
        return outcome("not_covered", f"{n_good} usable pixels and {len(covered)} covered lines in {_text(recipe)}.")
    if recipe.coverage == "lya":
        return _lya_coverage(spectrum, recipe, mask, fraction, outcome)
    if missing:
        return outcome("not_covered", f"{', '.join(missing)} outside the usable range.")
    if fraction < recipe.min_coverage:
        return outcome("not_covered", f"{fraction:.0%} of {_text(recipe)} usable; {recipe.min_coverage:.0%} needed.")
    if n_good < recipe.min_pixels:
        return outcome("too_few_pixels", f"{n_good} usable pixels in {_text(recipe)}; {recipe.min_pixels} needed.")
    return outcome("fitted", "")


class _Sought(NamedTuple):
    """What is looked for of a complex."""

    limits: FloatArray
    """Both ends of every window [Å] (`qsospec_duck.fitting.masks.window_limits`)."""

    length: float
    """Of all windows [Å]."""

    names: tuple[str, ...]
    """Lines: those of its components before others that it requires."""

    centers: FloatArray
    """(n_line,) their wavelengths [Å]."""


@cache
def _sought(recipe: ComplexRecipe) -> _Sought:
    of_components = (name for component in recipe.components for name in component.lines)
    names = tuple(dict.fromkeys((*of_components, *recipe.required)))
    length = sum(high - low for low, high in recipe.windows)
    return _Sought(window_limits(recipe.windows), length, names, np.array([line(name).wavelength for name in names]))


class _Parts(NamedTuple):
    """What of a complex is covered."""

    lines: frozenset[str]
    covered: tuple[ComponentRecipe, ...]
    """Components; fixed ratios let one line of a doublet stand for the other."""

    dropped: tuple[str, ...]
    """Names of the others."""

    left_out: tuple[ComponentRecipe, ...]
    """Those of the others whose pixels are left out."""

    missing: tuple[str, ...]
    """Required lines that are not covered."""


@cache
def _parts(recipe: ComplexRecipe, is_seen: tuple[bool, ...]) -> _Parts:
    """What is covered where the lines that are `_sought` are seen or not."""
    seen = frozenset(name for name, is_one in zip(_sought(recipe).names, is_seen, strict=True) if is_one)
    covered = tuple(component for component in recipe.components if not seen.isdisjoint(component.lines))
    uncovered = tuple(component for component in recipe.components if seen.isdisjoint(component.lines))
    left_out = tuple(component for component in uncovered if component.role == "narrow")
    missing = tuple(name for name in recipe.required if name not in seen)
    return _Parts(seen, covered, tuple(component.name for component in uncovered), left_out, missing)


def _nothing_seen(mask: BoolArray, recipe: ComplexRecipe) -> Coverage:
    """Coverage of a complex in whose windows no pixel can be used."""
    message, names = _without_pixels(recipe)
    return Coverage("not_covered", message, mask, (), names, frozenset())


@cache
def _without_pixels(recipe: ComplexRecipe) -> tuple[str, tuple[str, ...]]:
    """What is said of a complex without usable pixels, and names of all its components."""
    return f"no usable pixel in {_text(recipe)}.", tuple(component.name for component in recipe.components)


def _lya_coverage(
    spectrum: Spectrum, recipe: ComplexRecipe, mask: BoolArray, fraction: float, outcome: Callable[..., Coverage]
) -> Coverage:
    """The four states of Lyα: full, red_side_only, edge_truncated, not_covered."""
    wave = spectrum.wavelength
    n_good = int(np.count_nonzero(mask))
    center = line("lya").wavelength
    red = (center, recipe.window[1])
    in_red = mask & (wave >= red[0])
    red_fraction = _covered_length(wave, in_red, 0, wave.size) / (red[1] - red[0])
    first = float(wave[np.argmax(spectrum.good)])
    if fraction < recipe.min_coverage:
        return outcome("not_covered", f"{fraction:.0%} of {_text(recipe)} usable; {recipe.min_coverage:.0%} needed.")
    if n_good < recipe.min_pixels:
        return outcome("too_few_pixels", f"{n_good} usable pixels in {_text(recipe)}; {recipe.min_pixels} needed.")
    if first <= LYA_BLUE_LIMIT and fraction >= LYA_FULL_FRACTION:
        return outcome("fitted", "")
    if first <= center * (1.0 - _MARGIN) and red_fraction >= LYA_RED_FRACTION:
        return outcome(
            "red_side_only", f"spectrum begins at {first:.0f} Å, inside the blue wing of Lyα.", recipe.components
        )
    return outcome("edge_truncated", f"spectrum begins at {first:.0f} Å and cuts Lyα.")


def _leave_out(mask: BoolArray, wave: FloatArray, component: ComponentRecipe) -> None:
    """Unmark what is within reach of a component's lines: half of one at the edge would be fitted by its neighbours."""
    reach = component.fwhm[-1][1] / C_KMS
    for name in component.lines:
        center = line(name).wavelength
        first, last = wave.searchsorted((center * (1.0 - reach), center * (1.0 + reach)))
        mask[first:last] = False


@numba.njit(cache=True, nogil=True)
def _look(
    wave: FloatArray, ivar: FloatArray, limits: FloatArray, centers: FloatArray
) -> tuple[BoolArray, int, float, BoolArray]:
    """Usable pixels inside pairs of limits, their number, the wavelength they cover [Å], and which lines are covered.

    A line is covered by usable pixels on both sides of its centre, within a spectrum that goes on beyond them.
    """
    mask = np.zeros(wave.size, np.bool_)
    length = 0.0
    for k in range(0, limits.size, 2):
        first, last = first_not_below(wave, limits[k]), first_not_below(wave, limits[k + 1])
        for i in range(first, last):
            mask[i] = ivar[i] > 0.0
        length += _covered_length(wave, mask, first, last)
    n_good = int(np.count_nonzero(mask))
    is_seen = np.zeros(centers.size, np.bool_)
    if n_good == 0:
        return mask, n_good, 0.0, is_seen
    for k in range(centers.size):
        low, high = centers[k] * (1.0 - _MARGIN), centers[k] * (1.0 + _MARGIN)
        if wave[0] < low and high <= wave[-1]:
            middle = first_not_below(wave, centers[k])
            before = ivar[first_not_below(wave, low) : middle]
            after = ivar[middle : first_not_below(wave, high)]
            is_seen[k] = np.any(before > 0.0) and np.any(after > 0.0)
    return mask, n_good, length, is_seen


@numba.njit(cache=True, nogil=True)
def _covered_length(wave: FloatArray, mask: BoolArray, first: int, last: int) -> float:
    """Wavelength [Å] that marked pixels of a range cover, each standing for half the way to its neighbours."""
    total = 0.0
    for i in range(first, last):
        if mask[i]:
            below, above = max(i - 1, 0), min(i + 1, wave.size - 1)
            total += (wave[above] - wave[below]) / (above - below)
    return total


@cache
def _text(recipe: ComplexRecipe) -> str:
    return " and ".join(f"{low:.0f}-{high:.0f} Å" for low, high in recipe.windows)
