"""Realistic parameters of synthetic quasars.

Equivalent widths scatter by 0.15 dex about the composite of Vanden Berk et al. (2001, AJ 122, 549, table 2), C IV
following Baldwin (1977, ApJ 214, 679). Luminosity rises with redshift as in a flux-limited survey, slopes
scatter about the composite's −1.5, and Fe II about R_Fe = 0.5 of Hβ (Shen & Ho 2014, Nature 513, 210).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from qsospec_duck.constants import BALMER_EDGE, H0_DEFAULT, OM0_DEFAULT, POWER_LAW_PIVOT
from qsospec_duck.models.lines import line
from qsospec_duck.simulate.quasar import (
    Gaussian,
    Quasar,
    TemplateEmission,
    balmer_edge_density,
    iron_emission,
    power_law,
)

# line: equivalent width [Å], width relative to Hβ, Gaussians; velocities are drawn about 0, C IV blueshifted.
_BROAD = {
    "lya": (80.0, 0.9, 2),
    "nv": (12.0, 1.0, 1),
    "siii1263": (1.5, 0.7, 1),
    "siiv_oiv": (8.0, 1.0, 2),
    "niv": (0.6, 0.8, 1),
    "civ": (30.0, 1.0, 2),
    "heii1640": (4.0, 1.6, 1),
    "oiii1663": (2.5, 0.9, 1),
    "niii": (1.0, 0.8, 1),
    "aliii": (2.0, 0.8, 1),
    "siiii": (2.5, 0.8, 1),
    "ciii": (18.0, 1.0, 2),
    "mgii": (32.0, 0.8, 2),
    "hg": (14.0, 1.0, 1),
    "heii4687": (4.0, 1.3, 1),
    "hb": (50.0, 1.0, 2),
    "ha": (190.0, 0.9, 2),
}
# line: flux relative to the [O III] 5008 core.
_NARROW = {
    "nev3427": 0.08,
    "oii3727": 0.06,
    "oii3730": 0.08,
    "neiii3870": 0.10,
    "hg": 0.05,
    "oiii4364": 0.03,
    "hb": 0.10,
    "oiii5008": 1.0,
    "oiii4960": 1.0 / 2.98,
    "ha": 0.31,
    "nii6585": 0.22,
    "nii6550": 0.22 / 2.96,
    "sii6718": 0.10,
    "sii6733": 0.09,
}


def draw_quasar(rng: np.random.Generator, z: float) -> Quasar:
    """Draw the parameters of a quasar at redshift ``z``.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness: the same state gives the same quasar.
    z : float
        Redshift, positive.
    """
    log_l3000 = 43.4 + 3.4 * np.log10(1.0 + z) + rng.normal(0.0, 0.35)
    slope = float(np.clip(rng.normal(-1.5, 0.3), -2.4, -0.5))
    bare = Quasar(z, 10.0 ** (log_l3000 - log_area(z)) / POWER_LAW_PIVOT, slope)
    fwhm_hb = float(np.clip(10.0 ** rng.normal(3.62, 0.16), 1800.0, 11000.0))
    lines = [*_broad_lines(rng, bare, fwhm_hb, log_l3000), *_narrow_lines(rng, bare)]
    hb_flux = sum(item.flux for item in lines if (item.line_id, item.role) == ("hb", "broad"))
    iron_fwhm = float(np.clip(0.7 * fwhm_hb, 1000.0, 8000.0))
    uv_flux = _scattered(rng, 35.0, 0.2) * float(power_law(bare, np.array([2450.0]))[0])
    optical_flux = _scattered(rng, 0.5, 0.25) * hb_flux
    balmer_flux = rng.uniform(0.05, 0.2) * float(power_law(bare, np.array([BALMER_EDGE]))[0])
    return Quasar(
        z,
        bare.power_law_norm,
        slope,
        _iron("mejia16_uv", uv_flux, (2250.0, 2650.0), iron_fwhm, float(rng.normal(0.0, 150.0))),
        _iron("veron04", optical_flux, (4434.0, 4684.0), iron_fwhm, float(rng.normal(0.0, 150.0))),
        TemplateEmission("sh95_ne09", balmer_flux / balmer_edge_density("sh95_ne09"), fwhm_hb),
        tuple(lines),
    )


def log_area(z: float) -> float:
    """log₁₀ of 4π d_L² · 1e-17 [cm²] in the default cosmology: rest-frame λf_λ in house units to λL_λ."""
    distance = _cosmology().luminosity_distance(z).to_value("cm")
    return float(np.log10(4.0 * np.pi) + 2.0 * np.log10(distance) - 17.0)


@cache
def _cosmology() -> Any:
    """Astropy's flat ΛCDM, an oracle that neither the fit nor SQL uses."""
    # Imported here: astropy.cosmology costs most of a second, which only a simulation should pay.
    from astropy.cosmology import FlatLambdaCDM

    return FlatLambdaCDM(H0=H0_DEFAULT, Om0=OM0_DEFAULT, Tcmb0=0.0)


