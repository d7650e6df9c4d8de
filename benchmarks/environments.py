"""Environments of the benchmarked packages, each by itself: ours, the peer's, PyQSOFit's."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PEER_REQUIREMENT = "qsospec==0.1.1"
PYQSOFIT_REQUIREMENT = "PyQSOFit"

SINGLE_THREAD = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    )
}  # fmt: skip
"""Variables that hold BLAS, OpenMP and numba to one thread."""


def ours(cache: Path, checkout: Path) -> Path:
    """Python of an environment with this checkout installed."""
    return _environment(cache / "ours", ["--editable", str(checkout)], "qsospec_duck.fitting")


def peer(cache: Path) -> Path:
    """Python of an environment with qsospec 0.1.1."""
    return _environment(cache / "qsospec", [PEER_REQUIREMENT], "qsospec")


def pyqsofit(cache: Path) -> Path | None:
    """Python of an environment with PyQSOFit; ``None`` where the package index has none."""
    try:
        return _environment(cache / "pyqsofit", [PYQSOFIT_REQUIREMENT], "pyqsofit")
    except subprocess.CalledProcessError:
        return None


def can_import(python: Path, module: str) -> bool:
    """Whether an interpreter imports a module."""
    found = subprocess.run([python, "-c", f"import {module}"], env=worker_environment(), capture_output=True)
    return found.returncode == 0


def worker_environment(**further: str) -> dict[str, str]:
    """Variables of a worker: one thread, nothing inherited that points at other packages."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return kept | SINGLE_THREAD | further


def _environment(folder: Path, requirements: list[str], module: str) -> Path:
    """Python of a virtual environment that imports ``module``; made at the first call."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and can_import(python, module):
        return python
    print(f"making {folder}: {' '.join(requirements)}", file=sys.stderr, flush=True)
    venv.EnvBuilder(with_pip=True, clear=True).create(folder)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    subprocess.run(command, check=True, env=worker_environment())
    return python
