import numpy as np
import pytest
from astropy.io import fits

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra import usable_pixels
from qsospec_duck.spectra.masks import DESI_SPECMASK, SDSS_SPPIXMASK


@pytest.mark.parametrize("survey", ["main", "sv1", "special", "DESI"])
def test_a_desi_pixel_with_one_bad_exposure_is_used_and_one_with_only_bad_ones_is_not(survey):
    np.testing.assert_array_equal(usable_pixels([0, 1, 2, 3, 4, 129, 1024], survey), [1, 1, 0, 0, 0, 0, 0])


def test_every_desi_bit_but_the_two_remarks_means_do_not_use():
    used = {name for name, bit in DESI_SPECMASK.items() if usable_pixels([1 << bit], "main")[0]}
    assert used == {"SOMEBADPIX", "BRIGHTSKY"}


def test_sdss_bits_of_a_whole_fibre_and_bright_sky_do_not_drop_pixels():
    used = {name for name, bit in SDSS_SPPIXMASK.items() if usable_pixels([1 << bit], "sdss")[0]}
    assert {"BADFLAT", "MANYBADCOLUMNS", "BRIGHTSKY", "NODATA"} <= used
    assert not used & {"FULLREJECT", "NOSKY", "COMBINEREJ", "BADSKYCHI", "REDMONSTER"}


def test_a_stricter_choice_of_bits_can_be_named():
    assert not usable_pixels([1 << 23], "sdss", bad=("BRIGHTSKY",))[0]
    with pytest.raises(SpectrumError, match="SOMETHING: no mask bits"):
        usable_pixels([0], "sdss", bad=("SOMETHING",))


def test_of_an_unknown_survey_any_bit_means_do_not_use():
    np.testing.assert_array_equal(usable_pixels([0, 1, 8], None), [1, 0, 0])
    with pytest.raises(SpectrumError, match="no named mask bits"):
        usable_pixels([0], "somewhere", bad=("NOSKY",))


def test_a_mask_of_floats_is_refused():
    with pytest.raises(SpectrumError, match="integers"):
        usable_pixels([0.0, 1.0], "main")


def test_masked_pixels_of_real_desi_spectra_have_no_ivar(shared_data):
    with fits.open(shared_data / "desi" / "spectra-5-169-thru20210419.fits") as file:
        for arm in "BRZ":
            mask, ivar = file[f"{arm}_MASK"].data, file[f"{arm}_IVAR"].data
            assert np.any(mask > 0)
            assert not np.any(ivar[~usable_pixels(mask, "main")] > 0)
