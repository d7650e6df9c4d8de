from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

from qsospec_duck.constants import BALMER_EDGE, C_KMS
from qsospec_duck.errors import ConfigError
from qsospec_duck.models.balmer import series_lines
from qsospec_duck.models.bank import balmer_bank, template_bank
from qsospec_duck.models.lines import line
from qsospec_duck.models.templates import load_template
from qsospec_duck.simulate import (
    Gaussian,
    Quasar,
    TemplateEmission,
    draw_quasar,
    quasar_flux,
    simulate_quasar,
    simulate_spectra,
    simulate_tile,
    truth_rows,
)
from qsospec_duck.simulate.instrument import forest_transmission
from qsospec_duck.simulate.positions import pixel_centre
from qsospec_duck.simulate.quasar import balmer_edge_density, balmer_emission, iron_emission
from qsospec_duck.spectra import prepare

WAVE = np.exp(np.arange(np.log(1100.0), np.log(8000.0), 10.0 / C_KMS))


def truth_of(quasar: Quasar) -> dict[str, float]:
    return {name: value for name, value, _ in truth_rows(quasar)}


@pytest.fixture(scope="module")
def tile(tmp_path_factory):
    return simulate_tile(tmp_path_factory.mktemp("tile"), 3, seed=11, z_range=(0.3, 2.8))


@pytest.fixture(scope="module")
def noiseless_quasar():
    return draw_quasar(np.random.default_rng(5), 0.6)


# The model itself.


@pytest.mark.parametrize("template", ["veron04", "park22", "mejia16_uv"])
def test_broadened_iron_keeps_its_flux(template):
    wave = np.exp(np.arange(np.log(1500.0), np.log(9000.0), 10.0 / C_KMS))
    flux = iron_emission(TemplateEmission(template, 7.0, 3000.0), wave)
    # A Gaussian in ln λ moves flux by exp(σ²/2c²), 1e-5 here; the rest is sampling.
    assert np.trapezoid(flux, wave) == pytest.approx(7.0, rel=1e-3)


def test_a_velocity_shifts_iron_in_log_wavelength():
    wave, _ = load_template("veron04")
    wave = wave[500:3000]
    still = iron_emission(TemplateEmission("veron04", 1.0, 2000.0), wave)
    moved = iron_emission(TemplateEmission("veron04", 1.0, 2000.0, 900.0), wave * np.exp(900.0 / C_KMS))
    np.testing.assert_allclose(moved, still, rtol=0, atol=1e-10 * still.max() + 1e-12)


@pytest.mark.parametrize(("template", "tolerance"), [("veron04", 2e-4), ("park22", 5e-4), ("mejia16_uv", 2e-3)])
def test_iron_agrees_with_the_bank_that_fits_use(template, tolerance):
    # Written twice on purpose. The bank samples templates every 50 km/s, which is coarse for the UV one's narrow lines.
    bank = template_bank(template, 500.0, 10000.0)
    width = bank.log_fwhm_start + 50 * bank.log_fwhm_step
    wave = np.exp(bank.log_wave_start + bank.log_wave_step * np.arange(bank.values.shape[1]))
    flux = iron_emission(TemplateEmission(template, 1.0, float(np.exp(width))), wave)
    np.testing.assert_allclose(flux, bank.values[50], rtol=0, atol=tolerance * bank.values[50].max())


def test_balmer_emission_agrees_with_the_bank_that_fits_use():
    bank = balmer_bank("sh95_ne09", 6, BALMER_EDGE, 15000.0, 1.0, 500.0, 15000.0)
    width = bank.log_fwhm_start + 50 * bank.log_fwhm_step
    wave = np.exp(bank.log_wave_start + bank.log_wave_step * np.arange(bank.values.shape[1]))
    flux = balmer_emission(TemplateEmission("sh95_ne09", 1.0, float(np.exp(width))), wave)
    between = (wave > 1500.0) & (wave < 4300.0)
    atol = 2e-4 * bank.values[50].max()
    np.testing.assert_allclose(flux[between], bank.values[50][between], rtol=0, atol=atol)


