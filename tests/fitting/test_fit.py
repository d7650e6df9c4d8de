from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import OIII_RATIO, low_redshift_quasar, noisy
from sound_fits import assert_sound, numbers
from threadpoolctl import threadpool_info, threadpool_limits

from qsospec_duck.columns import columns_of
from qsospec_duck.errors import ConfigError, FitError
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.fitting.config import BalmerConfig, ContinuumConfig
from qsospec_duck.simulate import Gaussian, simulate_quasar, simulate_spectra
from qsospec_duck.spectra import Spectrum, to_rest_frame


@pytest.fixture(scope="module")
def fitted_low_z(noisy_low_z):
    return fit_quasar(noisy_low_z)


@pytest.mark.parametrize("made", ["low_z", "high_z"])
def test_noiseless_quasar_gives_its_truth_back(made, request):
    spectrum, truth = request.getfixturevalue(made)
    # The true quasar at redshift 1.9 has no Balmer emission, which cannot be seen there and would be assumed.
    balmer = BalmerConfig(enabled=made == "low_z")
    result = fit_quasar(spectrum, FitConfig(continuum=ContinuumConfig(balmer=balmer)))
    assert_sound(result)
    compared = 0
    for row in result.measurements:
        if row.quantity not in truth or row.error is None or row.method != "covariance":
            continue
        # Blocks settle to about a hundredth of a σ; the truth of percentiles is interpolated to 1e-4 of a width.
        assert abs(row.value - truth[row.quantity]) < 0.03 * row.error, row
        compared += 1
    assert compared > 90
    assert result.continuum.chi2 < 0.1
    assert all(fit.chi2 < 0.1 for fit in result.complexes.values())


def test_every_covered_complex_is_fitted_and_every_other_says_why(fitted_low_z):
    assert_sound(fitted_low_z)
    assert set(fitted_low_z.complexes) == {"mgii", "oii_nev_neiii_hgamma", "hbeta_oiii"}
    uncovered = {name for name, status in fitted_low_z.complex_statuses.items() if status == "not_covered"}
    warned = {warning.recipe_id for warning in fitted_low_z.warnings if warning.code == "complex_not_covered"}
    assert warned == uncovered


def test_published_covariances_are_in_the_units_of_the_parameters(fitted_low_z):
    for fit in (fitted_low_z.continuum, *fitted_low_z.complexes.values()):
        errors = np.array([np.nan if error is None else error for error in fit.parameter_errors.values()])
        values = np.array(list(fit.parameters.values()))
        known = np.isfinite(errors) & (values != 0.0)
        assert known.sum() > 3
        assert np.sqrt(np.diag(fit.covariance))[known] == pytest.approx(errors[known], rel=1e-9)
        assert fit.covariance == pytest.approx(fit.covariance.T, rel=1e-6, abs=1e-12)


def test_reduced_chi2_of_a_true_model_is_one(fitted_low_z):
    assert fitted_low_z.continuum.reduced_chi2 == pytest.approx(1.0, abs=0.1)
    for fit in fitted_low_z.complexes.values():
        # χ²/dof of 300 to 1000 pixels scatters by √(2/n).
        assert fit.reduced_chi2 == pytest.approx(1.0, abs=0.25)


def test_chi2_is_that_of_the_published_model_on_the_fit_mask(fitted_low_z):
    spectrum = fitted_low_z.spectrum
    pull2 = (spectrum.flux - fitted_low_z.model) ** 2 * spectrum.ivar
    for fit in fitted_low_z.complexes.values():
        # Other complexes and the continuum moved by less than the settling limit after a block's last turn.
        assert pull2[fit.fit_mask].sum() == pytest.approx(fit.chi2, rel=2e-3)
        assert 0 < np.count_nonzero(fit.fit_mask) - fit.dof <= len(fit.parameters)
    used = fitted_low_z.continuum.fit_mask & fitted_low_z.continuum.clip_mask
    assert pull2[used].sum() == pytest.approx(fitted_low_z.continuum.chi2, rel=2e-3)


def test_equal_spectra_give_equal_bits_whatever_was_fitted_between(noisy_low_z, high_z):
    before = fit_quasar(noisy_low_z)
    fit_quasar(high_z[0])
    again = fit_quasar(noisy_low_z)
    assert numbers(before) == numbers(again)
    assert np.array_equal(before.model, again.model)
    assert before.warnings == again.warnings


