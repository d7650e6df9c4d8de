"""Errors from noise draws: same best fit, same answer in any order, agreement with the covariance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import high_redshift_quasar

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.fitting import monte_carlo as module
from qsospec_duck.simulate import TemplateEmission, simulate_quasar
from qsospec_duck.spectra import ExtinctionConfig, Spectrum

DRAWS = 24
COVARIANCE = FitConfig(extinction=ExtinctionConfig(enabled=False), complexes=("hbeta_oiii",))
MONTE_CARLO = replace(
    COVARIANCE, uncertainty=UncertaintyConfig(method="monte_carlo", draws=DRAWS, seed=3, keep="percentiles")
)


def made_quasar(object_key: str, noise_seed: int = 1) -> Spectrum:
    """Power law, broad Hβ and narrow [O III] at rest, S/N about 20 a pixel."""
    wavelength = np.arange(4400.0, 5600.0, 1.5)
    flux = 10.0 * (wavelength / 3000.0) ** -1.5
    for center, amplitude, fwhm in ((4862.68, 6.0, 4000.0), (5008.24, 12.0, 400.0), (4960.3, 4.0, 400.0)):
        sigma = center * fwhm / 2.3548 / 299792.458
        flux = flux + amplitude * np.exp(-0.5 * ((wavelength - center) / sigma) ** 2)
    sigma = np.full(wavelength.size, 0.25)
    noise = np.random.default_rng(noise_seed).normal(size=wavelength.size)
    return Spectrum.from_arrays(
        wavelength, flux + sigma * noise, error=sigma, z=0.3, frame="rest", object_key=object_key
    )


@pytest.fixture(scope="module")
def fitted():
    """The same quasar with errors from the covariance and from draws."""
    quasar = made_quasar("a")
    return fit_quasar(quasar, COVARIANCE), fit_quasar(quasar, MONTE_CARLO)


@pytest.fixture(scope="module")
def linear():
    """The same with errors that no calibration widens: draws of one model know of no other."""
    return fit_quasar(made_quasar("a"), replace(COVARIANCE, uncertainty=UncertaintyConfig(calibrated=False)))


def errors_of(result):
    return [row.error for row in result.measurements]


def test_draws_never_change_the_best_fit(fitted):
    plain, drawn = fitted
    assert [(row.quantity, row.value) for row in plain.measurements] == [
        (row.quantity, row.value) for row in drawn.measurements
    ]
    np.testing.assert_array_equal(plain.model, drawn.model)
    assert plain.continuum.parameter_errors == drawn.continuum.parameter_errors


def test_every_error_says_that_it_comes_from_draws(fitted):
    plain, drawn = fitted
    methods = {
        (before.method, after.method) for before, after in zip(plain.measurements, drawn.measurements, strict=True)
    }
    assert methods == {("covariance", "monte_carlo"), ("none", "none")}


@pytest.mark.parametrize("quantity", ["hb_broad_flux", "hb_broad_fwhm", "oiii5008_narrow_flux", "hb_broad_ew"])
def test_draws_scatter_as_the_covariance_says(fitted, linear, quantity):
    errors = [
        next(row.error for row in result.measurements if row.quantity == quantity) for result in (linear, fitted[1])
    ]
    # Half a percentile range of 24 draws is uncertain by 20 %: three σ.
    assert 0.5 < errors[1] / errors[0] < 1.7


def test_percentiles_surround_the_best_value_and_give_the_error(fitted):
    _, drawn = fitted
    row = next(row for row in drawn.measurements if row.quantity == "hb_broad_flux")
    low, middle, high = drawn.metadata["monte_carlo"]["percentiles"]["hbeta_oiii/complex_metric/hb_broad_flux"]
    assert low < middle < high
    assert abs(middle - row.value) < 3.0 * row.error
    assert row.error == pytest.approx(0.5 * (high - low), rel=1e-12)


def test_errors_do_not_depend_on_what_was_fitted_before(fitted):
    fit_quasar(made_quasar("b", noise_seed=2), MONTE_CARLO)
    assert errors_of(fit_quasar(made_quasar("a"), MONTE_CARLO)) == errors_of(fitted[1])


def test_another_object_and_another_seed_draw_other_noise(fitted):
    other_seed = replace(MONTE_CARLO, uncertainty=replace(MONTE_CARLO.uncertainty, seed=4))
    for result in (fit_quasar(made_quasar("b"), MONTE_CARLO), fit_quasar(made_quasar("a"), other_seed)):
        assert errors_of(result) != errors_of(fitted[1])


def test_draws_travel_with_the_result_when_asked():
    config = replace(COVARIANCE, uncertainty=UncertaintyConfig(method="monte_carlo", draws=4, keep="draws"))
    kept = fit_quasar(made_quasar("a"), config).metadata["monte_carlo"]
    assert len(kept["values"]["hbeta_oiii/complex_metric/hb_broad_flux"]) == 4


def test_failed_draws_are_left_out_and_said(monkeypatch):
    relax, calls = module.relax, []

    def relax_that_fails_twice(blocks, total, **limits):
        relax(blocks, total, **limits)
        calls.append(blocks)
        if len(calls) <= 2:
            blocks[0].optimum = replace(blocks[0].optimum, status=0)

    monkeypatch.setattr(module, "relax", relax_that_fails_twice)
    result = fit_quasar(made_quasar("a"), MONTE_CARLO)
    warning = next(warning for warning in result.warnings if warning.code == "monte_carlo_incomplete")
    assert warning.context == {"failed": 2, "draws": DRAWS}
    assert result.metadata["monte_carlo"]["failed"] == 2
    assert result.value("hb_broad_flux") > 0


def test_an_unknown_way_to_keep_draws_is_refused():
    with pytest.raises(ConfigError, match="keep is 'all'"):
        UncertaintyConfig(keep="all")


def test_draws_carry_the_uncertainty_of_assumed_balmer_emission():
    # Without its edge in sight its share is known by assumption alone; taken as fixed, errors would be half as large.
    quasar = replace(high_redshift_quasar(2.4), balmer=TemplateEmission("sh95_ne09", 280.0, 4000.0, 0.0))
    spectrum = simulate_quasar(quasar, snr=10.0)
    errors = []
    for uncertainty in (UncertaintyConfig(calibrated=False), UncertaintyConfig(method="monte_carlo", draws=40)):
        rows = fit_quasar(spectrum, FitConfig(uncertainty=uncertainty)).measurements
        errors.append(next(row.error for row in rows if row.quantity == "flux_2500"))
    assert 0.7 < errors[1] / errors[0] < 1.4
