"""Ca II K: found where there is one, at its velocity, and not where there is none."""

from dataclasses import replace

import numpy as np
import pytest
from quasar_truths import low_redshift_quasar, noisy

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.fitting.ca_k import WAVELENGTH, WINDOW, measure_ca_k
from qsospec_duck.simulate import Quasar, simulate_quasar
from qsospec_duck.spectra import to_rest_frame

VELOCITY, WIDTH, DEPTH = -140.0, 210.0, 0.25


def with_line(spectrum, velocity=VELOCITY, width=WIDTH, depth=DEPTH):
    """A Gaussian taken out of the light."""
    x = C_KMS * np.log(spectrum.wavelength / WAVELENGTH)
    return replace(spectrum, flux=spectrum.flux * (1.0 - depth * np.exp(-0.5 * ((x - velocity) / width) ** 2)))


def smooth(z=0.5, snr=20.0):
    return to_rest_frame(simulate_quasar(Quasar(z, 20.0, -1.4), snr=snr, noise=False))


def found(spectrum):
    return {row.measure: row for row in measure_ca_k(spectrum)}


@pytest.mark.parametrize("velocity", [-420.0, 0.0, 315.0])
@pytest.mark.parametrize("width", [110.0, 210.0, 350.0])
def test_velocity_and_equivalent_width_come_back_without_noise(velocity, width):
    got = found(with_line(smooth(), velocity, width))
    # The line takes a share of a light that falls redward, the fit a Gaussian: 0.6 km/s for the widest.
    assert got["voff"].value == pytest.approx(velocity, abs=0.8)
    assert got["ew"].value == pytest.approx(DEPTH * np.sqrt(2 * np.pi) * width / C_KMS * WAVELENGTH, rel=0.01)


def test_errors_cover():
    spectrum = with_line(smooth())
    rng = np.random.default_rng(5)
    rows = [found(noisy(spectrum, rng)) for _ in range(300)]
    truth = {measure: row.value for measure, row in found(spectrum).items()}
    for measure in ("voff", "ew"):
        pulls = np.array([(one[measure].value - truth[measure]) / one[measure].error for one in rows])
        # 1σ of a fraction of 0.683 in 300 draws is 0.027, of the mean 0.06.
        assert 0.60 < np.mean(np.abs(pulls) < 1.0) < 0.77, measure
        assert abs(np.mean(pulls)) < 0.2, measure


def test_noise_is_no_line():
    rng = np.random.default_rng(6)
    spectrum = to_rest_frame(simulate_quasar(low_redshift_quasar(0.5), snr=15.0, noise=False))
    significant = [row for _ in range(400) for row in measure_ca_k(noisy(spectrum, rng))
                   if row.measure == "snr" and row.value > 5.0]  # fmt: skip
    # 200 independent places at 5 σ, one-sided: 6e-5 a spectrum.
    assert not significant


def test_emission_is_no_absorption():
    assert found(with_line(smooth(), depth=-0.3)).get("snr") is None


@pytest.mark.parametrize("cut", [3920.0, 3950.0])
def test_a_line_at_the_edge_of_the_data_is_not_measured(cut):
    spectrum = with_line(smooth())
    kept = spectrum.wavelength > cut if cut < WAVELENGTH else spectrum.wavelength < 3930.0
    assert WINDOW[0] < cut < WINDOW[1]
    assert measure_ca_k(replace(spectrum, ivar=np.where(kept, spectrum.ivar, 0.0))) == []


def test_ca_k_is_the_source_where_it_tells_the_redshift_best():
    # Seen at a redshift that is 300 km/s off: Ca K alone is there, in a quasar without narrow lines.
    spectrum = with_line(smooth(snr=60.0), velocity=300.0, depth=0.4)
    result = fit_quasar(spectrum, FitConfig(complexes=("mgii",)))
    (row,) = [row for row in result.measurements if row.quantity == "z_sys"]
    assert row.feature_id == "cak"
    assert row.value == pytest.approx(1.5 * np.exp(300.0 / C_KMS) - 1.0, abs=3e-5)
    own = next(row for row in result.measurements if row.quantity == "cak_voff").error
    assert row.error == pytest.approx((1.0 + row.value) * np.hypot(own, 35.0) / C_KMS, rel=1e-6)


def test_a_faint_ca_k_is_published_and_no_source():
    rng = np.random.default_rng(2)
    for _ in range(40):
        spectrum = noisy(with_line(smooth(), depth=0.1), rng)
        snr = found(spectrum).get("snr")
        if snr is not None and 3.0 < snr.value < 5.0:
            break
    result = fit_quasar(spectrum, FitConfig(complexes=()))
    assert result.value("cak_snr") == pytest.approx(snr.value)
    assert not [row for row in result.measurements if row.quantity == "z_sys"]


def test_host_model_does_not_hide_ca_k():
    spectrum = with_line(smooth(snr=60.0))
    assert fit_quasar(spectrum, FitConfig(complexes=())).value("cak_voff") == pytest.approx(VELOCITY, abs=1.0)
