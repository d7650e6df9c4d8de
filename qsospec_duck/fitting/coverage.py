"""Which line complexes a spectrum covers, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.masks import inside_windows
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe
from qsospec_duck.spectra import Spectrum

EDGE_MARGIN_KMS = 1000.0
"""A line counts as covered when the spectrum goes on this far [km/s] on either side of its centre."""

LYA_BLUE_LIMIT = 1170.0
"""Lyα is ``full`` when usable pixels begin blueward of this wavelength [Å]."""

LYA_FULL_FRACTION = 0.70
"""Usable fraction of the Lyα window for ``full``."""

LYA_RED_FRACTION = 0.80
"""Usable fraction of the red side (line centre to window end) for ``red_side_only``."""


@dataclass(frozen=True)
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
    wave, good = spectrum.wavelength, spectrum.good
    mask = inside_windows(wave, recipe.windows) & good
    n_good = int(np.count_nonzero(mask))
    if n_good == 0:
        return _nothing_seen(mask, recipe)
    length = sum(high - low for low, high in recipe.windows)
    fraction = _covered_length(wave, mask) / length
    seen = frozenset(name for name in _lines(recipe) if _is_covered(wave, good, name))
    # Fixed ratios let one line of a doublet stand for the other.
    covered = [component for component in recipe.components if seen.intersection(component.lines)]
    uncovered = [component for component in recipe.components if not seen.intersection(component.lines)]
    dropped = tuple(component.name for component in uncovered)
    for component in uncovered:
        if component.role == "narrow":
            mask &= ~_near(wave, component)

    def outcome(status: str, message: str, kept: list[ComponentRecipe] = covered) -> Coverage:
        return Coverage(status, message, mask, tuple(kept), dropped, seen)

    if not covered:
        return outcome("not_covered", f"{n_good} usable pixels and {len(covered)} covered lines in {_text(recipe)}.")
    if recipe.coverage == "lya":
        return _lya_coverage(spectrum, recipe, mask, fraction, outcome)
    missing = [name for name in recipe.required if not _is_covered(wave, good, name)]
    if missing:
        return outcome("not_covered", f"{', '.join(missing)} outside the usable range.")
    if fraction < recipe.min_coverage:
        return outcome("not_covered", f"{fraction:.0%} of {_text(recipe)} usable; {recipe.min_coverage:.0%} needed.")
    if n_good < recipe.min_pixels:
        return outcome("too_few_pixels", f"{n_good} usable pixels in {_text(recipe)}; {recipe.min_pixels} needed.")
    return outcome("fitted", "")


def _nothing_seen(mask: BoolArray, recipe: ComplexRecipe) -> Coverage:
    """Coverage of a complex in whose windows no pixel can be used."""
    everything = tuple(component.name for component in recipe.components)
    return Coverage("not_covered", f"no usable pixel in {_text(recipe)}.", mask, (), everything, frozenset())


def _lya_coverage(
    spectrum: Spectrum, recipe: ComplexRecipe, mask: BoolArray, fraction: float, outcome: Callable[..., Coverage]
) -> Coverage:
    """The four states of Lyα: full, red_side_only, edge_truncated, not_covered."""
    wave = spectrum.wavelength
    n_good = int(np.count_nonzero(mask))
    center = line("lya").wavelength
    red = (center, recipe.window[1])
    in_red = mask & (wave >= red[0])
    red_fraction = _covered_length(wave, in_red) / (red[1] - red[0])
    first = float(wave[spectrum.good][0])
    if fraction < recipe.min_coverage:
        return outcome("not_covered", f"{fraction:.0%} of {_text(recipe)} usable; {recipe.min_coverage:.0%} needed.")
    if n_good < recipe.min_pixels:
        return outcome("too_few_pixels", f"{n_good} usable pixels in {_text(recipe)}; {recipe.min_pixels} needed.")
    if first <= LYA_BLUE_LIMIT and fraction >= LYA_FULL_FRACTION:
        return outcome("fitted", "")
    if first <= center * (1.0 - EDGE_MARGIN_KMS / C_KMS) and red_fraction >= LYA_RED_FRACTION:
        return outcome(
            "red_side_only", f"spectrum begins at {first:.0f} Å, inside the blue wing of Lyα.", list(recipe.components)
        )
    return outcome("edge_truncated", f"spectrum begins at {first:.0f} Å and cuts Lyα.")


def _near(wave: FloatArray, component: ComponentRecipe) -> BoolArray:
    """(n_pix,) True within reach of a component's lines: half of one at the edge would be fitted by its neighbours."""
    reach = component.fwhm[-1][1] / C_KMS
    out = np.zeros(wave.size, dtype=bool)
    for name in component.lines:
        center = line(name).wavelength
        out |= np.abs(wave / center - 1.0) < reach
    return out


def _covered_length(wave: FloatArray, mask: BoolArray) -> float:
    """Wavelength [Å] that the marked pixels cover, each standing for half the way to its neighbours."""
    index = np.flatnonzero(mask)
    below, above = np.maximum(index - 1, 0), np.minimum(index + 1, wave.size - 1)
    return float(np.sum((wave[above] - wave[below]) / (above - below)))


@cache
def _lines(recipe: ComplexRecipe) -> frozenset[str]:
    return frozenset(name for component in recipe.components for name in component.lines)


def _is_covered(wave: FloatArray, good: BoolArray, line_id: str) -> bool:
    """Usable pixels at the line's centre and on both sides of it."""
    center = line(line_id).wavelength
    margin = EDGE_MARGIN_KMS / C_KMS
    if not (wave[0] < center * (1 - margin) and center * (1 + margin) <= wave[-1]):
        return False
    first, middle, last = wave.searchsorted((center * (1 - margin), center, center * (1 + margin)))
    return bool(good[first:middle].any() and good[middle:last].any())


def _text(recipe: ComplexRecipe) -> str:
    return " and ".join(f"{low:.0f}-{high:.0f} Å" for low, high in recipe.windows)
