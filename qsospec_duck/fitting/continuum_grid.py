"""The continuum on the few wavelengths where it is measured: flux densities, bands of Fe II, and their errors.

A measure with gradient g by the parameters of the fit has the variance g C gᵀ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numba
import numpy as np

from qsospec_duck.constants import CONTINUUM_WAVELENGTHS
from qsospec_duck.fitting.continuum_program import LAW_FAMILIES, columns_of, rows_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.covariance import fill_rows
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.found_once import found_once
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.program import IntArray, Program

IRON_BANDS = {
    "iron_optical": (4434.0, 4684.0),
    "iron_uv": (2250.0, 2650.0),
}
"""Rest wavelengths [Å] between which Fe II is integrated: 4434-4684 defines R_Fe (Boroson & Green 1992,
ApJS 80, 109), 2250-2650 the UV strength (Dietrich et al. 2003, ApJ 596, 817, and after)."""

_BAND_GRIDS = {name: np.linspace(low, high, 126) for name, (low, high) in IRON_BANDS.items()}
_GRID = np.unique(np.concatenate([CONTINUUM_WAVELENGTHS, *_BAND_GRIDS.values()]))
_LOG_GRID, _ONES = np.log(_GRID), np.ones_like(_GRID)
_PLACES = {wavelength: int(np.searchsorted(_GRID, wavelength)) for wavelength in CONTINUUM_WAVELENGTHS}


def _trapezoidal(wavelengths: FloatArray) -> tuple[int, FloatArray]:
    """First place on the grid of equidistant wavelengths, and weights from there of an integral over them [Å]."""
    places = np.searchsorted(_GRID, wavelengths)
    weights = np.zeros(places[-1] + 1 - places[0])
    weights[places - places[0]] = np.gradient(wavelengths)
    weights[[0, -1]] *= 0.5
    return int(places[0]), weights


_INTEGRALS = {name: _trapezoidal(wavelengths) for name, wavelengths in _BAND_GRIDS.items()}


class Band(NamedTuple):
    """Fe II in its band, with errors, and its equivalent width [Å] against power law and polynomial."""

    flux: float
    flux_error: float
    ew: float
    """NaN where there is no continuum."""

    ew_error: float


@fit_value
class ContinuumOnGrid:
    """A continuum on the grid of measurements."""

    solution: Solution

    @found_once
    def jacobian(self) -> FloatArray:
        """(n_par + n_col, n_grid)."""
        optimum = self.solution.optimum
        rows = np.zeros((optimum.theta.size + optimum.amplitudes.size, _GRID.size))
        fill_rows(optimum, _LOG_GRID, _ONES, rows, np.zeros((len(rows), 2), dtype=np.int64))
        return rows

    def law(self, wavelengths: Sequence[float]) -> tuple[list[float], list[float]]:
        """Flux densities of power law and polynomial, of `CONTINUUM_WAVELENGTHS`, and their errors."""
        optimum = self.solution.optimum
        places = np.array([_PLACES[wavelength] for wavelength in wavelengths], dtype=np.int64)
        found = np.empty((2, places.size))
        _fill_law(
            self.jacobian, optimum.amplitudes, _has(optimum.program, LAW_FAMILIES), self.solution.covariance, places,
            found,
        )  # fmt: skip
        fluxes, errors = found.tolist()
        return fluxes, errors

    def law_before_the_dust(self, wavelength: float, ebv: int) -> tuple[float, float]:
        """Flux density without the quasar's own dust, whose E(B-V) is shape ``ebv``, and its error.

        Flux of the power law and its derivatives lose the factor exp(θ C); by E(B-V) itself nothing changes.
        """
        optimum, rows = self.solution.optimum, self.jacobian[:, _PLACES[wavelength]]
        columns = rows[optimum.theta.size :]
        law = float(optimum.amplitudes[0] * columns[0])
        gradient = np.where(_has(optimum.program, LAW_FAMILIES), rows, 0.0)
        dimming = math.exp(-float(gradient[ebv]) / law * float(optimum.theta[ebv])) if law > 0 else 1.0
        bare = gradient * dimming
        polynomial = columns_of(optimum.program, ("polynomial",))
        bare[optimum.theta.size + polynomial] = columns[polynomial]
        bare[ebv] = 0.0
        own = columns_of(optimum.program, LAW_FAMILIES)
        flux = float(optimum.amplitudes[own] @ columns[own])
        return flux + law * (dimming - 1.0), float(_error(bare, self.solution.covariance))

    def band(self, name: str) -> Band:
        """Fe II of one template in its band."""
        optimum, program = self.solution.optimum, self.solution.optimum.program
        first, weights = _INTEGRALS[name]
        return Band(
            *_band(
                self.jacobian[:, first : first + weights.size], weights, optimum.amplitudes, _has(program, (name,)),
                _has(program, LAW_FAMILIES), self.solution.covariance, self.solution.amplitude_errors,
            )
        )  # fmt: skip


@cache
def _has(program: Program, families: tuple[str, ...]) -> BoolArray:
    """(n_par + n_col,) True for parameters of some families."""
    found = np.zeros(len(program.parameters) + len(program.columns), dtype=bool)
    found[rows_of(program, families)] = True
    return found


@numba.njit(cache=True, nogil=True)
def _error(gradient: FloatArray, covariance: FloatArray) -> float:
    """1σ of what has this gradient (n_par + n_col,)."""
    variance = 0.0
    for j in range(gradient.size):
        if gradient[j] != 0.0:
            for k in range(gradient.size):
                variance += gradient[j] * covariance[j, k] * gradient[k]
    return math.sqrt(max(variance, 0.0))


@numba.njit(cache=True, nogil=True)
def _sum_of(
    jacobian: FloatArray, amplitudes: FloatArray, chosen: BoolArray, place: int
) -> float:  # fmt: skip
    """Flux density of chosen columns at a place."""
    first, total = jacobian.shape[0] - amplitudes.size, 0.0
    for j in range(amplitudes.size):
        if chosen[first + j]:
            total += amplitudes[j] * jacobian[first + j, place]
    return total


@numba.njit(cache=True, nogil=True)
def _fill_law(
    jacobian: FloatArray, amplitudes: FloatArray, is_law: BoolArray, covariance: FloatArray, places: IntArray,
    found: FloatArray,
) -> None:  # fmt: skip
    """Fill flux densities of the law at some places and their errors (2, n_place)."""
    for i in range(places.size):
        found[0, i] = _sum_of(jacobian, amplitudes, is_law, places[i])
        found[1, i] = _error(np.where(is_law, jacobian[:, places[i]], 0.0), covariance)


@numba.njit(cache=True, nogil=True)
def _band(
    jacobian: FloatArray, weights: FloatArray, amplitudes: FloatArray, is_iron: BoolArray, is_law: BoolArray,
    covariance: FloatArray, amplitude_errors: FloatArray,
) -> tuple[float, float, float, float]:  # fmt: skip
    """What `Band` holds, from the Jacobian (n_par + n_col, n) of the band's places."""
    n = jacobian.shape[0]
    by_flux, by_ew = np.zeros(n), np.zeros(n)
    flux, ew = 0.0, 0.0
    for i in range(weights.size):
        iron, law = _sum_of(jacobian, amplitudes, is_iron, i), _sum_of(jacobian, amplitudes, is_law, i)
        inverse = 1.0 / law if law > 0.0 else np.nan
        per_law = weights[i] * inverse
        flux += weights[i] * iron
        ew += per_law * iron
        for k in range(n):
            if is_iron[k]:
                by_flux[k] += weights[i] * jacobian[k, i]
                by_ew[k] += per_law * jacobian[k, i]
            if is_law[k]:
                by_ew[k] -= per_law * iron * inverse * jacobian[k, i]
    flux_error = _error(by_flux, covariance)
    if flux_error == 0.0:
        for j in range(amplitudes.size):
            k = n - amplitudes.size + j
            if is_iron[k]:
                flux_error = math.hypot(flux_error, amplitude_errors[j] * by_flux[k])
    return flux, flux_error, ew, _error(by_ew, covariance)
