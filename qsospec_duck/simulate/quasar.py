"""The spectrum of one synthetic quasar, from its parameters by direct evaluation.

Rest frame, f_λ in 1e-17 erg/s/cm²/Å, with X = c ln(λ/λ₀):

    power law   N (λ / 3000 Å)^α
    line        Gaussian in X of velocity v and width σ = FWHM/2.3548, scaled to ∫ f dλ = F
    Fe II       template T(ln λ − v/c) of unit integral, convolved in ln λ with a Gaussian
    Balmer      lines n → 2, n = 6 ... 400, at case B ratios, and blueward of the edge λ_E the bound-free emission
                F_E B_λ(T) (1 − exp(−τ (λ/λ_E)³)) of their mean density there, T = 15,000 K, τ = 1; both
                convolved in ln λ with one Gaussian
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from qsospec_duck.constants import BALMER_EDGE, C_KMS, FWHM_PER_SIGMA, POWER_LAW_PIVOT
from qsospec_duck.models.lines import line
from qsospec_duck.models.templates import load_template, read_balmer_ratios

FloatArray = NDArray[np.float64]

_STEP_KMS = 12.0
"""Sampling of a template before it is broadened [km/s]: a 30th of the narrowest σ drawn."""

_REACH_SIGMA = 6.0
"""Where a Gaussian is cut: 1.5e-8 of its peak."""

_BOUND_FREE_FROM = 912.0
"""Blue end of the bound-free emission [Å]: the Lyman limit."""

_TEMPERATURE = 15_000.0
_TAU_EDGE = 1.0
_HC_OVER_K = 1.438776877e8
"""hc/k [Å K]."""

_RYDBERG_K = 157_887.5
"""Ionisation energy of hydrogen over k [K]."""


@dataclass(frozen=True)
class Gaussian:
    """One Gaussian of one emission line."""

    line_id: str
    role: str
    """``broad``, ``narrow`` or ``wing``."""

    flux: float
    """1e-17 erg/s/cm²."""

    velocity: float
    """km/s."""

    fwhm: float
    """km/s."""


@dataclass(frozen=True)
class TemplateEmission:
    """Fe II or Balmer emission."""

    template: str
    """Packaged template id."""

    norm: float
    """1e-17 erg/s/cm²: integral of a Fe II template, case B Hβ flux of the Balmer emission."""

    fwhm: float
    """FWHM of the broadening Gaussian [km/s]."""

    velocity: float = 0.0
    """km/s."""


@dataclass(frozen=True)
class Quasar:
    """All true parameters of one quasar."""

    z: float
    power_law_norm: float
    """Rest-frame f_λ of the power law at 3000 Å [1e-17 erg/s/cm²/Å]."""

    power_law_slope: float
    iron_uv: TemplateEmission | None = None
    iron_optical: TemplateEmission | None = None
    balmer: TemplateEmission | None = None
    lines: tuple[Gaussian, ...] = ()


def quasar_flux(quasar: Quasar, wavelength: FloatArray) -> FloatArray:
    """Continuum and lines at rest wavelengths [Å]; shape (n,), rest-frame 1e-17 erg/s/cm²/Å."""
    flux = quasar_continuum(quasar, wavelength)
    for gaussian in quasar.lines:
        add_gaussian(flux, wavelength, gaussian)
    return flux


def quasar_continuum(quasar: Quasar, wavelength: FloatArray) -> FloatArray:
    """Power law, Fe II and Balmer emission at rest wavelengths [Å]; shape (n,)."""
    flux = continuum_without_iron(quasar, wavelength)
    for iron in (quasar.iron_uv, quasar.iron_optical):
        if iron is not None:
            flux += iron_emission(iron, wavelength)
    return flux


def continuum_without_iron(quasar: Quasar, wavelength: FloatArray) -> FloatArray:
    """Power law and Balmer emission at rest wavelengths [Å], shape (n,).

    Equivalent widths are measured against this.
    """
    flux = power_law(quasar, wavelength)
    if quasar.balmer is not None:
        flux += balmer_emission(quasar.balmer, wavelength)
    return flux


def power_law(quasar: Quasar, wavelength: FloatArray) -> FloatArray:
    """Power law at rest wavelengths [Å]; shape (n,)."""
    return quasar.power_law_norm * (wavelength / POWER_LAW_PIVOT) ** quasar.power_law_slope


def add_gaussian(flux: FloatArray, wavelength: FloatArray, gaussian: Gaussian) -> None:
    """Add a line to ``flux`` (n,) in place; ``wavelength`` (n,) increases."""
    rest = line(gaussian.line_id).wavelength
    sigma = gaussian.fwhm / FWHM_PER_SIGMA
    reach = _REACH_SIGMA * sigma
    limits = rest * np.exp((gaussian.velocity + np.array([-reach, reach])) / C_KMS)
    first, last = np.searchsorted(wavelength, limits)
    flux[first:last] += gaussian.flux * unit_gaussian(
        C_KMS * np.log(wavelength[first:last] / rest), rest, gaussian.velocity, sigma
    )


def unit_gaussian(x: FloatArray, rest: float, velocity: float, sigma: float) -> FloatArray:
    """f_λ at X [km/s] of a Gaussian that holds unit flux in λ."""
    # dλ = λ₀ exp(X/c) dX/c, so the integral of exp(−(X−v)²/2σ²) over λ is λ₀ exp(v/c + σ²/2c²) √(2π) σ/c.
    area = rest * np.exp(velocity / C_KMS + 0.5 * (sigma / C_KMS) ** 2) * np.sqrt(2 * np.pi) * sigma / C_KMS
    return np.exp(-0.5 * ((x - velocity) / sigma) ** 2) / area


def iron_emission(iron: TemplateEmission, wavelength: FloatArray) -> FloatArray:
    """Broadened Fe II template at rest wavelengths [Å]; shape (n,)."""
    grid, sampled = _sampled_template(iron.template)
    sigma = iron.fwhm / FWHM_PER_SIGMA / _STEP_KMS
    reach = int(np.ceil(_REACH_SIGMA * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    # Zeros on either side make room for what the kernel carries beyond the template.
    padded = np.concatenate([np.zeros(reach), sampled, np.zeros(reach)])
    broad = fftconvolve(padded, kernel / kernel.sum(), mode="same")
    step = _STEP_KMS / C_KMS
    log_wave = grid[0] + step * np.arange(-reach, sampled.size + reach)
    return iron.norm * np.interp(np.log(wavelength) - iron.velocity / C_KMS, log_wave, broad, left=0.0, right=0.0)


def balmer_emission(balmer: TemplateEmission, wavelength: FloatArray) -> FloatArray:
    """Balmer continuum and high-order lines at rest wavelengths [Å], increasing; shape (n,)."""
    # A velocity shifts edge and lines together.
    log_wave = np.log(wavelength) - balmer.velocity / C_KMS
    sigma = balmer.fwhm / FWHM_PER_SIGMA
    reach = _REACH_SIGMA * sigma / C_KMS
    flux = _broad_bound_free(balmer.template, sigma, log_wave)
    for center, ratio in zip(*_balmer_series(balmer.template), strict=True):
        first, last = np.searchsorted(log_wave, np.log(center) + np.array([-reach, reach]))
        if last > first:
            x = C_KMS * (log_wave[first:last] - np.log(center))
            flux[first:last] += ratio * unit_gaussian(x, center, 0.0, sigma)
    return balmer.norm * flux


def balmer_edge_density(table: str) -> float:
    """Bound-free f_λ just blueward of the unbroadened edge, for a case B Hβ flux of 1 [1/Å].

    Lines n → 2 lie dλ/dn = −8 λ_E/n³ apart near the edge, so their mean flux density there is I_n n³/(8 λ_E).
    """
    levels, ratios = read_balmer_ratios(table)
    last = float(levels[-1])
    at_infinity = ratios[-1] * last**3 / np.exp(_RYDBERG_K / (last**2 * _TEMPERATURE))
    return float(at_infinity / (8.0 * BALMER_EDGE))


def _broad_bound_free(table: str, sigma: float, log_wave: FloatArray) -> FloatArray:
    """Bound-free emission (Grandi 1982, ApJ 255, 25), cut at the edge and then broadened by σ [km/s]."""
    step = 2.0 * _STEP_KMS / C_KMS
    reach = int(np.ceil(_REACH_SIGMA * sigma / C_KMS / step))
    # Samples lie in the middle of cells, and the edge between two of them: what is cut is exactly half space.
    n_blue = int(np.log(BALMER_EDGE / _BOUND_FREE_FROM) / step)
    grid = np.log(BALMER_EDGE) + step * (np.arange(-n_blue, 2 * reach) + 0.5)
    at, edge = np.exp(grid), BALMER_EDGE
    planck = (
        (edge / at) ** 5 * np.expm1(_HC_OVER_K / (edge * _TEMPERATURE)) / np.expm1(_HC_OVER_K / (at * _TEMPERATURE))
    )
    depth = (1.0 - np.exp(-_TAU_EDGE * (at / edge) ** 3)) / (1.0 - np.exp(-_TAU_EDGE))
    emission = np.where(at < edge, balmer_edge_density(table) * planck * depth, 0.0)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step * C_KMS / sigma) ** 2)
    return np.interp(log_wave, grid, fftconvolve(emission, kernel / kernel.sum(), mode="same"), left=0.0, right=0.0)


@cache
def _balmer_series(table: str) -> tuple[FloatArray, FloatArray]:
    """Wavelengths [Å] and fluxes over Hβ of the lines n = 6 ... 400, extended from n = 50 by n⁻³ exp(χ_n/kT)."""
    levels, ratios = read_balmer_ratios(table)
    high = np.arange(levels[-1] + 1, 401)
    law = [n**-3.0 * np.exp(_RYDBERG_K / (n**2 * _TEMPERATURE)) for n in (high.astype(float), float(levels[-1]))]
    level = np.concatenate([levels, high]).astype(float)
    return 4.0 / (4.0 / BALMER_EDGE * (1.0 - 4.0 / level**2)), np.concatenate([ratios, ratios[-1] * law[0] / law[1]])


@cache
def _sampled_template(name: str) -> tuple[FloatArray, FloatArray]:
    """Sample a template in equal steps of ln λ: the grid and the values."""
    wavelength, flux = load_template(name)
    grid = np.arange(np.log(wavelength[0]), np.log(wavelength[-1]), _STEP_KMS / C_KMS)
    return grid, np.interp(np.exp(grid), wavelength, flux)
