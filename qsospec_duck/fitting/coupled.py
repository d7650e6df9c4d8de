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
from itertools import pairwise

import numpy as np

from qsospec_duck.fitting.covariance import amplitude_errors, covariances_of, edges_of, fill_rows
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.found_once import found_once
from qsospec_duck.fitting.joint_system import joint_response
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.overlaps import overlaps
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.fitting.settling import Block


@fit_value
class Solution:
    """A settled block on the whole grid, with errors."""

    optimum: Optimum
    used: BoolArray
    """(n_pix,) pixels of its fit."""

    reach: slice
    """Pixels outside which the block is 0; all of them for a continuum."""

    columns: FloatArray
    """(n_col, n_reach) columns per unit amplitude."""

    jacobian: FloatArray
    """(n_par + n_col, n_reach) derivative of the model by shapes, then amplitudes."""

    covariance: FloatArray
    """(n_par + n_col, n_par + n_col)."""

    with_continuum: FloatArray
    """(n_par + n_col, n_continuum) covariance with the continuum's parameters."""

    amplitude_errors: FloatArray
    """(n_col,); for an amplitude of 0 the scale of an upper limit."""

    rank_deficient: bool

    @found_once
    def model(self) -> FloatArray:
        """(n_pix,) the block's model."""
        model = np.zeros(self.used.size)
        model[self.reach] = self.optimum.amplitudes @ self.columns
        return model

    def derivative_of_sum(self, weights: FloatArray, first: int) -> FloatArray:
        """(n_par + n_col,) derivative of the sum of the model times weights (n,) over the pixels from ``first`` on."""
        begin, end = max(first, self.reach.start), min(first + weights.size, self.reach.stop)
        if end <= begin:
            return np.zeros(len(self.jacobian))
        own = slice(begin - self.reach.start, end - self.reach.start)
        return self.jacobian[:, own] @ weights[begin - first : end - first]


def solutions_of(blocks: Sequence[Block], ivar: FloatArray) -> list[Solution]:
    """Settled blocks with their errors, from the fixed point's equations.

    Parameters
    ----------
    blocks : sequence of Block
        As `settle` leaves them.
    ivar : ndarray, shape (n_pix,)
    """
    # The continuum, which all others meet, stands last in the equations.
    blocks = [*blocks[1:], blocks[0]]
    optima = [block.optimum for block in blocks]
    edges = edges_of(optima)
    places = [slice(first, last) for first, last in pairwise(edges)]
    rows, span = np.empty((edges[-1], ivar.size)), np.empty((edges[-1], 2), dtype=np.int64)
    bare = np.ones(ivar.size)
    reaches = [
        fill_rows(block.optimum, block.x, bare, rows[place], span[place])
        for block, place in zip(blocks, places, strict=True)
    ]
    first_rows = np.array(edges)
    met, noise = overlaps(rows, span, first_rows, np.array([block.used for block in blocks]), ivar)
    # A component at 0 may be hidden by its neighbours: their errors do not take its absence as known.
    own, deficient = covariances_of(optima, noise, absent_may_return=True)
    response = joint_response(own, met, first_rows)
    noise.ravel()[:: edges[-1] + 1] += np.concatenate([optimum.prior_precision for optimum in optima])
    everything = response @ noise @ response.T
    solutions = []
    for block, place, reach, lost in zip(blocks, places, reaches, deficient, strict=True):
        n_par = block.optimum.theta.size
        jacobian = rows[place, reach]
        covariance = np.ascontiguousarray(everything[place, place])
        gram = met[place, place][n_par:, n_par:]
        solutions.append(
            Solution(
                block.optimum, block.used, reach, jacobian[n_par:], jacobian, covariance,
                np.ascontiguousarray(everything[place, places[-1]]),
                amplitude_errors(block.optimum, covariance, gram), lost,
            )
        )  # fmt: skip
    return [solutions[-1], *solutions[:-1]]
