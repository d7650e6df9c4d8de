import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.errors import FrameError, SpectrumError
from qsospec_duck.spectra import Spectrum, to_observed_frame, to_rest_frame

redshifts = st.floats(min_value=-0.01, max_value=7.0)


def observed(z: float, n_pix: int = 50) -> Spectrum:
    rng = np.random.default_rng(7)
    wavelength = 3600.0 + 0.8 * np.arange(n_pix)
    return Spectrum.from_arrays(
        wavelength, rng.normal(5.0, 1.0, n_pix), ivar=rng.uniform(0.0, 4.0, n_pix), z=z, object_id="q"
    )


@given(redshifts)
def test_lambda_f_lambda_and_signal_to_noise_are_the_same_in_both_frames(z):
    spectrum = observed(z)
    rest = to_rest_frame(spectrum)
    np.testing.assert_allclose(rest.wavelength * rest.flux, spectrum.wavelength * spectrum.flux, rtol=1e-14)
    np.testing.assert_allclose(rest.flux * np.sqrt(rest.ivar), spectrum.flux * np.sqrt(spectrum.ivar), rtol=1e-14)
    np.testing.assert_allclose(rest.wavelength * (1 + z), spectrum.wavelength, rtol=1e-15)


@given(redshifts)
def test_rest_frame_and_back_gives_the_observed_spectrum(z):
    spectrum = observed(z)
    back = to_observed_frame(to_rest_frame(spectrum))
    assert back.frame == "observed"
    for name in ("wavelength", "flux", "ivar"):
        np.testing.assert_allclose(getattr(back, name), getattr(spectrum, name), rtol=1e-14)


def test_flux_grows_by_one_plus_z_and_ivar_shrinks_by_its_square():
    spectrum = observed(1.5)
    rest = to_rest_frame(spectrum)
    np.testing.assert_allclose(rest.flux, spectrum.flux * 2.5, rtol=1e-14)
    np.testing.assert_allclose(rest.ivar, spectrum.ivar / 6.25, rtol=1e-14)


def test_another_redshift_may_be_given_and_is_kept():
    rest = to_rest_frame(observed(1.0), z=2.0)
    assert rest.z == 2.0
    assert rest.wavelength[0] == pytest.approx(1200.0)


def test_the_input_is_untouched():
    spectrum = observed(0.5)
    before = spectrum.flux.copy()
    to_rest_frame(spectrum)
    assert spectrum.frame == "observed"
    np.testing.assert_array_equal(spectrum.flux, before)


def test_a_spectrum_is_not_shifted_twice():
    rest = to_rest_frame(observed(0.5))
    with pytest.raises(FrameError, match="frame is 'rest'"):
        to_rest_frame(rest)
    with pytest.raises(FrameError, match="frame is 'observed'"):
        to_observed_frame(observed(0.5))


def test_an_impossible_redshift_is_refused():
    with pytest.raises(SpectrumError, match="greater than -1"):
        to_rest_frame(observed(0.5), z=-1.0)


@pytest.mark.parametrize("uncertainty", ["ivar", "error"])
def test_house_values_do_not_depend_on_the_unit_of_the_input(uncertainty):
    rng = np.random.default_rng(3)
    wavelength = np.linspace(4000.0, 5000.0, 200)
    flux, error = rng.normal(3.0, 1.0, 200), rng.uniform(0.1, 0.4, 200)
    house = error**-2.0 if uncertainty == "ivar" else error
    cgs = house * (1e34 if uncertainty == "ivar" else 1e-17)
    in_house = Spectrum.from_arrays(wavelength, flux, z=0.3, **{uncertainty: house})
    in_cgs = Spectrum.from_arrays(wavelength, flux * 1e-17, z=0.3, flux_scale=1.0, **{uncertainty: cgs})
    np.testing.assert_allclose(in_cgs.flux, in_house.flux, rtol=1e-14)
    np.testing.assert_allclose(in_cgs.ivar, in_house.ivar, rtol=1e-13)
