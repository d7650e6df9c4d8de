"""A measure is a bound's where most flux and most of the measure are."""

import numpy as np
import pytest

from qsospec_duck.fitting.profile_bounds import WIDTHS, BoundShare
from qsospec_duck.fitting.profiles import MEASURES, measure_profile

PLACES = ("voff", "peak", "c50", "c80")
NONE = np.zeros(2, dtype=bool)
SECOND = np.array([False, True])


def measured(fluxes, velocities, fwhm):
    """Values and gradients of a profile over a flat continuum."""
    x = np.linspace(np.log(4300.0), np.log(5500.0), 2000)
    values, gradients = np.empty(len(MEASURES)), np.empty((len(MEASURES), 3, len(fluxes)))
    measure_profile(
        np.array(fluxes), np.array(velocities), np.log(fwhm), np.log(4862.7), x, np.ones(x.size), np.zeros((1, x.size)),
        values, gradients, np.empty(1),
    )  # fmt: skip
    return values, gradients


def given(bound, values):
    return {measure for measure in (*WIDTHS, *PLACES) if bound.gives(measure, values)}


def test_a_pedestal_on_its_bound_gives_the_moments_and_leaves_the_core_its_fwhm():
    fluxes = np.array([1.0, 1.5])
    values, gradients = measured(fluxes, [0.0, 300.0], [2500.0, 20_000.0])
    on_bound = given(BoundShare(fluxes, gradients, NONE, SECOND), values)
    assert {"sigma", "w80", "w90"} <= on_bound
    assert "fwhm" not in on_bound
    assert not on_bound & set(PLACES)


def test_a_velocity_on_its_bound_gives_the_offset_and_leaves_the_core_its_peak():
    fluxes = np.array([1.0, 1.5])
    values, gradients = measured(fluxes, [0.0, -2000.0], [2500.0, 15_000.0])
    on_bound = given(BoundShare(fluxes, gradients, SECOND, NONE), values)
    assert "voff" in on_bound
    assert not on_bound & {"peak", "c80", *WIDTHS}


def test_a_single_gaussian_on_its_bounds_has_no_shape_of_its_own():
    fluxes, both = np.array([2.0]), np.array([True])
    values, gradients = measured(fluxes, [-2000.0], [15_000.0])
    assert given(BoundShare(fluxes, gradients, both, both), values) == {*WIDTHS, *PLACES}
    assert not given(BoundShare(fluxes, gradients, ~both, ~both), values)


def test_little_flux_on_a_bound_gives_nothing():
    fluxes = np.array([2.0, 1.0])
    values, gradients = measured(fluxes, [0.0, 0.0], [2500.0, 20_000.0])
    assert not given(BoundShare(fluxes, gradients, SECOND, SECOND), values)


@pytest.mark.parametrize("measure", WIDTHS)
def test_a_width_scales_with_all_widths_and_velocities(measure):
    velocities = [-400.0, 700.0]
    values, gradients = measured([1.0, 1.5], velocities, [2500.0, 9000.0])
    _, by_velocity, by_width = gradients[MEASURES.index(measure)]
    # Not exactly: the mean of flux per velocity lies s²/c off the Gaussian's centre.
    assert by_width.sum() + by_velocity @ velocities == pytest.approx(values[MEASURES.index(measure)], rel=0.01)
