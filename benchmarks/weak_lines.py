"""What fitting weak lines, too, costs and changes: ``--complexes all`` beside the default on real spectra.

``python benchmarks/weak_lines.py [--data FOLDER] [--every N]`` with a Python that imports qsospec_duck. Takes the SDSS
quasars of ``OBJECTS.csv``.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from pathlib import Path

import numpy as np

from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.spectra import from_row

DETECTED = 5.0
"""Flux over error of a line that counts as detected."""


def main() -> None:
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv")
    parser.add_argument("--every", type=int, default=2, help="every n-th quasar")
    given = parser.parse_args()
    with (given.data / "OBJECTS.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["cls"] == "QSO" and row["path"].startswith("sdss/")]
    rows = [row for row in rows if float(row["sn"]) > 2][:: given.every]
    spectra = [
        from_row(read_spectra(given.data / row["path"], redshift=float(row["z"])).to_pylist()[0]) for row in rows
    ]
    configs = FitConfig(), FitConfig(complexes=("all",))
    for config in configs:
        fit_quasar(spectra[0], config)
    seconds = [0.0, 0.0]
    shifts: list[float] = []
    seen: dict[str, list[float]] = {}
    for spectrum in spectra:
        found = []
        for place, config in enumerate(configs):
            started = time.process_time()
            found.append({(m.section, m.quantity): m for m in fit_quasar(spectrum, config).measurements})
            seconds[place] += time.process_time() - started
        usual, more = found
        for key, row in more.items():
            old = usual.get(key)
            if old is None and row.measure == "snr" and row.role != "total":
                seen.setdefault(row.quantity.removesuffix("_snr"), []).append(row.value)
            elif old is not None and old.error and key[0] == "complex_metric":
                shifts.append(abs(row.value - old.value) / old.error)
    cost = [1e3 * one / len(spectra) for one in seconds]
    print(f"{len(spectra)} quasars; CPU {cost[0]:.1f} ms by default, {cost[1]:.1f} ms with all lines")
    print(
        f"other lines change by {np.median(shifts):.3f} σ (median), {np.percentile(shifts, 90):.2f} σ (90 %), "
        f"more than 1 σ in {np.mean(np.array(shifts) > 1.0):.1%}"
    )
    for name, values in sorted(seen.items()):
        if len(values) > 1:
            print(f"| {name} | {len(values)} | {sum(value > DETECTED for value in values)} |")


if __name__ == "__main__":
    main()
