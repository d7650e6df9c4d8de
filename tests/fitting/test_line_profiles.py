"""All lines of a complex at once: the same as each by itself, with errors that a product of matrices gives."""

import numpy as np
import pytest

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting import FitConfig
from qsospec_duck.fitting.blocks import fit_blocks
from qsospec_duck.fitting.continuum_base import continuum_base
from qsospec_duck.fitting.coverage import coverage_of
from qsospec_duck.fitting.error_calibration import error_factor
from qsospec_duck.fitting.line_features import features_of
from qsospec_duck.fitting.line_profiles import DETECTION_SNR, measure_profiles
from qsospec_duck.fitting.profiles import MEASURES, measure_flux, measure_shape
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import load_recipe
from qsospec_duck.spectra import prepare

CONFIG = FitConfig(complexes=("mgii", "hbeta_oiii"))


@pytest.fixture(scope="module")
def fitted(noisy_low_z):
    """Stage, solution and features of each complex, and what lies below the lines."""
    rest = prepare(noisy_low_z, CONFIG.extinction)
    recipes = [load_recipe(name) for name in CONFIG.complexes]
    blocks = fit_blocks(rest, CONFIG, recipes, [coverage_of(rest, recipe) for recipe in recipes])
    features = [features_of(stage.model.components, stage.recipe, stage.coverage.lines) for stage in blocks.stages]
    base = continuum_base(np.log(rest.wavelength), blocks.solutions[0])
    return list(zip(blocks.stages, blocks.solutions[1:], features, strict=True)), base, blocks.solutions[0]


def measured_alone(feature, stage, solution, base):
    """Values and linear errors of one line from its Gaussians, without the tables of all lines."""
    optimum = solution.optimum
    own = [g for g in stage.model.gaussians if g.line_id == feature.line_id and feature.role in (g.role, "total")]
    fluxes = np.array([optimum.amplitudes[g.column] * g.ratio for g in own])
    velocities = np.array([1000.0 * optimum.theta[g.velocity_slot] for g in own])
    log_fwhm = np.array([optimum.theta[g.fwhm_slot] + g.log_width for g in own])
    profile = fluxes, velocities, log_fwhm, np.log(line(feature.line_id).wavelength)
    values, gradients = np.zeros(len(MEASURES)), np.empty((len(MEASURES), 3, len(own)))
    by_base = np.zeros(len(base.jacobian))
    measure_flux(*profile, base.x, base.values, base.jacobian, base.rows, values, gradients, by_base)
    measure_shape(*profile, values, gradients)
    by_parameter = np.zeros((len(MEASURES), len(solution.covariance) + len(by_base)))
    for i, g in enumerate(own):
        by_parameter[:, optimum.theta.size + g.column] += gradients[:, 0, i] * g.ratio
        by_parameter[:, g.velocity_slot] += gradients[:, 1, i] * 1000.0
        by_parameter[:, g.fwhm_slot] += gradients[:, 2, i]
    by_parameter[MEASURES.index("ew"), len(solution.covariance) :] = by_base
    joint = np.block(
        [[solution.covariance, solution.with_continuum], [solution.with_continuum.T, base.covariance]]
    )  # fmt: skip
    return values, np.sqrt(np.einsum("mi,ij,mj->m", by_parameter, joint, by_parameter))


def test_each_line_is_measured_as_it_would_be_alone(fitted):
    complexes, base, _ = fitted
    n_detected = 0
    for stage, solution, features in complexes:
        for feature, found in zip(features.names, measure_profiles(features, solution, base, None), strict=True):
            if found.is_detected:
                n_detected += 1
                values, errors = measured_alone(feature, stage, solution, base)
                np.testing.assert_allclose(found.values, values, rtol=1e-9, atol=1e-9)
                # Sums in another order; what cannot move has rounding noise for an error.
                assert np.all(np.abs(np.array(found.errors) - errors) <= 1e-9 * errors + 1e-7 * np.abs(values))
    assert n_detected > 5


def test_shapes_of_lines_in_the_noise_are_not_measured(fitted):
    complexes, base, _ = fitted
    for _, solution, features in complexes:
        for found in measure_profiles(features, solution, base, 0.5):
            flux, error = found.values[0], found.errors[0]
            assert found.is_detected == (flux > 0 and flux >= DETECTION_SNR * error)
            has_width = found.values[MEASURES.index("fwhm")] > 0
            assert has_width == found.is_detected


def test_errors_are_widened_by_the_factors_of_the_calibration(fitted):
    complexes, base, _ = fitted
    for _, solution, features in complexes:
        linear, wide = (measure_profiles(features, solution, base, place) for place in (None, 0.3))
        for feature, before, after in zip(features.names, linear, wide, strict=True):
            if after.is_detected:
                factors = [error_factor(feature.quantities[measure], measure, 0.3) for measure in MEASURES]
                np.testing.assert_allclose(after.errors, np.multiply(before.errors, factors), rtol=1e-12)


def test_the_base_is_the_continuum_without_iron(fitted):
    _, base, continuum = fitted
    names = continuum.optimum.program.columns
    kept = [k for k, name in enumerate(names) if not name.startswith("iron")]
    assert len(kept) < len(names)
    expected = continuum.optimum.amplitudes[kept] @ continuum.columns[kept]
    np.testing.assert_allclose(base.values, expected, rtol=1e-12)
    kinds = [parameter.name for parameter in continuum.optimum.program.parameters] + list(names)
    assert base.rows.tolist() == [row for row, name in enumerate(kinds) if not name.startswith("iron")]
    assert len(kinds) == len(base.jacobian)


def test_a_line_over_no_continuum_has_no_equivalent_width(fitted):
    complexes, base, _ = fitted
    _, solution, features = complexes[0]
    nothing = type(base)(base.x, np.zeros_like(base.values), base.jacobian, base.rows, base.covariance)
    ew = MEASURES.index("ew")
    assert any(found.own[ew] for found in measure_profiles(features, solution, base, None))
    assert not any(found.own[ew] for found in measure_profiles(features, solution, nothing, None))


def test_a_width_in_kms_is_that_of_the_gaussian_of_a_single_line(fitted):
    complexes, base, _ = fitted
    for stage, solution, features in complexes:
        for feature, found in zip(features.names, measure_profiles(features, solution, base, None), strict=True):
            own = [g for g in stage.model.gaussians if (g.line_id, g.role) == (feature.line_id, feature.role)]
            if found.is_detected and len(own) == 1:
                fwhm = np.exp(solution.optimum.theta[own[0].fwhm_slot])
                assert found.values[MEASURES.index("fwhm")] == pytest.approx(fwhm, rel=1e-7)
                offset = 1000.0 * solution.optimum.theta[own[0].velocity_slot] + (fwhm / FWHM_PER_SIGMA) ** 2 / C_KMS
                assert found.values[MEASURES.index("voff")] == pytest.approx(offset, abs=1e-6)
