"""Compiled code outlives no edit of any compiled file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qsospec_duck.models.machine_code import drop_stale_code


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Two compiled modules, of which one calls the other, one that is not compiled, and kept code of both."""
    for name in ("models/low.py", "fitting/high.py", "fitting/plain.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        os.utime(path, ns=(1_000, 1_000))
    for name in ("models/__pycache__/low.f-3.py311", "fitting/__pycache__/high.g-9.py311"):
        for ending in (".nbi", ".1.nbc"):
            path = tmp_path / f"{name}{ending}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"code")
            os.utime(path, ns=(2_000, 2_000))
    return tmp_path


def kept(package: Path) -> int:
    return len(list(package.rglob("*.nb?")))


def test_code_newer_than_its_sources_stays(package: Path) -> None:
    os.utime(package / "fitting/plain.py", ns=(9_000, 9_000))
    assert drop_stale_code(package) == 0
    assert kept(package) == 4


@pytest.mark.parametrize("edited", ["models/low.py", "fitting/high.py"])
def test_an_edit_of_one_compiled_file_drops_the_code_of_all(package: Path, edited: str) -> None:
    os.utime(package / edited, ns=(3_000, 3_000))
    assert drop_stale_code(package) == 4
    assert kept(package) == 0
    assert drop_stale_code(package) == 0
