"""Non-negative least squares with priors on ratios of weights, against truths."""

import numpy as np
import pytest

from qsospec_duck.fitting.prior_nnls import PriorProblem, solve_with_priors


@pytest.fixture
def columns():
    x = np.linspace(-1.0, 1.0, 200)
    return np.stack([np.ones_like(x), x, x**2, np.exp(-30.0 * x**2)])


def problem(columns, weights, noise, positive=None, rng=None):
    """The second and third weight have priors relative to the first."""
    flux = weights @ columns + (rng.normal(0.0, noise, columns.shape[1]) if rng else 0.0)
    sums = np.zeros((0, len(columns))) if positive is None else positive
    return PriorProblem(columns / noise, flux / noise, np.array([0, 0, 0, 3]), sums, float(np.median(flux)))


def test_precise_data_give_the_weights_back(columns):
    true = np.array([2.0, -1.5, 1.0, 0.7])
    weights, _, _, chi2 = solve_with_priors(problem(columns, true, 1e-4))
    np.testing.assert_allclose(weights, true, rtol=1e-4)
    assert chi2 < 1e-2


def test_what_is_minimised_has_its_least_value_there(columns):
    rng = np.random.default_rng(4)
    asked = problem(columns, np.array([2.0, -1.5, 1.0, 0.7]), 2.0, rng=rng)
    weights, *_ = solve_with_priors(asked)

    def objective(w):
        return np.sum((asked.flux - w @ asked.columns) ** 2) + np.sum((w[1:3] / w[0]) ** 2)

    steps = 0.02 * rng.normal(size=(300, 4))
    assert objective(weights) <= min(objective(weights + step) for step in steps) + 1e-3


def test_data_that_say_nothing_leave_a_ratio_at_its_prior(columns):
    weights, covariance, *_ = solve_with_priors(problem(columns, np.array([2.0, 1.0, 0.0, 0.0]), 100.0))
    assert abs(weights[1] / weights[0]) < 0.1
    assert 0.8 < np.sqrt(covariance[1, 1]) / weights[0] < 1.2


def test_errors_are_the_scatter_over_noise(columns):
    rng = np.random.default_rng(5)
    true = np.array([2.0, -0.6, 0.3, 0.7])
    found = [solve_with_priors(problem(columns, true, 0.5, rng=rng)) for _ in range(300)]
    scatter = np.std([weights for weights, *_ in found], axis=0)
    errors = np.sqrt(np.mean([np.diag(covariance) for _, covariance, *_ in found], axis=0))
    # 300 draws tell a scatter to 4 %; a prior makes the scatter smaller than the error by what it adds.
    np.testing.assert_allclose(scatter, errors, rtol=0.15)


def test_sums_that_must_not_be_negative_are_not(columns):
    true = np.array([1.0, 1.6, 0.0, 0.0])
    first = np.zeros((8, 4))
    first[:, :3] = columns[:3].reshape(3, 8, 25).mean(axis=2).T
    free, *_ = solve_with_priors(problem(columns, true, 0.2))
    held, *_ = solve_with_priors(problem(columns, true, 0.2, first))
    assert np.min(first @ free) < -0.3
    # 25 pixels of 20 % noise pull at what half a percent holds.
    assert np.min(first @ held) > -0.02


def test_a_weight_that_would_be_negative_is_zero_and_so_is_what_hangs_on_it(columns):
    flux = np.array([-1.0, 0.5, 0.0, 3.0]) @ columns
    asked = PriorProblem(columns / 0.1, flux / 0.1, np.array([0, 0, 0, 3]), np.zeros((0, 4)), 1.0)
    weights, covariance, *_ = solve_with_priors(asked)
    assert weights[:3].tolist() == [0.0, 0.0, 0.0]
    assert weights[3] > 0.0
    assert np.all(np.isfinite(covariance))
