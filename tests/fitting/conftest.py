"""Spectra with a known truth."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from qsospec_duck.simulate import simulate_quasar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from quasar_truths import high_redshift_quasar, low_redshift_quasar, noisy, truth_of


@pytest.fixture(scope="session")
def low_z():
    """Noiseless spectrum and truth at redshift 0.6."""
    quasar = low_redshift_quasar()
    return simulate_quasar(quasar, snr=18.0, noise=False), truth_of(quasar)


@pytest.fixture(scope="session")
def high_z():
    """Noiseless spectrum and truth at redshift 1.9."""
    quasar = high_redshift_quasar()
    return simulate_quasar(quasar, snr=18.0, noise=False), truth_of(quasar)


@pytest.fixture(scope="session")
def noisy_low_z(low_z):
    """One noisy spectrum at redshift 0.6."""
    return noisy(low_z[0], np.random.default_rng(42))
