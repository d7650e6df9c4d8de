"""Errors of continuum and lines that were fitted in turn (`qsospec_duck.fitting.settling`), all of them together.

Errors follow from the fixed point. Block a with parameters p_a, pixels S_a, W = diag(1/σ²), Jacobian J_a and
C_a = (J_aᵀ W_{S_a} J_a)⁻¹ answers to noise ε and to the other blocks, to first order, with

    δp_a = C_a J_aᵀ W_{S_a} (ε − Σ_{b≠a} J_b δp_b).

(C_a contains the bounds of the shapes as prior knowledge, and Γ_aa the same precision.)
Stacked, T δp = C g with T_aa = 1, T_ab = C_a J_aᵀ W_{S_a} J_b and g_a = J_aᵀ W_{S_a} ε, whose covariance is
Γ_ab = J_aᵀ W_{S_a ∩ S_b} J_b. So

    Cov(p) = T⁻¹ C Γ Cᵀ T⁻ᵀ.

Line errors carry the uncertainty of the continuum, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np

from qsospec_duck.fitting.covariance import amplitude_errors, fill_covariance, fill_rows
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.overlaps import overlaps
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.fitting.settling import Block


@dataclass(frozen=True, eq=False)
class Solution:
    """A settled block on the whole grid, with errors."""

    optimum: Optimum
    used: BoolArray
    """(n_pix,) pixels of its fit."""

    columns: FloatArray
    """(n_col, n_pix) columns per unit amplitude."""

    jacobian: FloatArray
    """(n_par + n_col, n_pix) derivative of the model by shapes, then amplitudes."""

    covariance: FloatArray
    """(n_par + n_col, n_par + n_col)."""

    with_continuum: FloatArray
    """(n_par + n_col, n_continuum) covariance with the continuum's parameters."""

    amplitude_errors: FloatArray
    """(n_col,); for an amplitude of 0 the scale of an upper limit."""

    rank_deficient: bool

    @cached_property
    def model(self) -> FloatArray:
        """(n_pix,) the block's model."""
        return self.optimum.amplitudes @ self.columns


def solutions_of(blocks: Sequence[Block], ivar: FloatArray) -> list[Solution]:
    """Settled blocks with their errors, from the fixed point's equations.

    Parameters
    ----------
    blocks : sequence of Block
        As `settle` leaves them.
    ivar : ndarray, shape (n_pix,)
    """
    sizes = [block.optimum.theta.size + block.optimum.amplitudes.size for block in blocks]
    edges = [0, *accumulate(sizes)]
    places = [slice(first, last) for first, last in pairwise(edges)]
    rows, span = np.zeros((edges[-1], ivar.size)), np.zeros((edges[-1], 2), dtype=np.int64)
    bare = np.ones(ivar.size)
    for block, place in zip(blocks, places, strict=True):
        fill_rows(block.optimum, block.x, bare, rows[place], span[place])
    met, noise = overlaps(rows, span, np.array(edges), np.array([block.used for block in blocks]), ivar)
    own, between, deficient = np.zeros_like(met), met.copy(), []
    for block, place in zip(blocks, places, strict=True):
        # A component at 0 may be hidden by its neighbours: their errors do not take its absence as known.
        deficient.append(fill_covariance(block.optimum, noise, place.start, own, absent_may_return=True))
        between[place, place] = 0.0
    response = np.eye(edges[-1]) + own @ between
    noise.ravel()[:: edges[-1] + 1] += np.concatenate([block.optimum.prior_precision for block in blocks])
    reach = np.linalg.solve(response, own)
    everything = reach @ noise @ reach.T
    solutions = []
    for block, place, lost in zip(blocks, places, deficient, strict=True):
        n_par = block.optimum.theta.size
        covariance = np.ascontiguousarray(everything[place, place])
        gram = met[place, place][n_par:, n_par:]
        solutions.append(
            Solution(
                block.optimum, block.used, rows[place][n_par:], rows[place], covariance,
                np.ascontiguousarray(everything[place, places[0]]),
                amplitude_errors(block.optimum, covariance, gram), lost,
            )
        )  # fmt: skip
    return solutions
