"""Non-negative least squares whose weights have priors relative to each other, for a handful of columns.

Minimised is ‖y − Σ w_i c_i‖² + Σ_k (w_k / w_p(k))², with w_i ≥ 0 for the columns without a prior. The ratio w_k/w_p is
taken to first order about the last round, so that each round is linear in all weights. Some sums of weights must not be
negative: one that was is held near 0 in the next round, until it would be positive of its own. Rounds work on the
moments C Cᵀ and C y, never on the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from qsospec_duck.fitting.covariance import invert_scaled
from qsospec_duck.fitting.result import FloatArray

ZERO_SHARE = 0.005
"""How near to 0 a sum is held (1σ), as a share of the level of the data. With 1e-4 rounds could not leave a galaxy
whose bands were all held: some SDSS quasars lost theirs, and χ² rose by 100 and more."""

NEGATIVE_SHARE = 0.01
"""How negative a sum may be, likewise, before it is held."""

LEAST_SHARE = 1e-3
"""Least scale of a prior, as a share of the level: nothing divides by 0."""

FIRST_SHARE = 0.1
"""Least scale of the first round."""

FARTHEST = 5.0
"""Largest ratio [1σ] about which a round is linear."""

_ROUNDS = 10
_SETTLED = 0.01
"""Relative change of the scales at which rounds end."""


@dataclass(frozen=True, eq=False)
class PriorProblem:
    """What is solved: weights of columns that describe a flux."""

    columns: FloatArray
    """(k, n) in units of the noise."""

    flux: FloatArray
    """(n,) in units of the noise."""

    scale_of: NDArray[np.intp]
    """(k,) the column whose weight is the 1σ of the prior of each; its own index where it has none, and is positive."""

    positive: FloatArray
    """(n_band, k) sums of weights that are not negative."""

    level: float
    """Typical size of a weighted column: the flux of a spectrum."""


def solve_with_priors(problem: PriorProblem) -> tuple[FloatArray, FloatArray, float, float]:
    """Weights (k,), their covariance (k, k), and χ² with and without the priors."""
    columns, flux, scale_of = problem.columns, problem.flux, problem.scale_of
    gram, moment = columns @ columns.T, columns @ flux
    n = len(columns)
    free = np.flatnonzero(scale_of != np.arange(n))
    parent = scale_of[free]
    # The first round is without changes: a galaxy that may look like anything is no place to start from.
    kept = np.flatnonzero(scale_of == np.arange(n))
    first = np.zeros(n)
    first[kept] = _signed_nnls(gram[np.ix_(kept, kept)], moment[kept], kept[:0])
    scale, ratio = np.maximum(first[parent], FIRST_SHARE * problem.level), np.zeros(free.size)
    least = LEAST_SHARE * problem.level
    held = np.zeros(len(problem.positive), dtype=bool)
    for _ in range(_ROUNDS):
        # w_k/w_parent to first order about the last round; its prior is N(0, 1).
        priors = np.zeros((free.size, n))
        priors[np.arange(free.size), free] = 1.0 / scale
        priors[np.arange(free.size), parent] = -ratio / scale
        at_zero = problem.positive[held] / (ZERO_SHARE * problem.level)
        total = gram + priors.T @ priors + at_zero.T @ at_zero
        weights = _signed_nnls(total, moment - priors.T @ ratio, free)
        sums = problem.positive @ weights
        before, scale = scale, np.clip(weights[parent], np.maximum(0.5 * scale, least), 2.0 * scale)
        ratio = np.clip(weights[free] / scale, -FARTHEST, FARTHEST)
        was_held, held = held, sums < np.where(held, 0.0, -NEGATIVE_SHARE * problem.level)
        if np.array_equal(held, was_held) and np.all(np.abs(scale - before) <= _SETTLED * before):
            break
    # Without a galaxy it has no changes, nor without a power law.
    weights[free[weights[parent] <= 0]] = 0.0
    active = weights != 0
    active[free] = True
    active[0] = True
    covariance = np.zeros_like(gram)
    inverse, _ = invert_scaled(total[np.ix_(active, active)])
    covariance[np.ix_(active, active)] = inverse
    chi2 = float(flux @ flux - 2.0 * weights @ moment + weights @ gram @ weights)
    return weights, covariance, chi2 + float(ratio @ ratio), chi2


def _signed_nnls(gram: FloatArray, moment: FloatArray, free: NDArray[np.intp]) -> FloatArray:
    """(k,) weights of least wᵀ G w − 2 wᵀ m, not negative but for the free ones."""
    unit = 1.0 / np.sqrt(np.maximum(np.diag(gram), 1e-300))
    values, vectors = np.linalg.eigh(gram * np.outer(unit, unit))
    root = np.sqrt(np.maximum(values, 1e-12))
    half = (vectors * root).T
    # A free weight is the difference of two that are not negative.
    found, _ = nnls(np.concatenate([half, -half[:, free]], axis=1), (vectors.T @ (moment * unit)) / root)
    weights = found[: len(gram)].copy()
    weights[free] -= found[len(gram) :]
    return weights * unit
