"""What is stored of an array: the digits that mean something. The others are noise that no compression can shorten.

A component is rounded to the last binary digit that the whole model has in float32 at its pixel. Each is then as exact
as float32 can say the model, and far from a line its wings cost nothing. The flux is rounded to steps of less than
1/4000 of its error, and an error to 17 binary digits.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

FLUX_BITS = 12
"""The flux is a multiple of a power of two that is at most its error divided by two to this power."""

ERROR_DIGITS = 17
"""Binary digits that an error keeps: 8e-6 of it."""

_DROPPED = 24 - ERROR_DIGITS

_EXPONENT32, _EXPONENT64 = np.uint32(0xFF << 23), np.uint64(0x7FF << 52)
"""Where float32 and double hold their exponent."""

_NO_ROOM = 1.5 * 2.0**52
"""Beside this many steps a double has no room for a fraction of one."""


def steps_of_model(model: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_pix,) distance of neighbouring float32 numbers at the value of a model; 0 where it is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        bits = np.abs(model).astype(np.float32).view(np.uint32)
    # A number without its mantissa is the power of two below it.
    powers = (bits & _EXPONENT32).view(np.float32).astype(np.float64)
    steps = np.maximum(powers * 2.0**-23, 2.0**-149)
    steps[powers == np.inf] = 0.0
    return steps


def steps_of_flux(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_pix,) steps in which a flux of these errors is stored; 0, for all of its digits, where there is no error."""
    steps = (error.view(np.uint64) & _EXPONENT64).view(np.float64) * 2.0**-FLUX_BITS
    steps[~(np.isfinite(error) & (error > 0))] = 0.0
    return steps


def multiples_of(values: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to the nearest multiple of a power of two, pixel by pixel; a step of 0 leaves a value as it is."""
    anchor = steps * _NO_ROOM
    return (values + anchor) - anchor


@numba.njit(cache=True, nogil=True)
def put_multiples(values: NDArray[np.float64], steps: NDArray[np.float64], out: NDArray[np.float32]) -> None:
    """Write `multiples_of` into a float32 array; a component is 0 in most pixels, and stays exactly that.

    Parameters
    ----------
    values, steps : ndarray, shape (n_pix,)
    out : ndarray of float32, shape (n_pix,)
        Overwritten.
    """
    for i in range(values.size):
        anchor = steps[i] * _NO_ROOM
        out[i] = (values[i] + anchor) - anchor if values[i] != 0.0 else 0.0


def short_error(error: NDArray[np.float64]) -> NDArray[np.float32]:
    """Errors as float32 with `ERROR_DIGITS` binary digits; infinity stays."""
    with np.errstate(over="ignore"):
        bits = error.astype(np.float32).view(np.uint32)
    half = np.uint32(1 << (_DROPPED - 1))
    return ((bits + half) & ~np.uint32((1 << _DROPPED) - 1)).view(np.float32)
