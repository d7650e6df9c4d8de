"""What a continuum may have beyond its defaults: dust, polynomials, Fe II in groups, Fe III, a choice of forms."""

from dataclasses import replace

import astropy.units as u
import numpy as np
import pytest
from dust_extinction.averages import G03_SMCBar
from quasar_truths import low_redshift_quasar, noisy

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.fitting.config import ContinuumConfig, IronConfig, PowerLawConfig
from qsospec_duck.fitting.shape_config import PolynomialConfig, ReddeningConfig
from qsospec_duck.models.line_groups import read_groups
from qsospec_duck.simulate import Quasar, TemplateEmission, simulate_quasar
from qsospec_duck.spectra import to_rest_frame

EBV = 0.12
EXACT = 1e5
"""S/N of spectra without noise whose fit should end on the truth: it stops a hundredth of a σ from it."""

DUST = ReddeningConfig(mode="on")
SINGLE = PowerLawConfig(mode="single")
ALONE = {key: replace(getattr(ContinuumConfig(), key), enabled=False) for key in ("iron_uv", "iron_optical", "balmer")}
"""No other component: one that is not there can only err upwards, and takes from the others what it gets."""


def config(**continuum):
    continuum.setdefault("power_law", SINGLE)
    return FitConfig(
        complexes=(), continuum=ContinuumConfig(**continuum), uncertainty=UncertaintyConfig(calibrated=False)
    )


def power_law(z=0.6, *, factor=None, extra=None, snr=20.0):
    """A power law of norm 20 and slope -1.4 times a factor, plus something else: noiseless, at rest."""
    spectrum = to_rest_frame(simulate_quasar(Quasar(z, 20.0, -1.4), snr=snr, noise=False))
    flux = spectrum.flux * (factor(spectrum.wavelength) if factor else 1.0)
    return replace(spectrum, flux=flux + (extra(spectrum.wavelength) if extra else 0.0))


def smc(ebv=EBV):
    """10^(−0.4 A(λ)) straight from dust_extinction; 2.74 is R_V of the bar (Gordon et al. 2003)."""
    return lambda wave: 10.0 ** (-0.4 * ebv * 2.74 * G03_SMCBar()(1e4 / wave / u.micron))


def broadened(centers, fluxes, fwhm, velocity):
    """Gaussians in ln λ, summed one by one."""
    s = fwhm / FWHM_PER_SIGMA / C_KMS

    def lines(wave):
        x = np.log(wave)[:, None] - np.log(np.asarray(centers))[None, :] - velocity / C_KMS
        return np.exp(-0.5 * (x / s) ** 2) @ (np.asarray(fluxes) / np.asarray(centers)) / (s * np.sqrt(2 * np.pi))

    return lines


@pytest.mark.parametrize("ebv", [0.02, EBV, 0.6])
@pytest.mark.parametrize("z", [0.3, 0.6, 2.2])
def test_dust_and_slope_come_back_from_a_noiseless_spectrum(z, ebv):
    got = fit_quasar(power_law(z, factor=smc(ebv), snr=EXACT), config(reddening=DUST, **ALONE))
    assert got.value("power_law_ebv") == pytest.approx(ebv, rel=1e-6, abs=1e-7)
    assert got.value("power_law_slope") == pytest.approx(-1.4, rel=1e-5)
    assert got.value("power_law_norm") == pytest.approx(20.0, rel=1e-5)


def test_dereddened_luminosity_is_that_of_the_power_law_before_the_dust():
    plain = fit_quasar(power_law(snr=EXACT), config(**ALONE))
    dusty = fit_quasar(power_law(factor=smc(), snr=EXACT), config(reddening=DUST, **ALONE))
    for name in ("logl2500", "logl3000", "logl5100"):
        assert dusty.value(f"{name}_dereddened") == pytest.approx(plain.value(name), abs=1e-6)
        wave = float(name.removeprefix("logl"))
        dimmed = plain.value(name) + np.log10(smc()(np.array([wave]))[0])
        assert dusty.value(name) == pytest.approx(dimmed, abs=1e-6)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_a_bent_power_law_comes_back(degree):
    # A polynomial of that degree in ln λ, and not in the fit's own basis.
    coefficients = 0.15 * np.array([1.0, -0.8, 0.9])[: degree - 1]

    def bend(wave):
        x = np.log(wave / 4000.0) / 0.4
        return np.exp(sum(c * x ** (k + 2) for k, c in enumerate(coefficients)))

    spectrum = power_law(factor=bend, snr=EXACT)
    options = config(polynomial=PolynomialConfig("multiply", degree=degree), **ALONE)
    got = fit_quasar(spectrum, options)
    assert np.max(np.abs(got.continuum.model / spectrum.flux - 1.0)) < 1e-6
    assert got.value("flux_3000") == pytest.approx(20.0 * bend(np.array([3000.0]))[0], rel=1e-6)


