import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.config import ContinuumConfig, IronConfig
from qsospec_duck.fitting.continuum_program import Extras, continuum_program
from qsospec_duck.fitting.optimum import evaluate_columns
from qsospec_duck.fitting.shape_config import PolynomialConfig
from qsospec_duck.models.bank import template_bank
from qsospec_duck.models.evaluate import fill_jacobian, sum_of_columns
from qsospec_duck.models.line_terms import BLOCK, SUPPORT_SIGMA
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import Kind, Parameter, Term, compile_program
from qsospec_duck.models.recipes import packaged_recipes

WAVE = np.exp(np.arange(np.log(1000.0), np.log(14000.0), 60.0 / C_KMS))
X = np.log(WAVE)


def power_program():
    return compile_program(
        [Parameter("slope", -1.0, -5.0, 3.0, "slope")], ["law"], [Term(Kind.POWER, 0, (0, -1), (np.log(3000.0), 0.0))]
    )


def broken_program():
    parameters = [Parameter(name, -1.0, -5.0, 3.0, "slope") for name in ("blue", "red")]
    return compile_program(parameters, ["law"], [Term(Kind.BROKEN, 0, (0, 1), (np.log(3000.0), np.log(4661.0)))])


def bank_program(template="veron04"):
    bank = template_bank(template, 500.0, 10000.0)
    parameters = [
        Parameter("fwhm", np.log(2000.0), np.log(500.0), np.log(10000.0), "fwhm"),
        Parameter("velocity", 0.0, -1.5, 1.5, "velocity"),
    ]
    return compile_program(parameters, ["iron"], [Term(Kind.BANK, 0, (0, 1), bank=bank)])


def line_program(wavelength=5000.0, ratio=1.0):
    parameters = [
        Parameter("fwhm", np.log(2000.0), np.log(70.0), np.log(20000.0), "fwhm"),
        Parameter("velocity", 0.0, -5.0, 5.0, "velocity"),
    ]
    return compile_program(parameters, ["line"], [Term(Kind.LINE, 0, (0, 1), (np.log(wavelength), ratio))])


def warped_program(polynomial):
    """Everything that is off by default."""
    config = ContinuumConfig(
        iron_optical=IronConfig("kovacevic10"), polynomial=PolynomialConfig(mode=polynomial, degree=3)
    )
    extras = Extras(iron_iii=True, reddened=True, polynomial=True, span=(1500.0, 8000.0))
    return continuum_program(config, "broken", True, True, "fitted", extras)


KINDS = {
    "power law": power_program,
    "broken power law": broken_program,
    "optical Fe II": bank_program,
    "UV Fe II": lambda: bank_program("mejia16_uv"),
    "line": line_program,
    "line behind an instrument": lambda: line_program().seen_through(np.array([400.0])),
    "Lorentzian": lambda: (
        compile_complex(
            (replace(packaged_recipes()["hbeta_oiii"].components[0], fwhm=((900.0, 8000.0),), profile="lorentzian"),)
        ).program
    ),
    "continuum": lambda: continuum_program(ContinuumConfig(), "single", True, True, "fitted"),
    "broken continuum": lambda: continuum_program(ContinuumConfig(), "broken", True, True, "fitted"),
    "reddened and bent continuum": lambda: warped_program("multiply"),
    "reddened continuum with a polynomial, Fe II groups and Fe III": lambda: warped_program("add"),
    **{
        name: partial(lambda components: compile_complex(components).program, recipe.components)
        for name, recipe in packaged_recipes().items()
    },
}


def inside_bounds(program, seed):
    rng = np.random.default_rng(seed)
    return program.low + rng.uniform(0.05, 0.95, program.low.size) * (program.high - program.low)


def run(program, x, s, theta):
    """Columns, the derivative of each by each θ it depends on, and the span of columns."""
    n_par, n_col = theta.size, len(program.columns)
    rows, span = np.zeros((n_par + n_col, x.size)), np.zeros((n_par + n_col, 2), dtype=np.int64)
    derivatives = []
    for slot, column in program.derivative_of:
        fill_jacobian(x, s, theta, np.eye(n_col)[column], program.tables, rows, span)
        derivatives.append(rows[slot].copy())
    return rows[n_par:], np.array(derivatives), span[n_par:]


