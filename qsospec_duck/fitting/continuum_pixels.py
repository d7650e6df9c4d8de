"""The pixels of a continuum, averaged over cells that iron and power law hardly notice."""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.averaging import even_cells, is_worth_it, mean_flux
from qsospec_duck.fitting.optimum import ROUGH, Optimum, Prior, optimise
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.program import Program
from qsospec_duck.spectra import Spectrum

CONTINUUM_CELL = 400.0 / C_KMS
"""Width in ln λ of the cells over which pixels are averaged for all fits here. The last refits of settling
(`qsospec_duck.fitting.settling.CONTINUUM_CELLS`) see finer ones, and mend what averaging blurs."""


class ContinuumPixels:
    """What a continuum is fitted to."""

    def __init__(self, spectrum: Spectrum, inverse_sigma: FloatArray, used: BoolArray) -> None:
        """``inverse_sigma`` (n_pix,) is 1/σ; ``used`` (n_pix,) says which pixels are fitted."""
        self._cells: tuple[FloatArray, FloatArray, FloatArray]
        self.wave, self._cells, self._scatter = _averaged(
            spectrum.wavelength, spectrum.log_wavelength, inverse_sigma, spectrum.flux, used, CONTINUUM_CELL
        )

    def fit(self, program: Program, starts: FloatArray, prior: Prior | None) -> Optimum:
        """Fit the cells; χ² and the number of pixels are told as those of all pixels."""
        found = optimise(program, *self._cells, starts, tolerance=ROUGH, prior=prior)
        return found.of_pixels(found.chi2 + self._scatter, self.wave.size)


@numba.njit(cache=True, nogil=True)
def _averaged(
    wave: FloatArray, x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray, used: BoolArray, cell: float
) -> tuple[FloatArray, tuple[FloatArray, FloatArray, FloatArray], float]:
    """Average the used ones of all pixels (n_pix,).

    Returns
    -------
    wave : ndarray, shape (n,)
        Wavelengths of the used pixels [Å].
    cells : tuple of ndarray, shape (n_cell,)
        ln λ, 1/σ and flux of the cells.
    scatter : float
        χ² of the pixels about the means of their cells, which no model that is smooth over a cell changes.
    """
    index = np.flatnonzero(used)
    own_wave, own_x = np.empty(index.size), np.empty(index.size)
    own_inverse_sigma, own_flux = np.empty(index.size), np.empty(index.size)
    for k in range(index.size):
        i = index[k]
        own_wave[k], own_x[k], own_inverse_sigma[k], own_flux[k] = wave[i], x[i], inverse_sigma[i], flux[i]
    first, cell_x, cell_inverse_sigma = even_cells(own_x, own_inverse_sigma, cell)
    if not is_worth_it(cell_x.size, index.size):
        return own_wave, (own_x, own_inverse_sigma, own_flux), 0.0
    cell_flux = mean_flux(first, own_inverse_sigma, own_flux)
    scatter = _sum_of_squares(own_inverse_sigma, own_flux) - _sum_of_squares(cell_inverse_sigma, cell_flux)
    return own_wave, (cell_x, cell_inverse_sigma, cell_flux), scatter


@numba.njit(cache=True, nogil=True)
def _sum_of_squares(inverse_sigma: FloatArray, flux: FloatArray) -> float:
    """Σ (flux/σ)²."""
    total = 0.0
    for i in range(flux.size):
        total += (inverse_sigma[i] * flux[i]) ** 2
    return total
