"""Errors of blocks that are fitted in turn, against draws and against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting import settling
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum import ContinuumStage
from qsospec_duck.fitting.coupled import solutions_of
from qsospec_duck.fitting.covariance import amplitude_errors, covariance_of, invert_scaled, normal_products
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.optimum import evaluate_columns, model_values, optimise
from qsospec_duck.fitting.settling import CONTINUUM_CELLS, SETTLED_SIGMA, Block, relax, settle, sum_of_models
from qsospec_duck.models.evaluate import fill_jacobian
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import Kind, Parameter, Term, compile_program
from qsospec_duck.models.recipes import parse_recipe
from qsospec_duck.spectra import Spectrum

RECIPE = parse_recipe(
    "toy",
    {
        "id": "toy", "windows": [[4700.0, 5030.0]], "required": ["hb"],
        "component": [
            {"name": "hb_broad", "lines": ["hb"], "role": "broad", "fwhm": [[500.0, 15000.0]],
             "velocity": [-3000.0, 3000.0]},
        ],
    },
)  # fmt: skip
LINE = compile_complex(RECIPE.components)
LAW = compile_program(
    [Parameter("power_law_slope", -1.5, -5.0, 3.0, "slope")],
    ["power_law"],
    [Term(Kind.POWER, 0, (0, -1), (float(np.log(4862.0)), 0.0))],
)
LAW_THETA, LAW_NORM = np.array([-1.2]), np.array([10.0])
LINE_THETA, LINE_FLUX = np.array([np.log(6000.0), 0.2]), np.array([400.0])
SIGMA = 0.2

WAVE = np.exp(np.arange(np.log(4300.0), np.log(5500.0), 100.0 / C_KMS))
X = np.log(WAVE)


def model(program, theta, amplitudes):
    return amplitudes @ evaluate_columns(program, X, np.ones_like(X), theta)


TRUTH = model(LAW, LAW_THETA, LAW_NORM) + model(LINE.program, LINE_THETA, LINE_FLUX)
IN_LINE = (WAVE > 4700.0) & (WAVE < 5030.0)


def windows(kind):
    """Pixels of the continuum: apart from the line's, overlapping them, or all."""
    if kind == "apart":
        return (WAVE < 4500.0) | (WAVE > 5250.0)
    if kind == "overlapping":
        return (WAVE < 4750.0) | (WAVE > 4990.0)
    return np.ones_like(IN_LINE)


def solve(flux, kind, sigma=SIGMA, start=LINE_THETA):
    """Settled solutions of the continuum and the line."""
    ivar = np.full(X.size, sigma**-2.0)
    spectrum = Spectrum(WAVE, flux, ivar, 0.5, frame="rest")
    nothing = np.zeros(X.size, dtype=bool)
    used = windows(kind)
    s = np.full(X.size, 1 / sigma)
    law = optimise(LAW, X[used], s[used], flux[used], LAW_THETA[None, :])
    continuum = ContinuumStage(law, "single", used, ~nothing, ())
    left = flux - model(LAW, law.theta, law.amplitudes)
    found = optimise(LINE.program, X[IN_LINE], s[IN_LINE], left[IN_LINE], start[None, :])
    coverage = Coverage("fitted", "", IN_LINE, RECIPE.components, (), frozenset())
    stage = ComplexStage(RECIPE, coverage, LINE, found, "core", IN_LINE, nothing)
    return solutions_of(settle(spectrum, continuum, [stage])[2], ivar)


def parameters(solutions):
    return np.concatenate([np.concatenate([s.optimum.theta, s.optimum.amplitudes]) for s in solutions])


