"""What equivalent widths are measured against: the continuum without Fe II, and its derivatives."""

from __future__ import annotations

import numpy as np

from qsospec_duck.fitting.continuum_program import LAW_FAMILIES, columns_of, rows_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.program import IntArray

BASE_FAMILIES = (*LAW_FAMILIES, "balmer")
"""Families of the continuum below a line."""


@fit_value
class ContinuumBase:
    """Power law, polynomial and Balmer pseudo-continuum."""

    x: FloatArray
    """(n_pix,) ln λ."""

    values: FloatArray
    """(n_pix,)."""

    jacobian: FloatArray
    """(n_cont, n_pix) derivative of the whole continuum by its parameters."""

    rows: IntArray
    """(n_base,) rows of the parameters of the base: it does not change with the others."""

    covariance: FloatArray
    """(n_cont, n_cont) of all parameters of the continuum."""


def continuum_base(x: FloatArray, continuum: Solution) -> ContinuumBase:
    """The base below the lines.

    Parameters
    ----------
    x : ndarray, shape (n_pix,)
        ln λ.
    continuum : Solution
        The settled continuum.
    """
    optimum = continuum.optimum
    columns = columns_of(optimum.program, BASE_FAMILIES)
    amplitudes = np.zeros(optimum.amplitudes.size)
    amplitudes[columns] = optimum.amplitudes[columns]
    rows = rows_of(optimum.program, BASE_FAMILIES)
    return ContinuumBase(x, amplitudes @ continuum.columns, continuum.jacobian, rows, continuum.covariance)
