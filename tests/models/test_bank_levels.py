"""Coarser grids of broader templates: what an interpolation on them is off by."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.config import ContinuumConfig
from qsospec_duck.fitting.continuum_program import iron_banks
from qsospec_duck.models.bank import balmer_bank
from qsospec_duck.models.bank_levels import MOST_POINTS, POINTS_A_WIDTH, flatten_banks
from qsospec_duck.models.bank_terms import fill_bank
from qsospec_duck.models.polynomials import bernstein_bank

CONTINUUM = ContinuumConfig()
IRON = iron_banks(CONTINUUM.iron_uv)[0][1]
OWN = CONTINUUM.balmer
BALMER = balmer_bank(OWN.table, OWN.lowest_level, OWN.edge, OWN.temperature, OWN.tau_edge, *OWN.fwhm_bounds)


@pytest.mark.parametrize("bank", [IRON, BALMER], ids=["iron", "balmer"])
@pytest.mark.parametrize("i_width", [1, 20, 45, 60, 75, 90])
def test_a_broad_template_is_the_same_on_its_coarser_grid(bank, i_width):
    layout, axes, values = flatten_banks((bank,))
    log_fwhm = bank.log_fwhm_start + i_width * bank.log_fwhm_step
    grid = bank.log_wave_start + bank.log_wave_step * np.arange(bank.values.shape[1])
    x = np.linspace(grid[40], grid[-40], 2777)
    found = np.zeros(x.size)
    first, last = fill_bank(x, np.ones_like(x), log_fwhm, 0.0, layout[0], axes[0], values, found)
    expected = CubicSpline(grid, bank.values[i_width])(x)
    assert last - first > 2700
    difference = np.abs(found - expected)[first:last]
    assert difference.max() < 3e-4 * expected.max()


def test_strides_are_powers_of_two_that_leave_a_width_its_points():
    layout, _, values = flatten_banks((IRON, BALMER))
    assert layout.shape[:2] == (2, len(IRON.values) - 3)
    for bank, rows in zip((IRON, BALMER), layout, strict=True):
        strides = rows[:, 2]
        assert strides[0] == 1
        assert 4 <= strides[-1] <= MOST_POINTS
        assert np.all(np.isin(strides, [1, 2, 4, 8, 16]))
        fwhm = np.exp(bank.log_fwhm_start + bank.log_fwhm_step * np.arange(len(strides)))
        step = bank.log_wave_step * C_KMS * strides
        assert np.all((fwhm / step >= 0.999 * POINTS_A_WIDTH) | (strides == 1))
    assert values.size < 0.75 * (IRON.values.size + BALMER.values.size)


def test_a_curve_has_a_row_of_its_own_beside_banks():
    curve = bernstein_bank(1, 3, (1500.0, 9000.0))
    layout, _, values = flatten_banks((IRON, curve))
    assert np.all(layout[1, :, 2] == 1)
    for first_value, n_grid, _ in layout[1]:
        np.testing.assert_array_equal(values[first_value : first_value + n_grid], curve.values[0])
