"""The exponential of the compiled loops."""

import numpy as np
import pytest

from qsospec_duck.models.compiled_exp import EXP_LIMIT, exp_within_limit
from qsospec_duck.models.line_terms import SUPPORT_SIGMA


@pytest.mark.parametrize("exponent", np.linspace(-EXP_LIMIT, EXP_LIMIT, 41))
def test_it_is_the_exponential_within_its_limit(exponent):
    assert exp_within_limit(exponent) == pytest.approx(np.exp(exponent), rel=1e-12)


def test_lines_stay_within_the_limit():
    assert 0.25 * SUPPORT_SIGMA**2 <= EXP_LIMIT
