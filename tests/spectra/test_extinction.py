import subprocess
import sys
from dataclasses import replace

import astropy.units as u
import numpy as np
import pytest
from dust_extinction import parameter_averages
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.errors import ConfigError, SpectrumError
from qsospec_duck.spectra import (
    Extinction,
    ExtinctionConfig,
    Spectrum,
    deredden,
    dust_maps,
    extinction_factor,
    prepare,
    to_rest_frame,
)
from qsospec_duck.spectra.extinction_laws import USUAL, evaluated_table, law_table, store_usual_table


def spectrum(**known) -> Spectrum:
    wavelength = 3600.0 + 0.8 * np.arange(7781)
    known = {"z": 1.0, "ivar": np.full(7781, 4.0)} | known
    return Spectrum.from_arrays(wavelength, np.full(7781, 2.0), object_id="q", **known)


def direct(law: str, wavelength, ebv: float, rv: float = 3.1):
    return 1.0 / getattr(parameter_averages, law)(Rv=rv).extinguish(wavelength * u.AA, Ebv=ebv)


@pytest.mark.parametrize("law", ["F99", "G23", "CCM89"])
@pytest.mark.parametrize("rv", [2.5, 3.1, 5.0])
def test_the_table_of_a_law_agrees_with_dust_extinction_in_the_flux_factor(law, rv):
    wavelength = np.sort(np.exp(np.random.default_rng(5).uniform(np.log(1000.1), np.log(33000.0), 20000)))
    # CCM89 itself jumps by 9e-4 where its pieces meet, at 1.1 and 3.3 inverse µm; a table rounds off the jump.
    away = np.all(np.abs(1e4 / wavelength[:, None] - np.array([1.1, 3.3])) > 2e-4, axis=1)
    wavelength = wavelength[away]
    np.testing.assert_allclose(
        extinction_factor(wavelength, 1.0, law=law, rv=rv), direct(law, wavelength, 1.0, rv), rtol=1e-6
    )


def test_the_stored_table_of_the_usual_law_is_that_of_dust_extinction(tmp_path):
    (stored, first), (values, starts_at) = law_table(*USUAL), evaluated_table(*USUAL)
    assert first == starts_at
    np.testing.assert_allclose(stored, values, rtol=0.0, atol=5.1e-9, err_msg="make it anew: store_usual_table(path)")
    options = ExtinctionConfig()
    assert (options.law, options.rv) == USUAL
    store_usual_table(tmp_path / "again.npz")
    with np.load(tmp_path / "again.npz") as again:
        np.testing.assert_array_equal(np.round(stored / 1e-8), np.cumsum(again["steps"]))
        assert float(again["first_wavenumber"]) == first


