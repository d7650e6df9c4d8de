"""Parameters of a fit in the units in which they are published: slopes, km/s, and amplitudes as they are."""

from __future__ import annotations

import math

import numpy as np

from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.covariance import Optimum
from qsospec_duck.fitting.result import FloatArray


def published_parameters(solution: Solution, amplitude: str) -> tuple[dict[str, float], dict[str, float | None]]:
    """Values and errors of all parameters by name, shapes first, then amplitudes.

    Parameters
    ----------
    solution : Solution
    amplitude : str
        What the amplitude of a column is called after the column: ``flux``, ``norm``.
    """
    optimum = solution.optimum
    shapes, slopes = optimum.program.published(optimum.theta)
    scatter = np.sqrt(np.maximum(solution.covariance.diagonal()[: shapes.size], 0.0)) * slopes
    scatter[~optimum.live_shapes] = np.nan
    names = [parameter.name for parameter in optimum.program.parameters]
    names += [f"{column}_{amplitude}" for column in optimum.program.columns]
    values = [*shapes.tolist(), *optimum.amplitudes.tolist()]
    errors = [*scatter.tolist(), *solution.amplitude_errors.tolist()]
    usable = map(usable_error, values, errors)
    return dict(zip(names, values, strict=True)), dict(zip(names, usable, strict=True))


def published_covariance(optimum: Optimum, covariance: FloatArray) -> FloatArray:
    """Covariance of shapes and amplitudes, (n, n), in published units."""
    scale = np.ones(covariance.shape[0])
    scale[: optimum.theta.size] = optimum.program.published(optimum.theta)[1]
    return covariance * np.outer(scale, scale)


def usable_error(value: float, error: float | None) -> float | None:
    """An error that says something: finite, and not the rounding noise of a parameter that could not move.

    Widths and percentiles are found to 1e-9 of their value.
    """
    if error is None or not math.isfinite(error) or error <= 1e-8 * abs(value):
        return None
    return error
