"""Galaxies that a library makes, and the ways in which they differ."""

import numpy as np
import pytest

from qsospec_duck.models.host_family import N_GALAXIES, N_MODES, galaxy_family, made_galaxies
from qsospec_duck.models.host_library import load_host_library


@pytest.fixture(scope="module")
def populations(tmp_path_factory):
    """Black bodies of falling temperature with a line that deepens with metallicity."""
    lam = np.arange(3400.0, 7600.0, 1.0)
    kelvin = np.geomspace(15_000.0, 4000.0, 17)
    depth = np.linspace(0.1, 0.5, 5)
    body = lam[:, None] ** -5.0 / np.expm1(1.4388e8 / (lam[:, None] * kelvin))
    line = np.exp(-0.5 * ((lam - 5175.0) / 20.0) ** 2)
    path = tmp_path_factory.mktemp("library") / "bodies.npz"
    np.savez(path, templates=body[:, :, None] * (1.0 - line[:, None, None] * depth), lam=lam)
    return str(path)


def test_galaxies_are_positive_and_differ_in_age_dust_and_line(populations):
    library = load_host_library(populations)
    galaxies = made_galaxies(library)
    assert galaxies.shape == (N_GALAXIES, library.wavelength.size)
    assert np.all(galaxies > 0.0)
    blue, line = (np.argmin(np.abs(library.wavelength - place)) for place in (3700.0, 5176.5))
    beside = np.argmin(np.abs(library.wavelength - 5300.0))
    bodies = library.spectra[:, blue] / library.spectra[:, beside]
    colour = galaxies[:, blue] / galaxies[:, beside]
    assert np.percentile(colour, 95) - np.percentile(colour, 5) > 0.3 * np.ptp(bodies)
    depths = galaxies[:, line] / galaxies[:, beside]
    assert np.ptp(depths) > 0.2


def test_mean_is_one_and_galaxies_scatter_by_one_along_each_component(populations):
    library = load_host_library(populations)
    family = galaxy_family(populations, 0.0)
    assert family.shape == (3 + N_MODES, library.wavelength.size)
    assert family[0].mean() == pytest.approx(1.0)
    galaxies = made_galaxies(library)
    off = galaxies / galaxies.mean() - family[0]
    components = family[3:6]
    ratios = np.linalg.lstsq(components.T, off.T, rcond=None)[0]
    np.testing.assert_allclose(ratios.std(axis=1), 1.0, rtol=0.02)


def test_a_population_that_was_left_out_lies_near_the_family(populations):
    with np.load(populations) as stored:
        lam, body = stored["lam"], stored["templates"][:, 6, 2]  # ages 0, 4, 8... and metallicities 0, 2, 4 are kept
    library = load_host_library(populations)
    wanted = np.interp(library.wavelength, lam, body)
    family = galaxy_family(populations, 0.0)
    weights = np.linalg.lstsq(family.T, wanted, rcond=None)[0]
    assert np.max(np.abs(weights @ family / wanted - 1.0)) < 0.01


def test_broadening_keeps_the_light_and_washes_out_the_line(populations):
    sharp, broad = galaxy_family(populations, 0.0), galaxy_family(populations, 500.0)
    assert broad[0].mean() == pytest.approx(sharp[0].mean(), rel=1e-3)
    assert np.abs(np.diff(broad[0])).max() < np.abs(np.diff(sharp[0])).max()
