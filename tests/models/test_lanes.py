"""Eight numbers at a time: each lane gives what scalars give."""

import numba
import numpy as np
import pytest

from qsospec_duck.models.lanes import (
    LANES,
    any_less,
    divided_by_two_to,
    greatest_of,
    in_all_lanes,
    lane_rows,
    least_of,
    load,
    narrow,
    nearest_whole,
    single_rows,
    square_root,
    store,
    where_less,
    widen,
)


@numba.njit
def _computed(rows, out):
    a, b = load(rows, 0), load(rows, 1)
    store(out, 0, a + b)
    store(out, 1, a - b)
    store(out, 2, a * b)
    store(out, 3, a / b)
    store(out, 4, 2.0 * a - b / 4.0 + 1.0)
    store(out, 5, square_root(a * a))
    store(out, 6, where_less(a, b, a, 7.0))
    store(out, 7, in_all_lanes(3.0) - a)
    return least_of(a), greatest_of(a), any_less(a, b), any_less(b, -10.0)


def test_every_lane_computes_as_a_scalar_does():
    rows = lane_rows(2)
    rows[0] = np.linspace(-2.0, 3.0, LANES)
    rows[1] = np.linspace(4.0, -1.0, LANES)
    out = lane_rows(8)
    least, greatest, some_less, none_less = _computed(rows, out)
    a, b = rows
    expected = [a + b, a - b, a * b, a / b, 2 * a - b / 4 + 1, np.abs(a), np.where(a < b, a, 7.0), 3.0 - a]
    np.testing.assert_allclose(out, expected, rtol=1e-15)
    assert (least, greatest) == (-2.0, 3.0)
    assert some_less
    assert not none_less


@numba.njit
def _computed_in_singles(rows, out):
    a, b = narrow(load(rows, 0)), narrow(load(rows, 1))
    store(out, 0, a + b)
    store(out, 1, 2.0 * a - b / 4.0 + np.float32(1.0))
    store(out, 2, square_root(a * a))
    store(out, 3, where_less(a, b, a, 7.0))
    store(out, 4, in_all_lanes(np.float32(3.0)) - a)
    store(out, 5, nearest_whole(a))
    store(out, 6, divided_by_two_to(b, nearest_whole(a)))
    store(rows, 2, widen(a))
    return any_less(a, b), any_less(b, -10.0)


def test_lanes_of_single_precision_compute_as_scalars_of_it_do():
    rows, out = lane_rows(3), single_rows(7)
    rows[0] = np.linspace(-2.0, 3.1, LANES)
    rows[1] = np.linspace(4.0, -1.1, LANES)
    assert _computed_in_singles(rows, out) == (True, False)
    a, b = rows[:2].astype(np.float32)
    expected = [a + b, 2 * a - b / 4 + 1, np.abs(a), np.where(a < b, a, 7.0), 3 - a, np.rint(a), b / 2 ** np.rint(a)]
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, expected, rtol=2e-7)
    np.testing.assert_array_equal(rows[2], a)


@numba.njit
def _nan_is_not_less(rows):
    return any_less(load(rows, 0), 1.0)


def test_nan_is_less_than_nothing():
    rows = lane_rows(1)
    rows[0] = np.nan
    assert not _nan_is_not_less(rows)


@pytest.mark.parametrize("n", [1, 2, 7])
@pytest.mark.parametrize("make_rows", [lane_rows, single_rows])
def test_rows_begin_at_whole_vectors_and_hold_zeros(n, make_rows):
    rows = make_rows(n)
    assert rows.shape == (n, LANES)
    assert rows.ctypes.data % (rows.itemsize * LANES) == 0
    assert not rows.any()
