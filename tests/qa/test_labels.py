"""Line names find places."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.qa.labels import Wish, place_labels

wishes_strategy = st.lists(
    st.builds(
        Wish,
        text=st.text("abc", min_size=1, max_size=3),
        x=st.floats(-1.0, 11.0),
        width=st.floats(0.05, 1.5),
        rank=st.floats(0.0, 10.0),
    ),
    max_size=30,
)


@given(wishes_strategy, st.integers(1, 4))
def test_placed_labels_and_leaders_never_meet(wishes, n_rows):
    placed = place_labels(wishes, 10.0, n_rows)
    for one in placed:
        assert one.center - 0.5 * one.wish.width >= -1e-9
        assert one.center + 0.5 * one.wish.width <= 10.0 + 1e-9
        # The leader ends under its own label.
        assert abs(one.center - one.wish.x) <= 0.5 * one.wish.width + 1e-9
    for one, other in combinations(placed, 2):
        apart = abs(one.center - other.center) - 0.5 * (one.wish.width + other.wish.width)
        assert one.row != other.row or apart >= 0.0
        low, high = (one, other) if one.row <= other.row else (other, one)
        if low.row < high.row:
            assert abs(low.center - high.wish.x) >= 0.5 * low.wish.width


def test_a_label_with_room_stands_above_its_line():
    placed = place_labels([Wish("Hβ", 3.0, 0.3, 1.0), Wish("Mg II", 7.0, 0.5, 2.0)], 10.0, 3)
    assert [(one.wish.text, one.center, one.row) for one in placed] == [("Hβ", 3.0, 0), ("Mg II", 7.0, 0)]


def test_where_there_is_no_room_the_lesser_label_is_left_out():
    wishes = [Wish("great", 5.0, 1.0, 9.0), Wish("small", 5.0, 1.0, 1.0), Wish("next", 5.6, 1.0, 5.0)]
    placed = place_labels(wishes, 10.0, 1)
    assert [one.wish.text for one in placed] == ["great"]
    assert {one.wish.text for one in place_labels(wishes, 10.0, 3)} >= {"great", "next"}
