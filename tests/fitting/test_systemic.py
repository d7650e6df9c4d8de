from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting import fit_quasar
from qsospec_duck.fitting.result import Measurement
from qsospec_duck.fitting.systemic import measure_systemic
from qsospec_duck.models.lines import line


def profile(line_id, role, velocity, error, snr=50.0):
    rest = line(line_id).wavelength
    peak = rest * np.exp(velocity / C_KMS)
    values = {"peak": (peak, error * peak / C_KMS), "voff": (velocity, error), "snr": (snr, None)}
    return [
        Measurement("complex_metric", f"{line_id}_{role}_{name}", value, err, "", "x", line_id, role, name)
        for name, (value, err) in values.items()
    ]


def test_the_line_of_least_error_gives_the_redshift():
    rows = profile("oiii5008", "narrow", 100.0, 10.0) + profile("mgii", "broad", -300.0, 5.0)
    found = {row.quantity: row for row in measure_systemic(rows, 0.6)}
    assert found["z_sys"].feature_id == "oiii5008"
    assert found["z_sys"].value == pytest.approx(1.6 * np.exp(100.0 / C_KMS) - 1.0)
    assert found["z_sys"].error == pytest.approx(1.6 * np.hypot(10.0, 56.0) / C_KMS, rel=1e-3)
    offset = found["mgii_broad_voff_sys"]
    assert offset.value == pytest.approx(-400.0)
    assert offset.error == pytest.approx(np.hypot(5.0, np.hypot(10.0, 56.0)))
    assert "oiii5008_narrow_voff_sys" not in found


def test_a_faint_or_uncertain_line_is_passed_over():
    faint = profile("oiii5008", "narrow", 100.0, 10.0, snr=4.0)
    assert measure_systemic(faint, 0.6) == []
    uncertain = profile("oii3730", "narrow", 100.0, 500.0) + profile("mgii", "broad", 0.0, 20.0)
    assert measure_systemic(uncertain, 0.6)[0].feature_id == "mgii"


def test_a_wrong_catalog_redshift_is_put_right_by_the_narrow_lines(low_z):
    spectrum, _ = low_z
    right, moved = fit_quasar(spectrum), fit_quasar(replace(spectrum, z=spectrum.z + 0.002))
    assert moved.value("z_sys") == pytest.approx(right.value("z_sys"), abs=3e-5)
    assert moved.value("mgii_broad_voff_sys") == pytest.approx(right.value("mgii_broad_voff_sys"), abs=20.0)
    assert abs(moved.value("mgii_broad_voff") - right.value("mgii_broad_voff")) > 300.0
