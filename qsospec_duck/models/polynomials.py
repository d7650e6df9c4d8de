"""Polynomials in ln λ over a stretch of a spectrum, as what the compiled loop reads.

With t from 0 to 1 over the stretch, constant beyond it: Legendre polynomials P_k(2t − 1) as exponents of a factor
(orthogonal, so that coefficients hardly depend on each other), and Bernstein polynomials n!/(k!(n−k)!) tᵏ(1−t)ⁿ⁻ᵏ as
columns, whose sums with coefficients ≥ 0 are nowhere negative.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.polynomial import Legendre
from numpy.typing import NDArray

from qsospec_duck.models.bank import TemplateBank
from qsospec_duck.models.warp import curve_bank

FloatArray = NDArray[np.float64]

_ROWS = 4
"""Equal rows of a bank whose width does not matter: what its interpolation reads."""

HELD_WIDTH = 1.0
"""θ of that width."""

SPAN_STEP = 0.25
"""Ends of a stretch lie on multiples of this in ln λ, so that few banks serve many spectra."""


def span_of(wavelength: FloatArray) -> tuple[float, float]:
    """The stretch for a spectrum [Å]: its range, widened to multiples of `SPAN_STEP` in ln λ."""
    low, high = np.log(wavelength[[0, -1]]) / SPAN_STEP
    return float(np.exp(SPAN_STEP * np.floor(low))), float(np.exp(SPAN_STEP * np.ceil(high)))


@cache
def legendre_bank(order: int, span: tuple[float, float]) -> TemplateBank:
    """Curve C = P_k of a ``WARP`` term."""
    return curve_bank(f"legendre:{order}", lambda wavelength: Legendre.basis(order)(2.0 * _place(wavelength, span) - 1))


@cache
def bernstein_bank(order: int, degree: int, span: tuple[float, float]) -> TemplateBank:
    """One Bernstein polynomial as a bank that is the same at all widths."""

    def polynomial(wavelength: FloatArray) -> FloatArray:
        t = _place(wavelength, span)
        return math.comb(degree, order) * t**order * (1.0 - t) ** (degree - order)

    curve = curve_bank(f"bernstein:{order}", polynomial)
    return TemplateBank(
        curve.name, curve.log_wave_start, curve.log_wave_step, 0.0, 1.0, np.repeat(curve.values, _ROWS, axis=0), span
    )


def _place(wavelength: FloatArray, span: tuple[float, float]) -> FloatArray:
    return np.clip(np.log(wavelength / span[0]) / math.log(span[1] / span[0]), 0.0, 1.0)