@pytest.mark.parametrize("scale", [1.0, 1e-17, 1e-10])
def test_result_does_not_depend_on_the_unit_of_the_flux(noisy_low_z, fitted_low_z, scale):
    unit = scale / 1e-17
    spectrum = Spectrum.from_arrays(
        noisy_low_z.wavelength, noisy_low_z.flux / unit, ivar=noisy_low_z.ivar * unit**2, z=noisy_low_z.z,
        flux_scale=scale, ebv=0.0,
    )  # fmt: skip
    result = fit_quasar(spectrum)
    assert [row[:3] for row in numbers(result)] == [row[:3] for row in numbers(fitted_low_z)]
    for mine, reference in zip(result.measurements, fitted_low_z.measurements, strict=True):
        # Rounding of the input is 1e-16 relative; the solver ends within a hundredth of a σ.
        scatter = reference.error or abs(reference.value)
        assert abs(mine.value - reference.value) <= 0.02 * scatter, mine
        assert (mine.error is None) == (reference.error is None)


def test_shapes_do_not_depend_on_the_brightness(noisy_low_z, fitted_low_z):
    dim = replace(noisy_low_z, flux=noisy_low_z.flux * 1e-3, ivar=noisy_low_z.ivar * 1e6)
    for mine, reference in zip(fit_quasar(dim).measurements, fitted_low_z.measurements, strict=True):
        assert mine.quantity == reference.quantity
        if mine.unit in ("km/s", "Angstrom"):
            assert mine.value == pytest.approx(reference.value, abs=0.02 * (reference.error or 1.0))


def test_rest_and_observed_frame_give_the_same(noisy_low_z, fitted_low_z):
    rest = to_rest_frame(noisy_low_z)
    assert numbers(fit_quasar(rest)) == numbers(fitted_low_z)


def test_input_is_left_alone(noisy_low_z):
    copies = [array.copy() for array in (noisy_low_z.wavelength, noisy_low_z.flux, noisy_low_z.ivar)]
    fit_quasar(noisy_low_z)
    for kept, now in zip(copies, (noisy_low_z.wavelength, noisy_low_z.flux, noisy_low_z.ivar), strict=True):
        assert np.array_equal(kept, now)


def test_unusable_pixels_have_no_say(noisy_low_z, fitted_low_z):
    wild = noisy_low_z.flux.copy()
    ivar = noisy_low_z.ivar.copy()
    bad = slice(3000, 3040)
    ivar[bad] = 0.0
    quiet = fit_quasar(replace(noisy_low_z, ivar=ivar))
    wild[bad] = 1e9
    loud = fit_quasar(replace(noisy_low_z, flux=wild, ivar=ivar))
    assert numbers(quiet) == numbers(loud)
    assert numbers(quiet) != numbers(fitted_low_z)


def test_nan_flux_is_an_unusable_pixel(noisy_low_z):
    flux = noisy_low_z.flux.copy()
    flux[100:150] = np.nan
    flux[2000] = np.inf
    spectrum = Spectrum.from_arrays(noisy_low_z.wavelength, flux, ivar=noisy_low_z.ivar, z=noisy_low_z.z, ebv=0.0)
    assert_sound(fit_quasar(spectrum))


def test_spectrum_without_usable_pixels_is_refused(noisy_low_z):
    dead = replace(noisy_low_z, ivar=np.zeros_like(noisy_low_z.ivar), object_id="dead fibre")
    with pytest.raises(FitError, match=r"dead fibre: 0 of 7781 pixels are usable .* a fit needs 50\."):
        fit_quasar(dead)


def test_spectrum_with_few_usable_pixels_is_refused(noisy_low_z):
    ivar = np.zeros_like(noisy_low_z.ivar)
    ivar[:49] = 1.0
    with pytest.raises(FitError, match=r"49 of 7781 pixels are usable"):
        fit_quasar(replace(noisy_low_z, ivar=ivar))


def test_negative_redshift_is_refused(noisy_low_z):
    with pytest.raises(FitError, match=r"redshift is -0.01; a quasar's is not negative\."):
        fit_quasar(replace(noisy_low_z, z=-0.01))


def test_unknown_recipe_is_refused(noisy_low_z):
    with pytest.raises(ConfigError, match=r"'mgiii' is neither a file nor packaged"):
        fit_quasar(noisy_low_z, FitConfig(complexes=("mgiii",)))


def test_without_complexes_there_is_a_continuum(noisy_low_z):
    result = fit_quasar(noisy_low_z, FitConfig(complexes=()))
    assert result.complexes == {}
    assert result.complex_statuses == {}
    assert result.continuum.success
    assert np.isfinite(result.value("power_law_slope"))


def test_spectrum_outside_all_continuum_windows_still_gives_a_result():
    wave = np.arange(4650.0, 5090.0, 0.5)
    spectrum = Spectrum(wave, np.full_like(wave, 5.0), np.ones_like(wave), 0.5, frame="rest", ebv=0.0)
    result = fit_quasar(spectrum)
    assert "continuum_failed" in result.warning_codes
    assert not result.continuum.success
    assert result.measurements == ()
    assert result.complex_statuses["hbeta_oiii"] == "failed"
    assert result.complex_statuses["mgii"] == "not_covered"
    assert np.all(result.model == 0.0)


