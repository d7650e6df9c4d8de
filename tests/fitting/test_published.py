"""Parameters in published units."""

import pytest

from qsospec_duck.fitting.published import published_shape
from qsospec_duck.models.program import Kind, Parameter, Term, compile_program


@pytest.mark.parametrize("kind", ["slope", "fwhm", "velocity"])
def test_published_value_has_the_slope_that_errors_are_scaled_with(kind):
    parameter = Parameter("p", 0.0, -1.0, 1.0, kind)
    program = compile_program([parameter], ["law"], [Term(Kind.POWER, 0, (0, -1))])
    (is_width,), (unit,) = program.published_units
    value, slope = published_shape(0.7, is_width, unit)
    numeric = (parameter.physical(0.7 + 1e-6) - parameter.physical(0.7 - 1e-6)) / 2e-6
    assert value == pytest.approx(parameter.physical(0.7))
    assert slope == pytest.approx(numeric, rel=1e-6)