@pytest.mark.parametrize("kind", ["apart", "overlapping", "all"])
def test_covariance_is_that_of_many_draws(kind):
    rng = np.random.default_rng(1)
    n_draws = 1500
    draws = np.array([parameters(solve(TRUTH + SIGMA * rng.normal(size=X.size), kind)) for _ in range(n_draws)])
    law, emission = solve(TRUTH, kind)
    scatter = np.cov(draws.T)
    promised = np.concatenate([np.diag(law.covariance), np.diag(emission.covariance)])
    # A variance of 1500 draws scatters by √(2/1500) = 3.7 %.
    assert promised / np.diag(scatter) == pytest.approx(np.ones(5), abs=0.15)
    correlation = emission.with_continuum / np.sqrt(np.outer(promised[2:], promised[:2]))
    measured = np.corrcoef(draws.T)[2:, :2]
    assert correlation == pytest.approx(measured, abs=0.12)
    deviation = np.abs(draws.mean(axis=0) - parameters((law, emission)))
    assert np.all(deviation < 5 * np.sqrt(promised / n_draws))


@pytest.mark.parametrize("kind", ["apart", "overlapping", "all"])
def test_truth_is_the_fixed_point_of_noiseless_data(kind):
    found = parameters(solve(TRUTH, kind))
    truth = np.concatenate([LAW_THETA, LAW_NORM, LINE_THETA, LINE_FLUX])
    errors = np.sqrt(np.concatenate([np.diag(solution.covariance) for solution in solve(TRUTH, kind)]))
    assert np.all(np.abs(found - truth) < 0.02 * errors)


def relaxed(flux):
    """Number of refits, and the sum of both models, when continuum and line have pixels in common."""
    s, used = np.full(X.size, 1 / SIGMA), windows("all")
    law = optimise(LAW, X, s, flux, np.array([[-1.5]]))
    left = (flux - model_values(law, X))[IN_LINE]
    profile = optimise(LINE.program, X[IN_LINE], s[IN_LINE], left, np.array([[np.log(3000.0), 0.0]]))
    blocks = [CountingBlock(law, used, X, s, flux), CountingBlock(profile, IN_LINE, X, s, flux)]
    total = sum_of_models(blocks)
    relax(blocks, total)
    assert total == pytest.approx(blocks[0].model + blocks[1].model, rel=1e-12)
    return sum(block.refits for block in blocks), total


class CountingBlock(Block):
    refits = 0

    def refit(self, *arguments):
        done = super().refit(*arguments)
        self.refits += done
        return done


def test_expecting_where_the_continuum_ends_takes_fewer_fits_to_the_same_place(monkeypatch):
    flux = TRUTH + SIGMA * np.random.default_rng(3).standard_normal(X.size)
    few, found = relaxed(flux)
    monkeypatch.setattr(settling, "MOST_AHEAD", 1.0)
    many, reference = relaxed(flux)
    assert few < many
    assert np.max(np.abs(found - reference)) / SIGMA < 0.015
    assert np.linalg.norm(found - reference) / SIGMA < 3 * SETTLED_SIGMA


def test_a_block_is_refitted_only_where_its_parameters_would_move():
    s, used = np.full(X.size, 1 / SIGMA), windows("all")
    law = optimise(LAW, X, s, TRUTH, np.array([[-1.5]]))
    block = Block(law, used, X, s, TRUTH)
    others = model(LINE.program, LINE_THETA, LINE_FLUX)
    assert block.refit(block.model + others, block.model, SETTLED_SIGMA, False)
    before = np.concatenate([block.optimum.theta, block.optimum.amplitudes])
    errors = np.sqrt(np.diag(solve(TRUTH, "all")[0].covariance))
    # A change of unit length along what the norm does has the largest effect that one of this length has on the norm.
    change = block.model / np.linalg.norm(block.model * s)
    for length, moves in ((0.9, False), (1.1, True)):
        shown = block.model + others + length * SETTLED_SIGMA * change
        assert block.refit(shown, block.model, SETTLED_SIGMA, False) == moves
    after = np.concatenate([block.optimum.theta, block.optimum.amplitudes])
    moved = np.abs(after - before) / errors
    assert 0 < moved.max() < 1.2 * SETTLED_SIGMA