def test_the_usual_correction_does_without_the_import_of_the_laws():
    code = """
import sys
import numpy as np
from qsospec_duck.spectra import extinction_factor
extinction_factor(np.linspace(3600.0, 9800.0, 10), 0.05)
assert "dust_extinction" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("law", ["F99", "CCM89"])
def test_g23_continues_the_laws_that_end_at_1000_angstrom_without_a_step(law):
    edge = extinction_factor(np.array([999.9, 1000.1]), 0.1, law=law)
    assert edge[0] == pytest.approx(edge[1], rel=1e-3)
    far = np.array([920.0, 960.0])
    joined = (
        np.log(direct("G23", far, 0.1))
        * np.log(direct(law, np.array([1000.0]), 0.1))
        / np.log(direct("G23", np.array([1000.0]), 0.1))
    )
    np.testing.assert_allclose(np.log(extinction_factor(far, 0.1, law=law)), joined, rtol=1e-6)


def test_wavelengths_that_no_law_covers_are_refused_by_name():
    far_uv = Spectrum.from_arrays([800.0, 900.0], [1.0, 1.0], ivar=[1.0, 1.0], z=0.1, ebv=0.1, object_id="fuv")
    with pytest.raises(SpectrumError, match=r"fuv: wavelengths reach from 800\.0"):
        deredden(far_uv)


@given(st.floats(min_value=0.0, max_value=3.0), st.floats(min_value=0.0, max_value=3.0))
def test_corrections_add_up_in_e_b_v(first, second):
    wavelength = np.linspace(3600.0, 9800.0, 50)
    product = extinction_factor(wavelength, first) * extinction_factor(wavelength, second)
    np.testing.assert_allclose(product, extinction_factor(wavelength, first + second), rtol=1e-12)


def test_signal_to_noise_is_unchanged_and_flux_grows():
    before = spectrum(ebv=0.2)
    after = deredden(before)
    assert np.all(after.flux > before.flux)
    np.testing.assert_allclose(after.flux * np.sqrt(after.ivar), before.flux * np.sqrt(before.ivar), rtol=1e-13)


def test_a_pixel_that_must_not_be_used_stays_unusable():
    ivar = np.full(7781, 4.0)
    ivar[100:200] = 0.0
    np.testing.assert_array_equal(deredden(spectrum(ebv=0.2, ivar=ivar)).good, ivar > 0)


# (raw SFD98, recalibrated) E(B-V) of SDSS spectra, read off the maps in two independent ways.
@pytest.mark.parametrize(
    ("raw", "true"), [(0.02860, 0.02460), (0.08431, 0.07251), (0.11706, 0.10068), (0.00847, 0.00728)]
)
@pytest.mark.parametrize("survey", ["sdss", "main", "sv3"])
def test_raw_sfd_values_of_survey_rows_are_recalibrated(raw, true, survey):
    applied = deredden(spectrum(ebv=raw, metadata={"survey": survey})).extinction
    assert applied.ebv == pytest.approx(true, abs=1e-5)
    assert (applied.status, applied.source, applied.scale) == ("applied", "row", 0.86)


def test_the_recalibration_reproduces_the_one_micron_normalisation_of_schlafly_and_finkbeiner():
    # A(1 µm) = 1.029 E(B-V)_SFD is quoted in desiutil.dust after the 2011 paper; implementations of F99 differ by 3 %.
    row = Spectrum.from_arrays([9999.0, 10000.0], [1, 1], ivar=[1, 1], z=0.5, ebv=1.0, metadata={"survey": "main"})
    magnitudes = 2.5 * np.log10(deredden(row).flux[1])
    assert magnitudes == pytest.approx(1.029, rel=0.03)


@pytest.mark.parametrize(
    ("options", "survey", "expected"),
    [
        ({}, "table", 0.1),
        ({}, None, 0.1),
        ({"row_ebv_scale": "sfd98"}, "table", 0.086),
        ({"row_ebv_scale": "true"}, "main", 0.1),
        ({"sfd_scale": 1.0}, "main", 0.1),
    ],
)
def test_what_the_rows_value_means_can_be_chosen(options, survey, expected):
    applied = deredden(spectrum(ebv=0.1, metadata={"survey": survey}), ExtinctionConfig(**options)).extinction
    assert applied.ebv == pytest.approx(expected)


def test_the_row_comes_before_the_argument_and_the_argument_before_nothing():
    both = deredden(spectrum(ebv=0.1), ExtinctionConfig(ebv=0.3)).extinction
    assert (both.ebv, both.source) == (0.1, "row")
    ignored = deredden(spectrum(ebv=0.1), ExtinctionConfig(ebv=0.3, use_row_ebv=False)).extinction
    assert (ignored.ebv, ignored.source) == (0.3, "argument")
    argument = deredden(spectrum(), ExtinctionConfig(ebv=0.3)).extinction
    assert (argument.ebv, argument.source) == (0.3, "argument")


def test_without_any_e_b_v_the_flux_is_unchanged_and_the_status_says_so():
    before = spectrum()
    after = deredden(before)
    assert after.extinction.status == "unavailable"
    assert "no dust map" in after.extinction.note
    np.testing.assert_array_equal(after.flux, before.flux)


@pytest.mark.parametrize("name", ["sfd", "planck"])
def test_a_map_that_is_not_there_makes_the_correction_unavailable_with_the_reason(monkeypatch, name):
    monkeypatch.setattr(dust_maps, "_dustmaps_folder", lambda: (None, "the dustmaps package is not installed"))
    dust_maps._opened_sfd.cache_clear()
    after = deredden(spectrum(ra=10.0, dec=20.0), ExtinctionConfig(map_name=name))
    dust_maps._opened_sfd.cache_clear()
    assert after.extinction == Extinction("unavailable", note="the dustmaps package is not installed")


def test_the_sfd_map_of_dustmaps_is_recalibrated(monkeypatch):
    # that of Planck is tried on its file in test_healpix_map.py
    monkeypatch.setattr(dust_maps, "_opened_sfd", lambda: (lambda position: 0.1, ""))
    applied = deredden(spectrum(ra=10.0, dec=20.0), ExtinctionConfig(map_name="sfd")).extinction
    assert applied.ebv == pytest.approx(0.086)
    assert applied.source == "sfd"


def test_a_map_needs_a_position():
    assert "position" in deredden(spectrum(), ExtinctionConfig(map_name="sfd")).extinction.note


def test_spectra_declared_corrected_are_left_alone():
    before = spectrum(ebv=0.2, extinction=Extinction("declared_corrected"))
    assert deredden(before) is before


def test_disabled_correction_leaves_the_spectrum_alone():
    before = spectrum(ebv=0.2)
    assert deredden(before, ExtinctionConfig(enabled=False)) is before


def test_a_rest_frame_spectrum_is_corrected_at_its_observed_wavelengths():
    observed_first = to_rest_frame(deredden(spectrum(ebv=0.2)))
    rest_first = deredden(to_rest_frame(spectrum(ebv=0.2)))
    np.testing.assert_allclose(rest_first.flux, observed_first.flux, rtol=1e-12)
    np.testing.assert_allclose(rest_first.ivar, observed_first.ivar, rtol=1e-12)


def test_to_prepare_twice_is_to_prepare_once():
    once = prepare(spectrum(ebv=0.2))
    assert (once.frame, once.extinction.status) == ("rest", "applied")
    assert prepare(once) is once


def test_an_unavailable_correction_is_tried_again_when_options_know_more():
    later = prepare(prepare(spectrum()), ExtinctionConfig(ebv=0.1))
    np.testing.assert_allclose(later.flux, prepare(spectrum(), ExtinctionConfig(ebv=0.1)).flux, rtol=1e-12)


def test_a_negative_e_b_v_in_a_row_is_refused():
    with pytest.raises(SpectrumError, match=r"-0\.1; it should not be negative"):
        deredden(spectrum(ebv=-0.1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"law": "XYZ"}, "F99, CCM89, G23"),
        ({"rv": 9.0}, "2.0 to 6.0"),
        ({"law": "G23", "rv": 2.0}, "2.3 to 5.6"),
        ({"ebv": -1.0}, "not negative"),
        ({"map_name": "iris"}, "sfd or planck"),
        ({"row_ebv_scale": "raw"}, "'sfd98'"),
        ({"sfd_scale": 0.0}, "0.86"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        ExtinctionConfig(**options)


def test_options_can_be_changed_by_replace():
    assert replace(ExtinctionConfig(), law="G23").law == "G23"
