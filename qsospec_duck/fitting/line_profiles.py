"""All profiles of a complex measured in one compiled call: values, errors, and which of them stand on a bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numba
import numpy as np

from qsospec_duck.fitting.continuum_base import ContinuumBase
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.line_features import Features
from qsospec_duck.fitting.profile_bounds import mark_own_measures
from qsospec_duck.fitting.profiles import MEASURES, measure_flux, measure_shape
from qsospec_duck.fitting.propagation import profile_errors
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.program import VELOCITY_UNIT, IntArray

FLUX, EW, PEAK, FWHM = (MEASURES.index(measure) for measure in ("flux", "ew", "peak", "fwhm"))

DETECTION_SNR = 3.0
"""Flux over error from which on a line is detected: below it widths and offsets are not published, and an upper limit
is."""

UNRELIABLE_FRACTION = 0.5
"""An FWHM whose error is larger than this fraction of it is flagged."""


class MeasuredProfile(NamedTuple):
    """One line in one role; lists in the order of `qsospec_duck.fitting.profiles.MEASURES`."""

    values: list[float]
    """EW in Å, velocities in km/s. All 0 where there is no flux, those of a shape where the line is not detected."""

    errors: list[float]
    """1σ. Without flux only its own: that of the column that is known best."""

    own: list[bool]
    """Measures that are the line's (`mark_own_measures`). That of ``ew`` is where continuum lies below it."""

    is_detected: bool
    """Whether there is flux, and `DETECTION_SNR` of it."""

    holds_velocity: bool
    """Whether most of the flux of a detected line has its velocity on a bound, and the rest of it has a peak."""

    holds_width: bool
    """Whether most of the flux of a detected line has its width on a bound, and the rest of it has an FWHM."""

    is_vague: bool
    """Whether the error of the FWHM is larger than `UNRELIABLE_FRACTION` of it."""


@fit_value
class MeasuredProfiles:
    """All of a complex, which are gone through as `MeasuredProfile`; arrays as those have lists."""

    values: FloatArray
    """(n_line, n_measures)."""

    errors: FloatArray
    """(n_line, n_measures)."""

    own: BoolArray
    """(n_line, n_measures)."""

    verdicts: BoolArray
    """(n_line, 4) the last fields of a `MeasuredProfile`."""

    remarkable: BoolArray
    """(n_line,) whether there is anything to be said about a line: it is not detected, or a number is not to be had."""

    def __getitem__(self, k: int) -> MeasuredProfile:
        return MeasuredProfile(
            self.values[k].tolist(), self.errors[k].tolist(), self.own[k].tolist(), *self.verdicts[k].tolist()
        )  # fmt: skip

    def __iter__(self) -> Iterator[MeasuredProfile]:
        return map(self.__getitem__, range(len(self.values)))


def measure_profiles(
    features: Features, solution: Solution, base: ContinuumBase, place: float | None
) -> MeasuredProfiles:
    """Measure every line of a complex in each of its roles.

    Parameters
    ----------
    features : Features
    solution : Solution
        Of the complex.
    base : ContinuumBase
    place : float or None
        As `qsospec_duck.fitting.line_measurements.measure_complex` takes it.
    """
    optimum = solution.optimum
    shape = len(features.names), len(MEASURES)
    values, errors, own = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    verdicts, remarkable = np.zeros((shape[0], 4), dtype=bool), np.zeros(shape[0], dtype=bool)
    weights = (0.0, 0.0) if place is None else (1.0 - place, place)
    _measure_profiles(
        features.edges, features.log_wavelengths, features.log_factors, features.places, features.ratios,
        features.log_widths, optimum.theta, optimum.amplitudes, solution.amplitude_errors, optimum.at_bound,
        solution.covariance, solution.with_continuum, base.x, base.values, base.jacobian, base.rows,
        base.covariance, weights, values, errors, own, verdicts, remarkable,
    )  # fmt: skip
    return MeasuredProfiles(values, errors, own, verdicts, remarkable)


@numba.njit(cache=True, nogil=True)
def _measure_profiles(
    edges: IntArray, log_wavelengths: FloatArray, log_factors: FloatArray, places: IntArray, ratios: FloatArray,
    log_widths: FloatArray, theta: FloatArray, amplitudes: FloatArray, amplitude_errors: FloatArray,
    at_bound: BoolArray, covariance: FloatArray, with_continuum: FloatArray, x: FloatArray, base: FloatArray,
    base_jacobian: FloatArray, base_rows: IntArray, base_covariance: FloatArray, weights: tuple[float, float],
    values: FloatArray, errors: FloatArray, own: BoolArray, verdicts: BoolArray, remarkable: BoolArray,
) -> None:  # fmt: skip
    """Fill what `MeasuredProfiles` holds, which comes in as zeros.

    ``weights`` (2,) are those of ``log_factors`` in ln of the factors on the linear errors.
    """
    base_gradient = np.zeros(base_jacobian.shape[0])
    for k in range(values.shape[0]):
        here = slice(edges[k], edges[k + 1])
        columns, velocity_slots, fwhm_slots = places[0, here], places[1, here], places[2, here]
        remarkable[k] = True
        factors = np.exp(weights[0] * log_factors[0, k] + weights[1] * log_factors[1, k])
        F = amplitudes[columns] * ratios[here]
        if not np.any(F > 0.0):
            errors[k, FLUX] = np.min(amplitude_errors[columns] * ratios[here]) * factors[FLUX]
            continue
        v, u = theta[velocity_slots] * VELOCITY_UNIT, theta[fwhm_slots] + log_widths[here]
        gradients = np.empty((values.shape[1], 3, F.size))
        continuum = x, base, base_jacobian, base_rows
        measure_flux(F, v, u, log_wavelengths[k], *continuum, values[k], gradients, base_gradient)
        place_of_numbers = columns, velocity_slots, fwhm_slots, ratios[here], theta.size
        covariances = covariance, with_continuum, base_gradient, base_covariance
        profile_errors(gradients, *place_of_numbers, *covariances, factors, errors[k])
        own[k, EW] = base[min(first_not_below(x, log_wavelengths[k]), x.size - 1)] > 0.0
        if values[k, FLUX] < DETECTION_SNR * errors[k, FLUX]:
            continue
        measure_shape(F, v, u, log_wavelengths[k], values[k], gradients)
        profile_errors(gradients, *place_of_numbers, *covariances, factors, errors[k])
        holds_velocity, holds_width = mark_own_measures(
            F, at_bound[velocity_slots], at_bound[fwhm_slots], values[k], gradients, own[k]
        )  # fmt: skip
        is_vague = errors[k, FWHM] > UNRELIABLE_FRACTION * values[k, FWHM]
        verdicts[k, 0], verdicts[k, 1] = True, holds_velocity and own[k, PEAK]
        verdicts[k, 2], verdicts[k, 3] = holds_width and own[k, FWHM], is_vague and own[k, FWHM]
        remarkable[k] = np.any(verdicts[k, 1:]) or not own[k, EW] or not errors[k, FLUX] > 0.0
