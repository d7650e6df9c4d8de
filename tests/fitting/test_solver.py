import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.amplitudes import make_room, moments, solve_amplitudes
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.config import ContinuumConfig
from qsospec_duck.fitting.continuum_program import continuum_program
from qsospec_duck.fitting.optimum import evaluate_columns, optimise
from qsospec_duck.fitting.search import search_shapes
from qsospec_duck.fitting.solver import make_workspace, minimise
from qsospec_duck.models.recipes import packaged_recipes

RECIPES = packaged_recipes()


def amplitudes_of(A, y, guess=None):
    c, passive = np.empty(len(A)), np.ones(len(A), bool) if guess is None else guess.copy()
    solve_amplitudes(A @ A.T, A @ y, c, passive, make_room(len(A)))
    return c, passive


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    q, n = draw(st.integers(1, 8)), draw(st.integers(10, 40))
    A = np.abs(rng.normal(size=(q, n)))
    y = A.T @ rng.normal(size=q) + 0.3 * rng.normal(size=n)
    scales = 10.0 ** rng.uniform(-8, 8, q)
    guess = rng.random(q) < 0.5
    return A, y, scales, guess


@settings(max_examples=300, deadline=None)
@given(problems())
def test_amplitudes_are_the_non_negative_least_squares_solution(problem):
    A, y, _, _ = problem
    c, passive = amplitudes_of(A, y)
    expected, _ = nnls(A.T, y)
    assert np.all(c >= 0)
    assert np.array_equal(passive, c > 0)
    assert c == pytest.approx(expected, rel=1e-6, abs=1e-8)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_amplitudes_do_not_depend_on_the_first_guess(problem):
    A, y, _, guess = problem
    assert amplitudes_of(A, y, guess)[0] == pytest.approx(amplitudes_of(A, y)[0], rel=1e-6, abs=1e-8)


