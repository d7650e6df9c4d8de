"""What columns weigh: their amplitudes over their errors, and what a fit loses without them."""

from __future__ import annotations

import numpy as np
import pytest

from qsospec_duck.fitting.column_weights import column_weights
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.covariance import covariance_of, normal_products
from qsospec_duck.fitting.optimum import evaluate_columns, optimise
from qsospec_duck.fitting.parsimony import removals
from qsospec_duck.models.recipes import packaged_recipes

MGII = packaged_recipes()["mgii"].components


@pytest.fixture
def fitted():
    """Mg II of two Gaussians and its optimum on pixels with noise."""
    model = compile_complex(tuple(component for component in MGII if not component.optional))
    program = model.program
    x = np.linspace(np.log(2650.0), np.log(2950.0), 400)
    truth = program.low + 0.4 * (program.high - program.low)
    columns = evaluate_columns(program, x, np.ones(x.size), truth)
    amplitudes = 60.0 / columns.max(axis=1)
    noise = np.random.default_rng(5).normal(size=x.size)
    flux = amplitudes @ columns + noise
    optimum = optimise(program, x, np.ones(x.size), flux, truth[None, :])
    return model, x, flux, optimum


def weights_of(optimum, x):
    low, high, _ = optimum.program.bounds
    return column_weights(
        x, np.ones(x.size), optimum.theta, optimum.amplitudes, optimum.program.tables, optimum.shapes_in_use, low, high
    )  # fmt: skip


def test_weights_are_squares_of_amplitudes_over_their_errors(fitted):
    _, x, _, optimum = fitted
    covariance, _ = covariance_of(optimum, normal_products(optimum, x, np.ones(x.size)))
    variance = covariance.diagonal()[optimum.theta.size :]
    expected = np.divide(optimum.amplitudes**2, variance, out=np.zeros_like(variance), where=variance > 0)
    # Sums of 400 products in another order, through an inverse whose condition is a few thousand.
    assert weights_of(optimum, x) == pytest.approx(expected, rel=1e-8)


def test_a_column_that_is_not_there_weighs_nothing(fitted):
    _, x, _, optimum = fitted
    gone = optimum.amplitudes.copy()
    gone[0] = 0.0
    program = optimum.program
    low, high, free = program.bounds
    weights = column_weights(x, np.ones(x.size), optimum.theta, gone, program.tables, free, low, high)
    assert weights[0] == 0.0
    assert (weights[1:] >= 0.0).all()


def test_removals_name_the_columns_that_go():
    for recipe in packaged_recipes().values():
        columns = compile_complex(recipe.components).program.columns
        for removal in removals(recipe.components):
            assert len(removal.columns) == len(columns) - len(removal.model.program.columns)
            assert all(columns[place].startswith(removal.gone) for place in removal.columns)
