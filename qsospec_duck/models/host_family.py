"""What galaxies of a library look like: a typical one, and the independent ways in which others differ from it.

Enters the name of a library (`qsospec_duck.models.host_library`); leaves spectra on its grid, the first a galaxy of
mean 1, the others its 1σ changes. Of stellar populations 500 galaxies are made, each with two episodes of star
formation of any age and duration, one metallicity and up to a magnitude of dust. Their mean and principal components
are the family (Chen et al. 2012, MNRAS 421, 314, do it so for BOSS galaxies), beside a tilt and a bend for what they
lack: other dust, other stars, an uncertain calibration. Eigenspectra (Yip et al. 2004, AJ 128, 585) are a family as
they are.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.models.host_library import HostLibrary, load_host_library
from qsospec_duck.models.log_grid import broaden

FloatArray = NDArray[np.float64]

EIGEN_RATIOS = (0.5, 0.35, 0.25, 0.2)
"""1σ of the second and later eigenspectra's weights relative to the first: a choice. Twice and four times as much gave
the same fractions in simulated mixtures."""

N_MODES = 10
"""Principal components that are kept. With 14, fractions of simulated mixtures were the same; with 4 they scattered by
a tenth more."""

N_GALAXIES = 500
"""Galaxies from which these are learned; with 2000 fractions were the same."""

DURATIONS = (0.05, 0.2)
"""1σ duration of an episode of star formation, as a share of the library's range of log age."""

LARGEST_DUST = 1.0
"""Extinction A(5500 Å) of a galaxy [mag]; A ∝ λ^−0.7 (Charlot & Fall 2000, ApJ 539, 718)."""

SMOOTH_SIGMA = 0.2
"""1σ of tilt and bend, coefficients of ln(λ/5100 Å) and its square: 7 and 2 % at 3600 Å. Half and twice as much made
fractions of galaxies that no population made scatter by a twentieth more."""

_PIVOT = 5100.0
_NORMALISED_BINS = 10
_PRIMES = (2, 3, 5, 7, 11, 13, 17)


@cache
def galaxy_family(name: str, sigma_kms: float) -> FloatArray:
    """A typical galaxy and its 1σ changes, once a process.

    Parameters
    ----------
    name : str
        As `load_host_library`, whose errors are raised, too.
    sigma_kms : float
        Dispersion of the stars beside what the library has [km/s].

    Returns
    -------
    ndarray, shape (1 + n_change, n)
        On the library's grid.
    """
    return broaden(_family(name), sigma_kms)


@cache
def _family(name: str) -> FloatArray:
    library = load_host_library(name)
    if not library.is_positive:
        ratios = np.resize(np.array(EIGEN_RATIOS), len(library.spectra) - 1)
        return np.concatenate([library.spectra[:1], library.spectra[1:] * ratios[:, None]])
    galaxies = made_galaxies(library)
    mean = galaxies.mean(axis=0)
    _, size, components = np.linalg.svd(galaxies - mean, full_matrices=False)
    components = components[:N_MODES] * (size[:N_MODES] / np.sqrt(len(galaxies)))[:, None]
    x = np.log(library.wavelength / _PIVOT)
    smooth = SMOOTH_SIGMA * mean * np.stack([x, x**2])
    return np.concatenate([mean[None], smooth, components]) / mean.mean()


def made_galaxies(library: HostLibrary) -> FloatArray:
    """(n_galaxy, n) galaxies of stellar populations, each 1 near 5100 Å, or the end of a library that is nearest."""
    n_age, n_metal = library.ages_and_metals
    # Evenly spread without random numbers: multiples of square roots of primes, modulo 1.
    drawn = np.modf(np.arange(1, N_GALAXIES + 1)[:, None] * np.sqrt(np.array(_PRIMES, dtype=float)))[0].T
    share, dust, metal, *episodes = drawn
    log_age = np.linspace(0.0, 1.0, n_age)
    ages = np.zeros((N_GALAXIES, n_age))
    for amount, center, width in ((share, *episodes[:2]), (1.0 - share, *episodes[2:])):
        duration = DURATIONS[0] + (DURATIONS[1] - DURATIONS[0]) * width
        episode = np.exp(-0.5 * ((log_age - center[:, None]) / duration[:, None]) ** 2)
        ages += amount[:, None] * episode / episode.sum(axis=1, keepdims=True)
    # Between two metallicities a galaxy is a mean of both.
    metals = np.maximum(1.0 - np.abs((n_metal - 1) * metal[:, None] - np.arange(n_metal)), 0.0)
    galaxies = (ages[:, :, None] * metals[:, None, :]).reshape(N_GALAXIES, -1) @ library.spectra
    galaxies *= 10.0 ** (-0.4 * LARGEST_DUST * dust[:, None] * (library.wavelength / 5500.0) ** -0.7)
    place = int(np.argmin(np.abs(library.wavelength - _PIVOT)))
    near = slice(max(place - _NORMALISED_BINS, 0), place + _NORMALISED_BINS)
    return galaxies / galaxies[:, near].mean(axis=1, keepdims=True)
