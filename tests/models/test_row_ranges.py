"""Ranges of rows that are filled again and again."""

from __future__ import annotations

import numpy as np
import pytest

from qsospec_duck.models.row_ranges import begin_or_widen, clear_others, move_range, widen


@pytest.mark.parametrize("before", [(0, 40), (8, 24), (16, 16), (40, 0)])
@pytest.mark.parametrize("now", [(0, 40), (0, 8), (16, 32), (24, 40), (0, 0)])
def test_a_row_is_zero_outside_of_its_new_range_whatever_it_held(before, now):
    rows, span = np.zeros((1, 40)), np.array([before])
    rows[0, slice(*before)] = np.nan
    move_range(rows, span, 0, *now)
    outside = np.delete(rows[0], np.s_[now[0] : now[1]])
    assert np.all(outside == 0.0)
    assert tuple(span[0]) == (now if now[1] > now[0] else (40, 0))


def test_an_empty_range_changes_no_union():
    span = np.array([[40, 0]])
    widen(span, 0, 8, 16)
    widen(span, 0, 0, 0)
    assert span.tolist() == [[8, 16]]
    widen(span, 0, 24, 32)
    assert span.tolist() == [[8, 32]]


def test_only_the_first_term_of_a_row_replaces_what_it_held():
    rows, span, begun = np.full((2, 40), np.nan), np.array([[0, 40], [0, 40]]), np.zeros(2, dtype=bool)
    assert not begin_or_widen(rows, span, begun, 0, 8, 16)
    rows[0, 8:16] = 1.0
    assert begin_or_widen(rows, span, begun, 0, 24, 32)
    clear_others(rows, span, begun)
    assert span.tolist() == [[8, 32], [40, 0]]
    assert np.array_equal(rows, np.where([[8 <= k < 16 for k in range(40)], [False] * 40], 1.0, 0.0))
