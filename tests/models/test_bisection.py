"""The bisection of compiled loops, against numpy's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.models.bisection import first_not_below

NUMBERS = st.floats(-10.0, 10.0, width=16)


@given(st.lists(NUMBERS, max_size=40), NUMBERS)
def test_it_finds_the_place_that_numpy_finds(values, value):
    ordered = np.sort(np.array(values, dtype=float))
    assert first_not_below(ordered, float(value)) == np.searchsorted(ordered, value)
