"""Parameters of a fit in the units in which they are published: slopes, km/s, and amplitudes as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np

from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.result import BoolArray, FloatArray


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
    values, errors, scale = _numbers(
        optimum.theta, *program.published_units, optimum.shapes_in_use, optimum.at_bound, optimum.amplitudes,
        solution.covariance, solution.amplitude_errors,
    )  # fmt: skip
    names = _names(program.shape_names, program.columns, amplitude)
    known = [error if error > 0 else None for error in errors.tolist()]
    return Published(dict(zip(names, values.tolist(), strict=True)), dict(zip(names, known, strict=True)), scale)


@cache
def _names(shapes: tuple[str, ...], columns: tuple[str, ...], amplitude: str) -> tuple[str, ...]:
    return *shapes, *(f"{column}_{amplitude}" for column in columns)


@numba.njit(cache=True, nogil=True)
def _numbers(
    theta: FloatArray, is_width: BoolArray, unit: FloatArray, in_use: BoolArray, at_bound: BoolArray,
    amplitudes: FloatArray, covariance: FloatArray, amplitude_errors: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Values of shapes and amplitudes, their errors, NaN where there is none, and the scale; (n_par + n_col,) each."""
    n_par = theta.size
    n = n_par + amplitudes.size
    values, errors, scale = np.empty(n), np.empty(n), np.empty(n)
    for k in range(n_par):
        values[k], scale[k] = published_shape(theta[k], is_width[k], unit[k])
        errors[k] = np.nan
        if in_use[k] and not at_bound[k]:
            errors[k] = usable_error(values[k], math.sqrt(max(covariance[k, k], 0.0)) * scale[k])
    for j in range(amplitudes.size):
        values[n_par + j], scale[n_par + j] = amplitudes[j], 1.0
        errors[n_par + j] = usable_error(amplitudes[j], amplitude_errors[j])
    return values, errors, scale


@numba.njit(cache=True, nogil=True)
def published_shape(theta: float, is_width: bool, unit: float) -> tuple[float, float]:
    """A θ as `qsospec_duck.models.program.Parameter.physical` has it, and the derivative of that by θ.

    The two others are what `qsospec_duck.models.program.Program.published_units` says of it.
    """
    if is_width:
        width = math.exp(theta)
        return width, width
    return theta * unit, unit


def slots_with_flux(optimum: Optimum) -> set[int]:
    """Shapes that some column with a positive amplitude has, bound or free."""
    amplitudes = optimum.amplitudes.tolist()
    return {slot for slot, column in optimum.program.derivative_of.tolist() if amplitudes[column] > 0}


@numba.njit(cache=True, nogil=True)
def usable_error(value: float, error: float) -> float:
    """An error that says something, else NaN: finite, and not the rounding noise of a parameter that could not move.

    Widths and percentiles are found to 1e-9 of their value.
    """
    return error if 1e-8 * abs(value) < error < np.inf else np.nan
