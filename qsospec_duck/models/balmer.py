"""The Balmer pseudo-continuum: bound-free emission joined to the high-order lines.

Blueward of the edge the bound-free emission of a partly thick cloud (Grandi 1982, ApJ 255, 25),

    F(λ) = F_edge · B_λ(T) (1 − exp(−τ (λ/λ_E)³)) / [B_λE(T) (1 − exp(−τ))],      λ ≤ λ_E,

redward of it the lines n → 2 with n = 6 ... 400 at their case B ratios (Storey & Hummer 1995,
MNRAS 272, 41). F_edge is what the blended lines sum to at the edge, so that the two join
continuously and one amplitude serves both (Kovačević, Popović & Kollatschny 2014, AdSpR 54, 1347).

The tables end at n = 50. Beyond, level populations are close to Saha-Boltzmann,
N_n ∝ n² exp(χ_n/kT), and Kramers' transition rates give A_n2 hν ∝ n⁻⁵ at equal Gaunt factors, so

    I_n = K · n⁻³ · exp(157 887.5 K / (n² T)),

with K from the last ten tabulated lines, over which it is constant to 4 parts in 10⁴.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import BALMER_EDGE, C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.templates import read_balmer_ratios

TABLE_TEMPERATURE = 15_000.0
"""Electron temperature of the packaged case B tables [K]."""

HIGHEST_LEVEL = 400
"""Last upper level of the line series; its lines lie within 0.1 Å of the edge."""

_RYDBERG_K = 157_887.5
"""Ionisation energy of hydrogen over Boltzmann's constant [K] (CODATA 2018)."""

_PLANCK_ANGSTROM_K = 1.438776877e8
"""hc/k [Å K] (exact, SI)."""


def series_lines(table: str = "sh95_ne09", lowest_level: int = 6) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wavelengths [vacuum Å] and fluxes relative to Hβ of the lines n → 2 up to n = 400.

    Parameters
    ----------
    table : str
        Packaged case B table, ``sh95_ne09`` or ``sh95_ne10``.
    lowest_level : int
        First upper level; 6 is Hδ.

    Returns
    -------
    wavelength, ratio : ndarray, shape (n_lines,)
    """
    levels, ratios = read_balmer_ratios(table)
    boltzmann = np.exp(_RYDBERG_K / (levels**2.0 * TABLE_TEMPERATURE))
    constant = float(np.mean((ratios * levels**3.0 / boltzmann)[-10:]))
    beyond = np.arange(int(levels[-1]) + 1, HIGHEST_LEVEL + 1)
    extended = constant * beyond**-3.0 * np.exp(_RYDBERG_K / (beyond**2.0 * TABLE_TEMPERATURE))
    all_levels = np.concatenate([levels, beyond])
    all_ratios = np.concatenate([ratios, extended])
    kept = all_levels >= lowest_level
    # 1/λ = R_H (1/4 − 1/n²) and λ_E = 4/R_H.
    wavelength = BALMER_EDGE / (1.0 - 4.0 / all_levels[kept] ** 2.0)
    return wavelength, all_ratios[kept]


def bound_free_shape(
    wavelength: NDArray[np.float64], edge: float, temperature: float, tau_edge: float
) -> NDArray[np.float64]:
    """Bound-free emission relative to its value at the edge; 0 redward of it.

    Parameters
    ----------
    wavelength : ndarray, shape (n,)
        Vacuum Å.
    edge : float
        Wavelength of the Balmer limit [Å].
    temperature : float
        Electron temperature [K].
    tau_edge : float
        Optical depth at the edge.
    """
    edge_exponent = _PLANCK_ANGSTROM_K / (edge * temperature)
    exponent = _PLANCK_ANGSTROM_K / (wavelength * temperature)
    planck = (edge / wavelength) ** 5.0 * np.exp(edge_exponent - exponent) * (
        np.expm1(-edge_exponent) / np.expm1(-exponent)
    )
    depth = np.expm1(-tau_edge * (wavelength / edge) ** 3.0) / np.expm1(-tau_edge)
    # A grid point that stands for the edge may round to either side of it.
    return np.where(wavelength <= edge * (1.0 + 1e-12), planck * depth, 0.0)


def pseudocontinuum_of_series(
    wavelength: NDArray[np.float64],
    series: NDArray[np.float64],
    at_edge: NDArray[np.float64],
    edge: float,
    temperature: float,
    tau_edge: float,
) -> NDArray[np.float64]:
    """Join the bound-free emission to a broadened line series.

    Parameters
    ----------
    wavelength : ndarray, shape (n,)
        Vacuum Å.
    series : ndarray, shape (n_width, n)
        Summed lines at each wavelength, for several widths.
    at_edge : ndarray, shape (n_width,)
        The same sums at the edge.

    Returns
    -------
    ndarray, shape (n_width, n)
    """
    shape = bound_free_shape(wavelength, edge, temperature, tau_edge)
    return np.where(wavelength <= edge * (1.0 + 1e-12), at_edge[:, None] * shape, series)
