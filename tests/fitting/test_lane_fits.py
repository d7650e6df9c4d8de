"""Fits side by side: every lane does what the solver does."""

import numba
import numpy as np
import pytest

from qsospec_duck.fitting.amplitudes import make_room, moments, solve_amplitudes
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.lane_algebra import lane_amplitudes
from qsospec_duck.fitting.lane_fits import fit_starts, make_lane_room
from qsospec_duck.fitting.lane_lines import place_profiles
from qsospec_duck.fitting.lane_moments import lane_moments, lane_residuals, lane_shape_moments
from qsospec_duck.fitting.lane_pixels import CHUNK, lane_pixels
from qsospec_duck.fitting.optimum import evaluate_columns
from qsospec_duck.fitting.search import best_of_starts
from qsospec_duck.fitting.shape_grid import spread_starts
from qsospec_duck.fitting.solver import make_workspace, minimise
from qsospec_duck.models.evaluate import fill_jacobian
from qsospec_duck.models.lanes import LANES, lane_rows, store
from qsospec_duck.models.recipes import packaged_recipes

RECIPES = packaged_recipes()
N_PIXELS = 203


def _problem(name, seed=3, lsf_sigma=0.0, signal_to_noise=30.0):
    """A complex with noise: program, pixels (ln λ, 1/σ, s · flux), and starts."""
    components = RECIPES[name].components
    program = compile_complex(components).program
    if lsf_sigma:
        program = program.seen_through(np.full(len(program.terms), lsf_sigma))
    low, high = RECIPES[name].window
    x = np.linspace(np.log(low), np.log(high), N_PIXELS)
    rng = np.random.default_rng(seed)
    truth = program.low + rng.uniform(0.3, 0.7, program.low.size) * (program.high - program.low)
    columns = evaluate_columns(program, x, np.ones_like(x), truth)
    flux = rng.uniform(0.5, 1.5, len(columns)) / columns.max(axis=1) @ columns
    inverse_sigma = np.full(x.size, signal_to_noise / flux.max())
    flux = flux + rng.normal(size=x.size) / inverse_sigma
    return program, (x, inverse_sigma, inverse_sigma * flux), spread_starts(components, 12)


def _lane_room(program, chunks):
    return make_lane_room(
        chunks[0].size, program.terms, program.constants, len(program.columns), program.low.size
    )  # fmt: skip


def test_pixels_in_chunks_are_the_pixels():
    x = np.log(np.linspace(4600.0, 5100.0, N_PIXELS))
    s, y = np.linspace(3.0, 5.0, N_PIXELS), np.linspace(-40.0, 900.0, N_PIXELS)
    edges, offset, scaled, data = lane_pixels((x, s, y))
    assert offset.size == scaled.size == data.size == edges.size * CHUNK >= N_PIXELS
    # To a thousandth of a km/s.
    np.testing.assert_allclose((np.repeat(edges, CHUNK) + offset)[:N_PIXELS], x, atol=3e-9, rtol=0.0)
    np.testing.assert_allclose(5.0 * scaled[:N_PIXELS], s, rtol=1e-7)
    np.testing.assert_allclose(data[:N_PIXELS], y, rtol=1e-7)
    assert not scaled[N_PIXELS:].any()
    assert not data[N_PIXELS:].any()


def test_search_does_not_depend_on_the_unit_of_the_flux():
    program, (x, s, y), starts = _problem("hbeta_oiii")
    found = []
    for unit in (1.0, 2.0**56, 2.0**-60, 1e17):
        ends = np.empty(12), np.empty((12, program.low.size))
        chunks = lane_pixels((x, s * unit, y))
        room = _lane_room(program, chunks)
        fit_starts(chunks, program.bounds, program.tables, room, starts, 12, 0, 5.0, 0.1, 40, ends, 0)
        found.append(ends)
    for ends in found[1:]:
        np.testing.assert_array_equal(ends[0], found[0][0])
        np.testing.assert_array_equal(ends[1], found[0][1])


@numba.njit
def _residuals(n_chunk, sums, c):
    out = lane_rows(1)
    store(out, 0, lane_residuals(n_chunk, sums, c))
    return out[0]


