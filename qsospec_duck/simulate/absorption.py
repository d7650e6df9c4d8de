"""Absorption in front of a synthetic quasar: broad troughs and narrow doublets of C IV."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.lines import line
from qsospec_duck.simulate.quasar import FloatArray

CIV_DOUBLET = (1548.203, 1550.777)
"""Vacuum wavelengths [Å] of the two lines of C IV (van Hoof atomic line list)."""


@dataclass(frozen=True)
class Trough:
    """A broad trough with a flat floor and smooth edges."""

    line_id: str
    fastest: float
    """Outflow velocity of the blue edge at half depth [km/s]."""

    slowest: float
    """Outflow velocity of the red edge at half depth [km/s]."""

    depth: float
    """Fraction of the light that is missing on the floor."""

    edge: float = 150.0
    """Scale of the edges [km/s]: depth / (1 + exp(∓v/edge))."""

    def transmission(self, wavelength: FloatArray) -> FloatArray:
        """(n,) fraction of the light left at rest wavelengths [Å]."""
        velocity = C_KMS * np.log(line(self.line_id).wavelength / wavelength)
        rise = 0.5 * (1.0 + np.tanh(0.5 * (velocity - self.slowest) / self.edge))
        fall = 0.5 * (1.0 + np.tanh(0.5 * (self.fastest - velocity) / self.edge))
        return 1.0 - self.depth * rise * fall

    def indices(self) -> tuple[float, float]:
        """True balnicity and absorption index [km/s], by their definitions on a grid of 1 km/s."""
        velocity = np.arange(0.0, 25_000.0)
        left = self.transmission(line(self.line_id).wavelength * np.exp(-velocity / C_KMS))
        missing = np.clip(1.0 - left / 0.9, 0.0, None)
        absorbed = velocity[left < 0.9]
        if absorbed.size < 450:
            return 0.0, 0.0
        counted = (velocity <= absorbed[-1] - 2000.0) & (velocity >= 3000.0)
        return float(missing[counted].sum()), float(missing.sum())


def narrow_doublet(wavelength: FloatArray, velocity: float, fwhm: float, depth: float) -> FloatArray:
    """(n,) light that a narrow C IV system at an outflow velocity [km/s] leaves, at rest wavelengths [Å].

    Both lines have Gaussian optical depths of one width; the weaker one has half of the other's (2:1).
    """
    sigma = fwhm / FWHM_PER_SIGMA
    tau = np.zeros_like(wavelength)
    for rest, strength in zip(CIV_DOUBLET, (1.0, 0.5), strict=True):
        x = C_KMS * np.log(rest / wavelength) - velocity
        tau += strength * -np.log1p(-depth) * np.exp(-0.5 * (x / sigma) ** 2)
    return np.exp(-tau)
