"""Real spectra: nothing escapes, nothing is NaN, every covered complex is there."""

import csv

import numpy as np
import pytest
from sound_fits import assert_sound, numbers

from qsospec_duck.fitting import fit_quasar
from qsospec_duck.models.recipes import packaged_recipes
from qsospec_duck.readers import read_spectra
from qsospec_duck.spectra import from_row

EVERY = 5
"""Of the SDSS quasars every fifth: all redshifts, S/N and instruments."""

HARD = ("10742-58198-0490", "1325-52762-0133", "0266-51602-0013", "0266-51602-0107")
"""A wrong pipeline redshift, a dim changing-look quasar, two galaxies."""


def listed(shared_data):
    rows = list(csv.DictReader((shared_data / "OBJECTS.csv").read_text(encoding="utf-8").splitlines()))
    return [row for row in rows if row["path"].startswith("sdss/")]


@pytest.fixture(scope="module")
def sdss(shared_data):
    rows = listed(shared_data)
    quasars = [row for row in rows if row["cls"] == "QSO" and float(row["sn"]) > 2][::EVERY]
    hard = [row for row in rows if row["spec_id"] in HARD]
    found = {}
    for row in quasars + hard:
        table = read_spectra(shared_data / row["path"], redshift=float(row["z"]))
        found[row["spec_id"]] = from_row(table.to_pylist()[0])
    return found


@pytest.fixture(scope="module")
def results(sdss):
    return {name: fit_quasar(spectrum) for name, spectrum in sdss.items()}


def test_sample_is_large_enough(results):
    assert len(results) >= 34
    assert min(result.spectrum.z for result in results.values()) < 0.3
    assert max(result.spectrum.z for result in results.values()) > 2.5


def test_every_result_is_sound(results):
    for result in results.values():
        assert_sound(result)


def test_every_complex_that_is_well_inside_the_spectrum_is_fitted(results):
    for name, result in results.items():
        good = result.spectrum.wavelength[result.spectrum.good]
        for recipe_id, recipe in packaged_recipes().items():
            low, high = recipe.window
            inside = (good >= low) & (good <= high)
            whole = good[0] < low - 30 and good[-1] > high + 30
            # 70 km/s a pixel: a window with nine tenths of its pixels has no gap that could hide a line.
            if whole and np.count_nonzero(inside) > 0.9 * np.log(high / low) * 299792.458 / 69.03:
                assert recipe_id in result.complexes, (name, recipe_id, result.complex_statuses[recipe_id])


def test_continuum_is_found_in_every_quasar(results):
    for name, result in results.items():
        assert "continuum_failed" not in result.warning_codes, name
        assert np.isfinite(result.value("power_law_slope")), name


def test_most_fits_converge_and_describe_the_data(results):
    converged = [fit.success for result in results.values() for fit in (result.continuum, *result.complexes.values())]
    assert np.mean(converged) > 0.97
    reduced = [fit.reduced_chi2 for result in results.values() for fit in result.complexes.values() if fit.dof > 0]
    assert 0.6 < np.median(reduced) < 1.5


def test_lines_are_where_published_redshifts_put_them(results):
    offsets = []
    for result in results.values():
        if "hbeta_oiii" in result.complexes:
            flux = result.value("oiii5008_narrow_snr", "hbeta_oiii")
            if flux > 10:
                offsets.append(result.value("oiii5008_narrow_voff", "hbeta_oiii"))
    assert len(offsets) >= 5
    assert abs(np.median(offsets)) < 150.0


def test_no_warning_of_real_spectra_quotes_a_nan(results):
    messages = [warning.message for result in results.values() for warning in result.warnings]
    assert messages
    assert not [message for message in messages if "nan" in message.lower().split()]


def test_real_spectra_do_not_depend_on_what_was_fitted_before(sdss, results):
    for name in list(sdss)[::8]:
        assert numbers(fit_quasar(sdss[name])) == numbers(results[name])


def test_desi_rows_are_fitted(shared_data):
    table = read_spectra(shared_data / "desi" / "coadd-1-80693-thru20210204.fits",
                         redrock=shared_data / "desi" / "derived" / "redrock-1-80693-thru20210204.fits")  # fmt: skip
    fitted = 0
    for row in table.to_pylist():
        spectrum = from_row(row)
        if spectrum.z <= 0 or np.count_nonzero(spectrum.good) < 50:
            continue
        assert_sound(fit_quasar(spectrum))
        fitted += 1
    assert fitted > 0
