"""An exponential for compiled loops, and how they may reorder their sums."""

from __future__ import annotations

from pathlib import Path

import numba

from qsospec_duck.models.machine_code import drop_stale_code

# Whoever fits or evaluates a model imports this module before any loop is called.
drop_stale_code(Path(__file__).parents[1])

# Sums may be reordered for vector registers; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz", "arcp"}

EXP_LIMIT = 12.25 * (1.0 + 1e-9)
"""Largest exponent, either sign, for `exp_within_limit`; an argument at the rim of its range may round beyond it."""


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def exp_within_limit(a):
    """e^a for |a| ≤ `EXP_LIMIT`, good to 1e-12, in nothing but products and sums that vector registers can take.

    e^a = (e^(a/32))³², the inner one by its Taylor series to the 11th power: 0.38¹²/12! · 32 = 6e-13.
    """
    b = a * (1.0 / 32.0)
    e = 1.0 / 39916800.0
    e = e * b + 1.0 / 3628800.0
    e = e * b + 1.0 / 362880.0
    e = e * b + 1.0 / 40320.0
    e = e * b + 1.0 / 5040.0
    e = e * b + 1.0 / 720.0
    e = e * b + 1.0 / 120.0
    e = e * b + 1.0 / 24.0
    e = e * b + 1.0 / 6.0
    e = e * b + 0.5
    e = e * b + 1.0
    e = e * b + 1.0
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e
