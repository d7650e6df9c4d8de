"""Which measures of a profile are those of the line, and which of a bound that its shapes ended on.

Where most of the flux has its width (or velocity) on a bound, a measure m of the sum may still be the line's own: a
pedestal of 20,000 km/s hardly changes an FWHM that a core makes. How far m follows the shapes on bounds B tells: a
width scales with all widths w_i and velocities v_i together, a place shifts with all velocities,

    Σ_i (∂m/∂ln w_i + v_i ∂m/∂v_i) = m,        Σ_i ∂m/∂v_i = 1,

so m is the bound's where Σ_B ∂m/∂ln w_i > m/2 (a width), or Σ_B ∂m/∂v_i > 1/2 (a place).
"""

from __future__ import annotations

from dataclasses import dataclass

from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.fitting.result import BoolArray, FloatArray

MOST = 0.5
"""Share of the flux that is on a bound, and of a measure that follows it, above which the number is the bound's."""

WIDTHS = ("fwhm", "sigma", "w50", "w80", "w90")
"""Measures that scale with the widths; the others of a shape are places."""


@dataclass(frozen=True, eq=False)
class BoundShare:
    """What of one profile stands on a bound."""

    fluxes: FloatArray
    """(n,) of its Gaussians."""

    gradients: FloatArray
    """(n_measures, 3, n) derivatives of the measures by flux, velocity and ln FWHM."""

    velocity: BoolArray
    """(n,) Gaussians whose velocity stands on its bound."""

    width: BoolArray
    """(n,) those whose width does."""

    @property
    def holds_width(self) -> bool:
        """Whether most of the flux lies where the width is on its bound."""
        return _share(self.fluxes, self.width) > MOST

    @property
    def holds_velocity(self) -> bool:
        """The same of the velocity."""
        return _share(self.fluxes, self.velocity) > MOST

    def gives(self, measure: str, values: FloatArray) -> bool:
        """Whether a measure is the bound's.

        Parameters
        ----------
        measure : str
            One of `WIDTHS`, or ``voff``, ``peak``, ``c50``, ``c80``.
        values : ndarray, shape (n_measures,)
            As `qsospec_duck.fitting.profiles.measure_profile` fills them.
        """
        place = MEASURES.index(measure)
        _, by_velocity, by_width = self.gradients[place]
        if measure in WIDTHS:
            return self.holds_width and abs(float(by_width @ self.width)) > MOST * values[place]
        return self.holds_velocity and abs(float(by_velocity @ self.velocity)) > MOST


def _share(fluxes: FloatArray, marked: BoolArray) -> float:
    """Fraction of the flux in the marked Gaussians."""
    return float(fluxes @ marked / fluxes.sum()) if marked.any() else 0.0
