import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.masks import find_troughs, inside_windows, residual_scatter, trough_widths


def troughs(residual, adjacent=None):
    residual = np.asarray(residual, dtype=float)
    if adjacent is None:
        adjacent = np.concatenate([[False], np.ones(residual.size - 1, dtype=bool)])
    return find_troughs(residual, np.asarray(adjacent), 2.0, 5.0, 3)


def test_windows_include_their_edges():
    wave = np.array([999.0, 1000.0, 1500.0, 2000.0, 2001.0, 3000.0])
    assert inside_windows(wave, ((1000.0, 2000.0), (3000.0, 4000.0))).tolist() == [False, True, True, True, False, True]
    assert not inside_windows(wave, ()).any()


def test_three_adjacent_pixels_below_two_sigma_are_a_trough_with_their_shoulders():
    found = troughs([0.0, -0.5, -1.2, -2.5, -2.1, -3.0, -1.5, -0.9, 0.0])
    assert found.tolist() == [False, False, True, True, True, True, True, False, False]


def test_two_adjacent_pixels_below_two_sigma_are_noise():
    assert not troughs([0.0, -2.5, -2.5, 0.0, -4.9, 0.0]).any()


def test_one_pixel_below_five_sigma_is_marked():
    assert troughs([0.0, -5.1, 0.0]).tolist() == [False, True, False]


def test_a_run_does_not_reach_over_a_gap():
    residual = [-2.5, -2.5, -2.5, 0.0]
    assert troughs(residual, [False, True, True, True]).tolist() == [True, True, True, False]
    assert not troughs(residual, [False, True, False, True]).any()
    # Nor does a shoulder.
    assert troughs([-5.5, -1.5, -1.5], [False, False, True]).tolist() == [True, False, False]
    assert troughs([-1.5, -5.5], [False, False]).tolist() == [False, True]


@given(st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_nothing_above_the_model_is_ever_marked(residual, random):
    adjacent = [False] + [random.random() < 0.8 for _ in residual[1:]]
    found = troughs(residual, adjacent)
    assert not found[np.asarray(residual) >= -1.0].any()
    assert found[np.asarray(residual) < -5.0].all()


@given(st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=60))
def test_troughs_do_not_depend_on_the_direction_of_wavelength(residual):
    assert troughs(residual).tolist() == troughs(residual[::-1])[::-1].tolist()


def test_pure_noise_is_hardly_marked():
    noise = np.random.default_rng(1).normal(size=1_000_000)
    begins = troughs(noise) & (noise < -2.0)
    # Φ(−2)³ = 1.2e-5 a pixel for runs of three: marked pixels, three each, stay below 1e-4.
    assert 0 < np.mean(begins) < 1e-4


def test_scatter_is_one_for_noise_and_more_for_a_poor_model():
    rng = np.random.default_rng(2)
    assert residual_scatter(0.3 * rng.normal(size=1000)) == 1.0
    assert residual_scatter(3.0 * rng.normal(size=100_000)) == pytest.approx(3.0, rel=0.02)
    assert residual_scatter(np.zeros(0)) == 1.0


def test_scatter_does_not_see_a_deep_trough():
    residual = np.random.default_rng(3).normal(size=1000)
    residual[100:150] = -50.0
    assert residual_scatter(residual) < 1.2


def test_width_of_a_trough_is_its_extent_in_velocity():
    x = np.arange(10) * 100.0 / C_KMS
    marked = np.array([0, 1, 1, 1, 0, 0, 1, 1, 0, 1], dtype=bool)
    adjacent = np.array([0] + [1] * 6 + [0] + [1] * 2, dtype=bool)
    widths = trough_widths(x, marked, adjacent) * C_KMS
    # Pixels 6 and 7 are parted by a gap: two troughs of one pixel each.
    assert widths == pytest.approx([0, 200, 200, 200, 0, 0, 0, 0, 0, 0], abs=1e-9)


def test_nothing_marked_has_no_width():
    assert not trough_widths(np.arange(5.0), np.zeros(5, bool), np.ones(5, bool)).any()
