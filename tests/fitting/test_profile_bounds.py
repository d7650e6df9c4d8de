"""A measure is a bound's where most flux and most of the measure are."""

import numpy as np
import pytest

from qsospec_duck.fitting.profile_bounds import PLACES, SKEWS, WIDTHS, mark_own_measures
from qsospec_duck.fitting.profiles import MEASURES, measure_flux, measure_shape

NONE = np.zeros(2, dtype=bool)
SECOND = np.array([False, True])


def measured(fluxes, velocities, fwhm):
    """Values and gradients of a profile over a flat continuum."""
    x = np.linspace(np.log(4300.0), np.log(5500.0), 2000)
    values, gradients = np.empty(len(MEASURES)), np.empty((len(MEASURES), 3, len(fluxes)))
    profile = np.array(fluxes), np.array(velocities), np.log(fwhm), np.log(4862.7)
    nothing = np.zeros((1, x.size)), np.zeros(0, dtype=np.int64)
    measure_flux(*profile, x, np.ones(x.size), *nothing, values, gradients, np.zeros(1))
    measure_shape(*profile, values, gradients)
    return values, gradients


def given_by_bounds(fluxes, values, gradients, velocity, width):
    """Measures of a shape that are not the line's own."""
    own = np.ones(len(MEASURES), dtype=bool)
    mark_own_measures(fluxes, velocity, width, values, gradients, own)
    return {measure for measure, is_own in zip(MEASURES, own, strict=True) if not is_own}


def test_a_pedestal_on_its_bound_gives_the_moments_and_leaves_the_core_its_fwhm():
    fluxes = np.array([1.0, 1.5])
    values, gradients = measured(fluxes, [0.0, 300.0], [2500.0, 20_000.0])
    on_bound = given_by_bounds(fluxes, values, gradients, NONE, SECOND)
    assert {"sigma", "w80", "w90"} <= on_bound
    assert "fwhm" not in on_bound
    assert not on_bound & set(PLACES)


def test_a_velocity_on_its_bound_gives_the_offset_and_leaves_the_core_its_peak():
    fluxes = np.array([1.0, 1.5])
    values, gradients = measured(fluxes, [0.0, -2000.0], [2500.0, 15_000.0])
    on_bound = given_by_bounds(fluxes, values, gradients, SECOND, NONE)
    assert "voff" in on_bound
    assert not on_bound & {"peak", "c80", *WIDTHS}


def test_a_single_gaussian_on_its_bounds_has_no_shape_of_its_own():
    fluxes, both = np.array([2.0]), np.array([True])
    values, gradients = measured(fluxes, [-2000.0], [15_000.0])
    assert given_by_bounds(fluxes, values, gradients, both, both) == {*WIDTHS, *PLACES, *SKEWS}
    # Neither asymmetry nor wings are measured on one Gaussian, wherever it stands.
    assert given_by_bounds(fluxes, values, gradients, ~both, ~both) == set(SKEWS)


def test_little_flux_on_a_bound_gives_nothing():
    fluxes = np.array([2.0, 1.0])
    values, gradients = measured(fluxes, [0.0, 0.0], [2500.0, 20_000.0])
    assert not given_by_bounds(fluxes, values, gradients, SECOND, SECOND)


@pytest.mark.parametrize("measure", WIDTHS)
def test_a_width_scales_with_all_widths_and_velocities(measure):
    velocities = [-400.0, 700.0]
    values, gradients = measured([1.0, 1.5], velocities, [2500.0, 9000.0])
    _, by_velocity, by_width = gradients[MEASURES.index(measure)]
    # Not exactly: the mean of flux per velocity lies s²/c off the Gaussian's centre.
    assert by_width.sum() + by_velocity @ velocities == pytest.approx(values[MEASURES.index(measure)], rel=0.01)
