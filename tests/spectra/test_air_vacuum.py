import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra import air_to_vacuum, vacuum_to_air

# Air and vacuum wavelengths as printed in the SDSS line table (Hα, Hβ, [O III], [O II], Hγ), to their last digit.
PUBLISHED = [
    (4861.325, 4862.683, 0.006),
    (4958.911, 4960.295, 0.002),
    (5006.843, 5008.240, 0.002),
    (6562.80, 6564.61, 0.006),
    (3726.032, 3727.092, 0.002),
    (3728.815, 3729.875, 0.002),
    (4340.464, 4341.684, 0.002),
]


@pytest.mark.parametrize(("air", "vacuum", "tolerance"), PUBLISHED)
def test_published_lines_convert_both_ways(air, vacuum, tolerance):
    assert float(air_to_vacuum(air)) == pytest.approx(vacuum, abs=tolerance)
    assert float(vacuum_to_air(vacuum)) == pytest.approx(air, abs=tolerance)


@given(st.lists(st.floats(min_value=100.0, max_value=1e5), min_size=1, max_size=50))
def test_there_and_back_is_within_a_ten_thousandth_of_an_angstrom(wavelengths):
    vacuum = np.array(wavelengths)
    np.testing.assert_allclose(air_to_vacuum(vacuum_to_air(vacuum)), vacuum, rtol=0, atol=1e-8)


def test_agrees_with_the_formula_of_morton_1991():
    vacuum = np.linspace(2000.0, 25000.0, 2000)
    s2 = (1e4 / vacuum) ** 2
    morton = vacuum / (1.0 + 6.4328e-5 + 2.94981e-2 / (146.0 - s2) + 2.5540e-4 / (41.0 - s2))
    # The two measure the index of slightly different air: 6e-4 Å at 2000 Å, where they differ most.
    np.testing.assert_allclose(vacuum_to_air(vacuum), morton, rtol=0, atol=7e-4)


def test_below_2000_angstrom_there_is_no_air():
    assert float(vacuum_to_air(1549.061)) == 1549.061
    assert float(air_to_vacuum(1549.061)) == 1549.061


def test_negative_wavelengths_are_refused():
    with pytest.raises(SpectrumError, match="positive"):
        vacuum_to_air([5000.0, -1.0])
