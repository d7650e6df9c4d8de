"""Rows of measured lines: which numbers are published, and with which errors.

flux         always; without flux its error says what could have been seen
ew           where there is flux, and continuum below it
snr, logl    where there is flux: over its error, and where there is a distance
flux_limit   of a line that is not detected: flux and `LIMIT_SIGMA` errors
all others   of a detected line, as far as they are its own and have an error
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.line_features import UNITS, Features
from qsospec_duck.fitting.line_profiles import MeasuredProfiles
from qsospec_duck.fitting.measurement_rows import Rows
from qsospec_duck.fitting.profile_bounds import SKEWS, WIDTHS
from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.fitting.published import usable_error
from qsospec_duck.fitting.result import BoolArray, FloatArray

LIMIT_SIGMA = 3.0
"""How many errors of the flux an upper limit lies above it: it is passed by chance once in 740 times."""

LARGEST = {"fwhm": 25_000.0, "ew": 10_000.0}
"""Broad lines are narrower than this [km/s]; equivalent widths are smaller [Å], unless there is no continuum."""

_ROWS = tuple(UNITS)
N_ROWS = len(_ROWS)
"""Rows of a line, in the order of `UNITS`."""

_LARGEST = np.array([LARGEST.get(measure, np.inf) for measure in _ROWS])
_FLUX, _EW = MEASURES.index("flux"), MEASURES.index("ew")
_FLUX_ROW, _EW_ROW, _SNR_ROW = _ROWS.index("flux"), _ROWS.index("ew"), _ROWS.index("snr")
_LOGL_ROW, _LIMIT_ROW = _ROWS.index("logl"), _ROWS.index("flux_limit")

# Row and measure of each number of a shape: those that are published as they are, and velocities as wavelengths.
_AS_MEASURED = np.array([(_ROWS.index(measure), MEASURES.index(measure)) for measure in ("voff", *WIDTHS, *SKEWS)])
_WAVELENGTHS = np.array(
    [
        (_ROWS.index(measure), MEASURES.index(velocity))
        for measure, velocity in (("centroid", "voff"), ("peak", "peak"), ("c50", "c50"), ("c80", "c80"))
    ]
)


def line_rows(features: Features, profiles: MeasuredProfiles, log_distance: float | None) -> tuple[Rows, bool]:
    """The rows of all lines of a complex, and whether any of them is above its `LARGEST`.

    Parameters
    ----------
    features : Features
    profiles : MeasuredProfiles
    log_distance : float or None
        As `qsospec_duck.fitting.line_measurements.measure_complex` takes it.
    """
    distance = math.nan if log_distance is None else log_distance
    numbers = np.empty((2, len(features.labels)))
    numbers.fill(np.nan)
    is_absurd = _fill_rows(
        features.log_wavelengths, profiles.values, profiles.errors, profiles.own, profiles.verdicts, distance,
        numbers.reshape(2, -1, N_ROWS),
    )  # fmt: skip
    return Rows(features.labels, numbers[0], numbers[1]), is_absurd


@numba.njit(cache=True, nogil=True)
def _fill_rows(
    log_wavelengths: FloatArray, values: FloatArray, errors: FloatArray, own: BoolArray, verdicts: BoolArray,
    log_distance: float, rows: FloatArray,
) -> bool:  # fmt: skip
    """Fill numbers that are published and their errors (2, n_line, N_ROWS), which come in as NaN.

    Says whether one is above its largest; ``log_distance`` is NaN where there is no luminosity.
    """
    is_absurd = False
    for k in range(values.shape[0]):
        number, error = rows[0, k], rows[1, k]
        flux, flux_error = values[k, _FLUX], errors[k, _FLUX]
        number[_FLUX_ROW], error[_FLUX_ROW] = flux, usable_error(flux, flux_error)
        if flux > 0.0:
            if own[k, _EW]:
                number[_EW_ROW] = values[k, _EW]
                error[_EW_ROW] = usable_error(values[k, _EW], errors[k, _EW])
            if flux_error > 0.0:
                number[_SNR_ROW] = flux / flux_error
            number[_LOGL_ROW] = math.log10(flux) + log_distance
            error[_LOGL_ROW] = usable_error(number[_LOGL_ROW], flux_error / flux / math.log(10.0))
        if verdicts[k, 0]:
            _fill_shape(math.exp(log_wavelengths[k]), values[k], errors[k], own[k], number, error)
        else:
            limit = flux + LIMIT_SIGMA * flux_error
            if 0.0 < limit < np.inf:
                number[_LIMIT_ROW] = limit
        is_absurd |= bool(np.any(number > _LARGEST))
    return is_absurd


@numba.njit(cache=True, nogil=True)
def _fill_shape(
    wavelength: float, values: FloatArray, errors: FloatArray, own: BoolArray, number: FloatArray, error: FloatArray
) -> None:  # fmt: skip
    """Offsets and widths of a detected line, as far as they are its own and have an error."""
    for row, measure in _AS_MEASURED:
        known = usable_error(values[measure], errors[measure])
        if own[measure] and known > 0.0:
            number[row], error[row] = values[measure], known
    for row, measure in _WAVELENGTHS:
        place = wavelength * math.exp(values[measure] / C_KMS)
        known = usable_error(place, place * errors[measure] / C_KMS)
        if own[measure] and known > 0.0:
            number[row], error[row] = place, known
