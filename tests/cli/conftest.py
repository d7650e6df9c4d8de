"""A small run, made once by the commands themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from qsospec_duck.cli import main


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Folder with ``fits``, ``tiles`` and ``run``: two synthetic quasars, simulated, converted and fitted."""
    folder = tmp_path_factory.mktemp("cli")
    assert main(["simulate", str(folder / "fits"), "--quasars", "2", "--seed", "5", "--z-range", "0.4", "0.6"]) == 0
    assert main(["tiles", "convert", str(folder / "fits"), "--out", str(folder / "tiles")]) == 0
    tiles = str(folder / "tiles" / "**" / "*.parquet")
    query = "SELECT * FROM spectra WHERE z < 0.9"
    assert main(["fit", query, "--tiles", tiles, "--run", str(folder / "run"), "--no-qa", "--quiet"]) == 0
    return folder
