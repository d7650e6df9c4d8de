"""Elimination that passes over zeros, against LAPACK on the whole matrices."""

from itertools import pairwise

import numpy as np
import pytest

from qsospec_duck.fitting.joint_system import joint_response
from qsospec_duck.fitting.overlaps import overlaps

SIZES = (5, 3, 6, 4)
"""Three line complexes and, last, a continuum."""

PIXELS = ((100, 400), (350, 600), (800, 900), (0, 1000))
"""Where each block is not 0: the first two complexes meet, the third meets the continuum alone."""


def system(seed):
    """Covariance of each block by itself, products of all rows, and the first row of each block."""
    rng = np.random.default_rng(seed)
    edges = np.concatenate([[0], np.cumsum(SIZES)])
    rows, span = np.zeros((edges[-1], 1000)), np.zeros((edges[-1], 2), dtype=np.int64)
    used = np.zeros((len(SIZES), 1000), dtype=bool)
    units = 10.0 ** rng.uniform(-6.0, 6.0, edges[-1])
    for block, (first, last) in enumerate(PIXELS):
        own = slice(edges[block], edges[block + 1])
        rows[own, first:last] = rng.normal(size=(SIZES[block], last - first)) * units[own, None]
        span[own] = first, last
        used[block, first:last] = rng.uniform(size=last - first) < 0.8
    met, _ = overlaps(rows, span, edges, used, rng.uniform(0.5, 2.0, 1000))
    own = np.zeros_like(met)
    for first, last in pairwise(edges):
        here = slice(first, last)
        scale = 1.0 / np.sqrt(np.diag(met)[here])
        own[here, here] = np.linalg.inv(met[here, here] * np.outer(scale, scale)) * np.outer(scale, scale)
    return own, met, edges


@pytest.mark.parametrize("seed", range(5))
def test_response_is_the_solution_of_the_whole_system(seed):
    own, met, edges = system(seed)
    between = met.copy()
    for first, last in pairwise(edges):
        between[first:last, first:last] = 0.0
    expected = np.linalg.solve(np.eye(len(own)) + own @ between, own)
    unit = np.sqrt(np.diag(own))
    # Blocks answer to each other by about a tenth: both solutions are good to a few roundings.
    assert np.max(np.abs(joint_response(own, met, edges) - expected) / np.outer(unit, unit)) < 1e-12


def test_a_parameter_without_a_row_of_its_own_answers_to_nothing():
    own, met, edges = system(1)
    own[2], own[:, 2] = 0.0, 0.0
    response = joint_response(own, met, edges)
    assert not response[2].any()
    assert not response[:, 2].any()