@pytest.mark.parametrize("name", ["mgii", "hbeta_oiii", "halpha_nii_sii"])
@pytest.mark.parametrize("lsf_sigma", [0.0, 60.0])
def test_moments_of_every_lane_are_those_of_its_shapes(name, lsf_sigma):
    program, (x, s, y), starts = _problem(name, lsf_sigma=lsf_sigma)
    n_col, n_par = len(program.columns), program.low.size
    chunks = lane_pixels((x, s, y))
    # 1/σ as the lanes have it.
    s = chunks[2][: x.size].astype(float)
    room = _lane_room(program, chunks)
    profiles, sums = room[0], room[1]
    theta, c = lane_rows(n_par), lane_rows(n_col)
    theta[:] = starts[:LANES].T
    c[:] = np.random.default_rng(1).uniform(0.5, 2.0, c.shape) * np.abs(y).max()
    G, b, H, g = lane_rows(n_col**2), lane_rows(n_col), lane_rows(n_par**2), lane_rows(n_par)
    place_profiles(chunks[0], theta, program.terms, profiles)
    lane_moments(chunks, program.terms, profiles, sums, G, b)
    chi2 = _residuals(chunks[0].size, sums, c)
    lane_shape_moments(chunks, program.terms, profiles, sums, c, H, g)
    for lane in range(LANES):
        rows = np.zeros((n_par + n_col, x.size))
        span = np.zeros((n_par + n_col, 2), dtype=np.int64)
        fill_jacobian(
            x, s, np.ascontiguousarray(theta[:, lane]), np.ascontiguousarray(c[:, lane]), program.tables, rows, span
        )
        D, A = rows[:n_par], rows[n_par:]
        r = y - c[:, lane] @ A

        def close(found, one, other):
            """The products of rows, to what is cut from a line's wings."""
            size = np.sqrt(np.sum(one**2, axis=1)[:, None] * np.sum(np.atleast_2d(other) ** 2, axis=1))
            difference = found.reshape(size.shape) - one @ np.atleast_2d(other).T
            assert np.all(np.abs(difference) <= 2e-4 * size)

        close(G[:, lane], A, A)
        close(b[:, lane], A, y)
        close(H[:, lane], D, D)
        close(g[:, lane], D, r)
        close(sums[5][:, lane], D, A)
        assert chi2[lane] == pytest.approx(np.sum(r**2), rel=1e-4)


def test_amplitudes_of_every_lane_are_those_of_the_solver():
    rng = np.random.default_rng(7)
    n = 6
    G, b, c, passive = lane_rows(n * n), lane_rows(n), lane_rows(n), lane_rows(n)
    small = lane_rows(n * n), lane_rows(n), lane_rows(n), lane_rows(n)
    n_zero = 0
    for _ in range(40):
        expected = []
        for lane in range(LANES):
            columns = rng.uniform(0.0, 1.0, (n, 30)) * (rng.uniform(size=(n, 1)) > 0.1)
            data = rng.normal(size=30) + rng.normal(size=n) @ columns
            own_G, own_b = np.empty((n, n)), np.empty(n)
            moments(columns, data[None], np.array([[0, 30]] * n), own_G, own_b)
            G[:, lane], b[:, lane] = own_G.ravel(), own_b
            guess = rng.uniform(size=n) > 0.3
            passive[:, lane] = guess
            own_c = np.empty(n)
            solve_amplitudes(own_G, own_b, own_c, guess, make_room(n))
            expected.append(own_c)
        lane_amplitudes(G, b, n, c, passive, small)
        np.testing.assert_allclose(c.T, expected, rtol=1e-8, atol=1e-10)
        assert np.array_equal(passive > 0.5, c > 0.0)
        n_zero += np.count_nonzero(c == 0.0)
    # Bounds mattered.
    assert n_zero > 400


@pytest.mark.parametrize("name", ["mgii", "hbeta_oiii", "civ"])
@pytest.mark.parametrize("n_starts", [1, 5, 12])
def test_fits_end_where_the_solver_sees_nothing_to_gain(name, n_starts):
    program, pixels, starts = _problem(name)
    n_par, n_col = program.low.size, len(program.columns)
    ends = np.empty(n_starts), np.empty((n_starts, n_par))
    chunks = lane_pixels(pixels)
    room = _lane_room(program, chunks)
    count = fit_starts(chunks, program.bounds, program.tables, room, starts, n_starts, 0, np.inf, 1e-4, 200, ends, 0)
    assert count == n_starts
    assert np.all(np.diff(ends[0]) >= 0.0)
    work = make_workspace(pixels[0].size, program.tables, n_col, n_par)
    model = pixels, program.bounds, program.no_prior, program.tables
    for chi2, theta in zip(*ends, strict=True):
        assert np.all((theta >= program.low) & (theta <= program.high))
        assert chi2 == pytest.approx(_chi2(program, pixels, theta), rel=1e-5)
        further, _, _ = minimise(*model, work, theta.copy(), np.empty(n_col), np.inf, 200, 1e-4)
        assert 0.0 <= chi2 - further + 0.01 < 0.03


