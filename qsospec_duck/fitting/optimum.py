"""The least χ² of a program on some pixels, and the model there."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.found_once import found_once
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.fitting.shape_states import fill_states
from qsospec_duck.fitting.solver import minimise_from_starts
from qsospec_duck.models.evaluate import columns_of, sum_of_columns
from qsospec_duck.models.program import Program

Prior = tuple[FloatArray, FloatArray]


class _States(NamedTuple):
    """What `fill_states` finds of an optimum."""

    in_use: BoolArray
    at_bound: BoolArray
    precision: FloatArray
    n_parameters: int
    has_idle: bool


@fit_value
class Optimum:
    """Where the solver ended."""

    program: Program
    theta: FloatArray
    """(n_par,) shape parameters."""

    amplitudes: FloatArray
    """(n_col,)."""

    chi2: float
    n_pixels: int
    status: int
    n_steps: int
    prior: Prior
    """Means and inverse variances, (n_col,) each, of what was known of the amplitudes; 0 for nothing."""

    @property
    def free(self) -> BoolArray:
        """(n_par,) True where a shape was fitted."""
        return self.program.bounds[2]

    @found_once
    def _states(self) -> _States:
        program, n_par = self.program, self.theta.size
        in_use, at_bound = np.empty(n_par, dtype=bool), np.empty(n_par, dtype=bool)
        precision = np.empty(n_par + self.amplitudes.size)
        n_parameters, has_idle = fill_states(
            self.theta, self.amplitudes, *program.bounds, *program.hard_bounds, program.derivative_of, self.prior[1],
            in_use, at_bound, precision,
        )  # fmt: skip
        return _States(in_use, at_bound, precision, n_parameters, has_idle)

    @property
    def at_bound(self) -> BoolArray:
        """(n_par,) True where a shape lies on a bound that is not soft: there it could not move, and has no error."""
        return self._states.at_bound

    @property
    def n_parameters(self) -> int:
        """Number of fitted numbers that the data constrain: free shapes of live columns, and amplitudes."""
        return self._states.n_parameters

    @property
    def dof(self) -> int:
        """Degrees of freedom: pixels less fitted numbers."""
        return self.n_pixels - self._states.n_parameters

    @property
    def bic(self) -> float:
        """χ² + k ln n of the fitted pixels."""
        return self.chi2 + self._states.n_parameters * math.log(max(self.n_pixels, 1))

    @property
    def shapes_in_use(self) -> BoolArray:
        """(n_par,) True for free shapes that some column with a positive amplitude has."""
        return self._states.in_use

    @property
    def live_shapes(self) -> BoolArray:
        """(n_par,) True for shapes in use that do not lie on a bound."""
        return self.shapes_in_use & ~self.at_bound

    @property
    def prior_precision(self) -> FloatArray:
        """(n_par + n_col,) inverse variances of what was known beforehand: bounds of the shapes, then amplitudes."""
        return self._states.precision

    def of_pixels(self, chi2: float, n_pixels: int) -> Optimum:
        """The same of a fit to averages, with χ² and number of the pixels that were averaged."""
        return Optimum(
            self.program, self.theta, self.amplitudes, chi2, n_pixels, self.status, self.n_steps, self.prior
        )  # fmt: skip

    def with_idle_shapes_in_the_middle(self) -> Optimum:
        """The same model with shapes that no positive amplitude has at the start of their parameter.

        No pixel says anything about them: wherever the last step left them would decide about the upper limit of their
        line's flux. The start is the middle of the bounds (of ln FWHM) and no velocity.
        """
        if not self._states.has_idle:
            return self
        return replace(self, theta=np.where(self.free & ~self.shapes_in_use, self.program.start, self.theta))


ROUGH = 1e-2
"""Tolerance of fits that are repeated later (`optimise`): a tenth of a σ."""


def optimise(
    program: Program,
    x: FloatArray,
    inverse_sigma: FloatArray,
    flux: FloatArray,
    starts: FloatArray,
    *,
    short_iterations: int = 5,
    max_iterations: int = 100,
    tolerance: float = 1e-4,
    prior: Prior | None = None,
    limit: float = np.inf,
) -> Optimum:
    """Find the least χ² of a program on some pixels from one or more starts.

    Parameters
    ----------
    program : Program
    x, inverse_sigma, flux : ndarray, shape (n,)
        ln λ, 1/σ and flux of the pixels.
    starts : ndarray, shape (n_start, n_par)
        Starting shapes; the best after ``short_iterations`` steps goes on.
    max_iterations : int
        Limit on steps.
    tolerance : float
        Stop when a step promises less than this in χ²: 1e-4 is a hundredth of a σ.
    prior : tuple of ndarray, optional
        Means and inverse variances of the amplitudes, shape (n_col,) each. χ² of the optimum is that of the pixels
        alone.
    limit : float
        The fit is given up, not converged, where it cannot be expected to end below this χ².
    """
    prior = prior or program.no_prior
    theta, amplitudes = np.empty(starts.shape[1]), np.empty(len(program.columns))
    chi2, status, n_steps = minimise_from_starts(
        (x, inverse_sigma, flux), program.bounds, prior, program.tables, np.ascontiguousarray(starts), theta,
        amplitudes, limit, short_iterations, max_iterations, tolerance,
    )  # fmt: skip
    if prior is not program.no_prior:
        chi2 -= float(prior[1] @ (amplitudes - prior[0]) ** 2)
    return Optimum(program, theta, amplitudes, chi2, x.size, status, n_steps, prior)


def evaluate_columns(program: Program, x: FloatArray, factor: FloatArray, theta: FloatArray) -> FloatArray:
    """Columns (n_col, n), each times ``factor`` (n,)."""
    columns, _ = columns_of(x, factor, theta, program.tables, len(program.columns))
    return columns


def model_values(optimum: Optimum, x: FloatArray) -> FloatArray:
    """(n,) the model at an optimum, on pixels of ln λ ``x``."""
    return sum_of_columns(x, optimum.theta, optimum.amplitudes, optimum.program.tables)
