import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra import ExtinctionConfig, Spectrum, deredden
from qsospec_duck.spectra.dust_maps import ebv_of_map
from qsospec_duck.spectra.healpix_map import EBV_OF_TAU353, gnilc_ebv, healpix_pixel

NAME = "COM_CompMap_Dust-GNILC-Model-Opacity_{}_R2.01.fits"

# Sine of the latitude, longitude [rad], pixel in rings and nested for NSIDE 64: ang2pix of healpy 1.20.1.
KNOWN = [
    (-0.995, 3.4793, 49025, 41001), (-0.8141, 3.8668, 44566, 41878), (-0.6332, 1.3317, 40118, 34207),
    (-0.4523, 4.4815, 35894, 29194), (-0.2714, 0.6842, 31131, 36478), (-0.0905, 5.2723, 26967, 29988),
    (0.0905, 2.3372, 22239, 4135), (0.2714, 0.8104, 17569, 244), (0.4523, 4.0092, 13347, 9033),
    (0.6332, 5.5837, 9315, 13961), (0.8141, 3.25, 4611, 11173), (0.995, 4.1988, 133, 12249),
]  # fmt: skip


def write_map(path, values, n_side, ordering, width=1):
    column = fits.Column("TAU353", f"{width}E", array=values.reshape(-1, width) if width > 1 else values)
    other = fits.Column("ERR_TAU", f"{width}E", array=np.zeros_like(column.array))
    table = fits.BinTableHDU.from_columns([column, other])
    table.header["NSIDE"], table.header["ORDERING"], table.header["COORDSYS"] = n_side, ordering, "GALACTIC"
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)


@pytest.mark.parametrize(("z", "longitude", "ring", "nested"), KNOWN)
def test_pixels_have_the_numbers_of_healpix(z, longitude, ring, nested):
    assert healpix_pixel(64, z, longitude, nested=False) == ring
    assert healpix_pixel(64, z, longitude, nested=True) == nested


@pytest.mark.parametrize("nested", [False, True])
def test_pixels_have_one_area(nested):
    rng = np.random.default_rng(5)
    numbers = [
        healpix_pixel(4, z, longitude, nested=nested)
        for z, longitude in zip(rng.uniform(-1, 1, 19_200), rng.uniform(-9, 9, 19_200), strict=True)
    ]
    counts = np.bincount(numbers, minlength=192)
    # 100 expected in each: six standard deviations of a count
    assert counts.size == 192
    assert np.all(np.abs(counts - 100) < 60)


@pytest.mark.parametrize(("ordering", "width"), [("NESTED", 1), ("RING", 1), ("NESTED", 64)])
def test_a_map_gives_the_reddening_of_the_pixel_at_a_position(tmp_path, ordering, width):
    n_side = 16
    values = np.random.default_rng(2).uniform(1e-6, 1e-4, 12 * n_side**2).astype(np.float32)
    write_map(tmp_path / NAME.format(n_side), values, n_side, ordering, width)
    for ra, dec in ((10.0, -80.0), (184.03066, -2.23828), (213.35116, 53.09084), (300.0, 20.0)):
        place = SkyCoord(ra, dec, unit="deg").galactic
        pixel = healpix_pixel(n_side, np.sin(place.b.rad), place.l.rad, nested=ordering == "NESTED")
        ebv, why_not = ebv_of_map("planck", ra, dec, str(tmp_path))
        assert why_not == ""
        assert ebv == pytest.approx(EBV_OF_TAU353 * values[pixel], rel=1e-6)


def test_a_spectrum_takes_its_reddening_from_the_planck_map_without_the_sfd_scale(tmp_path):
    write_map(tmp_path / NAME.format(4), np.full(192, 5e-6, np.float32), 4, "NESTED")
    spectrum = Spectrum.from_arrays(
        np.linspace(3600, 9800, 100), np.ones(100), ivar=np.ones(100), z=0.1, ra=150.0, dec=2.0
    )
    applied = deredden(spectrum, ExtinctionConfig(map_name="planck", map_folder=str(tmp_path))).extinction
    assert (applied.status, applied.source) == ("applied", "planck")
    assert applied.ebv == pytest.approx(0.0745, rel=1e-6)


def test_a_folder_without_the_map_is_told():
    ebv, why_not = ebv_of_map("planck", 150.0, 2.0, "nowhere")
    assert ebv is None
    assert why_not == "nowhere holds no COM_CompMap_Dust-GNILC-Model-Opacity_*.fits"


def test_a_map_of_another_size_than_it_says_is_refused(tmp_path):
    path = tmp_path / NAME.format(4)
    write_map(path, np.zeros(192, np.float32), 8, "NESTED")
    with pytest.raises(SpectrumError, match="NSIDE 8, ORDERING 'NESTED' and 192 pixels"):
        gnilc_ebv(path, 150.0, 2.0)


def test_a_file_that_is_no_such_map_is_refused(tmp_path):
    path = tmp_path / NAME.format(1)
    fits.HDUList([fits.PrimaryHDU()]).writeto(path)
    with pytest.raises(SpectrumError, match="TAU353"):
        gnilc_ebv(path, 150.0, 2.0)
