"""The median of compiled loops is numpy's, whatever the numbers are."""

import numpy as np
import pytest

from qsospec_duck.fitting.medians import median

MAKERS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "faint": lambda rng, n: 1e-17 * rng.normal(size=n),
    "far from zero": lambda rng, n: 1e9 + rng.normal(size=n),
    "outliers": lambda rng, n: rng.standard_cauchy(n) ** 3,
    "ties": lambda rng, n: np.round(rng.normal(size=n)),
    "two values": lambda rng, n: 3.3 + rng.integers(0, 2, n),
    "all the same": lambda rng, n: np.full(n, 0.1),
    "zeros": lambda rng, n: np.zeros(n),
    "one far above": lambda rng, n: np.concatenate([rng.normal(size=n - 1), [1e30]]),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 12, 13, 14, 15, 100, 101, 1000, 4001])
def test_median_is_that_of_numpy(kind, n):
    rng = np.random.default_rng(n)
    for _ in range(20):
        values = MAKERS[kind](rng, n)
        before = values.copy()
        assert median(values) == np.median(values)
        assert np.array_equal(values, before)


def test_median_of_every_second_number():
    values = np.random.default_rng(2).normal(size=301)
    assert median(values[::2]) == np.median(values[::2])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_there_is_no_median_of_what_is_not_finite(bad):
    values = np.random.default_rng(3).normal(size=100)
    values[41] = bad
    assert np.isnan(median(values))
