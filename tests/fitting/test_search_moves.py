"""The grid of shapes: what eight options at once are worth is what they are worth one by one."""

import numpy as np
import pytest

from qsospec_duck.fitting.amplitudes import make_room, solve_amplitudes
from qsospec_duck.fitting.complex_model import compile_complex
from qsospec_duck.fitting.grid_columns import grid_columns
from qsospec_duck.fitting.lane_fits import make_lane_room
from qsospec_duck.fitting.lane_pixels import lane_pixels
from qsospec_duck.fitting.optimum import evaluate_columns
from qsospec_duck.fitting.search_moves import descend, judge_options, make_trial, place_group
from qsospec_duck.fitting.shape_grid import shape_grid
from qsospec_duck.models.recipes import packaged_recipes

RECIPES = packaged_recipes()


def _fall(program, x, s, y, theta):
    """Fall of χ² with the best amplitudes ≥ 0."""
    columns = evaluate_columns(program, x, s, theta)
    c = np.empty(len(columns))
    solve_amplitudes(
        columns @ columns.T, columns @ y, c, np.ones(c.size, dtype=bool), make_room(c.size)
    )  # fmt: skip
    return c @ columns @ y


@pytest.mark.parametrize("name", ["hbeta_oiii", "halpha_nii_sii", "civ", "mgii"])
def test_a_descent_ends_where_no_option_of_a_group_is_better(name):
    components = RECIPES[name].components
    program = compile_complex(components).program
    x = np.linspace(*np.log(RECIPES[name].window), 203)
    rng = np.random.default_rng(2)
    truth = program.low + rng.uniform(0.3, 0.7, program.low.size) * (program.high - program.low)
    columns = evaluate_columns(program, x, np.ones_like(x), truth)
    flux = rng.uniform(0.5, 1.5, len(columns)) / columns.max(axis=1) @ columns
    s = np.full(x.size, 20.0 / flux.max())
    y = s * flux + rng.normal(size=x.size)

    chunks = lane_pixels((x, s, y))
    room = make_lane_room(chunks[0].size, program.terms, program.constants, len(columns), program.low.size)
    shapes, (slots, options, _, group_of, _) = shape_grid(components).tables
    grid = grid_columns(chunks, program.tables, room, shapes, slots, options)
    trial, state = make_trial(group_of.size, grid[1].shape[0]), options[:, 1] // 2
    descend(grid, options, group_of, room, trial, state)
    theta = np.empty(program.low.size)
    for group, option in enumerate(state):
        place_group(shapes, slots, options, group, option, theta)
    for group, n_option in enumerate(options[:, 1]):
        judge_options(grid, group_of, group, n_option, room, trial)
        moved, alone = theta.copy(), np.empty(n_option)
        for option in range(n_option):
            place_group(shapes, slots, options, group, option, moved)
            alone[option] = _fall(program, x, s, y, moved)
        falls = trial[3].ravel()[:n_option]
        # Moments are of single precision, and those of columns with themselves larger by 1e-5.
        np.testing.assert_allclose(falls, alone, rtol=1e-4)
        assert falls.argmax() == state[group]