def test_relative_flux_has_no_luminosities(noisy_low_z):
    result = fit_quasar(replace(noisy_low_z, flux_unit="relative"))
    assert not [row for row in result.measurements if "logl" in row.quantity]
    assert np.isfinite(result.value("hb_broad_fwhm", "hbeta_oiii"))


def test_every_measure_is_a_row_of_the_column_list(fitted_low_z):
    known = {column.name for column in columns_of("measurements")}
    assert {"section", "recipe_id", "feature_id", "role", "quantity", "value", "error", "unit"} <= known
    for row in fitted_low_z.measurements:
        if row.section == "complex_metric" and row.feature_id:
            assert row.quantity == f"{row.feature_id}_{row.role}_{row.measure}"


@pytest.mark.parametrize("snr", [1.0, 5.0, 60.0])
def test_random_quasars_of_any_redshift_and_quality_give_sound_results(snr):
    spectra, _ = simulate_spectra(12, seed=int(snr), snr=snr, z_range=(0.05, 4.5), forest=True)
    for spectrum in spectra:
        assert_sound(fit_quasar(spectrum))


def test_pure_noise_gives_a_sound_result(noisy_low_z):
    rng = np.random.default_rng(9)
    for z in (0.3, 1.5, 3.0):
        noise = replace(noisy_low_z, z=z, flux=rng.normal(size=noisy_low_z.n_pix), ivar=np.ones(noisy_low_z.n_pix))
        assert_sound(fit_quasar(noise))


def test_negative_flux_gives_a_sound_result(noisy_low_z):
    assert_sound(fit_quasar(replace(noisy_low_z, flux=-noisy_low_z.flux)))


def test_flat_noiseless_flux_gives_a_sound_result(noisy_low_z):
    assert_sound(fit_quasar(replace(noisy_low_z, flux=np.full(noisy_low_z.n_pix, 3.0))))


def test_zero_flux_gives_a_sound_result(noisy_low_z):
    assert_sound(fit_quasar(replace(noisy_low_z, flux=np.zeros(noisy_low_z.n_pix))))


def test_wing_of_oiii_is_found_where_it_is_and_only_there():
    plain = low_redshift_quasar()
    wing = (Gaussian("oiii5008", "wing", 150, -250, 1200), Gaussian("oiii4960", "wing", 150 * OIII_RATIO, -250, 1200))
    rng = np.random.default_rng(3)
    models = {}
    for name, quasar in (("plain", plain), ("winged", replace(plain, lines=plain.lines + wing))):
        base = simulate_quasar(quasar, snr=18.0, noise=False)
        models[name] = [
            "oiii_wing" in fit_quasar(noisy(base, rng)).complexes["hbeta_oiii"].selected_model for _ in range(15)
        ]
    assert not any(models["plain"])
    assert all(models["winged"])


def test_high_redshift_quasar_covers_the_ultraviolet_complexes(high_z):
    result = fit_quasar(noisy(high_z[0], np.random.default_rng(1)))
    assert set(result.complexes) == {"siiv_oiv", "civ", "ciii", "mgii"}
    assert result.complex_statuses["lya_nv"] == "edge_truncated"


def test_an_undetected_line_has_an_upper_limit_instead_of_widths():
    result = fit_quasar(simulate_quasar(low_redshift_quasar(), snr=1.5))
    limits = [row for row in result.measurements if row.measure == "flux_limit"]
    assert limits
    by_name = {row.quantity: row for row in result.measurements if row.section == "complex_metric"}
    for row in limits:
        flux = by_name[f"{row.feature_id}_{row.role}_flux"]
        assert row.value == pytest.approx(flux.value + 3.0 * flux.error)
        assert flux.value < 3.0 * flux.error
        assert f"{row.feature_id}_{row.role}_fwhm" not in by_name
        assert f"{row.feature_id}_{row.role}_peak" not in by_name
    detected = {(row.feature_id, row.role) for row in result.measurements if row.measure == "c50"}
    assert detected.isdisjoint({(row.feature_id, row.role) for row in limits})


def test_a_fit_uses_one_blas_thread_and_gives_the_others_back(noisy_low_z, monkeypatch):
    from qsospec_duck.fitting import fit

    def blas_threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    seen = []
    original = fit.fit_blocks
    monkeypatch.setattr(fit, "fit_blocks", lambda *given: seen.append(blas_threads()) or original(*given))
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        fit_quasar(noisy_low_z)
        assert blas_threads() == before
    assert seen
    assert set(seen[0]) == {1}
