"""Factors exp(θ C(λ)) on a column: reddening, and the bend of a power law.

A curve C is tabulated on a grid in ln λ and interpolated cubically, as a bank of one width. A term of kind ``WARP``
comes after the terms of its column and multiplies what stands there, T ← T exp(θ C), A ← A exp(θ C), so that the
derivatives of those terms, which follow from T, stay right; its own row of T holds the whole column, and

    ∂A/∂θ = C A.

Only kinds whose derivatives follow from T alone may be warped: power laws.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS
from qsospec_duck.models.bank import GRID_KMS, TemplateBank
from qsospec_duck.models.catmull_rom import between
from qsospec_duck.models.compiled_exp import FAST

FloatArray = NDArray[np.float64]

CURVE_LIMITS = (700.0, 35_000.0)
"""Wavelengths [Å] between which a curve is tabulated; beyond, its last value holds."""


def curve_bank(name: str, curve: Callable[[FloatArray], FloatArray]) -> TemplateBank:
    """Tabulate a curve for terms of kind ``WARP``.

    Parameters
    ----------
    name : str
        What the curve is.
    curve : callable
        Wavelengths [Å], shape (n,), to values, shape (n,).
    """
    step = GRID_KMS / C_KMS
    start, stop = (float(np.log(limit)) for limit in CURVE_LIMITS)
    grid = start + step * np.arange(int((stop - start) / step) + 1)
    values = np.ascontiguousarray(curve(np.exp(grid)), dtype=np.float64)[None, :]
    return TemplateBank(name, start, step, 0.0, 1.0, values, CURVE_LIMITS)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def curve_at(x, layout, axes, bank_values):
    """C at one ln λ, by Catmull-Rom interpolation; the end values beyond the table."""
    n_grid = layout[0, 1]
    position = min(max((x - axes[0]) / axes[1], 1.0), n_grid - 2.001)
    k = int(position)
    h = position - k
    at = layout[0, 0] + k
    return between(bank_values[at - 1], bank_values[at], bank_values[at + 1], bank_values[at + 2], h)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def warp_column(x, theta, terms, t, layout, axes, bank_values, T, A):
    """Multiply the column of term ``t``, and its terms before, by exp(θ C); ``T[t]`` becomes the whole column."""
    column = terms[t, 1]
    for i in range(x.size):
        factor = math.exp(theta * curve_at(x[i], layout, axes, bank_values))
        for before in range(t):
            if terms[before, 1] == column:
                T[before, i] *= factor
        A[column, i] *= factor
        T[t, i] = A[column, i]


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def add_warp_derivative(x, layout, axes, bank_values, weight, values, out, old):
    """Add weight · C · T to ``out`` (n,), which counts as 0 if not ``old``."""
    for i in range(x.size):
        own, before = weight * curve_at(x[i], layout, axes, bank_values) * values[i], out[i]
        out[i] = before + own if old else own