@pytest.mark.parametrize("rough", [True, False])
def test_a_smooth_block_that_sees_cells_tells_chi2_of_its_pixels(rough):
    x = np.arange(np.log(4300.0), np.log(5500.0), 50.0 / C_KMS)
    s = np.full(x.size, 1 / SIGMA)
    truth = LAW_NORM @ evaluate_columns(LAW, x, np.ones_like(x), LAW_THETA)
    flux = truth + SIGMA * np.random.default_rng(4).standard_normal(x.size)
    start = optimise(LAW, x, s, flux, np.array([[0.5]]), max_iterations=0)
    block = Block(start, np.ones(x.size, dtype=bool), x, s, flux, CONTINUUM_CELLS)
    assert block.refit(block.model.copy(), block.model, SETTLED_SIGMA, rough)
    found, of_pixels = block.optimum, optimise(LAW, x, s, flux, np.array([[0.5]]))
    assert found.n_pixels == x.size
    assert found.chi2 == pytest.approx(np.sum(((flux - block.model) * s) ** 2))
    # Nothing fits the pixels better than their own optimum, and the cells' is nearly that.
    assert -1e-6 < found.chi2 - of_pixels.chi2 < 1e-3


def test_one_block_over_all_pixels_gives_the_joint_covariance():
    # Where both blocks see the same pixels, fitting them in turn is fitting them together.
    ivar_pixels = windows("all") & IN_LINE
    ones = np.ones_like(X)
    rows = []
    for program, theta, amplitudes in ((LAW, LAW_THETA, LAW_NORM), (LINE.program, LINE_THETA, LINE_FLUX)):
        size = theta.size + amplitudes.size
        rows.append(np.zeros((size, X.size)))
        fill_jacobian(X, ones, theta, amplitudes, program.tables, rows[-1], np.zeros((size, 2), dtype=np.int64))
    J = np.concatenate(rows)[:, ivar_pixels] / SIGMA
    joint = np.linalg.inv(J @ J.T)
    law, emission = _solve_on_line_pixels()
    assert np.diag(emission.covariance) == pytest.approx(np.diag(joint)[2:], rel=0.02)
    assert np.diag(law.covariance) == pytest.approx(np.diag(joint)[:2], rel=0.02)
    assert emission.with_continuum == pytest.approx(joint[2:, :2], rel=0.1, abs=0.02 * np.abs(joint[2:, :2]).max())


def _solve_on_line_pixels():
    flux = TRUTH
    spectrum = Spectrum(WAVE, flux, np.full(X.size, SIGMA**-2.0), 0.5, frame="rest")
    nothing = np.zeros(X.size, dtype=bool)
    s = np.full(X.size, 1 / SIGMA)
    left = flux - model(LINE.program, LINE_THETA, LINE_FLUX)
    law = optimise(LAW, X[IN_LINE], s[IN_LINE], left[IN_LINE], LAW_THETA[None, :])
    found = optimise(
        LINE.program, X[IN_LINE], s[IN_LINE], (flux - model(LAW, LAW_THETA, LAW_NORM))[IN_LINE], LINE_THETA[None, :]
    )
    coverage = Coverage("fitted", "", IN_LINE, RECIPE.components, (), frozenset())
    stage = ComplexStage(RECIPE, coverage, LINE, found, "core", IN_LINE, nothing)
    blocks = settle(spectrum, ContinuumStage(law, "single", IN_LINE, ~nothing, ()), [stage])[2]
    return solutions_of(blocks, spectrum.ivar)


def test_line_error_grows_when_the_continuum_is_uncertain():
    known = solve(TRUTH, "all")[1].amplitude_errors[0]
    uncertain = solve(TRUTH, "apart")[1].amplitude_errors[0]
    s = np.full(X.size, 1 / SIGMA)
    alone = optimise(
        LINE.program, X[IN_LINE], s[IN_LINE], (TRUTH - model(LAW, LAW_THETA, LAW_NORM))[IN_LINE], LINE_THETA[None, :]
    )
    columns = evaluate_columns(LINE.program, X[IN_LINE], s[IN_LINE], alone.theta)
    covariance, _ = covariance_of(alone, normal_products(alone, X[IN_LINE], s[IN_LINE]))
    without = amplitude_errors(alone, covariance, columns @ columns.T)[0]
    assert without < known < uncertain


