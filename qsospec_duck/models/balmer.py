"""The Balmer pseudo-continuum: bound-free emission joined to the high-order lines.

Blueward of the edge the bound-free emission of a partly thick cloud (Grandi 1982, ApJ 255, 25),

    F(λ) = F_edge · B_λ(T) (1 − exp(−τ (λ/λ_E)³)) / [B_λE(T) (1 − exp(−τ))],      λ ≤ λ_E,

redward of it the lines n → 2 with n = 6 ... 400 at their case B ratios (Storey & Hummer 1995,
MNRAS 272, 41). Towards the edge the lines crowd, dλ/dn = −8 λ_E/n³, and since I_n ∝ n⁻³ their mean
flux density tends to I_n n³/(8 λ_E): that is F_edge, so bound-free emission and lines are continuous
with one amplitude before and after both are broadened by the same velocity width. (Kovačević, Popović &
Kollatschny 2014, AdSpR 54, 1347, join an unbroadened edge to the sum of broadened lines at λ_E, which
is half of that limit, since half of each line's flux lies beyond the edge.)

The tables end at n = 50. Beyond, level populations are close to Saha-Boltzmann,
N_n ∝ n² exp(χ_n/kT), and Kramers' transition rates give A_n2 hν ∝ n⁻⁵ at equal Gaunt factors, so

    I_n = K · n⁻³ · exp(157 887.5 K / (n² T)),

with K from the last ten tabulated lines, over which it is constant to 4 parts in 10⁴.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import BALMER_EDGE
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
    planck = (
        (edge / wavelength) ** 5.0 * np.exp(edge_exponent - exponent) * (np.expm1(-edge_exponent) / np.expm1(-exponent))
    )
    depth = np.expm1(-tau_edge * (wavelength / edge) ** 3.0) / np.expm1(-tau_edge)
    # A grid point that stands for the edge may round to either side of it.
    return np.where(wavelength <= edge * (1.0 + 1e-12), planck * depth, 0.0)


def edge_density(table: str = "sh95_ne09") -> float:
    """Mean flux density [per Å] of the crowded lines at the edge, for a case B Hβ flux of 1."""
    _, ratios = series_lines(table)
    return float(ratios[-1] * HIGHEST_LEVEL**3 / (8.0 * BALMER_EDGE))