@pytest.mark.parametrize("degree", [1, 2, 4])
def test_light_beside_the_power_law_comes_back(degree):
    def light(wave):
        return 6.0 * (np.log(wave / 1500.0) / np.log(6.0)) ** degree

    spectrum = power_law(extra=light, snr=EXACT)
    got = fit_quasar(spectrum, config(polynomial=PolynomialConfig("add", degree=degree), **ALONE))
    assert np.max(np.abs(got.continuum.model / spectrum.flux - 1.0)) < 1e-6
    # Fluxes and luminosities are of both: what is power law and what is beside it is a convention.
    truth = 20.0 * (5100.0 / 3000.0) ** -1.4 + light(np.array([5100.0]))[0]
    assert got.value("flux_5100") == pytest.approx(truth, rel=1e-6)
    (component,) = [one for one in got.continuum.components if one.name == "polynomial"]
    assert np.all(component.values >= 0.0)


def test_every_group_of_fe_ii_comes_back_with_width_and_shift():
    norms = {"f": 400.0, "s": 250.0, "g": 120.0, "izw1": 80.0}
    truth = {group.name: group for group in read_groups("kovacevic10", 10_000.0)}

    def iron(wave):
        return sum(
            norm * broadened(truth[name].wavelength, truth[name].flux, 1800.0, -230.0)(wave)
            for name, norm in norms.items()
        )

    got = fit_quasar(power_law(0.5, extra=iron), config(iron_optical=IronConfig("kovacevic10")))
    for name, norm in norms.items():
        assert got.value(f"iron_optical_{name}_norm") == pytest.approx(norm, rel=2e-3)
    assert got.value("iron_optical_fwhm") == pytest.approx(1800.0, rel=1e-3)
    assert got.value("iron_optical_velocity") == pytest.approx(-230.0, abs=1.0)
    wave = np.linspace(4434.0, 4684.0, 20_001)
    assert got.value("iron_optical_flux_4434_4684") == pytest.approx(np.trapezoid(iron(wave), wave), rel=2e-3)
    assert [one.name for one in got.continuum.components].count("iron_optical") == 1


def test_fe_iii_comes_back_with_width_and_shift():

    (group,) = read_groups("feiii_uv48", 10_000.0)
    iron = broadened(group.wavelength, 300.0 * group.flux, 2500.0, 180.0)
    got = fit_quasar(power_law(1.5, extra=iron), config(iron_iii=IronConfig("feiii_uv48")))
    assert got.value("iron_iii_uv48_norm") == pytest.approx(300.0, rel=2e-3)
    assert got.value("iron_iii_fwhm") == pytest.approx(2500.0, rel=2e-3)
    assert got.value("iron_iii_velocity") == pytest.approx(180.0, abs=2.0)


def test_no_dust_is_a_value_with_an_error_and_no_warning():
    # A flatter curve than any slope would make E(B-V) negative if it could be.
    spectrum = noisy(power_law(factor=lambda wave: 1.0 / smc(0.03)(wave)), np.random.default_rng(1))
    got = fit_quasar(spectrum, config(reddening=DUST))
    (row,) = [row for row in got.measurements if row.quantity == "power_law_ebv"]
    assert row.value == 0.0
    assert row.error > 0.0
    assert row.unit == "mag"
    assert "parameter_at_bound" not in got.warning_codes


PULLED = {
    "dust": (
        lambda: power_law(factor=smc()), {"reddening": DUST},
        {"power_law_ebv": EBV, "power_law_slope": -1.4, "logl3000_dereddened": None},
    ),
    "bend": (
        lambda: power_law(factor=lambda wave: np.exp(0.1 * np.log(wave / 4000.0) ** 2)),
        {"polynomial": PolynomialConfig("multiply", degree=2)}, {"power_law_bend_2": None, "flux_3000": None},
    ),
    "groups": (
        lambda: power_law(0.5, extra=lambda wave: sum(
            200.0 * broadened(g.wavelength, g.flux, 1800.0, -230.0)(wave)
            for g in read_groups("kovacevic10", 10_000.0)
        )),
        {"iron_optical": IronConfig("kovacevic10")},
        {f"iron_optical_{name}": None for name in ("f_norm", "s_norm", "g_norm", "izw1_norm", "velocity", "fwhm")},
    ),
    "fe iii": (
        lambda: power_law(1.5, extra=broadened([2062.211, 2068.904, 2079.652], [140.0, 99.7, 59.5], 2500.0, 180.0)),
        {"iron_iii": IronConfig("feiii_uv48")},
        {"iron_iii_uv48_norm": None, "iron_iii_fwhm": None, "iron_iii_velocity": None},
    ),
}  # fmt: skip

N_DRAWS = 150