def test_balmer_lines_and_continuum_join_at_the_edge():
    wave = np.linspace(3500.0, 3750.0, 2000)
    flux = balmer_emission(TemplateEmission("sh95_ne09", 1.0, 3000.0), wave)
    steps = np.abs(np.diff(flux)) / flux.max()
    assert steps.max() < 2e-3
    assert np.interp(BALMER_EDGE, wave, flux) == pytest.approx(balmer_edge_density("sh95_ne09"), rel=0.05)


def test_balmer_series_carries_its_case_b_flux():
    wave = np.linspace(4085.0, 4120.0, 3000)
    # Hδ, n = 6, narrow enough to stand alone.
    center, ratio = (values[0] for values in series_lines())
    flux = balmer_emission(TemplateEmission("sh95_ne09", 2.0, 300.0), wave)
    assert 4085.0 < center < 4120.0
    assert np.trapezoid(flux, wave) == pytest.approx(2.0 * ratio, rel=1e-5)


def test_a_line_holds_its_flux_at_its_vacuum_wavelength():
    quasar = Quasar(0.5, 0.0, -1.5, lines=(Gaussian("hb", "narrow", 12.0, 0.0, 500.0),))
    flux = quasar_flux(quasar, WAVE)
    assert np.trapezoid(flux, WAVE) == pytest.approx(12.0, rel=1e-4)
    assert WAVE[np.argmax(flux)] == pytest.approx(line("hb").wavelength, rel=10.0 / C_KMS)


# The truth.


def test_a_single_gaussian_has_the_measures_of_a_gaussian():
    quasar = Quasar(0.5, 4.0, -1.5, lines=(Gaussian("hb", "broad", 300.0, 250.0, 4000.0),))
    truth = truth_of(quasar)
    sigma = 4000.0 / 2.354820045
    assert truth["hb_broad_flux"] == pytest.approx(300.0, rel=1e-6)
    assert truth["hb_broad_fwhm"] == pytest.approx(4000.0, rel=1e-4)
    assert truth["hb_broad_sigma"] == pytest.approx(sigma, rel=1e-5)
    # Moments over λ of a profile that is symmetric in ln λ are shifted by σ²/c.
    assert truth["hb_broad_voff"] == pytest.approx(250.0 + sigma**2 / C_KMS, abs=0.01)
    assert truth["hb_broad_w80"] == pytest.approx(2.563103 * sigma, rel=1e-4)
    assert truth["hb_broad_asymmetry"] == pytest.approx(0.0, abs=1e-4)


def test_the_width_is_that_of_the_summed_profile():
    core, base = Gaussian("ha", "broad", 100.0, 0.0, 2000.0), Gaussian("ha", "broad", 100.0, 0.0, 8000.0)
    fwhm = truth_of(Quasar(0.5, 4.0, -1.5, lines=(core, base)))["ha_broad_fwhm"]
    # Half maximum of the sum: peaks are as 4 to 1, so f(x) = 4 exp(-k x²) + exp(-k x²/16) = 2.5 with k = 4 ln 2/2000².
    half = 0.5 * fwhm
    k = 4.0 * np.log(2.0) / 2000.0**2
    assert 4.0 * np.exp(-k * half**2) + np.exp(-k * half**2 / 16.0) == pytest.approx(2.5, rel=1e-4)


def test_broad_and_narrow_add_up_to_total(noiseless_quasar):
    truth = truth_of(noiseless_quasar)
    assert truth["hb_total_flux"] == pytest.approx(truth["hb_broad_flux"] + truth["hb_narrow_flux"], rel=1e-6)
    assert truth["hb_total_fwhm"] < truth["hb_broad_fwhm"]


