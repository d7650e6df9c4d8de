"""What holds for every result of a fit, whatever the spectrum."""

from __future__ import annotations

import numpy as np

from qsospec_duck.fitting.warning_codes import warning_codes
from qsospec_duck.models.recipes import packaged_recipes

STATUSES = {"fitted", "not_covered", "too_few_pixels", "failed", "red_side_only", "edge_truncated"}


def numbers(result):
    """Everything that a fit says, for comparisons."""
    return [(row.section, row.recipe_id, row.quantity, row.value, row.error, row.unit) for row in result.measurements]


def assert_sound(result):
    """What holds for every result, whatever the spectrum."""
    spectrum = result.spectrum
    for row in result.measurements:
        assert np.isfinite(row.value), row
        assert row.error is None or (np.isfinite(row.error) and row.error > 0), row
    keys = [(row.section, row.recipe_id, row.quantity) for row in result.measurements]
    assert len(keys) == len(set(keys))
    for fit in (result.continuum, *result.complexes.values()):
        assert all(np.isfinite(value) for value in fit.parameters.values())
        assert all(error is None or error > 0 for error in fit.parameter_errors.values())
        assert fit.parameters.keys() == fit.parameter_errors.keys()
        assert fit.covariance.shape == (len(fit.parameters),) * 2
        assert np.allclose(fit.covariance, fit.covariance.T)
        assert fit.chi2 >= 0
        total = sum((component.values for component in fit.components), np.zeros(spectrum.n_pix))
        assert np.allclose(total, fit.model, rtol=1e-9, atol=1e-9 * np.max(np.abs(fit.model), initial=1e-30))
        assert not (fit.fit_mask & ~spectrum.good).any()
        assert np.isfinite(fit.model).all()
    assert np.isfinite(result.model).all()
    for recipe_id, fit in result.complexes.items():
        recipe = packaged_recipes()[recipe_id]
        inside = np.zeros(spectrum.n_pix, dtype=bool)
        for low, high in recipe.windows:
            inside |= (spectrum.wavelength >= low) & (spectrum.wavelength <= high)
        assert not (fit.fit_mask & ~inside).any()
        assert not (fit.fit_mask & fit.excluded_mask).any()
        assert not (fit.excluded_mask & ~inside).any()
        assert fit.fit_mask.any()
    assert result.complex_statuses.keys() == packaged_recipes().keys()
    assert set(result.complex_statuses.values()) <= STATUSES
    fitted = {name for name, status in result.complex_statuses.items() if status in ("fitted", "red_side_only")}
    assert fitted == set(result.complexes)
    for warning in result.warnings:
        code = warning_codes()[warning.code]
        assert warning.severity == code.severity
        assert warning.message.endswith(".")
