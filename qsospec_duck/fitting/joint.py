"""The last step: continuum and line complexes together on all their pixels.

Fitting the continuum in its windows and then the lines on top is robust, and where the search for the optimum
is done. What it cannot do is let the line regions speak about the continuum: a power law that bends between two
windows, or Fe II under Hβ, is seen only there. So all of them are fitted once more together, from where they
stand, with one covariance for everything. Lyα stays outside: its blue side is absorbed by the forest and must
not pull the continuum down.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qsospec_duck.fitting.complexes import ComplexSolution
from qsospec_duck.fitting.continuum import ContinuumSolution
from qsospec_duck.fitting.covariance import (
    Optimum,
    amplitude_errors,
    covariance_of,
    evaluate_columns,
    jacobian,
    optimise,
)
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.program import join_programs
from qsospec_duck.spectra import Spectrum


def takes_part(solution: ComplexSolution) -> bool:
    """Whether a complex is fitted jointly with the continuum."""
    return solution.recipe.coverage != "lya"


def fit_joint(
    spectrum: Spectrum, continuum: ContinuumSolution, solutions: list[ComplexSolution]
) -> tuple[ContinuumSolution, list[ComplexSolution]]:
    """Polish the continuum and some complexes together.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    continuum : ContinuumSolution
    solutions : list of ComplexSolution
        Complexes that take part, at least one.

    Returns
    -------
    continuum : ContinuumSolution
        With the joint optimum; its χ² is that of the whole model over the continuum's pixels.
    solutions : list of ComplexSolution
        Likewise, over the pixels of each.
    """
    used = continuum.used.copy()
    for solution in solutions:
        used |= solution.fit_mask
        used &= ~solution.excluded_mask
    index = np.flatnonzero(used)
    x = np.log(spectrum.wavelength)
    inverse_sigma = np.sqrt(spectrum.ivar)
    parts = [continuum.optimum, *(solution.optimum for solution in solutions)]
    program = join_programs(tuple(part.program for part in parts))
    start = np.concatenate([part.theta for part in parts])
    optimum = optimise(program, x[index], inverse_sigma[index], spectrum.flux[index], start[None, :], max_iterations=60)

    columns, derivatives = evaluate_columns(program, x, np.ones_like(x), optimum.theta)
    full_jacobian = jacobian(optimum, columns, derivatives)
    weighted = full_jacobian[:, index] * inverse_sigma[index]
    covariance, deficient = covariance_of(optimum, weighted)
    errors = amplitude_errors(optimum, covariance, weighted[optimum.theta.size :])
    residual = (spectrum.flux - optimum.amplitudes @ columns) * inverse_sigma

    slices = _slices(parts, optimum)
    first = slices[0]
    n_cont = continuum.optimum.amplitudes.size
    new_continuum = replace(
        continuum,
        optimum=_part(optimum, continuum.optimum, *first, residual[continuum.used]),
        columns=columns[:n_cont],
        jacobian=full_jacobian[_rows(optimum, *first)],
        covariance=_block(covariance, optimum, first, first),
        amplitude_errors=errors[:n_cont],
    )
    polished = []
    for solution, place in zip(solutions, slices[1:], strict=True):
        polished.append(
            replace(
                solution,
                optimum=_part(optimum, solution.optimum, *place, residual[solution.fit_mask]),
                covariance=_block(covariance, optimum, place, place),
                cross_covariance=_block(covariance, optimum, place, first),
                amplitude_errors=errors[place[1]],
                rank_deficient=deficient and solution.rank_deficient,
            )
        )
    return new_continuum, polished


def _slices(parts: list[Optimum], optimum: Optimum) -> list[tuple[slice, slice]]:
    """Where each part's shapes and amplitudes stand in the joint optimum."""
    places, n_par, n_col = [], 0, 0
    for part in parts:
        places.append((slice(n_par, n_par + part.theta.size), slice(n_col, n_col + part.amplitudes.size)))
        n_par += part.theta.size
        n_col += part.amplitudes.size
    return places


def _rows(optimum: Optimum, shapes: slice, amplitudes: slice) -> FloatArray:
    """Indices of a part's parameters in the joint parameter vector."""
    every = np.arange(optimum.theta.size + optimum.amplitudes.size)
    return np.concatenate([every[shapes], every[optimum.theta.size :][amplitudes]])


def _block(
    covariance: FloatArray, optimum: Optimum, rows: tuple[slice, slice], columns: tuple[slice, slice]
) -> FloatArray:
    return covariance[np.ix_(_rows(optimum, *rows), _rows(optimum, *columns))]


def _part(optimum: Optimum, old: Optimum, shapes: slice, amplitudes: slice, residual: FloatArray) -> Optimum:
    """A part of the joint optimum, with the χ² of its own pixels (residuals in σ)."""
    return Optimum(
        old.program,
        optimum.theta[shapes],
        optimum.amplitudes[amplitudes],
        float(residual @ residual),
        residual.size,
        optimum.status,
        old.n_steps + optimum.n_steps,
        optimum.at_bound[shapes],
        optimum.free[shapes],
    )
