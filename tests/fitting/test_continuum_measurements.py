"""Luminosities and bands of Fe II from the grid of measurements are those of the spectrum's own pixels."""

import numpy as np
import pytest

from qsospec_duck.fitting import FitConfig
from qsospec_duck.fitting.blocks import fit_blocks
from qsospec_duck.fitting.continuum_measurements import IRON_BANDS, measure_continuum
from qsospec_duck.fitting.measurement_rows import MeasurementTable
from qsospec_duck.fitting.published import published_parameters
from qsospec_duck.spectra import prepare

CONFIG = FitConfig(complexes=())


@pytest.fixture(scope="module")
def fitted(noisy_low_z):
    """Rest-frame spectrum, solution of its continuum, and rows by quantity, with linear errors."""
    rest = prepare(noisy_low_z, CONFIG.extinction)
    solution = fit_blocks(rest, CONFIG, (), ()).solutions[0]
    rows, _ = measure_continuum(solution, published_parameters(solution, "norm"), rest, 57.0, place=None)
    return rest, solution, {row.quantity: row for row in MeasurementTable([rows])}


def parameters_of(solution, name):
    """Rows of the Jacobian that a component has: its shapes and its column."""
    program = solution.optimum.program
    names = [*(parameter.name for parameter in program.parameters), *program.columns]
    return np.array([one.startswith(name) for one in names])


def error_of(solution, gradient):
    return float(np.sqrt(gradient @ solution.covariance @ gradient))


@pytest.mark.parametrize("wavelength", [2500.0, 3000.0, 5100.0])
def test_flux_and_error_are_those_of_the_power_law(fitted, wavelength):
    rest, solution, rows = fitted
    at = np.log(rest.wavelength), np.log(wavelength)
    jacobian = np.where(parameters_of(solution, "power_law")[:, None], solution.jacobian, 0.0)
    gradient = np.array([np.interp(at[1], at[0], row) for row in jacobian])
    law = solution.optimum.amplitudes[0] * np.interp(at[1], at[0], solution.columns[0])
    row = rows[f"flux_{wavelength:.0f}"]
    # Linear between pixels of 70 km/s.
    assert row.value == pytest.approx(law, rel=1e-6)
    assert row.error == pytest.approx(error_of(solution, gradient), rel=1e-5)
    logl = rows[f"logl{wavelength:.0f}"]
    assert logl.value == pytest.approx(np.log10(row.value * wavelength) + 57.0, abs=1e-12)
    assert logl.error == pytest.approx(row.error / row.value / np.log(10.0), rel=1e-12)


@pytest.mark.parametrize("name", list(IRON_BANDS))
def test_bands_of_iron_are_integrals_of_its_template(fitted, name):
    rest, solution, rows = fitted
    low, high = IRON_BANDS[name]
    fine = np.linspace(low, high, 4001)
    jacobian = np.array([np.interp(fine, rest.wavelength, row) for row in solution.jacobian])
    of_iron, of_law = (np.where(parameters_of(solution, one)[:, None], jacobian, 0.0) for one in (name, "power_law"))
    column = list(solution.optimum.program.columns).index(name)
    columns = jacobian[solution.optimum.theta.size :]
    iron, law = (solution.optimum.amplitudes[k] * columns[k] for k in (column, 0))
    flux, ew = (rows[f"{name}_{measure}_{low:.0f}_{high:.0f}"] for measure in ("flux", "ew"))
    # The template is smooth over the 2 to 3 Å between its points.
    assert flux.value == pytest.approx(np.trapezoid(iron, fine), rel=2e-3)
    assert flux.error == pytest.approx(error_of(solution, np.trapezoid(of_iron, fine)), rel=2e-3)
    assert ew.value == pytest.approx(np.trapezoid(iron / law, fine), rel=2e-3)
    by_both = np.trapezoid(of_iron / law - of_law * iron / law**2, fine)
    assert ew.error == pytest.approx(error_of(solution, by_both), rel=2e-3)
