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
from itertools import pairwise

import numpy as np

from qsospec_duck.fitting.covariance import Optimum, amplitude_errors, covariance_of, evaluate_columns, jacobian
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
    columns, jacobians = [], []
    for block in blocks:
        rows, derivatives = evaluate_columns(block.optimum.program, block.x, np.ones_like(block.x), block.optimum.theta)
        columns.append(rows)
        jacobians.append(jacobian(block.optimum, rows, derivatives))
    edges = np.concatenate([[0], np.cumsum([len(rows) for rows in jacobians])])
    places = [slice(first, last) for first, last in pairwise(edges)]
    owner = np.repeat(np.arange(len(blocks)), np.diff(edges))
    met, noise = overlaps(np.concatenate(jacobians), owner, np.array([block.used for block in blocks]), ivar)
    response = np.eye(edges[-1])
    own = np.zeros((edges[-1], edges[-1]))
    deficient = []
    for block, place in zip(blocks, places, strict=True):
        # A component at 0 may be hidden by its neighbours: their errors do not take its absence as known.
        covariance, lost = covariance_of(block.optimum, noise[place, place], absent_may_return=True)
        deficient.append(lost)
        own[place, place] = covariance
        response[place] += covariance @ met[place]
        response[place, place] = np.eye(len(covariance))
        noise[place, place] += np.diag(block.optimum.prior_precision)
    reach = np.linalg.solve(response, own)
    everything = reach @ noise @ reach.T
    solutions = []
    for a, (block, place) in enumerate(zip(blocks, places, strict=True)):
        covariance = np.ascontiguousarray(everything[place, place])
        gram = met[place, place][block.optimum.theta.size :, block.optimum.theta.size :]
        solutions.append(
            Solution(
                block.optimum, block.used, columns[a], jacobians[a], covariance,
                np.ascontiguousarray(everything[place, places[0]]),
                amplitude_errors(block.optimum, covariance, gram), deficient[a],
            )
        )  # fmt: skip
    return solutions