def test_luminosity_and_flux_of_the_continuum_belong_together(noiseless_quasar):
    from astropy.cosmology import FlatLambdaCDM

    truth = truth_of(noiseless_quasar)
    distance = FlatLambdaCDM(70, 0.3).luminosity_distance(0.6).to_value("cm")
    luminosity = 4 * np.pi * distance**2 * 5100.0 * truth["flux_5100"] * 1e-17
    assert truth["logl5100"] == pytest.approx(np.log10(luminosity), abs=1e-4)
    assert truth["flux_3000"] == pytest.approx(truth["power_law_norm"])


def test_equivalent_width_is_flux_over_the_continuum_without_iron():
    quasar = Quasar(0.5, 4.0, 0.0, lines=(Gaussian("oiii5008", "narrow", 40.0, 0.0, 300.0),))
    assert truth_of(quasar)["oiii5008_narrow_ew"] == pytest.approx(10.0, rel=1e-5)
    iron = replace(quasar, iron_optical=TemplateEmission("veron04", 500.0, 3000.0))
    assert truth_of(iron)["oiii5008_narrow_ew"] == pytest.approx(10.0, rel=1e-5)


def test_every_truth_is_finite_at_any_redshift():
    rng = np.random.default_rng(0)
    for z in (0.1, 1.0, 3.5):
        rows = truth_rows(draw_quasar(rng, z))
        assert np.all(np.isfinite([value for _, value, _ in rows]))
        assert len({name for name, _, _ in rows}) == len(rows)


# Spectra.


def test_noise_has_the_size_that_the_errors_say():
    exact, _ = simulate_spectra(1, seed=4, noise=False)
    noisy, _ = simulate_spectra(1, seed=4)
    pulls = (noisy[0].flux - exact[0].flux) * np.sqrt(exact[0].ivar)
    # 7,781 pixels: the mean scatters by 0.011 and the deviation by 0.008.
    assert abs(pulls.mean()) < 0.05
    assert pulls.std() == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("snr", [3.0, 40.0])
def test_signal_to_noise_is_the_one_asked_for(snr):
    spectrum = simulate_spectra(1, seed=2, snr=snr, noise=False)[0][0]
    assert np.median(spectrum.flux * np.sqrt(spectrum.ivar)) == pytest.approx(snr, rel=0.02)


def test_spectra_do_not_depend_on_how_many_are_drawn():
    few, few_truth = simulate_spectra(2, seed=9)
    many, many_truth = simulate_spectra(4, seed=9)
    np.testing.assert_array_equal(few[1].flux, many[1].flux)
    assert few_truth.to_pylist() == many_truth.slice(0, few_truth.num_rows).to_pylist()
    other, _ = simulate_spectra(1, seed=10)
    assert other[0].z != few[0].z


def test_dereddening_and_rest_frame_give_the_quasar_back():
    quasar = draw_quasar(np.random.default_rng(1), 1.2)
    spectrum = prepare(simulate_quasar(quasar, ebv=0.15, noise=False))
    # 1e-6 is what the tabulated extinction law promises.
    np.testing.assert_allclose(spectrum.flux, quasar_flux(quasar, spectrum.wavelength), rtol=1e-6)


def test_another_wavelength_grid_is_used_as_it_is():
    wave = 10.0 ** np.arange(3.56, 4.01, 1e-4)
    spectrum = simulate_quasar(draw_quasar(np.random.default_rng(1), 0.5), wavelength=wave)
    np.testing.assert_array_equal(spectrum.wavelength, wave)


def test_the_forest_absorbs_blueward_of_lya_only_and_by_its_mean():
    wave = np.arange(3600.0, 5600.0, 0.8)
    transmission = forest_transmission(wave, 3.0, np.random.default_rng(8))
    red = wave > 1215.67 * 4.0
    assert np.all(transmission[red] == 1.0)
    mean = np.exp(-0.0018 * (wave[~red] / 1215.67) ** 3.92).mean()
    assert transmission[~red].mean() == pytest.approx(mean, rel=0.05)
    assert np.all((transmission >= 0) & (transmission <= 1))


