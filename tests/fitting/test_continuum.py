from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quasar_truths import low_redshift_quasar, noisy

from qsospec_duck.constants import POWER_LAW_BREAK
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.fitting.config import BalmerConfig, ContinuumConfig, IronConfig, PowerLawConfig
from qsospec_duck.fitting.continuum import fit_continuum
from qsospec_duck.simulate import Quasar, TemplateEmission, simulate_quasar
from qsospec_duck.spectra import to_rest_frame

NO_LINES = FitConfig(complexes=())


def continuum_quasar(z=0.6, **changes):
    return replace(low_redshift_quasar(z), lines=(), **changes)


def rest(quasar, *, snr=20.0, seed=None):
    spectrum = to_rest_frame(simulate_quasar(quasar, snr=snr, noise=False))
    return spectrum if seed is None else noisy(spectrum, np.random.default_rng(seed))


def broken(spectrum, red_minus_blue):
    """Bend a power law at the break of the composite."""
    wave = spectrum.wavelength
    factor = np.where(wave > POWER_LAW_BREAK, (wave / POWER_LAW_BREAK) ** red_minus_blue, 1.0)
    return replace(spectrum, flux=spectrum.flux * factor)


def bare_power_law():
    return Quasar(0.3, 20.0, -1.4)


def test_noiseless_continuum_gives_all_components_back():
    quasar = continuum_quasar()
    values = fit_quasar(rest(quasar), NO_LINES).continuum.parameters
    # The truth is convolved on a grid of 12 km/s, the fit interpolates a bank of 50 km/s.
    assert values["power_law_norm"] == pytest.approx(20.0, rel=1e-4)
    assert values["power_law_slope"] == pytest.approx(-1.4, abs=1e-4)
    for name in ("iron_uv", "iron_optical", "balmer"):
        truth = getattr(quasar, name)
        assert values[f"{name}_norm"] == pytest.approx(truth.norm, rel=3e-3)
        assert values[f"{name}_fwhm"] == pytest.approx(truth.fwhm, rel=5e-3)
        assert values[f"{name}_velocity"] == pytest.approx(truth.velocity, abs=5.0)


def test_recovery_is_exact_where_nothing_is_convolved():
    result = fit_quasar(rest(bare_power_law()), NO_LINES)
    assert result.continuum.parameters["power_law_norm"] == pytest.approx(20.0, rel=1e-6)
    assert result.continuum.parameters["power_law_slope"] == pytest.approx(-1.4, rel=1e-6)


@pytest.mark.parametrize("name", ["iron_uv", "iron_optical", "balmer"])
def test_component_that_is_not_there_gets_no_flux(name):
    quasar = continuum_quasar(**{name: None})
    result = fit_quasar(rest(quasar), NO_LINES)
    total = np.max(result.continuum.model)
    left = {component.name: component.values for component in result.continuum.components}
    assert np.max(np.abs(left.get(name, np.zeros(1)))) < 1e-3 * total


@pytest.mark.parametrize(("name", "config"), [
    ("iron_uv", ContinuumConfig(iron_uv=IronConfig("mejia16_uv", enabled=False))),
    ("iron_optical", ContinuumConfig(iron_optical=IronConfig("veron04", enabled=False))),
    ("balmer", ContinuumConfig(balmer=BalmerConfig(enabled=False))),
])  # fmt: skip
def test_disabled_component_is_not_fitted(name, config):
    result = fit_quasar(rest(continuum_quasar(), seed=1), replace(NO_LINES, continuum=config))
    assert name not in {component.name for component in result.continuum.components}
    assert not [key for key in result.continuum.parameters if key.startswith(name)]
    assert "component_not_covered" not in result.warning_codes


@pytest.mark.parametrize(("z", "missing"), [(2.4, {"iron_optical"}), (0.05, {"iron_uv"})])
def test_component_without_pixels_is_left_out_with_a_warning(z, missing):
    # From 4000 Å on, so that no pixel of redshift 0.05 lies where UV Fe II is.
    wavelength = np.arange(4000.0, 9800.0, 0.8)
    result = fit_quasar(simulate_quasar(continuum_quasar(z), snr=20.0, wavelength=wavelength))
    said = {
        warning.context["component"]
        for warning in result.warnings
        if warning.code in ("component_not_covered", "continuum_few_pixels")
    }
    assert missing <= said
    assert not missing & {component.name for component in result.continuum.components}
    assert said.isdisjoint(component.name for component in result.continuum.components)


