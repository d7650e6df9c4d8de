"""Numbers as they are printed: digits that the error supports."""

from __future__ import annotations

import math

NONE = "–"
"""Stands where nothing was measured."""


def with_error(value: float, error: float | None, *, digits: int = 3) -> str:
    """Write ``value ± error`` with the digits that the error supports.

    The error has two significant digits where they start with 10 to 34, else one (the rule of the Particle Data
    Group, Review of Particle Physics, section 5.3), and the value as many decimals. Without an error the value
    has ``digits`` significant digits.
    """
    if not math.isfinite(value):
        return NONE
    if error is None or not math.isfinite(error) or error <= 0.0:
        return _minus(significant(value, digits))
    exponent = math.floor(math.log10(error))
    leading = error / 10.0**exponent
    decimals = -exponent + (1 if leading < 3.5 else 0)
    if max(abs(value), error) >= 1e7 or decimals > 6:
        return _minus(f"{value:.2e} ± {error:.0e}")
    if decimals <= 0:
        return _minus(f"{round(value, decimals):.0f} ± {round(error, decimals):.0f}")
    return _minus(f"{value:.{decimals}f} ± {error:.{decimals}f}")


def significant(value: float, digits: int) -> str:
    """Write a number with so many significant digits, integers in full."""
    if not math.isfinite(value):
        return NONE
    if value == 0.0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if exponent >= 7 or exponent < -4:
        return _minus(f"{value:.{digits - 1}e}")
    decimals = max(digits - 1 - exponent, 0)
    return _minus(f"{value:.{decimals}f}")


def _minus(text: str) -> str:
    """Write minus signs as such, except in exponents; none before a zero."""
    if text.startswith("-") and not text.split(" ")[0].strip("-0."):
        text = text[1:]
    return text.replace("e-", "e\0").replace("-", "−").replace("e\0", "e-")