@pytest.mark.parametrize(
    "call",
    [
        lambda: simulate_spectra(1, z_range=(0.0, 1.0)),
        lambda: simulate_spectra(1, z_range=(2.0, 1.0)),
        lambda: simulate_spectra(1, snr=0.0),
        lambda: simulate_spectra(1, ebv=-0.1),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call):
    with pytest.raises(ConfigError):
        call()


# The tile.


def test_the_tile_has_the_hdus_of_a_survey_tile(tile):
    with fits.open(tile.coadd) as coadd:
        arms = [f"{arm}_{name}" for arm in "BRZ" for name in ("WAVELENGTH", "FLUX", "IVAR", "MASK", "RESOLUTION")]
        assert [hdu.name for hdu in coadd] == ["PRIMARY", "FIBERMAP", "EXP_FIBERMAP", *arms, "SCORES"]
        assert [coadd[f"{arm}_FLUX"].shape for arm in "BRZ"] == [(7, 2751), (7, 2326), (7, 2881)]
        assert coadd["B_RESOLUTION"].shape == (7, 11, 2751)
        assert coadd["B_FLUX"].header["BUNIT"] == "10**-17 erg/(s cm2 Angstrom)"
        assert (coadd[0].header["SURVEY"], coadd[0].header["HPXPIXEL"]) == ("main", 23040)
        assert coadd["Z_WAVELENGTH"].data[-1] == pytest.approx(9824.0)
    with fits.open(tile.redrock, checksum=True) as redrock:
        assert [hdu.name for hdu in redrock] == ["PRIMARY", "REDSHIFTS", "FIBERMAP", "EXP_FIBERMAP", "TSNR2"]


def test_redrock_and_coadd_hold_the_same_targets_in_another_order(tile):
    with fits.open(tile.coadd) as coadd, fits.open(tile.redrock) as redrock:
        first, second = coadd["FIBERMAP"].data["TARGETID"], redrock["REDSHIFTS"].data["TARGETID"]
        np.testing.assert_array_equal(np.sort(first), np.sort(second))
        assert not np.array_equal(first, second)
        np.testing.assert_array_equal(redrock["FIBERMAP"].data["TARGETID"], second)


def test_masked_pixels_and_dead_fibres_have_no_ivar_and_the_rest_has(tile):
    with fits.open(tile.coadd) as coadd:
        dead = coadd["FIBERMAP"].data["COADD_FIBERSTATUS"] > 0
        assert dead.sum() == 1
        for arm in "BRZ":
            mask, ivar = coadd[f"{arm}_MASK"].data, coadd[f"{arm}_IVAR"].data
            np.testing.assert_array_equal(ivar == 0, (mask & ~1) > 0)
            assert np.all(ivar[dead] == 0)
            assert 0 < np.mean(mask[~dead] > 0) < 0.02


def test_there_is_a_star_a_doubtful_galaxy_a_sky_fibre_and_a_dead_one(tile):
    with fits.open(tile.coadd) as coadd, fits.open(tile.redrock) as redrock:
        zwarn = dict(zip(*(redrock["REDSHIFTS"].data[name].tolist() for name in ("SPECTYPE", "ZWARN")), strict=True))
        kinds = sorted(redrock["REDSHIFTS"].data["SPECTYPE"])
        sky = coadd["FIBERMAP"].data["OBJTYPE"] == "SKY"
        assert kinds == ["GALAXY", "GALAXY", "QSO", "QSO", "QSO", "QSO", "STAR"]
        assert zwarn["STAR"] == 0
        assert np.all(coadd["FIBERMAP"].data["TARGETID"][sky] < 0)
        assert sorted(redrock["REDSHIFTS"].data["ZWARN"]) == [0, 0, 0, 0, 1, 4, 512]


def test_overlapping_arms_see_the_same_truth(tile):
    with fits.open(tile.coadd) as coadd:
        blue, red = slice(2700, 2751), slice(0, 51)
        np.testing.assert_allclose(coadd["B_WAVELENGTH"].data[blue], coadd["R_WAVELENGTH"].data[red], rtol=0, atol=1e-9)
        difference = coadd["B_FLUX"].data[:, blue] - coadd["R_FLUX"].data[:, red]
        ivar = [coadd["B_IVAR"].data[:, blue], coadd["R_IVAR"].data[:, red]]
        good = (ivar[0] > 0) & (ivar[1] > 0)
        pulls = difference[good] / np.sqrt(1.0 / ivar[0][good] + 1.0 / ivar[1][good])
        # Some 300 pixels of independent noise: never 0, and with unit scatter.
        assert np.all(pulls != 0)
        assert pulls.std() == pytest.approx(1.0, abs=0.2)


def test_equal_seeds_give_equal_tiles(tile, tmp_path):
    again = simulate_tile(tmp_path / "again", 3, seed=11, z_range=(0.3, 2.8))
    other = simulate_tile(tmp_path / "other", 3, seed=12, z_range=(0.3, 2.8))
    with fits.open(tile.coadd) as a, fits.open(again.coadd) as b, fits.open(other.coadd) as c:
        np.testing.assert_array_equal(a["R_FLUX"].data, b["R_FLUX"].data)
        assert not np.array_equal(a["R_FLUX"].data, c["R_FLUX"].data)
    assert pq.read_table(tile.truth).equals(pq.read_table(again.truth))


def test_the_truth_belongs_to_the_quasars_of_the_tile(tile):
    truth = pq.read_table(tile.truth)
    assert truth.column_names == ["target_id", "quantity", "value", "unit"]
    assert tuple(dict.fromkeys(truth["target_id"].to_pylist())) == tile.target_ids
    with fits.open(tile.redrock) as redrock:
        rows = redrock["REDSHIFTS"].data
        z = dict(zip(rows["TARGETID"].tolist(), rows["Z"].tolist(), strict=True))
    true = {row["target_id"]: row["value"] for row in truth.to_pylist() if row["quantity"] == "z"}
    assert true == {target_id: z[target_id] for target_id in tile.target_ids}


def test_the_reddening_of_a_tile_is_that_of_raw_sfd_values(tmp_path):
    options = {"seed": 3, "z_range": (0.5, 0.5), "others": False, "noise_level": 1e-5}
    clear = simulate_tile(tmp_path / "clear", 1, ebv=0.0, **options)
    dusty = simulate_tile(tmp_path / "dusty", 1, ebv=0.2, **options)
    with fits.open(clear.coadd) as a, fits.open(dusty.coadd) as b:
        assert b["FIBERMAP"].data["EBV"][0] == pytest.approx(0.2)
        wave = a["R_WAVELENGTH"].data
        ratio = np.median((b["R_FLUX"].data / a["R_FLUX"].data)[0][(wave > 5990) & (wave < 6010)])
    # Fitzpatrick 1999, table 3: A(6000 Å) = 2.688 E(B-V) at R_V = 3.1.
    assert -2.5 * np.log10(ratio) == pytest.approx(2.688 * 0.86 * 0.2, rel=0.02)


def test_positions_lie_in_the_pixel_of_the_tile():
    # Values of healpy: the pole, the equator, the other pole, and one pixel within each kind of ring.
    assert pixel_centre(4095) == pytest.approx((45.0, 89.26902929), abs=1e-7)
    assert pixel_centre(0) == pytest.approx((45.0, 0.59684183), abs=1e-7)
    assert pixel_centre(8 * 4096) == pytest.approx((45.0, -89.26902929), abs=1e-7)
    assert pixel_centre(23040) == pytest.approx((56.25, -8.98929935), abs=1e-7)
    assert pixel_centre(2048) == pytest.approx((22.5, 20.10550979), abs=1e-7)
    with pytest.raises(ConfigError, match="49151"):
        pixel_centre(49152)


def test_a_tile_of_nothing_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="at least 1"):
        simulate_tile(tmp_path, 0, seed=1)
