"""Fixtures of batches."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from qsospec_duck.readers import spectra_from_arrays

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from local_s3 import local_s3
from made_fits import made_spectrum


@pytest.fixture
def spectra():
    """Six observed spectra in memory."""
    return [replace(made_spectrum(number), frame="observed") for number in range(6)]


@pytest.fixture
def relation(spectra) -> pa.Table:
    """The same spectra as a table of the spectra relation."""
    return pa.concat_tables(
        spectra_from_arrays(
            spectrum.wavelength, spectrum.flux, ivar=spectrum.ivar, z=spectrum.z, object_id=spectrum.object_id
        )
        for spectrum in spectra
    )


s3 = pytest.fixture(local_s3)
