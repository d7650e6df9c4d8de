"""Weak lines that are fitted when they are asked for."""

from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import low_redshift_quasar, noisy

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.fitting.config import BalmerConfig, ContinuumConfig, IronConfig, PowerLawConfig
from qsospec_duck.models.balmer import series_lines
from qsospec_duck.models.lines import line, lines
from qsospec_duck.models.recipes import further_recipes, packaged_recipes
from qsospec_duck.simulate import Gaussian, Quasar, simulate_quasar

FURTHER = further_recipes()
BESIDE = [name for name in FURTHER if name not in ("ciii_feiii", "oii_neiii_balmer")]

NOT_FITTED = {"siiv", "oiv"}
"""Si IV and O IV] are one blend."""

WIDTHS = {"broad": (3000.0, 100.0), "narrow": (450.0, 40.0)}


ALONE = ContinuumConfig(
    power_law=PowerLawConfig(mode="single"), balmer=BalmerConfig(enabled=False),
    iron_uv=IronConfig("mejia16_uv", enabled=False), iron_optical=IronConfig("veron04", enabled=False),
)  # fmt: skip
"""A power law: other components that are not there could only err upwards."""


def config_of(name):
    return FitConfig(complexes=(name,), continuum=ALONE, uncertainty=UncertaintyConfig(calibrated=False))


def made(recipe, flux=300.0):
    """A power law with the lines of a recipe at their own wavelengths, at a redshift that shows them at 7000 Å."""
    emission = [
        Gaussian(line_id, component.role, flux * ratio, WIDTHS[component.role][1], WIDTHS[component.role][0])
        for component in recipe.components if not component.optional
        for line_id, ratio in zip(component.lines, component.ratios, strict=True)
    ]  # fmt: skip
    middle = 0.5 * sum(recipe.window)
    z = max(7000.0 / middle - 1.0, 0.05)
    wavelength = np.arange(min(3600.0, middle * (1 + z) - 3000), max(9800.0, middle * (1 + z) + 3000), 0.8)
    spectrum = simulate_quasar(
        Quasar(z, 20.0, -1.4, lines=tuple(emission)), snr=30.0, noise=False, wavelength=wavelength
    )
    return spectrum, emission


def test_every_line_of_the_list_is_in_a_recipe_but_those_that_are_named_here():
    recipes = [*packaged_recipes().values(), *FURTHER.values()]
    fitted = {line_id for recipe in recipes for line_id in recipe.line_ids}
    assert set(lines()) - fitted == NOT_FITTED


@pytest.mark.parametrize("recipe", FURTHER.values(), ids=FURTHER)
def test_lines_lie_in_their_windows_and_kinematics_have_one_band(recipe):
    bands = {}
    for component in recipe.components:
        for line_id in component.lines:
            assert any(low < line(line_id).wavelength < high for low, high in recipe.windows), line_id
        if component.kinematics:
            bands.setdefault(component.kinematics, set()).add((component.fwhm, component.velocity))
    assert all(len(found) == 1 for found in bands.values())
    assert set(recipe.required) <= recipe.line_ids


@pytest.mark.parametrize("name", BESIDE)
def test_lines_of_a_further_recipe_come_back(name):
    spectrum, emission = made(FURTHER[name])
    result = fit_quasar(spectrum, config_of(name))
    assert result.complex_statuses[name] == "fitted"
    for one in emission:
        quantity = f"{one.line_id}_{one.role}"
        assert result.value(f"{quantity}_flux") == pytest.approx(one.flux, rel=0.01)
        assert result.value(f"{quantity}_fwhm") == pytest.approx(one.fwhm, rel=0.02)
        assert result.value(f"{quantity}_voff") == pytest.approx(one.velocity, abs=15.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["oi_cii", "hei5877", "oi6302", "siii_pa9"])
def test_errors_of_further_lines_cover(name):
    spectrum, emission = made(FURTHER[name], 150.0)
    config = config_of(name)
    # Of the fit without noise: a centroid in λ lies a little redward of the velocity in ln λ that a line is made with.
    exact = fit_quasar(spectrum, config)
    truth = {f"{one.line_id}_{one.role}_{what}" for one in emission for what in ("flux", "fwhm", "voff")}
    rng = np.random.default_rng(3)
    pulls = {quantity: [] for quantity in truth}
    for _ in range(100):
        for row in fit_quasar(noisy(spectrum, rng), config).measurements:
            if row.quantity in truth and row.section == "complex_metric" and row.error is not None:
                pulls[row.quantity].append((row.value - exact.value(row.quantity)) / row.error)
    for quantity, found in pulls.items():
        assert len(found) == 100, quantity
        # 1σ of the fraction is 0.047, of the mean 0.1.
        assert 0.54 < np.mean(np.abs(found) < 1.0) < 0.83, (quantity, np.mean(np.abs(found) < 1.0))
        assert abs(np.mean(found)) < 0.35, (quantity, np.mean(found))