@pytest.mark.slow
@pytest.mark.parametrize("name", PULLED)
def test_errors_of_the_options_cover(name):
    make, continuum, truth = PULLED[name]
    spectrum = make()
    options = config(**{**ALONE, **continuum})
    exact = fit_quasar(spectrum, options)
    rng = np.random.default_rng(7)
    pulls = {quantity: [] for quantity in truth}
    for _ in range(N_DRAWS):
        for row in fit_quasar(noisy(spectrum, rng), options).measurements:
            if row.quantity in truth:
                value = truth[row.quantity] if truth[row.quantity] is not None else exact.value(row.quantity)
                pulls[row.quantity].append((row.value - value) / row.error)
    for quantity, found in pulls.items():
        assert len(found) == N_DRAWS, quantity
        # 1σ of a fraction of 0.683 in 150 draws is 0.038, of their mean 0.08, of their scatter 0.06.
        assert 0.57 < np.mean(np.abs(found) < 1.0) < 0.80, (quantity, np.mean(np.abs(found) < 1.0))
        assert abs(np.mean(found)) < 0.3, (quantity, np.mean(found))
        assert 0.8 < np.std(found) < 1.2, (quantity, np.std(found))


def test_dust_is_taken_where_there_is_some_and_left_where_there_is_none():
    auto = config(reddening=ReddeningConfig(mode="auto"), power_law=PowerLawConfig(), **ALONE)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        dusty = fit_quasar(noisy(power_law(factor=smc()), rng), auto).continuum
        assert dusty.selected_model == "single, reddened"
        assert abs(dusty.parameters["power_law_ebv"] - EBV) < 4.0 * dusty.parameter_errors["power_law_ebv"]
        assert fit_quasar(noisy(power_law(), rng), auto).continuum.selected_model == "single"


def test_every_form_that_was_tried_is_archived():
    options = config(
        reddening=ReddeningConfig(mode="auto"), polynomial=PolynomialConfig("multiply", degree=2, chosen=True),
        power_law=PowerLawConfig(),
    )  # fmt: skip
    fit = fit_quasar(noisy(power_law(factor=smc()), np.random.default_rng(3)), options).continuum
    assert {trial.model for trial in fit.trials} == {
        f"{law} power law{dust}{bend}"
        for law in ("single", "broken") for dust in ("", ", reddened") for bend in ("", ", polynomial multiply")
    }  # fmt: skip
    (taken,) = [trial for trial in fit.trials if trial.accepted]
    assert taken.model == fit.selected_model.replace("single", "single power law")
    lowest = min(trial.bic for trial in fit.trials)
    assert taken.bic - lowest < 10.0


def test_the_template_that_made_the_spectrum_is_taken():
    for template in ("veron04", "park22"):
        quasar = replace(low_redshift_quasar(), lines=(), iron_optical=TemplateEmission(template, 3000.0, 2000.0))
        spectrum = noisy(simulate_quasar(quasar, snr=30.0, noise=False), np.random.default_rng(2))
        options = config(iron_optical=IronConfig("veron04", alternatives=("park22", "kovacevic10")))
        fit = fit_quasar(spectrum, options).continuum
        assert fit.selected_model == f"single, {template}"
        assert len(fit.trials) == 3


def test_options_do_not_change_a_fit_that_has_them_off():
    spectrum = noisy(simulate_quasar(low_redshift_quasar(), snr=18.0, noise=False), np.random.default_rng(1))
    silent = ContinuumConfig(reddening=ReddeningConfig(law="lmc_average"), polynomial=PolynomialConfig(degree=5))
    rows, again = (fit_quasar(spectrum, one).measurements for one in (FitConfig(), FitConfig(continuum=silent)))
    assert rows == again


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: ReddeningConfig(mode="yes"), r"ReddeningConfig.mode is 'yes'; it should be one of off, on, auto"),
    (lambda: ReddeningConfig(law="smc"), r"law is 'smc'; it should be one of smc_bar, lmc_average"),
    (lambda: ReddeningConfig(ebv_bounds=(-0.1, 1.0)), r"dust dims: 0 or more is right"),
    (lambda: PolynomialConfig("times"), r"PolynomialConfig.mode is 'times'"),
    (lambda: PolynomialConfig("multiply", degree=1), r"degree is 1; a whole number from 2 to 6 is right"),
    (lambda: PolynomialConfig("add", degree=9), r"degree is 9; a whole number from 1 to 6 is right"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(make, sentence):
    with pytest.raises(ConfigError, match=sentence):
        make()


def test_the_hash_knows_the_line_lists():
    plain, groups = FitConfig(), FitConfig(continuum=ContinuumConfig(iron_optical=IronConfig("kovacevic10")))
    other = FitConfig(continuum=ContinuumConfig(iron_optical=IronConfig("veron04", alternatives=("kovacevic10",))))
    assert len({plain.hash(), groups.hash(), other.hash()}) == 3
