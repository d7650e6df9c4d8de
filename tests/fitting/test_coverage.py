from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.coverage import EDGE_MARGIN_KMS, LYA_BLUE_LIMIT, coverage_of
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import packaged_recipes
from qsospec_duck.spectra import Spectrum

RECIPES = packaged_recipes()


def rest_spectrum(low, high, *, gaps=(), step_kms=69.0):
    wave = np.exp(np.arange(np.log(low), np.log(high), step_kms / C_KMS))
    ivar = np.ones_like(wave)
    for gap_low, gap_high in gaps:
        ivar[(wave >= gap_low) & (wave <= gap_high)] = 0.0
    return Spectrum(wave, np.ones_like(wave), ivar, 1.0, frame="rest")


def edge(line_id, kms):
    return line(line_id).wavelength * (1 + kms / C_KMS)


@pytest.mark.parametrize("name", RECIPES)
def test_complex_inside_the_spectrum_is_fitted_with_all_components(name):
    recipe = RECIPES[name]
    coverage = coverage_of(rest_spectrum(1000.0, 14000.0), recipe)
    assert coverage.status == "fitted"
    assert coverage.can_fit
    assert coverage.components == recipe.components
    assert coverage.dropped == ()
    wave = rest_spectrum(1000.0, 14000.0).wavelength
    inside = sum((wave >= low) & (wave <= high) for low, high in recipe.windows).astype(bool)
    assert np.array_equal(coverage.mask, inside)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("side", ["blue", "red"])
def test_complex_outside_the_spectrum_is_not_covered(name, side):
    low, high = RECIPES[name].window
    spectrum = rest_spectrum(900.0, low - 1.0) if side == "red" else rest_spectrum(high + 1.0, 15000.0)
    coverage = coverage_of(spectrum, RECIPES[name])
    assert coverage.status == "not_covered"
    assert not coverage.can_fit
    assert not coverage.mask.any()


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.coverage == "full"])
def test_required_line_must_lie_a_margin_inside_the_spectrum(name):
    required = RECIPES[name].required[0]
    for kms, covered in ((EDGE_MARGIN_KMS - 200.0, False), (EDGE_MARGIN_KMS + 200.0, True)):
        # Only the margin decides here, so the fraction of the window is not asked for.
        loose = replace(RECIPES[name], min_coverage=0.0)
        assert coverage_of(rest_spectrum(1000.0, edge(required, kms)), loose).can_fit is covered
        assert coverage_of(rest_spectrum(edge(required, -kms), 14000.0), loose).can_fit is covered


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.coverage == "full"])
def test_fraction_of_the_window_decides(name):
    recipe = RECIPES[name]
    low, high = recipe.window
    centers = [line(line_id).wavelength for line_id in recipe.required]

    def with_gap(fraction):
        # A gap at the end of the window that is farther from the required line.
        length = fraction * (high - low)
        gap = (low, low + length) if centers[0] - low > high - centers[0] else (high - length, high)
        return coverage_of(rest_spectrum(1000.0, 14000.0, gaps=(gap,)), recipe)

    assert with_gap(0.15).status == "fitted"
    lost = with_gap(0.25)
    assert lost.status == "not_covered"
    assert "80% needed" in lost.message


def test_gap_over_a_required_line_leaves_the_complex_uncovered():
    center = line("hb").wavelength
    coverage = coverage_of(rest_spectrum(4000.0, 6000.0, gaps=((center - 20.0, center + 20.0),)), RECIPES["hbeta_oiii"])
    assert coverage.status == "not_covered"
    assert "hb" in coverage.message


def test_bad_pixels_are_not_in_the_mask():
    spectrum = rest_spectrum(4000.0, 6000.0, gaps=((4700.0, 4720.0),))
    mask = coverage_of(spectrum, RECIPES["hbeta_oiii"]).mask
    inside = (spectrum.wavelength > 4700.0) & (spectrum.wavelength < 4720.0)
    assert not mask[inside].any()
    assert mask.any()


def test_few_coarse_pixels_are_too_few():
    coverage = coverage_of(rest_spectrum(4000.0, 6000.0, step_kms=1200.0), RECIPES["hbeta_oiii"])
    assert coverage.status == "too_few_pixels"
    assert "30 needed" in coverage.message


def test_components_that_are_not_observed_are_dropped_from_an_adaptive_complex():
    recipe = RECIPES["oii_nev_neiii_hgamma"]
    coverage = coverage_of(rest_spectrum(3600.0, 4000.0), recipe)
    assert coverage.status == "fitted"
    kept = {component.name for component in coverage.components}
    assert kept == {"oii3727_narrow", "oii3730_narrow", "neiii3870_narrow"}
    assert kept | set(coverage.dropped) == {component.name for component in recipe.components}
    assert kept & set(coverage.dropped) == set()


def test_adaptive_complex_without_any_line_is_not_covered():
    # Blue of [Ne V] there are pixels of the window, but no line.
    assert coverage_of(rest_spectrum(3000.0, 3415.0), RECIPES["oii_nev_neiii_hgamma"]).status == "not_covered"


def test_component_under_a_gap_is_dropped():
    center = line("neiii3870").wavelength
    spectrum = rest_spectrum(3300.0, 4500.0, gaps=((center - 25.0, center + 25.0),))
    assert coverage_of(spectrum, RECIPES["oii_nev_neiii_hgamma"]).dropped == ("neiii3870_narrow",)


@pytest.mark.parametrize(
    ("begins", "status"),
    [
        (1000.0, "fitted"),
        (LYA_BLUE_LIMIT - 0.5, "fitted"),
        (LYA_BLUE_LIMIT + 1.0, "red_side_only"),
        (edge("lya", -EDGE_MARGIN_KMS) - 1.0, "red_side_only"),
        (edge("lya", -EDGE_MARGIN_KMS) + 1.0, "edge_truncated"),
        (1225.0, "edge_truncated"),
        (1235.0, "edge_truncated"),
        (1265.0, "not_covered"),
        (1300.0, "not_covered"),
    ],
)
def test_lya_has_four_states(begins, status):
    coverage = coverage_of(rest_spectrum(begins, 3000.0), RECIPES["lya_nv"])
    assert coverage.status == status
    assert coverage.can_fit is (status in ("fitted", "red_side_only"))


def test_lya_with_a_gap_on_its_red_side_is_truncated():
    assert coverage_of(rest_spectrum(1200.0, 3000.0, gaps=((1230.0, 1260.0),)), RECIPES["lya_nv"]).status == (
        "edge_truncated"
    )


def test_lya_without_enough_of_its_window_is_not_full():
    spectrum = rest_spectrum(1000.0, 3000.0, gaps=((1150.0, 1195.0),))
    assert coverage_of(spectrum, RECIPES["lya_nv"]).status == "red_side_only"