@pytest.mark.parametrize("factor", [1e-17, 1e17])
def test_errors_scale_with_the_unit_of_the_flux(factor):
    plain = solve(TRUTH, "overlapping")
    scaled = solve(TRUTH * factor, "overlapping", SIGMA * factor)
    for mine, reference, n_par in zip(scaled, plain, (1, 2), strict=True):
        unit = np.concatenate([np.ones(n_par), np.full(1, factor)])
        assert mine.covariance / np.outer(unit, unit) == pytest.approx(reference.covariance, rel=1e-5, abs=1e-12)
        assert not mine.rank_deficient


def test_inverse_of_a_regular_matrix_is_its_inverse_whatever_the_scales():
    rng = np.random.default_rng(2)
    regular = rng.normal(size=(5, 40))
    expected = np.linalg.inv(regular @ regular.T)
    scale = 10.0 ** np.array([-9, -3, 0, 4, 8])
    J = regular * scale[:, None]
    inverse, deficient = invert_scaled(J @ J.T)
    assert not deficient
    assert inverse * np.outer(scale, scale) == pytest.approx(expected, rel=1e-8)


def test_repeated_direction_is_noticed():
    row = np.random.default_rng(3).normal(size=30)
    J = np.array([row, 2.0 * row])
    assert invert_scaled(J @ J.T)[1]


def test_shape_of_a_line_without_flux_has_no_variance_and_its_flux_has_an_upper_limit():
    s = np.full(X.size, 1 / SIGMA)
    flux = -model(LINE.program, LINE_THETA, LINE_FLUX)
    found = optimise(LINE.program, X[IN_LINE], s[IN_LINE], flux[IN_LINE], LINE_THETA[None, :])
    assert found.amplitudes[0] == 0.0
    columns = evaluate_columns(LINE.program, X[IN_LINE], s[IN_LINE], found.theta)
    covariance, _ = covariance_of(found, normal_products(found, X[IN_LINE], s[IN_LINE]))
    assert np.all(covariance == 0.0)
    own = columns[0] @ columns[0]
    assert amplitude_errors(found, covariance, columns @ columns.T)[0] == pytest.approx(own**-0.5)


def test_upper_limit_of_an_absent_line_does_not_depend_on_where_its_shape_was_looked_for():
    flux = model(LAW, LAW_THETA, LAW_NORM) - model(LINE.program, LINE_THETA, 0.2 * LINE_FLUX)
    starts = [np.array([np.log(fwhm), velocity]) for fwhm, velocity in ((700.0, -1.0), (9000.0, 2.0))]
    narrow, broad = (solve(flux, "apart", start=start)[1] for start in starts)
    assert narrow.optimum.amplitudes[0] == broad.optimum.amplitudes[0] == 0.0
    assert narrow.optimum.theta == pytest.approx(LINE.program.start)
    assert narrow.amplitude_errors[0] == pytest.approx(broad.amplitude_errors[0], rel=1e-6)


def test_line_that_a_shape_on_its_bound_cannot_reach_keeps_an_error():
    # The truth is wider than the bound: the width stays on it, its neighbours' errors stay finite and positive.
    narrow = replace(RECIPE.components[0], fwhm=((500.0, 3000.0),))
    program = compile_complex((narrow,)).program
    s = np.full(X.size, 1 / SIGMA)
    flux = model(LINE.program, LINE_THETA, LINE_FLUX)
    found = optimise(program, X[IN_LINE], s[IN_LINE], flux[IN_LINE], program.start[None, :])
    assert found.at_bound[0]
    assert not found.live_shapes[0]
    columns = evaluate_columns(program, X[IN_LINE], s[IN_LINE], found.theta)
    covariance, _ = covariance_of(found, normal_products(found, X[IN_LINE], s[IN_LINE]))
    assert np.all(np.isfinite(covariance))
    assert amplitude_errors(found, covariance, columns @ columns.T)[0] > 0
    assert np.log(line("hb").wavelength) == pytest.approx(program.constants[0, 0])