@pytest.mark.parametrize("name", KINDS)
def test_model_is_the_sum_of_the_columns_that_have_an_amplitude(name):
    program = KINDS[name]()
    theta = inside_bounds(program, 4)
    amplitudes = np.random.default_rng(4).uniform(0.1, 30.0, len(program.columns))
    columns = evaluate_columns(program, X, np.ones_like(X), theta)
    for absent in range(-1, amplitudes.size):
        if absent >= 0:
            amplitudes[absent] = 0.0
        expected = amplitudes @ columns
        # Sums in another order.
        found = sum_of_columns(X, theta, amplitudes, program.tables)
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", KINDS)
def test_derivatives_match_central_differences(name, seed):
    program = KINDS[name]()
    theta = inside_bounds(program, seed)
    factor = np.random.default_rng(seed).uniform(0.5, 2.0, X.size)
    _, D, _ = run(program, X, factor, theta)
    # The cubic interpolation has kinks in its second derivative, and rounding grows as 1/step.
    step = 1e-5
    numeric = []
    for k in range(theta.size):
        up, down = theta.copy(), theta.copy()
        up[k] += step
        down[k] -= step
        numeric.append((run(program, X, factor, up)[0] - run(program, X, factor, down)[0]) / (2 * step))
    touched = {tuple(pair) for pair in program.derivative_of.tolist()}
    free = program.high > program.low
    for k, column in itertools.product(range(theta.size), range(len(program.columns))):
        if (k, column) not in touched:
            assert np.all(numeric[k][column] == 0.0)
    for (k, column), row in zip(program.derivative_of, D, strict=True):
        # A held shape, as the width of a polynomial, may move its column by rounding only.
        limit = 1e-5 * np.max(np.abs(row)) if free[k] else 1e-9
        assert np.max(np.abs(row - numeric[k][column])) <= limit


@pytest.mark.parametrize("name", KINDS)
def test_rows_are_exactly_zero_outside_their_span(name):
    program = KINDS[name]()
    theta = inside_bounds(program, 7)
    n_rows = theta.size + len(program.columns)
    rows, span = np.zeros((n_rows, X.size)), np.zeros((n_rows, 2), dtype=np.int64)
    fill_jacobian(X, np.ones_like(X), theta, np.ones(len(program.columns)), program.tables, rows, span)
    for row, (first, last) in zip(rows, span, strict=True):
        assert 0 <= first < last <= X.size
        assert np.all(row[:first] == 0.0)
        assert np.all(row[last:] == 0.0)


