"""Read spectra once for all workers: ``prepare.py DATA INPUTS EVERY``.

``DATA`` holds ``OBJECTS.csv`` with columns ``path`` (relative to it), ``z``, and optionally ``ra`` and ``dec``.
Prints the names of the spectra, one a line, in order of redshift.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from qsospec_duck.readers import read_spectra

SKIPPED_FOLDERS = ("desi", "lamost", "other")
"""Formats and stars, no quasars of the comparison."""


def prepare(data: Path, inputs: Path, every: int) -> list[str]:
    """Write one npz a spectrum; their names in order of redshift, every ``every``-th of them."""
    inputs.mkdir(parents=True, exist_ok=True)
    with (data / "OBJECTS.csv").open(encoding="utf-8", newline="") as file:
        objects = [row for row in csv.DictReader(file) if Path(row["path"]).parts[0] not in SKIPPED_FOLDERS]
    chosen = sorted((row for row in objects if float(row["z"]) > 0), key=lambda row: (float(row["z"]), row["path"]))
    names = []
    for row in chosen[::every]:
        path = data / row["path"]
        name = path.name.split(".")[0]
        names.append(name)
        target = inputs / f"{name}.npz"
        if target.exists():
            continue
        spectrum = read_spectra(path, redshift=float(row["z"])).to_pylist()[0]
        np.savez(
            target, name=name, z=float(row["z"]), ra=float(row.get("ra") or "nan"), dec=float(row.get("dec") or "nan"),
            wavelength=np.array(spectrum["wavelength"], dtype=float), flux=np.array(spectrum["flux"], dtype=float),
            ivar=np.array(spectrum["ivar"], dtype=float),
        )  # fmt: skip
    return names


if __name__ == "__main__":
    print("\n".join(prepare(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
