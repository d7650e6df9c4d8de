"""Curves of components are those that a fit's models are the sums of, whenever they are looked at."""

import copy
import pickle

import numpy as np
import pytest

from qsospec_duck.fitting import fit_quasar


@pytest.fixture(scope="module")
def parts_of_a_fit(noisy_low_z):
    """Continuum and complexes."""
    result = fit_quasar(noisy_low_z)
    return [result.continuum, *result.complexes.values()]


def test_components_add_up_to_the_model(parts_of_a_fit):
    for fit in parts_of_a_fit:
        total = sum((one.values for one in fit.components), np.zeros_like(fit.model))
        np.testing.assert_allclose(total, fit.model, rtol=0.0, atol=1e-12 * np.abs(fit.model).max())


def test_components_are_the_same_each_time_and_after_a_copy(parts_of_a_fit):
    for fit in parts_of_a_fit:
        assert fit.components[0] is fit.components[0]
        for other in (pickle.loads(pickle.dumps(fit)), copy.deepcopy(fit)):
            assert isinstance(other.components, tuple)
            assert [one.name for one in other.components] == [one.name for one in fit.components]
            for mine, theirs in zip(other.components, fit.components, strict=True):
                np.testing.assert_array_equal(mine.values, theirs.values)


def test_lines_have_components_with_flux_only(parts_of_a_fit):
    for fit in parts_of_a_fit[1:]:
        assert fit.components
        assert all(one.recipe_id == fit.recipe_id and one.values.max() > 0.0 for one in fit.components)
