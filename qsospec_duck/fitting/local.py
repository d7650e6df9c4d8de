"""The fit of one window of a spectrum, with a continuum of its own.

The continuum is a power law (over a few hundred Å as good as a straight line), held by two bands beside the window; the
rest of the spectrum is not looked at. Everything else is as in a whole fit: the same solver, measures and errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from qsospec_duck.errors import ConfigError, FitError
from qsospec_duck.fitting.config import BalmerConfig, Band, ContinuumConfig, FitConfig, IronConfig, PowerLawConfig
from qsospec_duck.fitting.fit import fit_recipes
from qsospec_duck.fitting.option_checks import check_bands
from qsospec_duck.fitting.result import FitResult
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe, load_recipe
from qsospec_duck.spectra import Spectrum, prepare

FLANK = 0.5
"""Width of a continuum band that is not given, relative to the window."""

LEAST_CONTINUUM_PIXELS = 5
"""Fewest usable pixels of each continuum band."""


def fit_local(
    spectrum: Spectrum,
    lines: Sequence[str] | str = (),
    *,
    window: Band | None = None,
    continuum: Sequence[Band] | None = None,
    recipe: str | Path | None = None,
    role: str = "broad",
    fwhm: Sequence[Band] = ((300.0, 10_000.0),),
    velocity: Band = (-3000.0, 3000.0),
    tied: bool = False,
    config: FitConfig | None = None,
) -> FitResult:
    """Fit some lines in one window over a local continuum.

    Parameters
    ----------
    spectrum : Spectrum
        Observed or rest frame; dereddened and shifted here where it is not yet.
    lines : str or sequence of str
        Ids of ``lines.csv``. Give these with ``window``, or give a ``recipe``.
    window : (float, float)
        Rest wavelengths [Å] between which pixels are used.
    continuum : sequence of (float, float), optional
        Rest wavelengths [Å] of the bands that hold the continuum; by default one on either side of the window, half
        as wide.
    recipe : str or path, optional
        A packaged recipe's id or a TOML file, in place of ``lines`` and ``window``.
    role : str
        ``broad`` or ``narrow``: how the lines are named in the result.
    fwhm : sequence of (float, float)
        Bounds of the FWHM [km/s], one pair for each Gaussian of a line.
    velocity : (float, float)
        Bounds of the velocity against the redshift [km/s].
    tied : bool
        All lines have one velocity and width.
    config : FitConfig, optional
        Extinction, cosmology, errors and thresholds; its continuum and complexes are not used.

    Returns
    -------
    FitResult
        On the pixels of window and continuum bands only.

    Raises
    ------
    ConfigError
        Neither lines with a window nor a recipe, or both; an unknown line; a line outside the window.
    FitError
        The spectrum does not cover the window or a continuum band.
    """
    chosen = _recipe(lines, window, recipe, role, fwhm, velocity, tied)
    bands = tuple(continuum) if continuum is not None else _flanks(chosen.window)
    check_bands("fit_local", above=0.0, **{f"continuum[{i}]": band for i, band in enumerate(bands)})
    bands = tuple(sorted((float(low), float(high)) for low, high in bands))
    config = config or FitConfig()
    local = replace(config, continuum=_local_continuum(bands), complexes=())
    cut = _cut(prepare(spectrum, config.extinction), chosen, bands)
    result = fit_recipes(cut, local, [chosen])
    return replace(result, metadata={**result.metadata, "local_window": list(chosen.window), "local_continuum": bands})


def _recipe(
    lines: Sequence[str] | str, window: Band | None, recipe: str | Path | None, role: str, fwhm: Sequence[Band],
    velocity: Band, tied: bool,
) -> ComplexRecipe:  # fmt: skip
    names = (lines,) if isinstance(lines, str) else tuple(lines)
    if (recipe is None) == (not names):
        raise ConfigError("fit_local: give lines with a window, or a recipe; not neither and not both.")
    if recipe is not None:
        return load_recipe(str(recipe))
    if window is None:
        raise ConfigError(f"fit_local: lines {', '.join(names)} without a window; give window=(low, high) in rest Å.")
    if role not in ("broad", "narrow"):
        raise ConfigError(f"fit_local: role is {role!r}; it should be 'broad' or 'narrow'.")
    check_bands("fit_local", above=0.0, window=window, **{f"fwhm[{i}]": band for i, band in enumerate(fwhm)})
    check_bands("fit_local", velocity=velocity)
    outside = [name for name in names if not window[0] < line(name).wavelength < window[1]]
    if outside:
        places = ", ".join(f"{name} at {line(name).wavelength:.1f} Å" for name in outside)
        raise ConfigError(f"fit_local: {places} outside the window {window[0]:g}-{window[1]:g} Å.")
    components = tuple(
        ComponentRecipe(
            name=f"{name}_{role}", lines=(name,), role=role, fwhm=tuple((float(a), float(b)) for a, b in fwhm),
            velocity=(float(velocity[0]), float(velocity[1])), ratios=(1.0,), kinematics="local" if tied else None,
        )
        for name in names
    )  # fmt: skip
    if tied and len(fwhm) > 1:
        raise ConfigError("fit_local: tied lines have one Gaussian each; give one pair of fwhm bounds.")
    return ComplexRecipe(
        recipe_id="local", label=" + ".join(line(name).label for name in names), order=0,
        windows=((float(window[0]), float(window[1])),), coverage="full", min_coverage=0.7, min_pixels=10,
        required=names, mask_absorption=True, absorption_max_kms=1000.0, components=components,
    )  # fmt: skip


def _flanks(window: Band) -> tuple[Band, Band]:
    width = FLANK * (window[1] - window[0])
    return (window[0] - width, window[0]), (window[1], window[1] + width)


def _local_continuum(bands: tuple[Band, ...]) -> ContinuumConfig:
    """A power law pivoted between the bands, and nothing else."""
    middle = float(np.sqrt(bands[0][0] * bands[-1][1]))
    law = PowerLawConfig(mode="single", pivot=middle, slope_bounds=(-20.0, 20.0))
    return ContinuumConfig(
        windows=bands, lya_safe_windows=bands, mask_windows=(), power_law=law, balmer=BalmerConfig(enabled=False),
        iron_uv=IronConfig("mejia16_uv", enabled=False), iron_optical=IronConfig("veron04", enabled=False),
        min_component_pixels=2 * LEAST_CONTINUUM_PIXELS,
    )  # fmt: skip


def _cut(rest: Spectrum, recipe: ComplexRecipe, bands: tuple[Band, ...]) -> Spectrum:
    """The pixels from the first to the last of window and bands."""
    wave = rest.wavelength
    for low, high in bands:
        n = int(np.count_nonzero(rest.good & (wave >= low) & (wave <= high)))
        if n < LEAST_CONTINUUM_PIXELS:
            raise FitError(
                f"{rest.label}: {n} usable pixels in the continuum band {low:.1f}-{high:.1f} Å; "
                f"{LEAST_CONTINUUM_PIXELS} are needed."
            )
    low = min(bands[0][0], recipe.window[0])
    high = max(bands[-1][1], recipe.window[1])
    inside = (wave >= low) & (wave <= high)
    lsf = None if rest.lsf_sigma is None else rest.lsf_sigma[inside]
    return replace(
        rest, wavelength=wave[inside], flux=rest.flux[inside], ivar=rest.ivar[inside], lsf_sigma=lsf
    )  # fmt: skip
