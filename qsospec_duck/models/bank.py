"""Template banks: a template broadened once to many widths, interpolated inside the fit.

A bank is a table T[i, j] over widths w_i (log-spaced FWHM) and wavelengths x_j = x_0 + j·Δx on a
log-wavelength grid, on which a velocity is a shift and a Gaussian of constant velocity width is a
convolution. The fit interpolates cubically in both, so the model and its derivatives by width and
velocity are continuous and no convolution runs inside the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from qsospec_duck.constants import BALMER_EDGE, C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.balmer import balmer_pseudocontinuum
from qsospec_duck.models.templates import read_template

GRID_KMS = 50.0
"""Step of the log-wavelength grid [km/s]: a tenth of the narrowest broadening."""

N_WIDTHS = 96
"""Widths of a bank, log-spaced: 3 to 4 % apart, which leaves a cubic interpolation good to 1e-7."""

_BALMER_BLUE = 912.0
"""Blue end of the Balmer bank [Å]: the Lyman limit; the bound-free emission is negligible there."""


@dataclass(frozen=True)
class TemplateBank:
    """A template at ``n_width`` broadenings on a log-wavelength grid."""

    name: str
    log_wave_start: float
    """ln λ [Å] of the first grid point."""

    log_wave_step: float
    log_fwhm_start: float
    """ln FWHM [km/s] of the first width."""

    log_fwhm_step: float
    values: NDArray[np.float64]
    """(n_width, n_grid) flux density per Å for unit amplitude, C order."""

    coverage: tuple[float, float]
    """Wavelengths [Å] between which the unbroadened template lives."""


@cache
def template_bank(name: str, fwhm_min: float, fwhm_max: float) -> TemplateBank:
    """Bank of a template (packaged id or path) for FWHM of the broadening from ``fwhm_min`` to ``fwhm_max`` [km/s]."""
    template = read_template(name)
    step = GRID_KMS / C_KMS
    # Room for four σ of the widest kernel on either side.
    room = 4.0 * fwhm_max / FWHM_PER_SIGMA / C_KMS
    start = np.log(template.wavelength[0]) - room
    n_grid = int(np.ceil((np.log(template.wavelength[-1]) + room - start) / step)) + 1
    grid = start + step * np.arange(n_grid)
    sampled = np.interp(np.exp(grid), template.wavelength, template.flux, left=0.0, right=0.0)
    log_fwhm = np.linspace(np.log(fwhm_min), np.log(fwhm_max), N_WIDTHS)
    n_fft = next_fast_len(2 * n_grid, real=True)
    transformed = np.fft.rfft(sampled, n_fft)
    # The transform of a Gaussian kernel is a Gaussian: exact, whatever the pixel size.
    frequency = np.fft.rfftfreq(n_fft)
    sigma_pixels = np.exp(log_fwhm)[:, None] / FWHM_PER_SIGMA / GRID_KMS
    kernels = np.exp(-2.0 * (np.pi * frequency[None, :] * sigma_pixels) ** 2)
    values = np.fft.irfft(transformed[None, :] * kernels, n_fft, axis=1)[:, :n_grid]
    values[np.abs(values) < 1e-12 * sampled.max()] = 0.0
    coverage = (float(template.wavelength[0]), float(template.wavelength[-1]))
    return TemplateBank(
        name, float(start), step, float(log_fwhm[0]), float(log_fwhm[1] - log_fwhm[0]), np.ascontiguousarray(values), coverage
    )


@cache
def balmer_bank(
    table: str, lowest_level: int, edge: float, temperature: float, tau_edge: float, fwhm_min: float, fwhm_max: float
) -> TemplateBank:
    """Bank of the Balmer pseudo-continuum (`balmer_pseudocontinuum`); unit amplitude is a case B Hβ flux of 1."""
    step = GRID_KMS / C_KMS
    red = BALMER_EDGE / (1.0 - 4.0 / lowest_level**2.0)
    start = np.log(_BALMER_BLUE)
    stop = np.log(red) + 5.0 * fwhm_max / FWHM_PER_SIGMA / C_KMS
    grid = start + step * np.arange(int(np.ceil((stop - start) / step)) + 1)
    log_fwhm = np.linspace(np.log(fwhm_min), np.log(fwhm_max), N_WIDTHS)
    values = np.stack(
        [
            balmer_pseudocontinuum(
                grid,
                float(np.exp(width)),
                table=table,
                lowest_level=lowest_level,
                edge=edge,
                temperature=temperature,
                tau_edge=tau_edge,
            )
            for width in log_fwhm
        ]
    )
    return TemplateBank(
        f"balmer:{table}",
        float(start),
        step,
        float(log_fwhm[0]),
        float(log_fwhm[1] - log_fwhm[0]),
        values,
        (_BALMER_BLUE, red * 1.02),
    )
