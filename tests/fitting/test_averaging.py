"""Averages over cells of ln λ."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from qsospec_duck.fitting.averaging import Averages, even_cells


def test_a_cell_is_no_wider_than_asked_and_starts_where_the_last_one_ends():
    x = 8.0 + np.cumsum(np.r_[0.0, np.random.default_rng(3).uniform(1e-4, 3e-3, 300)])
    first, mean_x, inverse_sigma = even_cells(x, np.ones(x.size), 2e-3)
    assert first[0] == 0
    assert first[-1] == x.size
    assert (np.diff(first) > 0).all()
    place = np.floor((x - x[0]) / 2e-3)
    assert [len(set(place[low:high])) for low, high in pairwise(first)] == [1] * mean_x.size
    assert inverse_sigma == pytest.approx(np.sqrt(np.diff(first)))
    assert mean_x == pytest.approx([x[low:high].mean() for low, high in pairwise(first)])


def test_averages_keep_the_light_and_weight_of_their_pixels():
    rng = np.random.default_rng(4)
    x = 8.0 + 1e-4 * np.arange(500)
    inverse_sigma, flux = rng.uniform(0.5, 2.0, 500), rng.normal(size=500)
    averages = Averages(x, inverse_sigma, 7.5e-4)
    assert averages.is_worth_it
    assert np.sum(averages.inverse_sigma**2) == pytest.approx(np.sum(inverse_sigma**2))
    assert np.sum(averages.inverse_sigma**2 * averages.flux(flux)) == pytest.approx(np.sum(inverse_sigma**2 * flux))


def test_no_pixel_is_no_cell():
    first, mean_x, inverse_sigma = even_cells(np.empty(0), np.empty(0), 1e-3)
    assert (first.size, mean_x.size, inverse_sigma.size) == (1, 0, 0)
