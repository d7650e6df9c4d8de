"""Parameters of a fit in the units in which they are published: slopes, km/s, and amplitudes as they are."""

from __future__ import annotations

import math
from functools import cache

import numba
import numpy as np

from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.program import IntArray


@fit_value
class Published:
    """All parameters of a fit, shapes first, then amplitudes."""

    names: tuple[str, ...]
    values: FloatArray
    """(n,)."""

    errors: FloatArray
    """(n,) 1σ, NaN where there is none."""

    has_flux: BoolArray
    """(n,) whether some column that a shape has, bound or free, has a positive amplitude; True for all amplitudes."""

    covariance: FloatArray
    """(n, n)."""

    def by_name(self) -> dict[str, float]:
        """Values of all parameters."""
        return dict(zip(self.names, self.values.tolist(), strict=True))

    def errors_by_name(self) -> dict[str, float | None]:
        """Errors of all parameters, ``None`` where there is none."""
        known = [None if math.isnan(error) else error for error in self.errors.tolist()]
        return dict(zip(self.names, known, strict=True))


def published_parameters(solution: Solution, amplitude: str) -> Published:
    """Values and errors of a solution's parameters.

    Parameters
    ----------
    solution : Solution
    amplitude : str
        What the amplitude of a column is called after the column: ``flux``, ``norm``.
    """
    optimum, program = solution.optimum, solution.optimum.program
    names = _names(program.shape_names, program.columns, amplitude)
    n = len(names)
    values, errors, has_flux, covariance = np.empty(n), np.empty(n), np.empty(n, dtype=bool), np.empty((n, n))
    _fill_numbers(
        optimum.theta, *program.published_units, program.derivative_of, optimum.shapes_in_use, optimum.at_bound,
        optimum.amplitudes, solution.covariance, solution.amplitude_errors, values, errors, has_flux, covariance,
    )  # fmt: skip
    return Published(names, values, errors, has_flux, covariance)


@cache
def _names(shapes: tuple[str, ...], columns: tuple[str, ...], amplitude: str) -> tuple[str, ...]:
    return *shapes, *(f"{column}_{amplitude}" for column in columns)


@numba.njit(cache=True, nogil=True)
def _fill_numbers(
    theta: FloatArray, is_width: BoolArray, unit: FloatArray, derivative_of: IntArray, in_use: BoolArray,
    at_bound: BoolArray, amplitudes: FloatArray, own: FloatArray, amplitude_errors: FloatArray,
    values: FloatArray, errors: FloatArray, has_flux: BoolArray, covariance: FloatArray,
) -> None:  # fmt: skip
    """Fill what `Published` holds; ``own`` (n, n) is the covariance of what the fit varied: ln FWHM, 1000 km/s."""
    n_par = theta.size
    # The derivative of each by what the fit varied.
    scale = np.ones(values.size)
    has_flux[:n_par], has_flux[n_par:] = False, True
    for slot, column in derivative_of:
        has_flux[slot] |= amplitudes[column] > 0.0
    for k in range(n_par):
        values[k], scale[k] = published_shape(theta[k], is_width[k], unit[k])
        errors[k] = np.nan
        if in_use[k] and not at_bound[k]:
            errors[k] = usable_error(values[k], math.sqrt(max(own[k, k], 0.0)) * scale[k])
    for j in range(amplitudes.size):
        values[n_par + j] = amplitudes[j]
        errors[n_par + j] = usable_error(amplitudes[j], amplitude_errors[j])
    for i in range(values.size):
        for k in range(values.size):
            covariance[i, k] = own[i, k] * (scale[i] * scale[k])


@numba.njit(cache=True, nogil=True)
def published_shape(theta: float, is_width: bool, unit: float) -> tuple[float, float]:
    """A θ as `qsospec_duck.models.program.Parameter.physical` has it, and the derivative of that by θ.

    The two others are what `qsospec_duck.models.program.Program.published_units` says of it.
    """
    if is_width:
        width = math.exp(theta)
        return width, width
    return theta * unit, unit


@numba.njit(cache=True, nogil=True)
def usable_error(value: float, error: float) -> float:
    """An error that says something, else NaN: finite, and not the rounding noise of a parameter that could not move.

    Widths and percentiles are found to 1e-9 of their value.
    """
    return error if 1e-8 * abs(value) < error < np.inf else np.nan
