"""An archive folder on disk that a local server can serve."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qsospec_duck.archive import ArchiveTile

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from made_archive import write_archive


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> tuple[Path, list[ArchiveTile]]:
    """Three tiles; nobody changes the folder."""
    folder = tmp_path_factory.mktemp("archive")
    return folder, write_archive(folder, [9835, 23040, 23041])
