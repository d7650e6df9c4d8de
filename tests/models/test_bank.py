import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from qsospec_duck.constants import BALMER_EDGE, C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.optimum import evaluate_columns
from qsospec_duck.models.balmer import bound_free_shape, edge_density, series_lines
from qsospec_duck.models.bank import GRID_KMS, balmer_bank, template_bank
from qsospec_duck.models.program import Kind, Parameter, Term, compile_program
from qsospec_duck.models.templates import load_template

FINE_KMS = 5.0
"""Step of the direct convolutions [km/s]."""

BALMER = ("sh95_ne09", 6, BALMER_EDGE, 15_000.0, 1.0, 500.0, 15000.0)


def bank_program(bank):
    parameters = [
        Parameter("fwhm", np.log(3000.0), bank.log_fwhm_start, np.log(20000.0), "fwhm"),
        Parameter("velocity", 0.0, -2.0, 2.0, "velocity"),
    ]
    return compile_program(parameters, ["bank"], [Term(Kind.BANK, 0, (0, 1), bank=bank)])


def emission(bank, wave, fwhm, velocity=0.0):
    columns = evaluate_columns(
        bank_program(bank), np.log(wave), np.ones_like(wave), np.array([np.log(fwhm), velocity / 1000.0])
    )
    return columns[0]


def directly_broadened(template, wave, fwhm, velocity=0.0):
    """∫ T(e^{x'}) N(x − v/c − x'; σ/c) dx' by the trapezoidal rule on a fine grid."""
    wavelength, flux = template
    x = np.arange(np.log(wavelength[0]), np.log(wavelength[-1]), FINE_KMS / C_KMS)
    values = np.interp(np.exp(x), wavelength, flux)
    sigma = fwhm / FWHM_PER_SIGMA / C_KMS
    kernel = np.exp(-0.5 * ((np.log(wave)[:, None] - velocity / C_KMS - x[None, :]) / sigma) ** 2)
    return kernel @ values * (x[1] - x[0]) / (sigma * np.sqrt(2 * np.pi))


@pytest.mark.parametrize("velocity", [0.0, -1234.5])
@pytest.mark.parametrize("fwhm", [520.0, 1111.0, 3210.0, 9500.0])
@pytest.mark.parametrize("name", ["veron04", "park22", "mejia16_uv"])
def test_bank_equals_direct_convolution(name, fwhm, velocity):
    template = load_template(name)
    wave = np.exp(np.linspace(np.log(template[0][0] * 0.97), np.log(template[0][-1] * 1.03), 120))
    direct = directly_broadened(template, wave, fwhm, velocity)
    got = emission(template_bank(name, 500.0, 10000.0), wave, fwhm, velocity)
    # The mean over a grid cell of 50 km/s widens the narrowest kernel, σ = 220 km/s, by 2e-3 of its width.
    assert np.max(np.abs(got - direct)) < (1e-3 if fwhm < 1000 else 2e-4) * direct.max()


@pytest.mark.parametrize("fwhm", [520.0, 1111.0, 3210.0, 14000.0])
def test_balmer_bank_equals_the_sum_of_its_lines_and_broadened_bound_free(fwhm):
    wave = np.linspace(2000.0, 4300.0, 250)
    sigma = fwhm / FWHM_PER_SIGMA / C_KMS
    wavelength, ratio = series_lines()
    z = (np.log(wave)[:, None] - np.log(wavelength)[None, :]) / sigma
    lines = np.exp(-0.5 * z**2) @ (ratio / wavelength) / (sigma * np.sqrt(2 * np.pi))
    x = np.log(BALMER_EDGE) - (np.arange(60_000) + 0.5) * FINE_KMS / C_KMS
    x = x[x > np.log(912.0)]
    shape = edge_density() * bound_free_shape(np.exp(x), BALMER_EDGE, 15_000.0, 1.0)
    kernel = np.exp(-0.5 * ((np.log(wave)[:, None] - x[None, :]) / sigma) ** 2)
    bound_free = kernel @ shape * FINE_KMS / C_KMS / (sigma * np.sqrt(2 * np.pi))
    got = emission(balmer_bank(*BALMER), wave, fwhm)
    # The edge is a step on the grid, and the narrowest kernel sees it in steps of 0.23 σ.
    assert np.max(np.abs(got - lines - bound_free)) < (2e-3 if fwhm < 1000 else 1e-4) * got.max()


@pytest.mark.parametrize("fwhm", [1000.0, 4000.0, 12000.0])
def test_balmer_emission_has_no_step_at_the_edge(fwhm):
    wave = BALMER_EDGE * np.exp(np.linspace(-200.0, 200.0, 401) / C_KMS)
    got = emission(balmer_bank(*BALMER), wave, fwhm)
    # 1 km/s apart, values may differ by what a smooth profile of this width can do.
    assert np.max(np.abs(np.diff(got))) < 3.0 / fwhm * got.max()
    # Lines and bound-free emission meet with the same density, so the edge shows no jump or notch either.
    assert got[0] == pytest.approx(got[-1], rel=0.1)


@pytest.mark.parametrize("name", ["veron04", "park22", "mejia16_uv"])
def test_broadening_keeps_the_flux_of_a_template(name):
    wavelength, _ = load_template(name)
    wave = np.exp(np.arange(np.log(wavelength[0]) - 0.06, np.log(wavelength[-1]) + 0.06, 20.0 / C_KMS))
    fluxes = [
        np.trapezoid(emission(template_bank(name, 500.0, 10000.0), wave, fwhm), wave)
        for fwhm in (600.0, 2000.0, 9000.0)
    ]
    # A convolution in ln λ moves flux redward a little: exp(σ²/2c²) of it is 1.0001 at 9000 km/s.
    assert fluxes == pytest.approx([1.0, 1.0, 1.0], rel=1e-3)


def test_interpolation_between_widths_is_as_good_as_a_bank_of_that_width():
    bank = template_bank("mejia16_uv", 500.0, 10000.0)
    wave = np.linspace(2000.0, 3200.0, 1500)
    for index in (0, 93):
        between = np.exp(bank.log_fwhm_start + (index + 0.5) * bank.log_fwhm_step)
        exact = emission(template_bank("mejia16_uv", float(between), 10000.0), wave, float(between) * (1 + 1e-12))
        assert np.max(np.abs(emission(bank, wave, between) - exact)) < 1e-4 * exact.max()


def test_bank_of_equal_request_is_made_once():
    assert template_bank("veron04", 500.0, 10000.0) is template_bank("veron04", 500.0, 10000.0)
    assert balmer_bank(*BALMER) is balmer_bank(*BALMER)


def test_grid_puts_the_edge_on_a_grid_point():
    bank = balmer_bank(*BALMER)
    position = (np.log(BALMER_EDGE) - bank.log_wave_start) / bank.log_wave_step
    assert position == pytest.approx(round(position), abs=1e-6)
    assert bank.log_wave_step * C_KMS == pytest.approx(GRID_KMS)


def test_banks_do_not_depend_on_the_threads_of_blas():
    made = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads, user_api="blas"):
            made.append(balmer_bank.__wrapped__(*BALMER).values)
    assert np.array_equal(*made)