@settings(max_examples=200, deadline=None)
@given(problems())
def test_amplitudes_scale_against_their_columns(problem):
    A, y, scales, _ = problem
    c, _ = amplitudes_of(A, y)
    scaled, _ = amplitudes_of(A * scales[:, None], y)
    assert scaled * scales == pytest.approx(c, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("factor", [1e-17, 1e17])
def test_amplitudes_scale_with_the_flux(factor):
    rng = np.random.default_rng(1)
    A, y = np.abs(rng.normal(size=(5, 30))), rng.normal(size=30)
    assert amplitudes_of(A, y * factor)[0] / factor == pytest.approx(amplitudes_of(A, y)[0], rel=1e-9, abs=1e-12)


def test_column_of_zeros_gets_no_amplitude():
    A = np.array([[1.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    c, passive = amplitudes_of(A, np.array([2.0, 4.0, 2.0]))
    assert c.tolist() == pytest.approx([2.0, 0.0])
    assert passive.tolist() == [True, False]


def test_repeated_column_shares_its_flux_without_blowing_up():
    rng = np.random.default_rng(2)
    row = np.abs(rng.normal(size=50))
    A = np.array([row, row, np.abs(rng.normal(size=50))])
    c, _ = amplitudes_of(A, A.T @ np.array([2.0, 3.0, 1.0]))
    assert c[0] + c[1] == pytest.approx(5.0, rel=1e-4)
    assert c[2] == pytest.approx(1.0, rel=1e-4)


# --- bounded variable projection ---------------------------------------------------------------------------------


def grid(low, high, step_kms=70.0):
    return np.arange(np.log(low), np.log(high), step_kms / C_KMS)


def window_grid(recipe):
    return np.concatenate([grid(low, high) for low, high in recipe.windows])


def model(program, x, theta, amplitudes):
    return amplitudes @ evaluate_columns(program, x, np.ones_like(x), theta)


def typical_truth(recipe):
    """Shapes and fluxes of a recipe that are told apart: widths inside their bands, fluxes of like size."""
    program = compile_complex(recipe.components).program
    theta = np.empty(len(program.parameters))
    for k, parameter in enumerate(program.parameters):
        middle = 0.5 * (parameter.low + parameter.high)
        theta[k] = middle if parameter.kind == "fwhm" else np.clip(0.1 - 0.05 * (k % 5), parameter.low, parameter.high)
    return program, theta, 100.0 + 30.0 * np.arange(len(program.columns))


@pytest.mark.parametrize("name", RECIPES)
def test_noiseless_lines_give_their_shapes_and_fluxes_back(name):
    recipe = RECIPES[name]
    program, theta, fluxes = typical_truth(recipe)
    x = window_grid(recipe)
    near = np.clip(theta + 0.05 * (-1.0) ** np.arange(theta.size), program.low, program.high)
    found = optimise(
        program, x, np.full(x.size, 10.0), model(program, x, theta, fluxes), near[None, :], tolerance=1e-20
    )
    assert found.amplitudes == pytest.approx(fluxes, rel=1e-6)
    assert found.theta == pytest.approx(theta, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "paschen_nir"])
def test_search_without_a_guess_explains_noiseless_lines(name):
    recipe = RECIPES[name]
    program, theta, fluxes = typical_truth(recipe)
    x = window_grid(recipe)
    flux = model(program, x, theta, fluxes)
    inverse_sigma = np.full(x.size, 20.0 / flux.max())
    found = search_shapes(recipe.components, x, flux, inverse_sigma)
    # At S/N 20 a pixel what is left must be below the noise everywhere: the sum of squares of 300 or more pixels.
    assert found.chi2 < 1.0


@pytest.mark.parametrize("power_law", ["single", "broken"])
def test_noiseless_continuum_gives_every_parameter_back(power_law):
    program = continuum_program(ContinuumConfig(), power_law, True, True, "fitted")
    x = grid(1800.0, 7200.0)
    theta = program.start + 0.1 * (-1.0) ** np.arange(program.start.size)
    amplitudes = np.array([10.0, 800.0, 500.0, 60.0])
    flux = model(program, x, theta, amplitudes)
    found = optimise(program, x, np.full(x.size, 10.0), flux, program.start[None, :], tolerance=1e-20)
    assert found.amplitudes == pytest.approx(amplitudes, rel=1e-6)
    assert found.theta == pytest.approx(theta, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("power_law", ["single", "broken"])
def test_a_workspace_in_which_others_have_fitted_changes_no_bit(power_law):
    program = continuum_program(ContinuumConfig(), power_law, True, True, "fitted")
    x = grid(1800.0, 7200.0)
    rng = np.random.default_rng(5)
    s = np.full(x.size, 10.0)
    y = s * model(program, x, program.start, np.array([10.0, 800.0, 500.0, 60.0])) + rng.normal(size=x.size)
    n_col, n_par = len(program.columns), program.start.size
    used = make_workspace(x.size, program.tables, n_col, n_par)
    # Starts with some of the shapes of the one before, and with all: rows that stay must be those of these shapes.
    start = program.start.copy()
    for turn in range(12):
        ends = []
        for work in (used, make_workspace(x.size, program.tables, n_col, n_par)):
            theta, c = start.copy(), np.empty(n_col)
            how = minimise((x, s, y), program.bounds, program.no_prior, program.tables, work, theta, c, np.inf, 4, 1e-4)
            ends.append((how, theta, c))
        assert ends[0][0] == ends[1][0]
        assert np.array_equal(ends[0][1], ends[1][1])
        assert np.array_equal(ends[0][2], ends[1][2])
        moved = rng.uniform(program.low, program.high)
        start = np.where(rng.random(n_par) < (turn % 3) / 2, moved, ends[0][1])


@pytest.mark.parametrize("factor", [1e-17, 1e17])
@pytest.mark.parametrize("name", ["hbeta_oiii", "civ"])
def test_shapes_do_not_depend_on_the_unit_of_the_flux(name, factor):
    recipe = RECIPES[name]
    program, theta, fluxes = typical_truth(recipe)
    x = window_grid(recipe)
    rng = np.random.default_rng(3)
    clean = model(program, x, theta, fluxes)
    sigma = 0.05 * clean.max()
    flux = clean + sigma * rng.normal(size=x.size)
    plain = search_shapes(recipe.components, x, flux, np.full(x.size, 1 / sigma))
    scaled = search_shapes(recipe.components, x, flux * factor, np.full(x.size, 1 / sigma / factor))
    assert scaled.theta == pytest.approx(plain.theta, rel=1e-6, abs=1e-6)
    assert scaled.amplitudes / factor == pytest.approx(plain.amplitudes, rel=1e-6)
    assert scaled.chi2 == pytest.approx(plain.chi2, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(RECIPES)), st.floats(0.01, 100.0))
def test_bounds_are_kept_whatever_the_data(seed, name, noise):
    recipe = RECIPES[name]
    program, _, fluxes = typical_truth(recipe)
    rng = np.random.default_rng(seed)
    x = window_grid(recipe)
    # Truths beyond the bounds, too: the optimum is then on them.
    theta = program.low + rng.uniform(-0.3, 1.3, program.low.size) * (program.high - program.low)
    flux = model(program, x, theta, fluxes)
    sigma = noise * max(flux.max(), 1e-3)
    flux = flux + sigma * rng.normal(size=x.size)
    start = program.low + rng.uniform(-0.5, 1.5, program.low.size) * (program.high - program.low)
    found = optimise(program, x, np.full(x.size, 1 / sigma), flux, start[None, :])
    assert np.all(found.theta >= program.low)
    assert np.all(found.theta <= program.high)
    assert np.all(found.amplitudes >= 0)
    assert np.isfinite(found.chi2)
    residual = (flux - model(program, x, found.theta, found.amplitudes)) / sigma
    assert residual @ residual == pytest.approx(found.chi2, rel=1e-6)
    begun = np.clip(start, program.low, program.high)
    columns = evaluate_columns(program, x, np.full(x.size, 1 / sigma), begun)
    c, _ = amplitudes_of(columns, flux / sigma)
    before = flux / sigma - c @ columns
    assert found.chi2 <= (before @ before) * (1 + 1e-9)


def test_at_an_optimum_no_free_shape_has_a_slope():
    recipe = RECIPES["hbeta_oiii"]
    program, theta, fluxes = typical_truth(recipe)
    x = window_grid(recipe)
    flux = model(program, x, theta, fluxes)
    sigma = 0.03 * flux.max()
    flux = flux + sigma * np.random.default_rng(5).normal(size=x.size)
    found = optimise(program, x, np.full(x.size, 1 / sigma), flux, theta[None, :], tolerance=1e-8)

    def chi2(at):
        columns = evaluate_columns(program, x, np.full(x.size, 1 / sigma), at)
        c, _ = amplitudes_of(columns, flux / sigma)
        residual = flux / sigma - c @ columns
        return residual @ residual

    for k in np.flatnonzero(found.live_shapes):
        up, down = found.theta.copy(), found.theta.copy()
        up[k] += 1e-3
        down[k] -= 1e-3
        # A parabola with its vertex here: both sides rise, by amounts whose difference is of third order.
        assert chi2(up) > found.chi2 - 1e-4
        assert chi2(down) > found.chi2 - 1e-4


def test_equal_input_gives_equal_bits_whatever_was_fitted_before():
    first, second = (RECIPES[name] for name in ("hbeta_oiii", "civ"))

    def fit(recipe, seed):
        program, theta, fluxes = typical_truth(recipe)
        x = window_grid(recipe)
        flux = model(program, x, theta, fluxes) + np.random.default_rng(seed).normal(size=x.size)
        return search_shapes(recipe.components, x, flux, np.ones_like(x))

    before = fit(first, 1)
    fit(second, 2)
    again = fit(first, 1)
    assert np.array_equal(before.theta, again.theta)
    assert np.array_equal(before.amplitudes, again.amplitudes)
    assert before.chi2 == again.chi2


def test_without_steps_the_limit_is_reported():
    recipe = RECIPES["hbeta_oiii"]
    program, theta, fluxes = typical_truth(recipe)
    x = window_grid(recipe)
    far = np.clip(theta + 0.5, program.low, program.high)
    found = optimise(program, x, np.ones_like(x), model(program, x, theta, fluxes), far[None, :], max_iterations=2)
    assert found.status == 0
    assert found.n_steps == 2


@pytest.mark.parametrize("n_columns", [1, 2, 3, 4, 5, 6])
def test_moments_are_products_of_columns_over_the_pixels_where_they_are(n_columns):
    rng = np.random.default_rng(n_columns)
    A, y = np.zeros((n_columns, 64)), rng.normal(size=64)
    span = np.sort(rng.integers(0, 9, (n_columns, 2)) * 8)
    for row, (first, last) in zip(A, span, strict=True):
        row[first:last] = rng.normal(size=last - first)
    G, b = np.empty((n_columns, n_columns)), np.empty(n_columns)
    moments(A, y[None], span, G, b)
    np.testing.assert_allclose(G, A @ A.T, atol=1e-12)
    np.testing.assert_allclose(b, A @ y, atol=1e-12)
