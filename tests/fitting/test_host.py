"""The host galaxy: told from the nucleus in simulated mixtures, left out where it cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import noisy

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig, HostConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.fitting.host import fit_host
from qsospec_duck.fitting.host_grid import emission_mask, error_modes
from qsospec_duck.models.host_library import load_host_library
from qsospec_duck.models.log_grid import broaden
from qsospec_duck.spectra import to_rest_frame

FRACTION = 0.5


@pytest.fixture(scope="module")
def populations(shared_data):
    return str(shared_data / "templates" / "emiles_ssp_from_ppxf826_1680_10600A.npz")


@pytest.fixture(scope="module")
def eigenspectra(shared_data):
    return str(shared_data / "templates" / "gal_eigenspec_Yip2004.fits")


@pytest.fixture(scope="module")
def mixture(low_z, populations):
    """A quasar at redshift 0.6 in a galaxy that gives half of the light at 4200 Å; rest frame, and the galaxy."""
    rest = to_rest_frame(low_z[0])
    library = load_host_library(populations)
    galaxy = broaden(library.spectra[[-2, len(library.spectra) // 2]], 180.0).sum(axis=0)
    galaxy = np.interp(rest.wavelength, library.wavelength, galaxy)
    near = np.abs(rest.wavelength - 4200.0) < 20.0
    galaxy *= FRACTION / (1.0 - FRACTION) * rest.flux[near].mean() / galaxy[near].mean()
    # S/N 15 per pixel of the sum.
    sigma = np.full(rest.n_pix, float(np.median(rest.flux + galaxy)) / 15.0)
    return replace(rest, flux=rest.flux + galaxy, ivar=sigma**-2.0), galaxy


def fraction(result, wavelength=4200):
    return next(row for row in result.measurements if row.quantity == f"host_fraction_{wavelength}")


@pytest.mark.parametrize("method", ["linear", "ppxf"])
def test_fraction_of_a_mixture_is_found(method, mixture, populations):
    config = FitConfig(host=HostConfig(method=method, templates=populations))
    rng = np.random.default_rng(8)
    found = [fraction(fit_quasar(noisy(mixture[0], rng), config)).value for _ in range(6)]
    assert abs(np.mean(found) - FRACTION) < 0.05
    assert np.std(found) < 0.07


def test_eigenspectra_find_the_galaxy_too(mixture, eigenspectra):
    config = FitConfig(host=HostConfig(method="linear", templates=eigenspectra))
    found = fraction(fit_quasar(noisy(mixture[0], np.random.default_rng(1)), config))
    assert abs(found.value - FRACTION) < 0.12


def test_ppxf_finds_the_stars_velocity_and_dispersion(mixture, populations):
    config = FitConfig(host=HostConfig(method="ppxf", templates=populations))
    rows = {row.quantity: row for row in fit_quasar(noisy(mixture[0], np.random.default_rng(2)), config).measurements}
    assert abs(rows["stellar_velocity"].value) < 4.0 * rows["stellar_velocity"].error
    assert abs(rows["stellar_dispersion"].value - 180.0) < 4.0 * rows["stellar_dispersion"].error
    assert rows["stellar_dispersion"].error < 40.0


@pytest.mark.parametrize("method", ["linear", "ppxf"])
def test_the_break_has_an_error_that_tells_how_far_from_the_truth_it_is(method, mixture, populations):
    rest, galaxy = mixture
    low, high = (np.mean((galaxy * rest.wavelength**2)[(rest.wavelength >= a) & (rest.wavelength <= b)])
                 for a, b in ((3850.0, 3950.0), (4000.0, 4100.0)))  # fmt: skip
    config = FitConfig(host=HostConfig(method=method, templates=populations))
    rng = np.random.default_rng(12)
    rows = [
        next(row for row in fit_quasar(noisy(rest, rng), config).measurements if row.quantity == "d4000")
        for _ in range(8)
    ]
    pulls = np.array([(row.value - high / low) / row.error for row in rows])
    assert np.all(np.abs(pulls) < 4.0)
    # With 3 % of all light in it, an error may be larger than the scatter of the noise, not smaller by half.
    assert np.std([row.value for row in rows]) < 2.0 * np.median([row.error for row in rows])
    assert all(0.0 < row.error < 0.5 for row in rows)


def test_a_library_has_the_resolution_that_its_file_says(tmp_path):
    lam = np.arange(3500.0, 7500.0, 1.0)
    templates = np.random.default_rng(1).uniform(0.9, 1.1, (lam.size, 5, 3))
    np.savez(tmp_path / "spectra_made_1.0.npz", templates=templates, lam=lam, fwhm=lam / 2000.0)
    np.savez(tmp_path / "plain.npz", templates=templates, lam=lam)
    library = load_host_library(str(tmp_path / "spectra_made_1.0.npz"))
    # 1 km/s of the air wavelengths: a sampled line of slope 1/2000
    np.testing.assert_allclose(library.fwhm, library.wavelength / 2000.0, rtol=5e-4)
    assert np.all(load_host_library(str(tmp_path / "plain.npz")).fwhm == 2.51)


def test_errors_of_a_galaxy_are_those_of_its_weights():
    rng = np.random.default_rng(3)
    columns, root = rng.normal(size=(3, 50)), rng.normal(size=(3, 3))
    modes = error_modes(columns, root @ root.T)
    np.testing.assert_allclose(modes.T @ modes, columns.T @ root @ root.T @ columns, atol=1e-10)


def test_a_spectrum_sharper_than_the_library_has_a_larger_dispersion_of_its_stars(mixture, populations):
    # The galaxy has the library's own width and 180 km/s: seen by an instrument of half that width, more than 180.
    spectrum = noisy(mixture[0], np.random.default_rng(2))
    library_width = 2.51 / 2.3548 / spectrum.wavelength * 299_792.458
    config = FitConfig(host=HostConfig(method="ppxf", templates=populations))
    (unknown, sharp) = (
        next(row for row in fit_quasar(one, config).measurements if row.quantity == "stellar_dispersion")
        for one in (spectrum, replace(spectrum, lsf_sigma=0.5 * library_width))
    )
    used = ~emission_mask(spectrum.wavelength, config.host)
    added = np.sqrt(sharp.value**2 - unknown.value**2)
    # The pixels of the fit lie evenly in ln λ, those of the spectrum here do not quite.
    assert added == pytest.approx(np.sqrt(0.75 * np.mean(library_width[used] ** 2)), rel=0.1)
    assert sharp.error < unknown.error


def test_the_nucleus_is_measured_without_its_host(mixture, populations, low_z):
    truth = low_z[1]["logl3000"]
    spectrum = noisy(mixture[0], np.random.default_rng(3))
    with_host = fit_quasar(spectrum)
    result = fit_quasar(spectrum, FitConfig(host=HostConfig(method="linear", templates=populations)))
    corrected, plain = (
        next(row for row in one.measurements if row.quantity == "logl3000") for one in (result, with_host)
    )
    total = next(row for row in result.measurements if row.quantity == "logl3000_total")
    assert abs(corrected.value - truth) < 3.0 * corrected.error
    assert abs(corrected.value - truth) < abs(plain.value - truth)
    assert total.value > corrected.value
    assert corrected.error > plain.error


def test_spectrum_host_and_total_add_up(mixture, populations):
    spectrum = noisy(mixture[0], np.random.default_rng(4))
    result = fit_quasar(spectrum, FitConfig(host=HostConfig(method="linear", templates=populations)))
    np.testing.assert_allclose(result.spectrum.flux + result.host_model, spectrum.flux, rtol=1e-12)
    np.testing.assert_allclose(result.total_flux, spectrum.flux, rtol=1e-12)
    assert result.metadata["host_fit_mask"].any()
    assert not np.any(result.metadata["host_fit_mask"] & result.metadata["host_emission_mask"])


def test_a_quasar_without_galaxy_has_none(noisy_low_z, populations):
    result = fit_quasar(noisy_low_z, FitConfig(host=HostConfig(method="linear", templates=populations)))
    assert fraction(result).value < min(0.08, 3.0 * fraction(result).error)
    assert next(row.value for row in result.measurements if row.quantity == "host_reliable") == 0.0


def test_off_changes_nothing(noisy_low_z):
    plain = fit_quasar(noisy_low_z)
    assert plain.host_model is None
    assert not [row for row in plain.measurements if row.section.startswith("host")]


@pytest.mark.parametrize(
    ("config", "said"),
    [({"max_redshift": 0.5}, "redshift 0.600 is above 0.5"), ({"min_snr": 100.0}, "100 is needed"),
     ({"min_pixels": 10**6}, "1000000 are needed")],
)  # fmt: skip
def test_a_spectrum_that_gives_no_host_is_fitted_without(config, said, noisy_low_z, populations):
    host = HostConfig(method="linear", templates=populations, **config)
    result = fit_quasar(noisy_low_z, FitConfig(host=host))
    assert result.host_model is None
    (warning,) = [one for one in result.warnings if one.code == "host_not_fitted"]
    assert said in warning.message
    assert result.complexes


def test_missing_library_says_where_libraries_come_from(noisy_low_z, tmp_path):
    missing = str(tmp_path / "nothing.npz")
    with pytest.raises(ConfigError, match="ppxf_data"):
        fit_quasar(noisy_low_z, FitConfig(host=HostConfig(method="ppxf", templates=missing)))
    skipped = fit_quasar(noisy_low_z, FitConfig(host=HostConfig(method="ppxf", templates=missing, on_missing="skip")))
    assert "host_not_fitted" in skipped.warning_codes
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"no archive")
    with pytest.raises(ConfigError, match="not a library"):
        fit_quasar(noisy_low_z, FitConfig(host=HostConfig(method="ppxf", templates=str(broken), on_missing="skip")))


def test_monte_carlo_errors_carry_the_host_too(mixture, populations):
    spectrum = noisy(mixture[0], np.random.default_rng(6))
    host = HostConfig(method="linear", templates=populations)
    drawn = fit_quasar(spectrum, FitConfig(host=host, uncertainty=UncertaintyConfig(method="monte_carlo", draws=8)))
    fitted, _ = fit_host(spectrum, host, FitConfig().continuum)
    sigma = float(np.interp(3000.0, spectrum.wavelength, fitted.sigma))
    row = next(one for one in drawn.measurements if one.quantity == "flux_3000")
    assert row.error > sigma > 0.0


def test_a_poor_description_is_told(mixture, populations):
    # Waves that neither a galaxy nor a nucleus has.
    flux = mixture[0].flux * (1.0 + 0.3 * np.sin(mixture[0].wavelength / 15.0))
    result = fit_quasar(
        replace(mixture[0], flux=flux), FitConfig(host=HostConfig(method="linear", templates=populations))
    )
    assert [one for one in result.warnings if one.section == "host" and one.code == "high_chi2"]
    assert next(row.value for row in result.measurements if row.quantity == "host_reliable") == 0.0


def test_ppxf_refuses_eigenspectra(mixture, eigenspectra):
    host = HostConfig(method="ppxf", templates=eigenspectra)
    with pytest.raises(ConfigError, match="stellar populations"):
        fit_host(mixture[0], host, FitConfig().continuum)


def test_pixels_near_lines_are_not_used():
    velocities = np.array([0.0, 6900.0, 7200.0])
    wavelength = np.append(2798.745 * np.exp(velocities / 299792.458), [5008.2, 5300.0])
    assert emission_mask(wavelength, HostConfig()).tolist() == [True, True, False, True, False]


def test_the_library_is_part_of_the_configuration(populations, eigenspectra):
    hashes = {
        FitConfig(host=host).hash()
        for host in (HostConfig(), HostConfig("linear", populations), HostConfig("linear", eigenspectra))
    }
    assert len(hashes) == 3
