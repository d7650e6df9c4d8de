"""Template banks: a template broadened once to many widths, interpolated inside the fit.

A bank is a table T[i, j] over widths w_i (log-spaced FWHM) and wavelengths x_j = x_0 + j·Δx on a
log-wavelength grid, on which a velocity is a shift and a Gaussian of constant velocity width is a
convolution. The fit interpolates cubically in both, so the model and its derivatives by width and
velocity are continuous and no convolution runs inside the loop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.balmer import bound_free_shape, edge_density, series_lines
from qsospec_duck.models.line_groups import read_groups
from qsospec_duck.models.templates import read_template

GRID_KMS = 50.0
"""Step of the log-wavelength grid [km/s]: a tenth of the narrowest broadening."""

CELL_SAMPLES = 10
"""Samples of a template in a grid cell: 5 km/s apart, finer than any packaged template."""

N_WIDTHS = 96
"""Widths of a bank, log-spaced: 3 to 4 % apart, which leaves a cubic interpolation good to 1e-7."""

_BALMER_BLUE = 912.0
"""Blue end of the Balmer bank [Å]: the Lyman limit; the bound-free emission is negligible there."""


@dataclass(frozen=True, eq=False)
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
    start = float(np.log(template.wavelength[0]) - room)
    n_grid = int(np.ceil((np.log(template.wavelength[-1]) + room - start) / step)) + 1
    # The mean over a grid cell: some templates are finer than the grid in places, and points would miss flux.
    inner = (np.arange(CELL_SAMPLES) + 0.5) / CELL_SAMPLES - 0.5
    points = start + step * (np.arange(n_grid)[:, None] + inner[None, :])
    sampled = np.interp(np.exp(points), template.wavelength, template.flux, left=0.0, right=0.0).mean(axis=1)
    log_fwhm = _log_widths(fwhm_min, fwhm_max)
    n_fft = next_fast_len(n_grid, real=True)
    values = _broadened(np.fft.rfft(sampled, n_fft), n_fft, log_fwhm)[:, :n_grid]
    values[np.abs(values) < 1e-12 * sampled.max()] = 0.0
    coverage = (float(template.wavelength[0]), float(template.wavelength[-1]))
    return _bank(name, start, log_fwhm, values, coverage)


@cache
def group_banks(
    name: str, temperature: float, fwhm_min: float, fwhm_max: float
) -> tuple[tuple[str, TemplateBank], ...]:
    """Name and bank of every group of a packaged line list (`qsospec_duck.models.line_groups`)."""
    out = []
    for group in read_groups(name, temperature):
        step = GRID_KMS / C_KMS
        room = 5.0 * fwhm_max / FWHM_PER_SIGMA / C_KMS
        start = float(np.log(group.wavelength.min()) - room)
        n_grid = int(np.ceil((np.log(group.wavelength.max()) + room - start) / step)) + 1
        log_fwhm = _log_widths(fwhm_min, fwhm_max)
        n_fft = next_fast_len(n_grid, real=True)
        values = _broadened(_lines_transform(group.wavelength, group.flux, start, n_fft), n_fft, log_fwhm)[:, :n_grid]
        coverage = (float(group.wavelength.min()), float(group.wavelength.max()))
        out.append((group.name, _bank(f"{name}:{group.name}", start, log_fwhm, values, coverage)))
    return tuple(out)


@cache
def balmer_bank(
    table: str, lowest_level: int, edge: float, temperature: float, tau_edge: float, fwhm_min: float, fwhm_max: float
) -> TemplateBank:
    """Bank of the Balmer pseudo-continuum; unit amplitude is a case B Hβ flux of 1 (`qsospec_duck.models.balmer`)."""
    step = GRID_KMS / C_KMS
    centers, ratios = series_lines(table, lowest_level)
    room = 5.0 * fwhm_max / FWHM_PER_SIGMA / C_KMS
    # The edge lies on a grid point, so that lines and bound-free emission join exactly there.
    n_blue = int(np.ceil((np.log(edge) - np.log(_BALMER_BLUE) + room) / step))
    start = float(np.log(edge) - n_blue * step)
    n_grid = n_blue + int(np.ceil((np.log(centers[0]) + room - np.log(edge)) / step)) + 1
    grid = start + step * np.arange(n_grid)
    log_fwhm = _log_widths(fwhm_min, fwhm_max)
    n_fft = next_fast_len(n_grid, real=True)
    transform = _lines_transform(centers, ratios, start, n_fft)
    bound_free = edge_density(table) * bound_free_shape(np.exp(grid), edge, temperature, tau_edge)
    bound_free[n_blue] *= 0.5  # the edge halves its own grid cell
    transform += np.fft.rfft(bound_free, n_fft)
    values = _broadened(transform, n_fft, log_fwhm)[:, :n_grid]
    # Far redward of the first line the transform leaves rounding noise only.
    values[:, np.exp(grid) > centers[0]] *= values[:, np.exp(grid) > centers[0]] > 1e-12 * values.max()
    return _bank(f"balmer:{table}", start, log_fwhm, values, (_BALMER_BLUE, float(centers[0]) * 1.02))


def _lines_transform(
    centers: NDArray[np.float64], fluxes: NDArray[np.float64], start: float, n_fft: int
) -> NDArray[np.complex128]:
    """Transform of a sum of unbroadened lines: a sum of phases, so that every line keeps its exact wavelength."""
    step = GRID_KMS / C_KMS
    angles = 2.0 * np.pi / n_fft * (np.log(centers) - start) / step
    # exp(−ikα) of all k from those of the multiples of a block and those inside it: a root as many exponentials.
    n_frequency = n_fft // 2 + 1
    block = math.isqrt(n_frequency) + 1
    inside = np.exp(-1j * np.arange(block)[:, None] * angles)
    multiples = np.exp(-1j * block * np.arange(-(-n_frequency // block))[:, None] * angles)
    # A line of flux I at λ₀ is I/λ₀ per unit of ln λ, and a grid step is Δ ln λ.
    # Not BLAS: its last bit would depend on how many threads it has while the bank is made.
    sums = np.einsum("kl,jl->kj", multiples * (fluxes / centers), inside)
    return sums.ravel()[:n_frequency] / step


def _log_widths(fwhm_min: float, fwhm_max: float) -> NDArray[np.float64]:
    return np.linspace(np.log(fwhm_min), np.log(fwhm_max), N_WIDTHS)


def _broadened(transform: NDArray[np.complex128], n_fft: int, log_fwhm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convolve with Gaussians whose transforms are Gaussians: exact, whatever the pixel size; (n_width, n_fft)."""
    frequency = np.fft.rfftfreq(n_fft)
    sigma_pixels = np.exp(log_fwhm)[:, None] / FWHM_PER_SIGMA / GRID_KMS
    kernels = np.exp(-2.0 * (np.pi * frequency[None, :] * sigma_pixels) ** 2)
    return np.fft.irfft(transform[None, :] * kernels, n_fft, axis=1)


def _bank(
    name: str,
    start: float,
    log_fwhm: NDArray[np.float64],
    values: NDArray[np.float64],
    coverage: tuple[float, float],
) -> TemplateBank:
    step = float(log_fwhm[1] - log_fwhm[0])
    return TemplateBank(name, start, GRID_KMS / C_KMS, float(log_fwhm[0]), step, np.ascontiguousarray(values), coverage)
