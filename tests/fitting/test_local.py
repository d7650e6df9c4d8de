from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import low_redshift_quasar

from qsospec_duck import connect
from qsospec_duck.errors import ConfigError, FitError
from qsospec_duck.fitting import fit_local
from qsospec_duck.simulate import Gaussian, Quasar, simulate_quasar

LINE = Gaussian("hei5877", "broad", 300.0, 150.0, 2500.0)


@pytest.fixture(scope="module")
def spectrum():
    return simulate_quasar(Quasar(0.3, 10.0, -1.2, lines=(LINE,)), snr=20.0, seed=4)


def test_a_line_that_no_recipe_has_is_recovered_over_its_own_continuum(spectrum):
    result = fit_local(spectrum, "hei5877", window=(5780.0, 5980.0))
    found = {row.quantity: row for row in result.measurements}
    for quantity, truth in (("hei5877_broad_flux", 300.0), ("hei5877_broad_fwhm", 2500.0)):
        assert abs(found[quantity].value - truth) < 4 * found[quantity].error
        assert found[quantity].error < 0.2 * truth
    assert result.complex_statuses == {"local": "fitted"}
    assert [component.name for component in result.continuum.components] == ["power_law"]


def test_only_the_window_and_its_flanks_matter(spectrum):
    result = fit_local(spectrum, "hei5877", window=(5780.0, 5980.0))
    rest = result.spectrum.wavelength
    assert 5680.0 <= rest[0] < 5681.0
    assert 6079.0 < rest[-1] <= 6080.0
    far = np.where(spectrum.wavelength / 1.3 < 5600, 1e4, spectrum.flux)
    other = fit_local(replace(spectrum, flux=far), "hei5877", window=(5780.0, 5980.0))
    assert other.value("hei5877_broad_flux") == result.value("hei5877_broad_flux")


def test_continuum_bands_can_be_chosen(spectrum):
    bands = [(5600.0, 5700.0), (6000.0, 6200.0)]
    result = fit_local(spectrum, "hei5877", window=(5780.0, 5980.0), continuum=bands)
    wave = result.spectrum.wavelength[result.continuum.fit_mask]
    assert all(any(low <= one <= high for low, high in bands) for one in wave)


def test_tied_lines_share_velocity_and_width():
    quasar = low_redshift_quasar()
    spectrum = simulate_quasar(quasar, snr=30.0)
    result = fit_local(
        spectrum, ["oiii4960", "oiii5008"], window=(4900.0, 5050.0), role="narrow", fwhm=[(200.0, 1500.0)], tied=True
    )
    assert result.value("oiii4960_narrow_voff") == pytest.approx(result.value("oiii5008_narrow_voff"), abs=1e-6)


def test_a_recipe_file_takes_the_place_of_lines_and_window(spectrum, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\nwindows = [[5780.0, 5980.0]]\nrequired = ["hei5877"]\n'
        '[[component]]\nname = "hei5877_broad"\nlines = ["hei5877"]\nrole = "broad"\nfwhm = [[500.0, 9000.0]]\n'
    )
    result = fit_local(spectrum, recipe=path)
    assert result.complex_statuses == {"mine": "fitted"}
    assert abs(result.value("hei5877_broad_flux", "mine") - 300.0) < 60.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "lines with a window, or a recipe"),
        ({"lines": "hb"}, "without a window"),
        ({"lines": "hb", "window": (5780.0, 5980.0)}, "hb at 4862.7 Å outside"),
        ({"lines": "hz", "window": (5780.0, 5980.0)}, "no line 'hz'"),
        ({"lines": "hei5877", "window": (5980.0, 5780.0)}, "two increasing numbers"),
        ({"lines": "hei5877", "window": (5780.0, 5980.0), "role": "wide"}, "'broad' or 'narrow'"),
        ({"lines": "hei5877", "window": (5780.0, 5980.0), "recipe": "mgii"}, "not both"),
    ],
)
def test_arguments_that_make_no_sense_are_explained(spectrum, arguments, words):
    with pytest.raises(ConfigError, match=words):
        fit_local(spectrum, **arguments)


def test_a_window_beyond_the_spectrum_is_refused_with_the_band(spectrum):
    with pytest.raises(FitError, match=r"0 usable pixels in the continuum band"):
        fit_local(spectrum, "pad", window=(9900.0, 10_200.0))


def test_sql_gives_what_python_gives(spectrum):
    expected = fit_local(spectrum, "hei5877", window=(5780.0, 5980.0)).value("hei5877_broad_fwhm")
    with connect() as con:
        con.execute(
            "CREATE TABLE mine AS "
            "SELECT $w::DOUBLE[] AS wavelength, $f::DOUBLE[] AS flux, $i::DOUBLE[] AS ivar, 0.3e0 AS z",
            {"w": spectrum.wavelength.tolist(), "f": spectrum.flux.tolist(), "i": spectrum.ivar.tolist()},
        )
        rows = con.execute(
            "SELECT m.value FROM (SELECT unnest(r.measurements) AS m FROM (SELECT fit_local("
            "wavelength, flux, ivar, z, ['hei5877'], 5780, 5980) AS r FROM mine)) "
            "WHERE m.quantity = 'hei5877_broad_fwhm' AND m.section = 'complex_metric'"
        ).fetchall()
        assert rows == [(pytest.approx(expected, rel=1e-6),)]
        status = con.execute(
            "SELECT r.status, r.message FROM (SELECT fit_local(wavelength, flux, ivar, z, ['hb'], 5780, 5980) AS r "
            "FROM mine)"
        ).fetchone()
    assert status[0] == "failed"
    assert "outside the window" in status[1]
