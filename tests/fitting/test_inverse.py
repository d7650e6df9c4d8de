"""The compiled inverse of normal matrices, against numpy's."""

import numpy as np
import pytest

from qsospec_duck.fitting.inverse import inverse_of


@pytest.mark.parametrize("n", [1, 2, 5, 12, 30])
def test_it_is_the_inverse_whatever_the_units(n):
    rng = np.random.default_rng(n)
    rows = rng.normal(size=(n, 3 * n + 2))
    units = 10.0 ** rng.uniform(-9, 9, n)
    normal = (rows @ rows.T) * units[:, None] * units
    inverse, norm = inverse_of(normal)
    diagonal = np.sqrt(np.diag(normal))
    scaled = normal / np.outer(diagonal, diagonal)
    expected = np.linalg.inv(scaled)
    assert inverse * np.outer(diagonal, diagonal) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert norm == pytest.approx(np.linalg.norm(expected), rel=1e-9)
    assert np.linalg.eigvalsh(scaled)[0] >= 1.0 / norm * (1 - 1e-9)


def test_a_repeated_direction_shows_in_the_norm():
    row = np.array([1.0, 2.0, -1.0])
    normal = np.array([row, row]) @ np.array([row, row]).T
    _, norm = inverse_of(normal)
    assert norm > 1e11


def test_nothing_has_an_inverse_of_nothing():
    inverse, norm = inverse_of(np.zeros((0, 0)))
    assert inverse.shape == (0, 0)
    assert norm == 0.0
