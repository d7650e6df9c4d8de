"""Quasars whose model the fit can express, and draws of their noise."""

from __future__ import annotations

from dataclasses import replace

from qsospec_duck.simulate import Gaussian, Quasar, TemplateEmission, truth_rows

OIII_RATIO = 0.33557047

NARROW = (30.0, 420.0)
"""Velocity and FWHM [km/s] of the narrow lines."""


def low_redshift_quasar(z: float = 0.6) -> Quasar:
    """Mg II to [O III] in a DESI spectrum; every component is significant at S/N 18."""
    lines = (
        Gaussian("mgii", "broad", 900, 100, 2600), Gaussian("mgii", "broad", 900, -200, 7500),
        Gaussian("mgii", "narrow", 150, 0, 600),
        Gaussian("hb", "broad", 250, 50, 1700), Gaussian("hb", "broad", 600, 50, 4200),
        Gaussian("hb", "broad", 600, -200, 9500),
        Gaussian("heii4687", "broad", 200, 0, 4000), Gaussian("heii4687", "narrow", 25, *NARROW),
        Gaussian("hb", "narrow", 60, *NARROW),
        Gaussian("oiii5008", "narrow", 300, *NARROW), Gaussian("oiii4960", "narrow", 300 * OIII_RATIO, *NARROW),
        Gaussian("hg", "broad", 280, 0, 4500), Gaussian("hg", "narrow", 25, *NARROW),
        Gaussian("oiii4364", "narrow", 25, *NARROW), Gaussian("oii3727", "narrow", 60, *NARROW),
        Gaussian("oii3730", "narrow", 70, *NARROW),
        Gaussian("nev3427", "narrow", 40, -50, 600), Gaussian("neiii3870", "narrow", 50, -50, 600),
    )  # fmt: skip
    return Quasar(
        z, 20.0, -1.4,
        TemplateEmission("mejia16_uv", 3500, 2500, 50), TemplateEmission("veron04", 1500, 2500, 50),
        TemplateEmission("sh95_ne09", 250, 4000, 0.0), lines,
    )  # fmt: skip


def high_redshift_quasar(z: float = 1.9) -> Quasar:
    """Si IV to Mg II in a DESI spectrum, without Balmer emission, which these wavelengths cannot tell."""
    lines = (
        Gaussian("siiv_oiv", "broad", 400, -100, 2500), Gaussian("siiv_oiv", "broad", 400, 0, 7000),
        Gaussian("civ", "broad", 250, -200, 1800), Gaussian("civ", "broad", 700, -300, 4200),
        Gaussian("civ", "broad", 900, -700, 10500),
        Gaussian("heii1640", "broad", 350, -100, 3000), Gaussian("oiii1663", "broad", 250, -100, 3000),
        Gaussian("niv", "broad", 150, 0, 3000),
        Gaussian("ciii", "broad", 550, -50, 2600), Gaussian("ciii", "broad", 700, -200, 9000),
        Gaussian("siiii", "broad", 250, -100, 2500), Gaussian("aliii", "broad", 250, -100, 2500),
        Gaussian("niii", "broad", 120, -100, 2500),
        Gaussian("mgii", "broad", 500, 50, 2500), Gaussian("mgii", "broad", 500, -100, 7500),
        Gaussian("mgii", "narrow", 70, 0, 600),
    )  # fmt: skip
    return Quasar(z, 12.0, -1.6, TemplateEmission("mejia16_uv", 2500, 2500, 50), None, None, lines)


def noisy(spectrum, rng):
    """A draw of the noise that the errors of a noiseless spectrum promise."""
    return replace(spectrum, flux=spectrum.flux + rng.normal(size=spectrum.n_pix) * spectrum.error)


def truth_of(quasar: Quasar) -> dict[str, float]:
    """True values by quantity."""
    return {quantity: value for quantity, value, _ in truth_rows(quasar)}
