"""Covariance of a least-squares optimum, and what it tells about degeneracy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.fitting.inverse import errors_of_amplitudes, inverse_of, invert_blocks
from qsospec_duck.fitting.optimum import Optimum
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.evaluate import fill_jacobian

EIGENVALUE_FLOOR = 1e-10
"""Eigenvalues of the unit-diagonal normal matrix below this are lost in rounding: the direction is degenerate."""

_WELL_CONDITIONED = 1e-3 / EIGENVALUE_FLOOR
"""Norm of an inverse below which no eigenvalue is near the floor (`qsospec_duck.fitting.inverse`)."""


def fill_rows(
    optimum: Optimum, x: FloatArray, factor: FloatArray, rows: FloatArray, span: NDArray[np.int64]
) -> slice:  # fmt: skip
    """Fill ∂F/∂p times ``factor`` (n,), shapes first, then amplitudes, and the range of pixels of each.

    ``rows`` (n_par + n_col, n) stay as they are outside the slice that is returned: there everything is 0.
    """
    return slice(*fill_jacobian(x, factor, optimum.theta, optimum.amplitudes, optimum.program.tables, rows, span))


def edges_of(optima: Sequence[Optimum]) -> list[int]:
    """First row of each block among the rows of all, and one past the last."""
    return [0, *accumulate(optimum.theta.size + optimum.amplitudes.size for optimum in optima)]


def normal_products(optimum: Optimum, x: FloatArray, inverse_sigma: FloatArray) -> FloatArray:
    """J W Jᵀ, shape (n_par + n_col, n_par + n_col), of shapes, then amplitudes, on pixels of ln λ ``x`` (n,)."""
    size = optimum.theta.size + optimum.amplitudes.size
    rows = np.zeros((size, x.size))
    fill_rows(optimum, x, inverse_sigma, rows, np.empty((size, 2), dtype=np.int64))
    return rows @ rows.T


def covariance_of(
    optimum: Optimum, products: FloatArray, *, absent_may_return: bool = False
) -> tuple[FloatArray, bool]:
    """Covariance of shapes and amplitudes at an optimum.

    The normal matrix is scaled to unit diagonal before it is inverted, so neither the unit of the flux nor
    that of a velocity enters; the bounds of the shapes count as prior knowledge
    (`qsospec_duck.fitting.shape_states.band_precision`).
    Amplitudes that ended at 0 and their shapes have no row of their own (zeros); see `amplitude_errors`.

    Parameters
    ----------
    products : ndarray, shape (n_par + n_col, n_par + n_col)
        J W Jᵀ of the rows of `fill_rows`, W = diag(1/σ²).
    absent_may_return : bool
        Count amplitudes that ended at 0 as free: the others' errors then do not take their absence as known.

    Returns
    -------
    covariance : ndarray, shape (n_par + n_col, n_par + n_col)
    rank_deficient : bool
        Some direction was degenerate; its variance is a lower limit.
    """
    # Compiled functions are compiled once for each layout of an array.
    covariance, (deficient,) = covariances_of(
        [optimum], np.ascontiguousarray(products), absent_may_return=absent_may_return
    )
    return covariance, deficient


def covariances_of(
    optima: Sequence[Optimum], products: FloatArray, *, absent_may_return: bool
) -> tuple[FloatArray, list[bool]]:
    """The covariance of each of several blocks by itself, as `covariance_of` gives it.

    Parameters
    ----------
    products : ndarray, shape (n_row, n_row)
        J W Jᵀ of the rows of all blocks.

    Returns
    -------
    covariances : ndarray, shape (n_row, n_row)
        Zeros between the blocks.
    rank_deficient : list of bool
        One a block.
    """
    edges = edges_of(optima)
    has_row, active = products.diagonal() > 0, []
    for optimum, last in zip(optima, edges[1:], strict=True):
        may_return = has_row[last - optimum.amplitudes.size : last] if absent_may_return else optimum.amplitudes > 0
        active += [optimum.shapes_in_use, may_return]
    counted = np.concatenate(active)
    precision = np.concatenate([optimum.prior_precision for optimum in optima])
    covariances = np.zeros(products.shape)
    norms = invert_blocks(products, precision, counted, np.array(edges), covariances)
    deficient = []
    for (first, last), norm in zip(pairwise(edges), norms.tolist(), strict=True):
        lost = False
        if norm >= _WELL_CONDITIONED:
            index = first + np.flatnonzero(counted[first:last])
            rows = np.ix_(index, index)
            covariances[rows], lost = invert_scaled(products[rows] + np.diag(precision[index]))
        deficient.append(lost)
    return covariances, deficient


def invert_scaled(normal: FloatArray) -> tuple[FloatArray, bool]:
    """Inverse of a positive semi-definite matrix after scaling its diagonal to 1; whether a direction was lost."""
    inverse, norm = inverse_of(normal)
    if norm < _WELL_CONDITIONED:
        return inverse, False
    diagonal = np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scale = diagonal[:, None] * diagonal
    values, vectors = np.linalg.eigh(normal / scale)
    deficient = bool(values[0] < EIGENVALUE_FLOOR)
    inverse = (vectors / np.maximum(values, EIGENVALUE_FLOOR)) @ vectors.T
    return inverse / scale, deficient


def amplitude_errors(optimum: Optimum, covariance: FloatArray, gram: FloatArray) -> FloatArray:
    """1σ error of every amplitude, shape (n_col,).

    For an amplitude that ended at 0 it is the error it would have with its shapes held and the other
    amplitudes free: the scale of an upper limit.

    Parameters
    ----------
    covariance : ndarray, shape (n_par + n_col, n_par + n_col)
    gram : ndarray, shape (n_col, n_col)
        A W Aᵀ of the columns.
    """
    return errors_of_amplitudes(optimum.amplitudes, np.ascontiguousarray(covariance), np.ascontiguousarray(gram))
