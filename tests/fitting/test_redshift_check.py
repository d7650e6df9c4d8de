from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import high_redshift_quasar

from qsospec_duck.fitting import fit_quasar, redshift_check
from qsospec_duck.fitting.redshift_check import check_redshift, redshift_curve
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import simulate_quasar, simulate_spectra
from qsospec_duck.spectra import from_row, to_rest_frame


@pytest.fixture(scope="module")
def quasars():
    return simulate_spectra(24, seed=7, snr=8.0, z_range=(0.2, 3.4), forest=True)[0]


def at_redshift(spectrum, z):
    return to_rest_frame(replace(spectrum, z=z), z)


def test_true_redshifts_are_not_suspect(quasars):
    assert [spectrum.z for spectrum in quasars if check_redshift(at_redshift(spectrum, spectrum.z))[1]] == []


def test_confused_lines_are_found_and_the_true_redshift_is_proposed(quasars):
    n = caught = 0
    for spectrum in quasars:
        for shown, taken_for in ((2798.7, 1908.7), (1549.1, 1215.7), (1908.7, 2798.7), (6564.6, 4862.7)):
            wrong = (1.0 + spectrum.z) * shown / taken_for - 1.0
            if 3800.0 < shown * (1.0 + spectrum.z) < 9500.0 and 0.1 < wrong < 5.0:
                rows, warnings = check_redshift(at_redshift(spectrum, wrong))
                n += 1
                caught += bool(warnings) and abs(rows[0].value - spectrum.z) < 0.01 * (1.0 + spectrum.z)
    assert n >= 30
    assert caught >= 0.9 * n


def test_the_curve_peaks_at_the_true_redshift(quasars):
    for spectrum in quasars:
        z, gain = redshift_curve(at_redshift(spectrum, 1.0))
        assert abs(z[np.argmax(gain)] - spectrum.z) < 0.01 * (1.0 + spectrum.z)


def test_what_is_said_without_trying_other_redshifts_is_what_trying_them_says(quasars, monkeypatch):
    wrong = [(spectrum, (1.0 + spectrum.z) * factor - 1.0) for spectrum in quasars for factor in (0.9, 1.0, 1.1)]
    seen = [at_redshift(spectrum, z) for spectrum, z in wrong if z > 0.0]
    said = [check_redshift(rest) for rest in seen]
    tried, curve = [], redshift_check._curve
    monkeypatch.setattr(redshift_check, "_curve", lambda cells: tried.append(cells) or curve(cells))
    assert [check_redshift(rest) for rest in seen] == said
    assert 0 < len(tried) < len(seen)
    monkeypatch.setattr(redshift_check, "_cannot_be_suspect", lambda *near: False)
    assert [check_redshift(rest) for rest in seen] == said


def test_a_pipeline_redshift_of_six_without_a_forest_is_refused(shared_data):
    row = read_spectra(shared_data / "sdss" / "spec-10742-58198-0490.fits").to_pylist()[0]
    assert row["z"] == pytest.approx(5.97, abs=0.01)
    result = fit_quasar(from_row(row))
    assert "redshift_suspect" in result.warning_codes
    assert result.value("z_lines") == pytest.approx(0.2874, abs=0.003)


def test_a_spectrum_of_few_cells_says_nothing():
    spectrum = simulate_quasar(high_redshift_quasar(), wavelength=np.arange(5000.0, 5200.0, 0.8))
    assert redshift_curve(at_redshift(spectrum, spectrum.z)) is None
    assert check_redshift(at_redshift(spectrum, spectrum.z)) == ([], [])
