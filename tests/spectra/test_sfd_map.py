import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from scipy.interpolate import CubicSpline

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra import ExtinctionConfig, Spectrum, deredden, extinction_factor
from qsospec_duck.spectra.sfd_map import sfd_ebv, sfd_files

# Position, recalibrated and raw E(B-V) of four SDSS spectra, from the map of 4096 pixels a side.
PUBLISHED = [
    (184.03066, -2.23828, 0.02460, 0.02860),
    (146.93410, -0.67040, 0.07251, 0.08431),
    (146.49052, -0.36931, 0.10068, 0.11706),
    (213.35116, 53.09084, 0.00728, 0.00847),
]


@pytest.fixture
def made_maps(tmp_path):
    """Maps whose value is 1 + sin b in the north and 2 + cos l √(1 + sin b) in the south."""
    size = 64
    at = (np.arange(size) - 0.5 * (size - 1)) / (0.5 * size)
    x, y = np.meshgrid(at, at)
    north = 2.0 - x**2 - y**2
    for name, image in (("ngp", north), ("sgp", 2.0 + x)):
        fits.PrimaryHDU(image.astype(np.float32)).writeto(tmp_path / f"SFD_dust_64_{name}.fits")
    return tmp_path


def test_positions_meet_the_projection_of_both_hemispheres(made_maps):
    files = sfd_files(made_maps)
    rng = np.random.default_rng(3)
    for ra, dec in zip(rng.uniform(0, 360, 60), np.degrees(np.arcsin(rng.uniform(-1, 1, 60))), strict=True):
        galactic = SkyCoord(ra, dec, unit="deg").galactic
        longitude, b = galactic.l.rad, galactic.b.rad
        if abs(b) < 0.1:
            continue
        expected = 1.0 + np.sin(b) if b > 0 else 2.0 + np.sqrt(1 + np.sin(b)) * np.cos(longitude)
        # Linear between pixels of 1/32: a parabola is off by 2 (1/64)² at most.
        assert sfd_ebv(files, ra, dec) == pytest.approx(expected, abs=6e-4)


def test_the_map_gives_the_published_reddening_of_real_spectra(shared_data):
    files = sfd_files(shared_data / "templates")
    for ra, dec, _, raw in PUBLISHED:
        # That map is averaged to 1024 pixels a side, 9 arcmin.
        assert sfd_ebv(files, ra, dec) == pytest.approx(raw, rel=0.1)


@pytest.mark.parametrize(("ra", "dec", "true", "raw"), PUBLISHED)
def test_a_spectrum_without_e_b_v_takes_it_from_the_map_recalibrated(shared_data, ra, dec, true, raw):
    spectrum = Spectrum.from_arrays(
        np.linspace(3600, 9800, 100), np.ones(100), ivar=np.ones(100), z=0.1, ra=ra, dec=dec
    )
    folder = str(shared_data / "templates")
    applied = deredden(spectrum, ExtinctionConfig(map_name="sfd", map_folder=folder)).extinction
    assert (applied.status, applied.source, applied.scale) == ("applied", "sfd", 0.86)
    assert applied.ebv == pytest.approx(true, rel=0.1)


def test_a_folder_without_maps_is_told():
    spectrum = Spectrum.from_arrays([4000.0, 5000.0], [1.0, 1.0], ivar=[1.0, 1.0], z=0.1, ra=1.0, dec=2.0)
    after = deredden(spectrum, ExtinctionConfig(map_name="sfd", map_folder="nowhere"))
    assert after.extinction.status == "unavailable"
    assert "nowhere holds no SFD_dust" in after.extinction.note


def test_the_finest_pair_is_taken_and_a_lone_hemisphere_passed_over(made_maps):
    (made_maps / "SFD_dust_4096_ngp.fits").write_bytes(b"")
    assert sfd_files(made_maps)[0].name == "SFD_dust_64_ngp.fits"


def test_a_file_that_is_no_map_is_refused(tmp_path):
    for pole in ("ngp", "sgp"):
        fits.PrimaryHDU(np.zeros((3, 5))).writeto(tmp_path / f"SFD_dust_64_{pole}.fits")
    with pytest.raises(SpectrumError, match="no square image"):
        sfd_ebv(sfd_files(tmp_path), 10.0, 20.0)


def ccm89(wavenumber, rv):
    """A(λ)/A(V) of Cardelli, Clayton & Mathis 1989, equations 2 to 4."""
    x = wavenumber
    a, b = 0.574 * x**1.61, -0.527 * x**1.61
    y = x - 1.82
    optical = (x >= 1.1) & (x <= 3.3)
    a_terms = (1.0, 0.17699, -0.50447, -0.02427, 0.72085, 0.01979, -0.77530, 0.32999)
    b_terms = (0.0, 1.41338, 2.28305, 1.07233, -5.38434, -0.62251, 5.30260, -2.09002)
    a = np.where(optical, np.polynomial.polynomial.polyval(y, a_terms), a)
    b = np.where(optical, np.polynomial.polynomial.polyval(y, b_terms), b)
    ultraviolet = x > 3.3
    a = np.where(ultraviolet, 1.752 - 0.316 * x - 0.104 / ((x - 4.67) ** 2 + 0.341), a)
    b = np.where(ultraviolet, -3.090 + 1.825 * x + 1.206 / ((x - 4.62) ** 2 + 0.263), b)
    return a + b / rv


def f99(wavenumber, rv):
    """A(λ)/A(V) of Fitzpatrick 1999: a spline through the anchors of its tables 3 and 4, and Fitzpatrick & Massa 1990.

    The 1.208 of table 4 stands without its minus, which contradicts table 3.
    """
    c2 = -0.824 + 4.717 / rv
    c1 = 2.030 - 3.007 * c2

    def ultraviolet(x):
        drude = x**2 / ((x**2 - 4.596**2) ** 2 + x**2 * 0.99**2)
        far = np.where(x > 5.9, 0.5392 * (x - 5.9) ** 2 + 0.05644 * (x - 5.9) ** 3, 0.0)
        return c1 + c2 * x + 3.23 * drude + 0.41 * far + rv

    places = 1.0 / np.array([np.inf, 2.65, 1.22, 0.60, 0.547, 0.467, 0.411, 0.27, 0.26])
    polynomials = ((-0.426, 1.0044), (-0.050, 1.0016), (0.701, 1.0016), (1.208, 1.0032, -0.00033))
    optical = [np.polynomial.polynomial.polyval(rv, terms) for terms in polynomials]
    values = [0.0, 0.265 * rv / 3.1, 0.829 * rv / 3.1, *optical, *ultraviolet(places[7:])]
    spline = CubicSpline(places, values, bc_type="natural")
    return np.where(wavenumber > places[-2], ultraviolet(wavenumber), spline(wavenumber)) / rv


@pytest.mark.parametrize(("law", "formula"), [("CCM89", ccm89), ("F99", f99)])
def test_the_correction_agrees_with_the_formulas_of_the_papers(law, formula):
    wavelength = np.linspace(3050.0, 10_400.0, 4000)
    wavenumber = 1e4 / wavelength
    wavelength = wavelength[(np.abs(wavenumber - 3.3) > 2e-4) & (np.abs(wavenumber - 1.1) > 2e-4)]
    expected = 10.0 ** (0.4 * 3.1 * 0.1 * formula(1e4 / wavelength, 3.1))
    np.testing.assert_allclose(extinction_factor(wavelength, 0.1, law=law), expected, rtol=1e-6)
