from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting import fit_quasar
from qsospec_duck.fitting.line_features import UNITS, features_of
from qsospec_duck.fitting.line_measurements import MeasuredComplex
from qsospec_duck.fitting.measurement_rows import Rows, in_columns
from qsospec_duck.fitting.systemic import measure_systemic
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import load_recipe


def measured(recipe_id, *profiles):
    """A complex with some lines: id, role, velocity of peak and centroid, its error, and S/N."""
    recipe = load_recipe(recipe_id)
    features = features_of(recipe.components, recipe, recipe.line_ids)
    values, errors = (np.full((len(features.names), len(UNITS)), np.nan) for _ in range(2))
    snr, voff, peak = (list(UNITS).index(measure) for measure in ("snr", "voff", "peak"))
    for line_id, role, velocity, error, own_snr in profiles:
        k = features.lines_and_roles.index((line_id, role))
        place = line(line_id).wavelength * np.exp(velocity / C_KMS)
        values[k, [snr, voff, peak]] = own_snr, velocity, place
        errors[k, [voff, peak]] = error, error * place / C_KMS
    nothing = in_columns(())
    return MeasuredComplex(features, nothing, nothing, Rows(features.labels, values.ravel(), errors.ravel()))


def systemic(*complexes):
    return {label.quantity: (label, value, error) for label, value, error in measure_systemic(complexes, (), 0.6)}


def test_the_line_of_least_error_gives_the_redshift():
    found = systemic(
        measured("hbeta_oiii", ("oiii5008", "narrow", 100.0, 10.0, 50.0)),
        measured("mgii", ("mgii", "broad", -300.0, 5.0, 50.0)),
    )
    label, z_sys, error = found["z_sys"]
    assert label.feature_id == "oiii5008"
    assert z_sys == pytest.approx(1.6 * np.exp(100.0 / C_KMS) - 1.0)
    assert error == pytest.approx(1.6 * np.hypot(10.0, 56.0) / C_KMS, rel=1e-3)
    _, offset, error = found["mgii_broad_voff_sys"]
    assert offset == pytest.approx(-400.0)
    assert error == pytest.approx(np.hypot(5.0, np.hypot(10.0, 56.0)))
    assert "oiii5008_narrow_voff_sys" not in found


def test_a_faint_or_uncertain_line_is_passed_over():
    assert systemic(measured("hbeta_oiii", ("oiii5008", "narrow", 100.0, 10.0, 4.0))) == {}
    found = systemic(
        measured("oii_nev_neiii_hgamma", ("oii3730", "narrow", 100.0, 500.0, 50.0)),
        measured("mgii", ("mgii", "broad", 0.0, 20.0, 50.0)),
    )
    assert found["z_sys"][0].feature_id == "mgii"


def test_a_wrong_catalog_redshift_is_put_right_by_the_narrow_lines(low_z):
    spectrum, _ = low_z
    right, moved = fit_quasar(spectrum), fit_quasar(replace(spectrum, z=spectrum.z + 0.002))
    assert moved.value("z_sys") == pytest.approx(right.value("z_sys"), abs=3e-5)
    assert moved.value("mgii_broad_voff_sys") == pytest.approx(right.value("mgii_broad_voff_sys"), abs=20.0)
    assert abs(moved.value("mgii_broad_voff") - right.value("mgii_broad_voff")) > 300.0
