import numba
import numpy as np
import pytest

from qsospec_duck.models.catmull_rom import between, four_around, four_around_each, slope_between
from qsospec_duck.models.lanes import LANES, lane_rows, load, store


@numba.njit
def _one_by_one(table, positions):
    values, slopes = np.empty_like(positions), np.empty_like(positions)
    for i in range(positions.size):
        b0, b1, b2, b3, h = four_around(table, positions[i])
        values[i], slopes[i] = between(b0, b1, b2, b3, h), slope_between(b0, b1, b2, b3, h)
    return values, slopes


@numba.njit
def _eight_at_once(table, positions):
    rows = lane_rows(2)
    b0, b1, b2, b3, h = four_around_each(table, load(positions, 0))
    store(rows, 0, between(b0, b1, b2, b3, h))
    store(rows, 1, slope_between(b0, b1, b2, b3, h))
    return rows[0], rows[1]


def test_eight_positions_give_what_each_gives_alone():
    rng = np.random.default_rng(8)
    table = rng.normal(size=60)
    for _ in range(20):
        positions = rng.uniform(1.0, 57.0, LANES)
        np.testing.assert_allclose(_eight_at_once(table, positions), _one_by_one(table, positions), rtol=1e-12)


def test_entries_of_the_table_are_met_and_parabolas_kept():
    table = (np.arange(12.0) - 4.0) ** 2
    positions = np.array([1.0, 2.0, 5.25, 8.5, 9.75])
    values, slopes = _one_by_one(table, positions)
    assert values == pytest.approx((positions - 4.0) ** 2, abs=1e-12)
    assert slopes == pytest.approx(2.0 * (positions - 4.0), abs=1e-12)
