"""One logarithmic wavelength grid for host galaxies: spectra and templates meet on it.

On ln λ_i = i·Δ a velocity is a shift and a dispersion a width of constant pixels. Rebinning is exact for piecewise
constant spectra: a bin holds the mean of what falls between its edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS

FloatArray = NDArray[np.float64]

GRID_KMS = 75.0
"""Velocity step of the grid [km/s]: that of SDSS pixels (69 km/s), below half the dispersion of a galaxy."""

LOG_STEP = GRID_KMS / C_KMS


def grid_between(low: float, high: float) -> NDArray[np.int64]:
    """Indices i of the bins, ln λ_i = i·Δ, whose edges lie between two wavelengths [Å]."""
    first = int(np.ceil(np.log(low) / LOG_STEP + 0.5))
    last = int(np.floor(np.log(high) / LOG_STEP - 0.5))
    return np.arange(first, last + 1)


def grid_wavelength(index: NDArray[np.int64]) -> FloatArray:
    """Wavelengths [Å] of bins, shape (n,)."""
    return np.exp(index * LOG_STEP)


def mean_in_bins(wavelength: FloatArray, values: FloatArray, index: NDArray[np.int64]) -> FloatArray:
    """Mean of a sampled curve in every bin.

    Parameters
    ----------
    wavelength : ndarray, shape (n_pix,)
        Å, strictly increasing; a pixel reaches half way to its neighbours.
    values : ndarray, shape (..., n_pix)
        Per Å.
    index : ndarray of int, shape (n,)
        Adjacent bins, as `grid_between` gives them, inside the range of ``wavelength``.

    Returns
    -------
    ndarray, shape (..., n)
    """
    pixel_edges = _pixel_edges(wavelength)
    bin_edges = np.exp((np.append(index, index[-1] + 1) - 0.5) * LOG_STEP)
    total = np.zeros((*values.shape[:-1], wavelength.size + 1))
    np.cumsum(values * np.diff(pixel_edges), axis=-1, out=total[..., 1:])
    # Linear interpolation of the running integral, by hand: the same weights for every row.
    place = np.clip(np.searchsorted(pixel_edges, bin_edges, side="right") - 1, 0, wavelength.size - 1)
    part = (bin_edges - pixel_edges[place]) / (pixel_edges[place + 1] - pixel_edges[place])
    at = total[..., place] * (1.0 - part) + total[..., place + 1] * part
    return np.diff(at, axis=-1) / np.diff(bin_edges)


def rebin_spectrum(
    wavelength: FloatArray, flux: FloatArray, ivar: FloatArray, index: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Flux and inverse variance in bins; a bin that touches an unusable pixel has inverse variance 0.

    Parameters
    ----------
    wavelength, flux, ivar : ndarray, shape (n_pix,)
        Å, flux density, its inverse variance (0 = unusable).
    index : ndarray of int, shape (n,)

    Returns
    -------
    flux, ivar : ndarray, shape (n,)
        A pixel shared by two bins gives each its share of variance, so that a sum over many bins keeps its error.
    """
    usable = ivar > 0
    variance = np.zeros_like(ivar)
    variance[usable] = 1.0 / ivar[usable]
    width = np.diff(_pixel_edges(wavelength))
    rows = np.stack([np.where(usable, flux, 0.0), np.where(usable, 0.0, 1.0), variance * width])
    mean, lost, spread = mean_in_bins(wavelength, rows, index)
    bin_width = np.exp(index * LOG_STEP) * 2.0 * np.sinh(0.5 * LOG_STEP)
    good = (lost < 1e-6) & (spread > 0)
    weight = np.zeros_like(mean)
    weight[good] = bin_width[good] / spread[good]
    return np.where(good, mean, 0.0), weight


def broaden(values: FloatArray, sigma_kms: FloatArray | float) -> FloatArray:
    """Convolve rows on the grid with a Gaussian whose width may change from bin to bin.

    Parameters
    ----------
    values : ndarray, shape (..., n)
    sigma_kms : float or ndarray, shape (n,)
        Dispersion at every bin [km/s]; 0 leaves a bin as it is.
    """
    sigma = np.broadcast_to(np.asarray(sigma_kms, dtype=float) / GRID_KMS, values.shape[-1:])
    reach = int(np.ceil(4.0 * float(sigma.max(initial=0.0))))
    if reach == 0:
        return values.copy()
    narrow = np.maximum(sigma, 1e-3)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets[:, None] / narrow[None, :]) ** 2)
    weights /= weights.sum(axis=0)
    padded = np.concatenate(
        [np.repeat(values[..., :1], reach, -1), values, np.repeat(values[..., -1:], reach, -1)], axis=-1
    )
    out = np.zeros_like(values)
    n = values.shape[-1]
    for row, offset in zip(weights, offsets, strict=True):
        out += row * padded[..., reach + offset : reach + offset + n]
    return out


def _pixel_edges(wavelength: FloatArray) -> FloatArray:
    middle = 0.5 * (wavelength[1:] + wavelength[:-1])
    return np.concatenate([[2.0 * wavelength[0] - middle[0]], middle, [2.0 * wavelength[-1] - middle[-1]]])
