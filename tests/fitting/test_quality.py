"""fit_quality and the quality of lines: 0 is good, every bit has a name and warnings that set it."""

from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.fitting import FitWarning, fit_quality, fit_quasar, quality_bits, quality_names
from qsospec_duck.fitting.line_features import features_of
from qsospec_duck.fitting.line_measurements import judge_lines
from qsospec_duck.fitting.measurement_rows import Label, in_columns
from qsospec_duck.fitting.quality import line_qualities
from qsospec_duck.fitting.verdicts import judge_luminosities
from qsospec_duck.fitting.warning_codes import warning_codes
from qsospec_duck.models.recipes import load_recipe
from qsospec_duck.simulate import simulate_spectra


def bits_by_line(warnings, *recipe_ids):
    """Names of bits by line, role."""
    recipes = [load_recipe(recipe_id) for recipe_id in recipe_ids]
    features = [features_of(recipe.components, recipe, recipe.line_ids) for recipe in recipes]
    rows = [row for part in line_qualities(features, warnings) for row in part]
    return {(label.feature_id, label.role): quality_names(int(value)) for label, value, _ in rows}


def test_bits_are_powers_of_two_and_each_is_set_by_known_warnings():
    bits = quality_bits()
    assert [one.bit for one in bits] == [1 << k for k in range(len(bits))]
    for one in bits:
        assert one.codes
        assert {code.rpartition(":")[2] for code in one.codes | one.line_codes} <= set(warning_codes())


def test_a_good_spectrum_is_good(noisy_low_z):
    result = fit_quasar(noisy_low_z)
    assert fit_quality(result.warnings) == 0
    of_lines = {row.quantity: row.value for row in result.measurements if row.measure == "quality"}
    assert of_lines["hb_broad_quality"] == 0.0
    assert of_lines["oiii5008_narrow_quality"] == 0.0


def test_a_faint_spectrum_is_of_low_snr(noisy_low_z):
    rng = np.random.default_rng(1)
    sigma = 2.0 * np.abs(noisy_low_z.flux).max()
    flux = noisy_low_z.flux + sigma * rng.standard_normal(noisy_low_z.n_pix)
    faint = replace(noisy_low_z, flux=flux, ivar=np.full(noisy_low_z.n_pix, sigma**-2))
    assert "low_snr" in quality_names(fit_quality(fit_quasar(faint).warnings))


@pytest.mark.parametrize(("measure", "value"), [("fwhm", 26_000.0), ("ew", np.inf)])
def test_absurd_values_are_flagged(measure, value):
    label = Label("complex_metric", f"hb_broad_{measure}", "", "hbeta_oiii", "hb", "broad", measure)
    (warning,) = judge_lines(in_columns([(label, value, 1.0), (label._replace(measure="voff"), 1e9, 1.0)]))
    assert warning.code == "absurd_value"
    flagged = {line: names for line, names in bits_by_line([warning], "hbeta_oiii").items() if names}
    assert flagged == {("hb", "broad"): ["absurd"]}


def test_luminosity_that_says_nothing_is_flagged():
    row = Label("continuum_metric", "logl5100", "", measure="logl"), 44.0, 11.0
    assert quality_names(fit_quality(judge_luminosities(in_columns([row])))) == ["low_snr"]


def test_a_warning_about_a_complex_concerns_all_its_lines_and_no_other():
    warning = FitWarning("edge_truncated", "cut", "complex", "civ")
    found = bits_by_line([warning], "civ", "ciii")
    assert found["civ", "broad"] == ["coverage"]
    assert found["ciii", "broad"] == []
    assert fit_quality([warning]) == 0


def test_a_bound_is_that_of_the_lines_it_shapes():
    warning = FitWarning(
        "parameter_at_bound", "on its bound", "complex", "hbeta_oiii",
        context={"recipe_id": "hbeta_oiii", "profiles": ["hb_narrow", "oiii5008_narrow"]},
    )  # fmt: skip
    flagged = {line: names for line, names in bits_by_line([warning], "hbeta_oiii").items() if names}
    lines = ("hb", "narrow"), ("hb", "total"), ("oiii5008", "narrow"), ("oiii5008", "total")
    assert flagged == {key: ["bound"] for key in lines}


def test_lines_of_a_complex_keep_their_quality_where_another_ends_on_its_bound(low_z):
    # A core of 400 km/s, where broad Hβ has 900 at least: narrow Hβ and [O III] are held elsewhere.
    spectrum, _ = low_z
    wave = spectrum.wavelength / (1.0 + spectrum.z)
    level = float(np.median(spectrum.flux))
    wide = 3.0 * level * np.exp(-0.5 * ((wave / 4862.683 - 1.01) * 299_792.458 / 180.0) ** 2)
    seen = replace(spectrum, flux=spectrum.flux + wide, ivar=np.full(spectrum.n_pix, (0.02 * level) ** -2))
    noise = np.random.default_rng(4).standard_normal(seen.n_pix) / np.sqrt(seen.ivar)
    result = fit_quasar(replace(seen, flux=seen.flux + noise))
    bounds = [one.context for one in result.warnings
              if one.code == "parameter_at_bound" and one.recipe_id == "hbeta_oiii"]  # fmt: skip
    assert bounds
    named = {name for one in bounds for name in one.get("profiles", [f"{one.get('line_id')}_{one.get('role')}"])}
    qualities = {
        row.quantity.removesuffix("_quality"): quality_names(int(row.value))
        for row in result.measurements
        if row.measure == "quality" and row.recipe_id == "hbeta_oiii" and row.role != "total"
    }
    assert {name for name, bits in qualities.items() if "bound" in bits} == named & set(qualities)
    assert "bound" not in qualities["heii4687_broad"]


def test_a_profile_of_the_wrong_shape_is_flagged(low_z):
    # A flat-topped line that Gaussians follow badly, at high S/N.
    spectrum = low_z[0]
    wave = spectrum.wavelength / (1.0 + spectrum.z)
    box = np.where(np.abs(wave - 4862.7) < 60.0, 3.0 * np.median(spectrum.flux), 0.0)
    odd = replace(
        spectrum, flux=spectrum.flux + box, ivar=np.full(spectrum.n_pix, (0.01 * np.median(spectrum.flux)) ** -2)
    )
    noise = np.random.default_rng(2).standard_normal(odd.n_pix) / np.sqrt(odd.ivar)
    result = fit_quasar(replace(odd, flux=odd.flux + noise))
    assert "residual_runs" in result.warning_codes
    quality = next(row.value for row in result.measurements if row.quantity == "hb_broad_quality")
    assert "residuals" in quality_names(int(quality))


def test_a_detected_broad_line_without_a_width_says_why():
    # Faint lines may end as Gaussians of which one on its bound holds most of the flux and is below 3 σ by itself.
    spectra, _ = simulate_spectra(13, seed=44, snr=3.0, z_range=(0.1, 2.5))
    without = 0
    for spectrum in spectra:
        result = fit_quasar(spectrum)
        rows = [row for row in result.measurements if row.section == "complex_metric" and row.role == "broad"]
        measured = {row.feature_id for row in rows if row.measure == "fwhm"}
        told = [warning.message for warning in result.warnings]
        for line_id in {row.feature_id for row in rows if row.measure == "snr" and row.value >= 3.0} - measured:
            without += 1
            assert any(message.startswith((f"{line_id}_", f"{line_id} ")) for message in told), (spectrum.z, line_id)
    assert without > 0
