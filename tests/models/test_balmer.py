import numpy as np
import pytest

from qsospec_duck.constants import BALMER_EDGE, C_KMS, FWHM_PER_SIGMA
from qsospec_duck.models.balmer import (
    HIGHEST_LEVEL,
    TABLE_TEMPERATURE,
    bound_free_shape,
    edge_density,
    series_lines,
)
from qsospec_duck.models.templates import read_balmer_ratios

TABLES = ("sh95_ne09", "sh95_ne10")
_RYDBERG_K = 157_887.5


def test_edge_lies_at_its_vacuum_wavelength():
    # 4/R_H with R_H = 109677.583 cm⁻¹; the 3646 Å of many papers is in air.
    assert pytest.approx(4e8 / 109_677.583, abs=0.02) == BALMER_EDGE
    assert pytest.approx(3647.05, abs=0.005) == BALMER_EDGE


@pytest.mark.parametrize("table", TABLES)
def test_series_runs_from_h_delta_towards_the_edge(table):
    wavelength, ratio = series_lines(table)
    assert wavelength.size == ratio.size == HIGHEST_LEVEL - 5
    # Hδ, Hε and H8 in vacuum (NIST); fine structure moves the blends by 0.04 Å, 3 km/s.
    assert wavelength[:3] == pytest.approx([4102.89, 3971.20, 3890.15], abs=0.05)
    assert np.all(np.diff(wavelength) < 0)
    assert 0 < wavelength[-1] - BALMER_EDGE < 0.1
    assert np.all(np.diff(ratio) < 0)


def test_lowest_level_is_the_first_line():
    wavelength, _ = series_lines("sh95_ne09", lowest_level=8)
    assert wavelength[0] == pytest.approx(3890.15, abs=0.05)
    assert wavelength.size == HIGHEST_LEVEL - 7


@pytest.mark.parametrize("table", TABLES)
def test_extension_to_level_400_continues_the_table_without_a_step(table):
    levels, ratios = read_balmer_ratios(table)
    _, ratio = series_lines(table)
    all_levels = np.arange(6, HIGHEST_LEVEL + 1)
    # n³ I_n is smooth and slowly varying: across the join it moves as little as between table entries.
    scaled = ratio * all_levels**3.0
    join = int(levels[-1]) - 6
    steps = np.abs(np.diff(scaled)) / scaled[:-1]
    assert steps[join] < 2.0 * steps[join - 5 : join].max()
    assert ratio[: join + 1] == pytest.approx(ratios[levels >= 6])


@pytest.mark.parametrize("table", TABLES)
def test_saha_boltzmann_constant_is_flat_over_the_last_ten_levels(table):
    levels, ratios = read_balmer_ratios(table)
    constant = ratios * levels**3.0 / np.exp(_RYDBERG_K / (levels**2.0 * TABLE_TEMPERATURE))
    assert np.ptp(constant[-10:]) / np.mean(constant[-10:]) < 2e-3


def test_bound_free_is_one_at_the_edge_falls_blueward_and_vanishes_redward():
    wave = np.linspace(2000.0, 4000.0, 2001)
    shape = bound_free_shape(wave, BALMER_EDGE, TABLE_TEMPERATURE, 1.0)
    assert np.all(shape[wave > BALMER_EDGE] == 0.0)
    # A cloud of optical depth 1 is flat within 2 % near the edge, and thin further blue.
    assert np.all(np.abs(shape[(wave > 3300.0) & (wave <= BALMER_EDGE)] - 1.0) < 0.02)
    assert np.all(np.diff(shape[wave < 3300.0]) > 0)
    assert bound_free_shape(np.array([BALMER_EDGE]), BALMER_EDGE, TABLE_TEMPERATURE, 1.0)[0] == pytest.approx(1.0)


@pytest.mark.parametrize("tau", [0.1, 1.0, 2.0])
def test_bound_free_is_grandis_formula(tau):
    wave = np.array([2500.0, 3000.0, 3500.0])
    hc_over_k = 6.62607015e-34 * 299_792_458.0 / 1.380649e-23 * 1e10

    def emission(at):
        planck = at**-5.0 / np.expm1(hc_over_k / (at * TABLE_TEMPERATURE))
        return planck * (1.0 - np.exp(-tau * (at / BALMER_EDGE) ** 3))

    expected = emission(wave) / emission(BALMER_EDGE)
    assert bound_free_shape(wave, BALMER_EDGE, TABLE_TEMPERATURE, tau) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("fwhm", [1000.0, 4000.0, 10000.0])
def test_lines_and_bound_free_join_at_the_edge_with_one_amplitude(table, fwhm):
    # Far enough from the edge to be crowded, near enough that lines have their limit: the mean flux density of
    # the unbroadened lines there is what bound-free emission begins with. After broadening, half of each reaches
    # across, so their sum at the edge is between the two sides.
    wavelength, ratio = series_lines(table)
    sigma = fwhm / FWHM_PER_SIGMA / C_KMS
    at = BALMER_EDGE * np.exp(sigma * np.array([-4.0, 4.0]))
    x, centers = np.log(at)[:, None], np.log(wavelength)[None, :]
    lines = (ratio / wavelength / (sigma * np.sqrt(2 * np.pi)) * np.exp(-0.5 * ((x - centers) / sigma) ** 2)).sum(1)
    bound_free = edge_density(table) * bound_free_shape(at, BALMER_EDGE, TABLE_TEMPERATURE, 1.0)
    assert lines[0] < 1e-3 * bound_free[0]
    if fwhm < 5000.0:
        # Wider lines see their flux fall away from the edge as n⁻³.
        assert lines[1] == pytest.approx(edge_density(table), rel=0.15)


@pytest.mark.parametrize("table", TABLES)
def test_edge_density_is_the_limit_of_crowded_lines(table):
    wavelength, ratio = series_lines(table)
    # Mean density between two levels: the flux of the lines over the length that they span.
    high = slice(200 - 6, 390 - 6)
    span = wavelength[high.start] - wavelength[high.stop]
    level_means = ratio[high].sum() / span
    assert level_means == pytest.approx(edge_density(table), rel=0.02)