@pytest.mark.parametrize("z", [2.0, 2.6, 3.2])
def test_balmer_emission_without_its_edge_is_assumed_and_not_published(z):
    result = fit_quasar(simulate_quasar(continuum_quasar(z), snr=20.0))
    assert "balmer_assumed" in result.warning_codes
    assert "balmer" in {component.name for component in result.continuum.components}
    assert not [row.quantity for row in result.measurements if row.feature_id == "balmer"]


def test_balmer_emission_is_left_out_with_a_warning_where_it_is_not_to_be_assumed():
    config = FitConfig(continuum=ContinuumConfig(balmer=BalmerConfig(assumed_ratio=0.0)))
    result = fit_quasar(simulate_quasar(continuum_quasar(3.2), snr=20.0), config)
    (warning,) = [one for one in result.warnings if one.context.get("component") == "balmer"]
    assert warning.code == "component_not_covered"
    assert "balmer" not in {component.name for component in result.continuum.components}


def test_luminosities_do_not_jump_at_the_redshift_where_the_balmer_edge_is_lost():
    # Its Balmer emission is 5 % of the power law, what the fit assumes within its scatter.
    pulls = []
    for z in (1.6, 1.75, 1.95, 2.1, 2.3, 2.5, 2.8):
        quasar = continuum_quasar(z)
        spectrum = simulate_quasar(quasar, snr=20.0, noise=False)
        row = next(row for row in fit_quasar(spectrum, NO_LINES).measurements if row.quantity == "flux_2500")
        truth = quasar.power_law_norm * (2500.0 / 3000.0) ** quasar.power_law_slope
        pulls.append((row.value - truth) / row.error)
    assert max(np.abs(pulls)) < 1.0


def test_single_power_law_is_chosen_where_there_is_one():
    chosen = [fit_quasar(rest(bare_power_law(), seed=seed), NO_LINES).continuum for seed in range(12)]
    assert {fit.selected_model for fit in chosen} == {"single"}
    assert all("power_law_slope_red" not in fit.parameters for fit in chosen)


def test_broken_power_law_is_chosen_where_it_bends():
    for seed in range(5):
        result = fit_quasar(broken(rest(bare_power_law(), seed=seed), 1.0), NO_LINES)
        assert result.continuum.selected_model == "broken"
        assert result.value("power_law_slope") == pytest.approx(-1.4, abs=0.1)
        assert result.value("power_law_slope_red") == pytest.approx(-0.4, abs=0.1)


@pytest.mark.parametrize("mode", ["single", "broken"])
def test_mode_overrules_the_data(mode):
    config = replace(NO_LINES, continuum=ContinuumConfig(power_law=PowerLawConfig(mode=mode)))
    bend = 1.0 if mode == "single" else 0.0
    result = fit_quasar(broken(rest(bare_power_law(), seed=1), bend), config)
    assert result.continuum.selected_model == mode


def test_no_bend_without_pixels_on_both_sides():
    quasar = replace(bare_power_law(), z=1.6)
    config = replace(NO_LINES, continuum=ContinuumConfig(power_law=PowerLawConfig(mode="broken")))
    assert fit_quasar(rest(quasar, seed=1), config).continuum.selected_model == "single"


def test_absorption_trough_is_clipped_and_does_not_bias():
    quasar = continuum_quasar()
    slopes = []
    for seed in range(8):
        clean = rest(quasar, seed=seed)
        trough = (clean.wavelength > 3050.0) & (clean.wavelength < 3075.0)
        absorbed = replace(clean, flux=np.where(trough, 0.4 * clean.flux, clean.flux))
        result = fit_quasar(absorbed, NO_LINES)
        reference = fit_quasar(clean, NO_LINES)
        assert "absorption_clipped" in result.warning_codes
        clipped = result.continuum.fit_mask & ~result.continuum.clip_mask
        assert clipped[trough].mean() > 0.95
        # Clipped pixels lie in the trough or on its shoulders.
        near = (clean.wavelength > 3040.0) & (clean.wavelength < 3085.0)
        assert np.count_nonzero(clipped & ~near) < 5
        error = reference.continuum.parameter_errors["power_law_slope"]
        slopes.append((result.value("power_law_slope") - reference.value("power_law_slope")) / error)
    assert abs(np.mean(slopes)) < 0.3
    assert np.max(np.abs(slopes)) < 1.0


