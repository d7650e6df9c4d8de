from dataclasses import replace

import numpy as np
import pytest

from qsospec_duck.fitting import fit_epochs
from qsospec_duck.simulate import Gaussian, Quasar, simulate_quasar


@pytest.fixture(scope="module")
def fits():
    lines = (Gaussian("mgii", "broad", 900.0, 100.0, 3500.0), Gaussian("oiii5008", "narrow", 300.0, 0.0, 500.0))
    quasar = Quasar(0.75, 20.0, -1.4, lines=lines)
    epochs = [replace(simulate_quasar(quasar, snr=8.0, seed=seed), object_key=f"e{seed}") for seed in range(6)]
    return fit_epochs(epochs)


def test_the_coadd_knows_more_than_an_epoch(fits):
    # Not a width, and not the broad flux alone: their errors depend on the number of Gaussians, which more signal lets
    # grow, and on whether a narrow one is among them.
    for quantity in ("flux_3000", "mgii_total_flux"):
        together, *errors = (
            next(row.error for row in fit.measurements if row.quantity == quantity)
            for fit in (fits.together, *fits.epochs)
        )
        assert together == pytest.approx(np.median(errors) / 6**0.5, rel=0.4)
    assert fits.together.spectrum.object_key == "coadd:e0+e1+e2+e3+e4+e5"


def test_epochs_of_a_constant_source_agree_within_their_errors(fits):
    table = fits.repeatability()
    n, mean, error, chi2 = table["complex_metric", "mgii", "mgii_broad_flux"]
    assert n == 6
    assert abs(mean - 900.0) < 5 * error
    # 5 degrees of freedom: 20.5 is exceeded once in a thousand times.
    assert chi2 < 20.5


def test_the_mean_of_epochs_is_the_fit_of_their_mean(fits):
    _, mean, error, _ = fits.repeatability()["continuum_sample", None, "flux_3000"]
    assert abs(mean - fits.together.value("flux_3000")) < 3 * error
