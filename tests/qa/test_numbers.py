"""Numbers have the digits that their errors support."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.qa.numbers import significant, with_error


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (4310.4, 81.2, "4310 ± 80"),
        (4310.4, 31.2, "4310 ± 31"),
        (-1120.5, 125.1, "−1120 ± 130"),
        (44.12347, 0.00123, "44.1235 ± 0.0012"),
        (61.23, 1.42, "61.2 ± 1.4"),
        (0.4, 996.0, "0 ± 1000"),
        (-0.4, 1200.0, "0 ± 1200"),
        (-0.04, 3.6, "0 ± 4"),
        (15000.0, None, "15000"),
        (-1.2345, None, "−1.23"),
        (3.2e9, 4e7, "3.20e+09 ± 4e+07"),
        (float("nan"), 1.0, "–"),
        (5.0, float("inf"), "5.00"),
        (5.0, 0.0, "5.00"),
    ],
)
def test_a_value_has_as_many_digits_as_its_error(value, error, text):
    assert with_error(value, error) == text


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e5))
def test_what_is_printed_is_near_what_was_measured(value, error):
    printed, printed_error = (float(text.replace("−", "-")) for text in with_error(value, error).split(" ± "))
    assert math.isclose(printed_error, error, rel_tol=0.15)
    assert abs(printed - value) <= 0.51 * error


def test_numbers_without_error_have_significant_digits():
    assert [significant(value, 3) for value in (0.0, 1234.5, 0.012345, -12.345, 1.5e8)] == [
        "0",
        "1234",
        "0.0123",
        "−12.3",
        "1.50e+08",
    ]
