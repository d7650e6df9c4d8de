"""What atmosphere, telescope and spectrograph do to a spectrum: noise, line spread, bad pixels.

The error per pixel follows real DESI coadds: twice as large in the blue arm as in the red ones for falling
throughput, with peaks at the night-sky lines, and growing with the object's own light.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

DESI_GRID: FloatArray = 3600.0 + 0.8 * np.arange(7781, dtype=np.float64)
"""Grid of a merged DESI spectrum [vacuum Å]."""

ARMS = {"B": (0, 2751), "R": (2700, 2326), "Z": (4900, 2881)}
"""First pixel on the merged grid and number of pixels of each DESI arm."""

LSF_SIGMA_PIXELS = 0.9
"""σ of the line spread in a simulated tile, 1.7 Å FWHM."""

LSF_HALF_WIDTH = 5
"""Pixels of the line spread either side of the centre: 11 diagonals, as in DESI."""

# Vacuum wavelengths [Å] of bright single sky lines and, rounded, of the heads of OH bands
# (Osterbrock et al. 1996, PASP 108, 277).
_SKY_LINES = (5578.9, 5891.6, 5897.6, 6302.1, 6365.5)
_OH_BANDS = (6865.0, 7276.0, 7716.0, 8290.0, 8780.0, 9310.0)
_OH_LINES_PER_BAND = 12
_OH_SPACING = 22.0

SOMEBADPIX, COSMIC, NODATA, BADCOLUMN = 1, 4, 256, 1024
"""Values of the DESI pixel mask bits that are simulated."""


def relative_noise(wavelength: FloatArray) -> FloatArray:
    """Sky-limited error of a pixel in units of that at 6500 Å away from sky lines; shape (n,).

    Parameters
    ----------
    wavelength : ndarray, shape (n,)
        Observed vacuum Å.
    """
    smooth = (wavelength / 6500.0) ** -0.8 + 6.0 * np.exp(-(wavelength - 3600.0) / 600.0)
    sky = np.zeros_like(wavelength)
    peaks = [(position, 4.0) for position in _SKY_LINES]
    for head in _OH_BANDS:
        for order in range(_OH_LINES_PER_BAND):
            peaks.append((head + _OH_SPACING * order, 2.5 * np.exp(-order / 6.0) * (head / 9000.0) ** 2))
    for position, strength in peaks:
        near = slice(*np.searchsorted(wavelength, [position - 8.0, position + 8.0]))
        sky[near] += strength * np.exp(-0.5 * ((wavelength[near] - position) / 1.2) ** 2)
    return smooth * (1.0 + sky)


def error_for_level(wavelength: FloatArray, flux: FloatArray, level: float) -> FloatArray:
    """1σ error of each pixel: sky noise at ``level`` plus the object's own photons.

    Parameters
    ----------
    wavelength, flux : ndarray, shape (n,)
        Observed vacuum Å and 1e-17 erg/s/cm²/Å.
    level : float
        Sky-limited error at 6500 Å [1e-17 erg/s/cm²/Å]; real DESI coadds have 0.1 to 0.3.
    """
    return level * np.sqrt(relative_noise(wavelength) ** 2 + np.maximum(flux, 0.0) / (20.0 * level))


def error_for_snr(wavelength: FloatArray, flux: FloatArray, snr: float) -> FloatArray:
    """1σ error of each pixel such that the median of flux / error is ``snr``, sky-limited; shape (n,)."""
    shape = relative_noise(wavelength)
    return shape * float(np.median(flux / shape)) / snr


def line_spread() -> FloatArray:
    """Response of the 11 pixels around a monochromatic line, from offset -5 to 5; sums to 1."""
    offset = np.arange(-LSF_HALF_WIDTH, LSF_HALF_WIDTH + 1)
    response = np.exp(-0.5 * (offset / LSF_SIGMA_PIXELS) ** 2)
    return response / response.sum()


def forest_transmission(wavelength: FloatArray, z: float, rng: np.random.Generator) -> FloatArray:
    """Transmission of the Lyα forest: 1 redward of Lyα; blueward it fluctuates about the mean of the universe.

    The mean is exp(−0.0018 (1+z_abs)^3.92) (Faucher-Giguère et al. 2008, ApJ 681, 831); the optical depth is
    log-normal with a correlation of 1.5 Å, as unresolved blends of lines are.
    """
    absorber = wavelength / 1215.67
    blue = absorber < 1.0 + z
    if not blue.any():
        return np.ones_like(wavelength)
    pixels = 1.5 / float(np.median(np.diff(wavelength)))
    reach = int(np.ceil(4.0 * pixels))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / pixels) ** 2)
    white = rng.normal(size=wavelength.size + 2 * reach)
    field = np.convolve(white, kernel / np.sqrt(np.sum(kernel**2)), mode="valid")
    depth = 0.0018 * absorber**3.92 * np.exp(1.5 * field)
    mean = np.exp(-0.0018 * absorber**3.92)
    # A fluctuating depth lets more light through than its mean; one factor brings the mean transmission back.
    transmission = np.exp(-depth)
    scale = float(np.log(np.mean(mean[blue])) / np.log(np.mean(transmission[blue])))
    return np.where(blue, transmission**scale, 1.0)