def _broad_lines(rng: np.random.Generator, bare: Quasar, fwhm_hb: float, log_l3000: float) -> list[Gaussian]:
    found = []
    for line_id, (width, relative_fwhm, count) in _BROAD.items():
        if line_id in ("civ", "heii1640", "lya"):
            width *= 10.0 ** (-0.2 * (log_l3000 - 45.0))
        flux = _scattered(rng, width, 0.15) * _level(bare, line_id)
        fwhm = relative_fwhm * fwhm_hb * 10.0 ** rng.normal(0.0, 0.03)
        velocity = float(rng.normal(-700.0, 400.0) if line_id in ("civ", "heii1640") else rng.normal(0.0, 150.0))
        if count == 1:
            found.append(Gaussian(line_id, "broad", flux, velocity, float(fwhm)))
            continue
        core = rng.uniform(0.45, 0.65)
        found.append(Gaussian(line_id, "broad", flux * core, velocity, float(0.75 * fwhm)))
        offset = float(velocity + rng.normal(0.0, 0.05) * fwhm)
        found.append(Gaussian(line_id, "broad", flux * (1.0 - core), offset, float(2.0 * fwhm)))
    # Al III, Si III] and N III] come from the same gas: one velocity, one width.
    aliii = next(item for item in found if item.line_id == "aliii")
    return [
        replace(item, velocity=aliii.velocity, fwhm=aliii.fwhm) if item.line_id in ("siiii", "niii") else item
        for item in found
    ]


def _narrow_lines(rng: np.random.Generator, bare: Quasar) -> list[Gaussian]:
    """Narrow lines of one velocity and width, and the outflow wing of [O III]."""
    flux = _scattered(rng, 13.0, 0.25) * _level(bare, "oiii5008")
    fwhm = float(np.clip(_scattered(rng, 420.0, 0.12), 220.0, 900.0))
    velocity = float(rng.normal(0.0, 40.0))
    found = []
    for line_id, ratio in _NARROW.items():
        # The two [O II] lines, and the doublets with ratios fixed by atomic physics, do not scatter on their own.
        fixed = line_id.startswith(("oiii5", "oiii49", "nii", "oii3"))
        own = ratio if fixed else _scattered(rng, ratio, 0.1)
        found.append(Gaussian(line_id, "narrow", flux * own, velocity, fwhm))
    wing = flux * rng.uniform(0.3, 0.7)
    wing_velocity, wing_fwhm = float(velocity + rng.uniform(-400.0, -80.0)), float(rng.uniform(1000.0, 1600.0))
    found.append(Gaussian("oiii5008", "wing", wing, wing_velocity, wing_fwhm))
    found.append(Gaussian("oiii4960", "wing", wing / 2.98, wing_velocity, wing_fwhm))
    return found


def _iron(template: str, flux: float, band: tuple[float, float], fwhm: float, velocity: float) -> TemplateEmission:
    """Scale a template so that it holds ``flux`` inside ``band``."""
    wave = np.linspace(*band, 500)
    inside = float(np.trapezoid(iron_emission(TemplateEmission(template, 1.0, fwhm, velocity), wave), wave))
    return TemplateEmission(template, flux / inside, fwhm, velocity)


def _level(bare: Quasar, line_id: str) -> float:
    return float(power_law(bare, np.array([line(line_id).wavelength]))[0])


def _scattered(rng: np.random.Generator, typical: float, dex: float) -> float:
    return float(typical * 10.0 ** rng.normal(0.0, dex))
