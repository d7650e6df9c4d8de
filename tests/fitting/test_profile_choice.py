"""Gaussians or a Lorentzian: chosen by the data, archived with the numbers."""

from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import low_redshift_quasar, noisy

from qsospec_duck.constants import C_KMS
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.fitting.fit import fit_recipes
from qsospec_duck.models.lines import line
from qsospec_duck.models.lorentzian import REACH, lorentzian_gaussians
from qsospec_duck.models.recipes import packaged_recipes, parse_recipe
from qsospec_duck.simulate import simulate_quasar

WIDTH = 1600.0


def lorentzian_quasar():
    """A quasar whose broad Hβ is a Lorentzian, computed as one and not as a sum of Gaussians."""
    quasar = low_redshift_quasar()
    bare = replace(quasar, lines=tuple(g for g in quasar.lines if (g.line_id, g.role) != ("hb", "broad")))
    spectrum = simulate_quasar(bare, snr=25.0, noise=False)
    wave = spectrum.wavelength / (1.0 + spectrum.z)
    velocity = C_KMS * np.log(wave / line("hb").wavelength)
    profile = 1.0 / (1.0 + 4.0 * (velocity / WIDTH) ** 2)
    flux = 2000.0 * profile / np.trapezoid(profile, wave) / (1.0 + spectrum.z)
    return replace(spectrum, flux=spectrum.flux + flux)


def test_the_sum_of_gaussians_is_the_lorentzian():
    x = np.linspace(-REACH, REACH, 801)
    shares, widths = np.array(lorentzian_gaussians()).T
    profile = (shares / widths) @ np.exp(-4.0 * np.log(2.0) * (x / widths[:, None]) ** 2)
    profile /= profile[400]
    assert np.abs(profile - 1.0 / (1.0 + 4.0 * x**2)).max() < 0.005
    assert np.interp(0.5, x, profile) == pytest.approx(0.5, abs=1e-3)
    assert shares.sum() == pytest.approx(1.0)


def test_a_lorentzian_line_is_seen_as_one():
    result = fit_quasar(noisy(lorentzian_quasar(), np.random.default_rng(4)))
    fit = result.complexes["hbeta_oiii"]
    assert "lorentzian hb_broad" in fit.selected_model
    rows = {row.quantity: row for row in result.measurements}
    assert abs(rows["hb_broad_fwhm"].value - WIDTH) < 3.0 * rows["hb_broad_fwhm"].error
    names = [one.name for one in fit.components]
    assert names.count("hb_broad") == 1


def test_a_line_of_two_gaussians_is_not(noisy_low_z):
    fit = fit_quasar(noisy_low_z).complexes["hbeta_oiii"]
    assert "lorentzian" not in fit.selected_model
    (trial,) = [one for one in fit.trials if one.model == "lorentzian hb_broad"]
    assert not trial.accepted
    assert trial.chi2 > fit.chi2


def test_every_trial_says_what_it_cost(noisy_low_z):
    result = fit_quasar(noisy_low_z)
    trials = result.complexes["hbeta_oiii"].trials
    assert {one.model.split()[0] for one in trials} <= {"with", "without", "lorentzian"}
    for one in trials:
        assert one.bic == pytest.approx(one.chi2 + one.n_parameters * np.log(one.n_pixels))
    assert [one.model for one in result.continuum.trials] == ["single power law", "broken power law"]
    assert sum(one.accepted for one in result.continuum.trials) == 1


def test_the_choice_can_be_fixed_by_a_recipe(noisy_low_z, tmp_path):
    from importlib import resources

    text = resources.files("qsospec_duck").joinpath("data/recipes/hbeta_oiii.toml").read_text(encoding="utf-8")
    fixed = tmp_path / "fixed.toml"
    fixed.write_text(text.replace('alternative = "lorentzian"\n', "").replace('"hbeta_oiii"', '"my_hbeta"'))
    result = fit_quasar(noisy_low_z, FitConfig(complexes=(str(fixed),)))
    assert not [one for one in result.complexes["my_hbeta"].trials if "lorentzian" in one.model]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"profile": "voigt"}, "gaussian, lorentzian"), ({"alternative": "voigt"}, "it should be 'lorentzian'")],
)
def test_unknown_profiles_are_refused(change, said):
    component = {"name": "x", "lines": ["hb"], "role": "broad", "fwhm": [[900.0, 2000.0]], **change}
    with pytest.raises(ConfigError, match=said):
        parse_recipe("mine.toml", {"id": "x", "windows": [[4700.0, 5000.0]], "component": [component]})


def test_only_hbeta_may_be_lorentzian():
    named = [c.name for recipe in packaged_recipes().values() for c in recipe.components if c.alternative]
    assert named == ["hb_broad"]


def test_an_optional_profile_of_two_gaussians_is_added_beside_a_core():
    recipe = packaged_recipes()["mgii"]
    components = tuple(replace(one, optional=one.role == "broad", droppable=False) for one in recipe.components)
    quasar = replace(low_redshift_quasar(), z=0.75)
    (fit,) = fit_recipes(
        simulate_quasar(quasar, snr=20.0), FitConfig(), [replace(recipe, components=components)]
    ).complexes.values()
    assert fit.selected_model == "core+mgii_broad"
    assert [trial.model for trial in fit.trials] == ["with mgii_broad"]
