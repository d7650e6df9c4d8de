"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real spectra, templates and published values; a test that needs it skips where it is absent."""
    folder = Path(
        os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data")
    )
    if not (folder / "OBJECTS.csv").is_file():
        pytest.skip(f"no real data at {folder}; set QSOSPEC_DUCK_TEST_DATA to the folder that holds OBJECTS.csv")
    return folder
