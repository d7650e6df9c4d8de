"""How often wrong redshifts are found, and right ones suspected.

``python benchmarks/redshifts.py [--data FOLDER]`` with a Python that imports qsospec_duck. Takes the SDSS quasars of
``OBJECTS.csv`` at their catalog redshift, then at every redshift at which one of six strong lines would be taken for
another.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import time
from dataclasses import replace
from pathlib import Path

from qsospec_duck.fitting.redshift_check import check_redshift
from qsospec_duck.models.lines import line
from qsospec_duck.readers import read_spectra
from qsospec_duck.spectra import ExtinctionConfig, from_row, prepare

STRONG = ("lya", "civ", "ciii", "mgii", "hb", "ha")
SEEN = (3800.0, 9200.0)
"""Observed wavelengths [Å] at which a line is taken for another."""

WRONG_RANGE = (0.1, 5.0)
RIGHT = 0.02
"""Largest |Δz|/(1+z) of a proposed redshift that is right."""


def main() -> None:
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv")
    folder = parser.parse_args().data
    with (folder / "OBJECTS.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["cls"] == "QSO" and row["path"].startswith("sdss/")]
    n = false = wrong = caught = right = 0
    seconds = 0.0
    for row in rows:
        table = read_spectra(folder / row["path"], rows=[int(row["row"])])
        rest = prepare(from_row(table.to_pylist()[0] | {"z": float(row["z"])}), ExtinctionConfig())
        started = time.process_time()
        _, warnings = check_redshift(rest)
        seconds += time.process_time() - started
        n += 1
        false += bool(warnings)
        for warning in warnings:
            print(f"  {row['spec_id']}: {warning.message}")
        for shown, taken_for in itertools.permutations(STRONG, 2):
            wavelength = line(shown).wavelength
            z = (1.0 + rest.z) * wavelength / line(taken_for).wavelength - 1.0
            if SEEN[0] < wavelength * (1.0 + rest.z) < SEEN[1] and WRONG_RANGE[0] < z < WRONG_RANGE[1]:
                moved = replace(rest, z=z, wavelength=rest.wavelength * (1.0 + rest.z) / (1.0 + z))
                proposed, warnings = check_redshift(moved)
                wrong += 1
                caught += bool(warnings)
                right += bool(warnings) and abs(proposed[0].value - rest.z) < RIGHT * (1.0 + rest.z)
    print(f"catalog redshifts: {n}; suspect {false} ({false / n:.1%}); {1e3 * seconds / n:.2f} ms CPU each")
    print(f"lines confused: {wrong}; suspect {caught / wrong:.1%}, the right one proposed {right / wrong:.1%}")


if __name__ == "__main__":
    main()
