"""Which measures of a profile are those of the line, and which of a bound that its shapes ended on.

Where most of the flux has its width (or velocity) on a bound, a measure m of the sum may still be the line's own: a
pedestal of 20,000 km/s hardly changes an FWHM that a core makes. How far m follows the shapes on bounds B tells: a
width scales with all widths w_i and velocities v_i together, a place shifts with all velocities,

    Σ_i (∂m/∂ln w_i + v_i ∂m/∂v_i) = m,        Σ_i ∂m/∂v_i = 1,

so m is the bound's where Σ_B ∂m/∂ln w_i > m/2 (a width), or Σ_B ∂m/∂v_i > 1/2 (a place).
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.fitting.result import BoolArray, FloatArray

MOST = 0.5
"""Share of the flux that is on a bound, and of a measure that follows it, above which the number is the bound's."""

WIDTHS = ("fwhm", "sigma", "w50", "w80", "w90")
"""Measures that scale with the widths."""

PLACES = ("voff", "peak", "c50", "c80")
"""Measures that shift with the velocities."""

SKEWS = ("asymmetry", "kurtosis")
"""Measures that several Gaussians have: a single one is symmetric and without wings by construction."""

_WIDTHS = np.array([MEASURES.index(measure) for measure in WIDTHS])
_PLACES = np.array([MEASURES.index(measure) for measure in PLACES])
_SKEWS = np.array([MEASURES.index(measure) for measure in SKEWS])


@numba.njit(cache=True, nogil=True)
def mark_own_measures(
    F: FloatArray, velocity_at_bound: BoolArray, width_at_bound: BoolArray, values: FloatArray, gradients: FloatArray,
    own: BoolArray,
) -> tuple[bool, bool]:  # fmt: skip
    """Tell the measures that are the line's own from those of a bound.

    Parameters
    ----------
    F : ndarray, shape (n,)
        Fluxes of the Gaussians.
    velocity_at_bound, width_at_bound : ndarray of bool, shape (n,)
        Gaussians whose velocity, whose width stands on its bound.
    values, gradients : ndarray, shapes (n_measures,) and (n_measures, 3, n)
        As `qsospec_duck.fitting.profiles` fills them.
    own : ndarray of bool, shape (n_measures,)
        Out, for measures of the shape: False where it is the bound's, or where one Gaussian has it by construction.

    Returns
    -------
    holds_velocity, holds_width : bool
        Whether most of the flux lies where the velocity, the width is on its bound.
    """
    total, by_velocity, by_width, n_bright = 0.0, 0.0, 0.0, 0
    for i in range(F.size):
        total += F[i]
        n_bright += F[i] != 0.0
        by_velocity += F[i] * velocity_at_bound[i]
        by_width += F[i] * width_at_bound[i]
    holds_velocity, holds_width = by_velocity > MOST * total, by_width > MOST * total
    for measure in _PLACES:
        own[measure] = not (holds_velocity and _following(gradients[measure, 1], velocity_at_bound) > MOST)
    for measure in _WIDTHS:
        following = _following(gradients[measure, 2], width_at_bound)
        own[measure] = not (holds_width and following > MOST * values[measure])
    for measure in _SKEWS:
        own[measure] = n_bright > 1 and not holds_width
    return holds_velocity, holds_width


@numba.njit(cache=True, nogil=True)
def _following(gradient: FloatArray, at_bound: BoolArray) -> float:
    """By how much a measure follows the shapes on their bounds."""
    total = 0.0
    for i in range(gradient.size):
        if at_bound[i]:
            total += gradient[i]
    return abs(total)