def test_fe_iii_under_c_iii_is_told_from_it():
    recipe = FURTHER["ciii_feiii"]
    ratios = next(c for c in recipe.components if c.optional)
    truth = [
        Gaussian("ciii", "broad", 1200, -50, 3500), Gaussian("siiii", "broad", 250, -100, 2500),
        Gaussian("aliii", "broad", 250, -100, 2500), Gaussian("niii", "broad", 120, -100, 2500),
        *(Gaussian(name, "broad", 300 * ratio, -100, 2500)
          for name, ratio in zip(ratios.lines, ratios.ratios, strict=True)),
    ]  # fmt: skip
    spectrum = simulate_quasar(Quasar(1.9, 12.0, -1.6, lines=tuple(truth)), snr=40.0, noise=False)
    names = tuple(name for name in packaged_recipes() if name != "ciii")
    result = fit_quasar(spectrum, FitConfig(complexes=(*names, "ciii_feiii")))
    assert result.value("feiii1914_broad_flux") == pytest.approx(300.0, rel=0.05)
    assert result.value("ciii_broad_flux") == pytest.approx(1200.0, rel=0.03)


def balmer_lines(lowest_level=9):
    names = [name for name in packaged_recipes() if name != "oii_nev_neiii_hgamma"]
    continuum = ContinuumConfig(balmer=BalmerConfig(lowest_level=lowest_level))
    return FitConfig(complexes=(*names, "oii_neiii_balmer"), continuum=continuum)


def test_h_delta_h_epsilon_and_h8_of_the_series_are_measured_one_by_one():
    made = low_redshift_quasar()
    # Hγ as wide as the series: broad Balmer lines of the complex share their width.
    emission = tuple(replace(one, fwhm=made.balmer.fwhm) if one.flux == 280 else one for one in made.lines)
    quasar = replace(made, lines=emission)
    result = fit_quasar(simulate_quasar(quasar, snr=60.0, noise=False), balmer_lines())
    # The simulation has them in its series, at case B ratios to its Hβ.
    _, ratios = series_lines()
    for line_id, ratio in zip(("hd", "he", "h8"), ratios, strict=False):
        (row,) = (
            one for one in result.measurements
            if (one.quantity, one.section) == (f"{line_id}_broad_flux", "complex_metric")
        )  # fmt: skip
        # Where the continuum saw pixels of H8 before the line was there, its series grew and left H8 two thirds.
        assert row.value == pytest.approx(ratio * quasar.balmer.norm, rel=0.02), line_id
        assert 0.0 < row.error < 0.4 * row.value
    assert result.value("hd_broad_fwhm") == pytest.approx(made.balmer.fwhm, rel=0.02)


def test_lines_of_the_series_are_not_fitted_twice(tmp_path):
    with pytest.raises(ConfigError, match=r"'oii_neiii_balmer' fits hd, he, h8, and so does .* = 6; it should be 9"):
        balmer_lines(lowest_level=6)
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\nwindows = [[4050.0, 4200.0]]\n[[component]]\nname = "a"\nlines = ["hd"]\nrole = "broad"\n'
        "fwhm = [[900.0, 8000.0]]\n"
    )
    with pytest.raises(ConfigError, match=r"fits hd, .* it should be 7"):
        FitConfig(complexes=(str(path),))
    without = ContinuumConfig(balmer=BalmerConfig(enabled=False))
    assert FitConfig(complexes=(str(path),), continuum=without).complexes == (str(path),)


def test_all_names_every_recipe_but_what_stands_in_place_of_another():
    names = FitConfig(complexes=("all",)).complexes
    assert set(names) == {*packaged_recipes(), *BESIDE}
    assert [*names] == sorted(names, key=lambda name: {**packaged_recipes(), **FURTHER}[name].order)


def test_two_recipes_for_one_line_are_refused():
    with pytest.raises(ConfigError, match=r"'ciii' and 'ciii_feiii' both fit aliii; one of them should go"):
        FitConfig(complexes=("ciii", "ciii_feiii"))


def test_the_default_is_what_it_was():
    assert FitConfig().complexes == tuple(packaged_recipes())
    assert not set(FitConfig().complexes) & set(FURTHER)


def test_strong_lines_hardly_change_when_weak_ones_are_fitted_too():
    spectrum = noisy(simulate_quasar(low_redshift_quasar(), snr=18.0, noise=False), np.random.default_rng(1))
    usual, more = fit_quasar(spectrum), fit_quasar(spectrum, FitConfig(complexes=("all",)))
    assert "nev3347" in more.complexes
    for quantity in ("hb_broad_fwhm", "mgii_broad_flux", "oiii5008_narrow_flux", "flux_5100"):
        (row,) = [row for row in usual.measurements if row.quantity == quantity]
        assert more.value(quantity) == pytest.approx(row.value, abs=0.5 * row.error)


def test_a_copy_of_a_further_recipe_needs_another_name(tmp_path):
    from qsospec_duck.models.recipe_check import explain_recipe

    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "oi8449"\nwindows = [[8330.0, 8490.0]]\n[[component]]\nname = "a"\nlines = ["oi8449"]\nrole = "broad"\n'
        "fwhm = [[900.0, 8000.0]]\n"
    )
    assert any("is that of a packaged recipe" in told for told in explain_recipe(path))


def test_options_of_recipes_are_hashable():
    assert replace(FitConfig(), complexes=("all",)).hash() != FitConfig().hash()