def test_pure_noise_is_hardly_clipped():
    clipped = offered = 0
    spectrum = rest(bare_power_law())
    rng = np.random.default_rng(4)
    for _ in range(40):
        fit = fit_quasar(noisy(spectrum, rng), NO_LINES).continuum
        clipped += np.count_nonzero(fit.fit_mask & ~fit.clip_mask)
        offered += np.count_nonzero(fit.fit_mask)
    # Three in a row below 2 σ: 1.2e-5 a pixel, three pixels and their shoulders each.
    assert offered > 100_000
    assert clipped / offered < 1e-4


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 5.0), st.floats(2000.0, 6500.0))
def test_nothing_above_the_model_is_clipped(seed, bump, center):
    # A weak emission line that nothing models, of up to 10 σ a pixel and some Å of equivalent width.
    spectrum = rest(continuum_quasar(), seed=seed)
    extra = bump * np.exp(-0.5 * ((spectrum.wavelength - center) / 10.0) ** 2)
    lumpy = replace(spectrum, flux=spectrum.flux + extra)
    stage = fit_continuum(lumpy, ContinuumConfig(), lya_safe=False)
    clipped = stage.fit_mask & ~stage.clip_mask
    assert np.all((lumpy.flux - stage.model(lumpy))[clipped] < 0)
    assert np.count_nonzero(clipped) < 0.02 * np.count_nonzero(stage.fit_mask)


def test_a_spectrum_is_never_clipped_to_less_than_half():
    spectrum = rest(bare_power_law(), snr=200.0)
    saw = replace(spectrum, flux=spectrum.flux * np.where(np.arange(spectrum.n_pix) // 40 % 2, 1.0, 0.3))
    fit = fit_quasar(saw, NO_LINES).continuum
    assert np.count_nonzero(fit.fit_mask & fit.clip_mask) >= 0.5 * np.count_nonzero(fit.fit_mask)


def test_luminosity_follows_from_flux_and_distance():
    from astropy.cosmology import FlatLambdaCDM

    spectrum = simulate_quasar(continuum_quasar(), snr=20.0, noise=False)
    result = fit_quasar(spectrum, NO_LINES)
    distance = FlatLambdaCDM(H0=70.0, Om0=0.3, Tcmb0=0.0).luminosity_distance(0.6).to_value("cm")
    for wavelength in (2500.0, 3000.0, 5100.0):
        flux = result.value(f"flux_{wavelength:.0f}") * 1e-17
        assert result.value(f"logl{wavelength:.0f}") == pytest.approx(
            np.log10(4 * np.pi * distance**2 * wavelength * flux), abs=1e-6
        )


def test_no_luminosity_is_published_beyond_the_spectrum():
    result = fit_quasar(simulate_quasar(continuum_quasar(), snr=20.0), NO_LINES)
    quantities = {row.quantity for row in result.measurements}
    assert {"flux_2500", "flux_3000", "flux_5100"} <= quantities
    assert not {"flux_1350", "flux_1450", "logl1350", "logl1450"} & quantities
    said = next(warning for warning in result.warnings if warning.code == "continuum_extrapolated")
    assert said.context["wavelengths"] == ["1350", "1450"]


def test_iron_bands_hold_the_flux_of_their_template():
    quasar = continuum_quasar()
    result = fit_quasar(simulate_quasar(quasar, snr=20.0, noise=False), NO_LINES)
    from qsospec_duck.simulate import truth_rows

    truth = {name: value for name, value, _ in truth_rows(quasar)}
    for name in ("iron_uv_flux_2250_2650", "iron_uv_ew_2250_2650", "iron_optical_flux_4434_4684",
                 "iron_optical_ew_4434_4684"):  # fmt: skip
        assert result.value(name) == pytest.approx(truth[name], rel=5e-3)


def test_template_by_path_can_take_the_place_of_a_packaged_one(tmp_path):
    wave = np.arange(2000.0, 3100.0, 2.0)
    path = tmp_path / "bumps.txt"
    bumps = sum(np.exp(-0.5 * ((wave - at) / 25.0) ** 2) for at in (2380.0, 2500.0, 2600.0, 2740.0))
    path.write_text("\n".join(f"{w} {f}" for w, f in zip(wave, bumps + 1e-6, strict=True)))
    quasar = continuum_quasar(iron_uv=TemplateEmission(str(path), 3000.0, 2000.0))
    config = replace(NO_LINES, continuum=ContinuumConfig(iron_uv=IronConfig(str(path))))
    assert fit_quasar(rest(quasar), config).value("iron_uv_norm") == pytest.approx(3000.0, rel=0.01)
