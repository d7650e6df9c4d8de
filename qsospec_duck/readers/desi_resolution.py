"""How wide DESI's spectrographs show a sharp line, from the resolution matrices of a coadd.

``{camera}_RESOLUTION`` holds the 11 diagonals of the matrix R that turns the flux as it is into the flux as it was seen
(offsets 5 to -5; Bolton & Schlegel 2010, PASP 122, 248; Guy et al. 2023, AJ 165, 144). Column j of R is what becomes
of light at pixel j, so that

    σ_j² = Σ_k R_kj (k − ⟨k⟩)² / Σ_k R_kj        [pixels of 0.8 Å].

It changes slowly with wavelength: columns are added up in blocks of 16 pixels before the moments are taken, and
values between the blocks are interpolated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.desi_arms import STEP, cameras_of
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.fits_hdu import Hdu

N_DIAGONALS = 11
"""Diagonals that DESI stores."""

BLOCK = 16
"""Pixels of a block."""

ROWS_AT_ONCE = 32
"""Spectra whose matrices are in memory together: 4 MB a camera."""

LEAST_LIGHT = 0.5
"""Fraction of the light that the diagonals of a block must hold; it is 1 where the matrix is known."""

ROUNDED = 16.0
"""Values are whole sixteenths of a km/s: far below what is known of them, and they compress."""


def line_spread(fits: FitsFile, rows: NDArray[np.intp], wavelength: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """σ of the line-spread function of some spectra.

    Parameters
    ----------
    fits : FitsFile
        A coadd.
    rows : ndarray of int, shape (n_spec,)
        Rows of the FIBERMAP.
    wavelength : ndarray, shape (n_pix,)
        Of the merged spectra [Å].

    Returns
    -------
    ndarray, shape (n_spec, n_pix), or None
        σ [km/s]; the mean of both cameras in σ² where two overlap, that of the nearest pixel where none is known,
        NaN for a spectrum of which nothing is known. ``None`` where a camera of the file has no resolution matrix.

    Raises
    ------
    ReaderError
        A matrix has another shape than its camera.
    """
    found = [(camera, fits.named(f"{camera}_RESOLUTION")) for camera in cameras_of(fits)]
    if any(hdu is None for _, hdu in found):
        return None
    total, count = np.zeros((rows.size, wavelength.size)), np.zeros((rows.size, wavelength.size))
    for camera, hdu in found:
        own = fits.named(f"{camera}_WAVELENGTH")
        assert hdu is not None
        assert own is not None
        grid = own.image().astype(np.float64)
        if hdu.shape[1:] != (N_DIAGONALS, grid.size):
            raise refusal(
                fits.path,
                f"shape is {hdu.shape}",
                f"(spectra, {N_DIAGONALS}, {grid.size}): diagonals by pixels of {camera}_WAVELENGTH",
                where=hdu.where,
            )
        inside = np.flatnonzero((wavelength > grid[0] - 0.5 * STEP) & (wavelength < grid[-1] + 0.5 * STEP))
        if inside.size == 0:
            continue
        for first in range(0, rows.size, ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            for row, variance in enumerate(_variances(hdu, rows[some]), start=first):
                known = np.isfinite(variance)
                if known.any():
                    centres = _centres(grid)[known]
                    total[row, inside] += np.interp(wavelength[inside], centres, variance[known])
                    count[row, inside] += 1.0
    return _in_velocity(total, count, wavelength)


def _variances(hdu: Hdu, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """σ² of every whole block [pixels²], shape (n_spec, n_block); NaN where the matrix is empty."""
    matrices = hdu.image(rows)
    n_block = matrices.shape[2] // BLOCK
    blocks = matrices[:, :, : n_block * BLOCK].reshape(rows.size, N_DIAGONALS, n_block, BLOCK).sum(axis=3, dtype=float)
    offsets = np.arange(N_DIAGONALS)[:, None] - N_DIAGONALS // 2
    light = blocks.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (blocks * offsets).sum(axis=1) / light
        variance = (blocks * offsets**2).sum(axis=1) / light - mean**2
        return np.where((light > LEAST_LIGHT * BLOCK) & (variance > 0), variance, np.nan)


def _centres(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Middle wavelengths of the whole blocks of a camera [Å]."""
    n_block = grid.size // BLOCK
    return grid[: n_block * BLOCK].reshape(n_block, BLOCK).mean(axis=1)


def _in_velocity(
    total: NDArray[np.float64], count: NDArray[np.float64], wavelength: NDArray[np.float64]
) -> NDArray[np.float32]:
    """σ [km/s] from sums of σ² [pixels²] and their numbers."""
    out = np.full(total.shape, np.nan, dtype=np.float32)
    index = np.arange(wavelength.size)
    for row in range(total.shape[0]):
        known = count[row] > 0
        if known.any():
            sigma = STEP * np.sqrt(total[row, known] / count[row, known])
            kms = C_KMS * np.interp(index, index[known], sigma) / wavelength
            out[row] = np.round(kms * ROUNDED) / ROUNDED
    return out
