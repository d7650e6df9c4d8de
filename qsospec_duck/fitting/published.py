"""Parameters of a fit in the units in which they are published: slopes, km/s, and amplitudes as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.result import FloatArray


@dataclass(frozen=True, eq=False)
class Published:
    """All parameters of a fit by name, shapes first, then amplitudes."""

    values: dict[str, float]
    errors: dict[str, float | None]
    scale: FloatArray
    """(n,) derivative of each by what the fit varied: ln FWHM, 1000 km/s."""

    def covariance(self, own: FloatArray) -> FloatArray:
        """The covariance (n, n) of the fit's own parameters in published units."""
        return own * (self.scale[:, None] * self.scale)


def published_parameters(solution: Solution, amplitude: str) -> Published:
    """Values and errors of a solution's parameters.

    Parameters
    ----------
    solution : Solution
    amplitude : str
        What the amplitude of a column is called after the column: ``flux``, ``norm``.
    """
    optimum, program = solution.optimum, solution.optimum.program
    shapes, slopes = program.published(optimum.theta)
    scatter = np.sqrt(np.maximum(solution.covariance.diagonal()[: shapes.size], 0.0)) * slopes
    scatter[~optimum.live_shapes] = np.nan
    names = [parameter.name for parameter in program.parameters]
    names += [f"{column}_{amplitude}" for column in program.columns]
    values = [*shapes.tolist(), *optimum.amplitudes.tolist()]
    errors = map(usable_error, values, [*scatter.tolist(), *solution.amplitude_errors.tolist()])
    scale = np.concatenate([slopes, np.ones(len(program.columns))])
    return Published(dict(zip(names, values, strict=True)), dict(zip(names, errors, strict=True)), scale)


def slots_with_flux(optimum: Optimum) -> set[int]:
    """Shapes that some column with a positive amplitude has, bound or free."""
    amplitudes = optimum.amplitudes.tolist()
    return {slot for slot, column in optimum.program.derivative_of.tolist() if amplitudes[column] > 0}


def usable_error(value: float, error: float | None) -> float | None:
    """An error that says something: finite, and not the rounding noise of a parameter that could not move.

    Widths and percentiles are found to 1e-9 of their value.
    """
    if error is None or not math.isfinite(error) or error <= 1e-8 * abs(value):
        return None
    return error