@pytest.mark.parametrize("name", ["mgii", "hbeta_oiii", "civ"])
@pytest.mark.parametrize("signal_to_noise", [300.0, 3000.0])
def test_chi2_of_ends_holds_where_the_data_are_a_thousand_times_as_large(name, signal_to_noise):
    program, pixels, _ = _problem(name, signal_to_noise=signal_to_noise)
    n_par, chunks = program.low.size, lane_pixels(pixels)
    truth = np.random.default_rng(3).uniform(0.3, 0.7, n_par) * (program.high - program.low) + program.low
    ends = np.empty(1), np.empty((1, n_par))
    room = _lane_room(program, chunks)
    fit_starts(chunks, program.bounds, program.tables, room, truth[None], 1, 0, np.inf, 1e-2, 40, ends, 0)
    assert ends[0][0] < 1.5 * N_PIXELS
    assert ends[0][0] < 1e-3 * np.sum(pixels[2] ** 2)
    # Wings cut at 4e-6 of the peaks are 0.01 σ of noise at S/N 3000.
    assert ends[0][0] == pytest.approx(_chi2(program, pixels, ends[1][0]), abs=0.1)


def _chi2(program, pixels, theta):
    x, s, y = pixels
    columns = evaluate_columns(program, x, s, theta)
    n = len(columns)
    G, b, c = np.empty((n, n)), np.empty(n), np.empty(n)
    moments(columns, y[None], np.array([[0, x.size]] * n), G, b)
    solve_amplitudes(G, b, c, np.ones(n, dtype=bool), make_room(n))
    return np.sum((y - c @ columns) ** 2)


def test_patience_gives_up_what_cannot_become_the_best():
    program, pixels, starts = _problem("hbeta_oiii")
    n_par = program.low.size
    found = {}
    for patience in (np.inf, 5.0):
        ends = np.empty(12), np.empty((12, n_par))
        chunks = lane_pixels(pixels)
        room = _lane_room(program, chunks)
        fit_starts(chunks, program.bounds, program.tables, room, starts, 12, 0, patience, 0.1, 40, ends, 0)
        found[patience] = ends[0]
    assert found[5.0][0] == pytest.approx(found[np.inf][0], abs=0.5)
    assert found[5.0].sum() > found[np.inf].sum()


def test_fits_left_running_go_on_in_the_next_call():
    program, pixels, starts = _problem("mgii")
    n_par = program.low.size
    ends = np.empty(12), np.empty((12, n_par))
    chunks = lane_pixels(pixels)
    room = _lane_room(program, chunks)
    arguments = (chunks, program.bounds, program.tables, room)
    first = fit_starts(*arguments, starts, 10, 4, np.inf, 0.1, 40, ends, 0)
    assert 6 <= first < 10
    assert fit_starts(*arguments, starts[10:], 2, 0, np.inf, 0.1, 40, ends, first) == 12
    whole = np.empty(12), np.empty((12, n_par))
    fit_starts(*arguments[:3], _lane_room(program, chunks), starts, 12, 0, np.inf, 0.1, 40, whole, 0)
    np.testing.assert_allclose(ends[0], whole[0], rtol=1e-9)


def test_a_wing_is_looked_for_among_ends_in_which_it_is_broader_than_its_core():
    components = tuple(one for one in RECIPES["hbeta_oiii"].components if one.name in ("oiii_narrow", "oiii_wing"))
    model = compile_complex(components)
    core, wing = (one.fwhm_slot for one in (model.gaussians[0], model.gaussians[-1]))
    x = np.linspace(np.log(4900.0), np.log(5060.0), 300)
    right = np.zeros(model.program.low.size)
    right[core], right[wing] = np.log(300.0), np.log(1000.0)
    columns = evaluate_columns(model.program, x, np.ones_like(x), right)
    flux, inverse_sigma = 100.0 * columns.sum(axis=0), np.ones_like(x)
    swapped = right.copy()
    swapped[core], swapped[wing] = right[wing], right[core]
    # Both describe the same lines.
    starts = np.array([swapped, right])
    free = best_of_starts(model, x, flux, inverse_sigma, starts[:1])
    assert free.theta[wing] < free.theta[core]
    held = best_of_starts(model, x, flux, inverse_sigma, starts, [(wing, core)])
    assert held.theta[[core, wing]] == pytest.approx(right[[core, wing]], abs=0.02)
    # Where no end is like that, the best one is what there is.
    assert best_of_starts(model, x, flux, inverse_sigma, starts[:1], [(wing, core)]).chi2 == free.chi2
