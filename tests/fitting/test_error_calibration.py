"""Errors are widened by what simulated quasars show, and then hold the truth as often as they say."""

import csv
from importlib import resources

import numpy as np
import pytest

from qsospec_duck.fitting import FitConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.fitting.error_calibration import PIXEL, TABLE, error_factor, median_snr, snr_place
from qsospec_duck.simulate import simulate_spectra
from qsospec_duck.spectra import Spectrum, prepare


def table():
    text = resources.files("qsospec_duck").joinpath(TABLE).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_no_error_is_made_smaller():
    assert min(float(row[end]) for row in table() for end in ("factor_snr5", "factor_snr40")) >= 1.0


def test_every_factor_belongs_to_a_quantity_that_ends_in_its_measure():
    assert all(row["quantity"].endswith(row["measure"]) or row["measure"] in row["quantity"] for row in table())


def test_a_quantity_that_was_not_simulated_has_the_median_of_its_measure():
    rows = [row for row in table() if row["measure"] == "fwhm"]
    for place, end in ((0.0, "factor_snr5"), (1.0, "factor_snr40")):
        factors = [float(row[end]) for row in rows]
        # The median of logarithms: between the two middle ones of an even number it is their geometric mean.
        assert error_factor("pab_broad_fwhm", "fwhm", place) == pytest.approx(np.median(factors), rel=0.01)
    assert error_factor("something", "no_such_measure", 0.5) == 1.0


def test_between_the_ends_a_factor_goes_with_the_logarithm_of_the_snr():
    row = next(row for row in table() if row["factor_snr5"] != row["factor_snr40"])
    low, high = float(row["factor_snr5"]), float(row["factor_snr40"])
    assert error_factor(row["quantity"], row["measure"], 0.0) == pytest.approx(low)
    assert error_factor(row["quantity"], row["measure"], 1.0) == pytest.approx(high)
    assert error_factor(row["quantity"], row["measure"], 0.5) == pytest.approx(np.sqrt(low * high))


@pytest.mark.parametrize(("snr", "place"), [(2.0, 0.0), (5.0, 0.0), (np.sqrt(200.0), 0.5), (40.0, 1.0), (90.0, 1.0)])
def test_the_place_of_a_spectrum_is_that_of_its_snr_whatever_its_pixels(snr, place):
    for width in (PIXEL, 2.0 * PIXEL):
        wavelength = 4000.0 * np.exp(width * np.arange(2000))
        # Twice as wide pixels have √2 times the S/N.
        error = np.full(wavelength.size, 10.0 / snr / np.sqrt(width / PIXEL))
        spectrum = Spectrum.from_arrays(wavelength, np.full(wavelength.size, 10.0), error=error, z=0.5)
        assert snr_place(spectrum, median_snr(spectrum.flux, spectrum.ivar)) == pytest.approx(place, abs=1e-6)


def test_errors_differ_from_linear_ones_by_the_factor_and_nothing_else_does(noisy_low_z):
    wide = {(row.section, row.recipe_id, row.quantity): row for row in fit_quasar(noisy_low_z).measurements}
    config = FitConfig(uncertainty=UncertaintyConfig(calibrated=False))
    rest = prepare(noisy_low_z, config.extinction)
    place = snr_place(rest, median_snr(rest.flux, rest.ivar))
    compared = 0
    for row in fit_quasar(noisy_low_z, config).measurements:
        other = wide.get((row.section, row.recipe_id, row.quantity))
        if row.section == "complex_parameter" or other is None:
            continue
        if row.measure == "snr":
            flux = row.quantity.removesuffix("snr") + "flux"
            assert other.value == pytest.approx(row.value / error_factor(flux, "flux", place))
            continue
        assert other.value == row.value
        # Systemic redshifts add the intrinsic scatter of a line to an error that is calibrated already.
        if row.error is not None and row.measure not in ("z_sys", "voff_sys"):
            quantity, measure = row.quantity, row.measure
            # A luminosity has the error of its flux, a centroid that of its velocity.
            stands_for = {"logl": "flux", "centroid": "voff"}.get(measure or "")
            if row.section == "complex_metric" and stands_for:
                quantity, measure = quantity.removesuffix(row.measure) + stands_for, stands_for
            elif measure == "logl":
                quantity, measure = quantity.replace("logl", "flux_"), "flux"
            assert other.error == pytest.approx(row.error * error_factor(quantity, measure, place))
            compared += 1
    assert compared > 90


@pytest.mark.slow
def test_two_thirds_of_the_truths_lie_within_the_errors():
    inside = []
    for seed, snr in ((901, 8.0), (902, 20.0)):
        spectra, truth_table = simulate_spectra(60, seed=seed, snr=snr, z_range=(0.2, 3.0))
        truth = {(row["target_id"], row["quantity"]): row["value"] for row in truth_table.to_pylist()}
        for spectrum in spectra:
            rows = fit_quasar(spectrum).measurements
            snrs = {(row.feature_id, row.role): row.value for row in rows if row.measure == "snr"}
            for row in rows:
                true = truth.get((int(spectrum.object_id), row.quantity))
                is_line = row.section == "complex_metric"
                if true is None or row.error is None or (is_line and snrs.get((row.feature_id, row.role), 0.0) < 5.0):
                    continue
                inside.append(abs(row.value - true) <= row.error)
    # 9,000 pulls of 120 quasars; those of one quasar go together, so the share scatters by about 0.015.
    assert len(inside) > 7000
    assert 0.62 < np.mean(inside) < 0.74