@pytest.mark.parametrize("name", KINDS)
def test_factor_multiplies_every_row(name):
    program = KINDS[name]()
    theta = inside_bounds(program, 8)
    factor = np.random.default_rng(1).uniform(0.1, 10.0, X.size)
    bare, weighted = run(program, X, np.ones_like(X), theta), run(program, X, factor, theta)
    for plain, scaled in zip(bare[:2], weighted[:2], strict=True):
        assert np.allclose(scaled, plain * factor, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("name", KINDS)
def test_rows_are_filled_where_the_model_reaches_whatever_the_arrays_held(name):
    program = KINDS[name]()
    amplitudes = np.ones(len(program.columns))
    theta = inside_bounds(program, 3)

    def fill(rows, span):
        reach = slice(*fill_jacobian(X, np.ones_like(X), theta, amplitudes, program.tables, rows, span))
        return reach, rows[:, reach], np.delete(rows, reach, axis=1), span

    n_rows = len(program.parameters) + amplitudes.size
    reach, inside, outside, span = fill(np.full((n_rows, X.size), np.nan), np.full((n_rows, 2), 77, dtype=np.int64))
    clean = fill(np.zeros((n_rows, X.size)), np.zeros((n_rows, 2), dtype=np.int64))
    assert (reach, np.isnan(outside).all(), clean[2].any()) == (clean[0], True, False)
    assert np.array_equal(inside, clean[1])
    assert np.array_equal(span, clean[3])
    assert np.all((span >= reach.start) & (span <= reach.stop))


@pytest.mark.parametrize("fwhm", [70.0, 500.0, 5000.0, 20000.0])
@pytest.mark.parametrize("velocity", [-3000.0, 0.0, 1000.0])
def test_line_holds_its_flux_over_wavelength(fwhm, velocity):
    wave = np.exp(np.arange(np.log(3000.0), np.log(8000.0), 5.0 / C_KMS))
    columns = evaluate_columns(
        line_program(ratio=0.3), np.log(wave), np.ones_like(wave), np.array([np.log(fwhm), velocity / 1000.0])
    )
    # 7 σ leave out 2.6e-12 of a Gaussian.
    assert np.trapezoid(columns[0], wave) == pytest.approx(0.3, rel=1e-9)


def test_line_has_the_width_and_velocity_of_its_parameters():
    wave = np.exp(np.arange(np.log(4500.0), np.log(5500.0), 1.0 / C_KMS))
    columns = evaluate_columns(line_program(), np.log(wave), np.ones_like(wave), np.array([np.log(2500.0), -0.8]))
    velocity = C_KMS * np.log(wave / 5000.0)
    above = velocity[columns[0] >= 0.5 * columns[0].max()]
    assert velocity[np.argmax(columns[0])] == pytest.approx(-800.0, abs=1.0)
    assert above[-1] - above[0] == pytest.approx(2500.0, abs=2.0)


def test_line_ends_at_seven_sigma():
    columns = evaluate_columns(line_program(), X, np.ones_like(X), np.array([np.log(2500.0), 0.0]))
    away = np.abs(C_KMS * (X - np.log(5000.0))) / (2500.0 / FWHM_PER_SIGMA)
    (beyond,) = np.nonzero(away > SUPPORT_SIGMA)
    block = (np.flatnonzero(away < SUPPORT_SIGMA)[[0, -1]] // BLOCK + [0, 1]) * BLOCK
    rim = (beyond >= block[0]) & (beyond < block[1])
    assert np.all(columns[0][beyond[~rim]] == 0.0)
    assert np.all(columns[0][beyond[rim]] <= 1.001 * np.exp(-0.5 * SUPPORT_SIGMA**2) * columns[0].max())
    assert np.all(columns[0][away < SUPPORT_SIGMA] > 0.0)


def test_a_narrow_line_between_coarse_pixels_keeps_the_value_of_the_cut_to_the_rim_of_its_block():
    x = np.log(5000.0) + np.arange(-40, 41) * 900.0 / C_KMS
    columns = evaluate_columns(line_program(), x, np.ones_like(x), np.array([np.log(200.0), 0.0]))
    assert columns[0].argmax() == 40
    assert np.all(np.delete(columns[0], 40) <= 1.001 * np.exp(-0.5 * SUPPORT_SIGMA**2) * columns[0].max())


def test_broken_power_law_is_continuous_and_equals_a_single_one_at_equal_slopes():
    theta = np.array([-1.7, 0.4])
    columns = evaluate_columns(broken_program(), np.log(np.array([4661.0 - 1e-6, 4661.0 + 1e-6])), np.ones(2), theta)
    assert columns[0, 0] == pytest.approx(columns[0, 1], rel=1e-8)
    broken = evaluate_columns(broken_program(), X, np.ones_like(X), np.array([-1.2, -1.2]))
    single = evaluate_columns(power_program(), X, np.ones_like(X), np.array([-1.2]))
    assert np.allclose(broken, single, rtol=1e-12)


def test_power_law_is_one_at_its_pivot():
    columns = evaluate_columns(power_program(), np.log(np.array([3000.0, 6000.0])), np.ones(2), np.array([-1.5]))
    assert columns[0] == pytest.approx([1.0, 2.0**-1.5])


@pytest.mark.parametrize("name", packaged_recipes())
def test_every_gaussian_of_a_recipe_lies_at_its_line(name):
    model = compile_complex(packaged_recipes()[name].components)
    program = model.program
    theta = np.where([p.kind == "fwhm" for p in program.parameters], np.log(300.0), 0.0)
    columns = evaluate_columns(program, X, np.ones_like(X), theta)
    for j in range(len(program.columns)):
        members = [gaussian for gaussian in model.gaussians if gaussian.column == j]
        total = sum(gaussian.ratio for gaussian in members)
        assert np.trapezoid(columns[j], WAVE) == pytest.approx(total, rel=1e-3)
        centre = sum(gaussian.ratio * line(gaussian.line_id).wavelength for gaussian in members) / total
        assert np.trapezoid(columns[j] * WAVE, WAVE) / total == pytest.approx(centre, rel=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_jacobian_is_the_sum_over_present_columns(name):
    program = KINDS[name]()
    theta = inside_bounds(program, 4)
    rng = np.random.default_rng(8)
    factor = rng.uniform(0.5, 2.0, X.size)
    amplitudes = rng.uniform(0.5, 2.0, len(program.columns)) * (rng.uniform(size=len(program.columns)) > 0.3)
    A, D, _ = run(program, X, factor, theta)
    expected = np.zeros((theta.size + len(A), X.size))
    expected[theta.size :] = A
    for (slot, column), row in zip(program.derivative_of, D, strict=True):
        expected[slot] += amplitudes[column] * row
    rows, span = np.zeros_like(expected), np.zeros((len(expected), 2), dtype=np.int64)
    fill_jacobian(X, factor, theta, amplitudes, program.tables, rows, span)
    scale = np.maximum(np.max(np.abs(expected), axis=1, keepdims=True), 1e-300)
    assert np.max(np.abs(rows - expected) / scale) < 1e-12


def test_terms_of_one_column_that_share_a_shape_depend_on_it_once():
    model = compile_complex(packaged_recipes()["hbeta_oiii"].components)
    pairs = [tuple(pair) for pair in model.program.derivative_of.tolist()]
    assert len(pairs) == len(set(pairs))
