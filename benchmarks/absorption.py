"""BAL flags, balnicity and absorption indices against catalogs and against known truth.

``python benchmarks/absorption.py [--n 200] [--seed 1] [--data FOLDER]`` with a Python that imports qsospec_duck.
Two parts:

Real spectra: every quasar of ``OBJECTS.csv`` that covers C IV and whose catalog says whether it is a BAL quasar.
Simulated ones, z 1.7 to 3.5, a quarter at each S/N: half behind a broad C IV trough of known indices, half behind
narrow C IV doublets only (0 to 3 of them, FWHM 100 to 300 km/s, anywhere to 25,000 km/s), which must not count.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from qsospec_duck.fitting import FitResult, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import Trough, narrow_doublet, simulate_spectra
from qsospec_duck.spectra import Spectrum, from_row

SNRS = (3.0, 5.0, 10.0, 20.0)
Z_RANGE = (1.7, 3.5)
COVERED_FROM, COVERED_TO = 1.6, 4.5
"""Redshifts at which an SDSS spectrum shows C IV and what lies 25,000 km/s blue of it."""


def main() -> None:
    options = arguments()
    if (options.data / "OBJECTS.csv").is_file():
        real(options.data)
    else:
        print(f"no OBJECTS.csv in {options.data}: simulated quasars only")
    simulated(options.n, options.seed)


def arguments() -> argparse.Namespace:
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200, help="simulated quasars")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv")
    return parser.parse_args()


def real(folder: Path) -> None:
    """Compare with catalogs of visual inspection."""
    with (folder / "OBJECTS.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["bal"] and row["cls"] == "QSO" and COVERED_FROM < float(row["z"]) < COVERED_TO
        ]
    verdicts: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        table = read_spectra(folder / row["path"], rows=[int(row["row"])])
        result = fit_quasar(from_row(table.to_pylist()[0] | {"z": float(row["z"])}))
        verdict = flag_of(result)
        verdicts.setdefault((row["bal"], row["z_source"]), []).append(verdict)
        if row["bal"] == "1" or verdict == "BAL":
            print(f"  {row['spec_id']}  S/N {row['sn']:>6}  catalog {row['bal']}  {verdict:9s}  {told(result)}")
    for (kind, source), found in sorted(verdicts.items(), reverse=True):
        flagged, faint = found.count("BAL"), found.count("too faint")
        print(f"{'BAL' if kind == '1' else 'no BAL'} in {source}: {len(found)}; ", end="")
        print(f"flagged {flagged} ({flagged / len(found):.1%}), too faint to say {faint}")


def flag_of(result: FitResult) -> str:
    """``BAL``, ``none`` or ``too faint``."""
    value = result.value("bal")
    return "too faint" if np.isnan(value) else "BAL" if value else "none"


def told(result: FitResult) -> str:
    return " ".join(warning.message for warning in result.warnings if warning.code == "broad_absorption")


def simulated(n: int, seed: int) -> None:
    """Compare with the truth."""
    rng = np.random.default_rng(seed)
    each = -(-n // (2 * len(SNRS)))
    started = time.perf_counter()
    all_flags: list[tuple[bool, str]] = []
    print("  S/N  BAL found  too faint  false flags   BI - true  its error  pull   AI - true  its error  pull")
    for number, snr in enumerate(SNRS):
        clean, _ = simulate_spectra(2 * each, seed=seed + number, snr=snr, z_range=Z_RANGE, noise=False)
        flags: list[tuple[bool, str]] = []
        errors: list[tuple[float, ...]] = []
        for i, spectrum in enumerate(clean):
            is_bal = i % 2 == 0
            trough = Trough("civ", 0.0, 0.0, 0.0)
            rest = spectrum.wavelength / (1.0 + spectrum.z)
            if is_bal:
                slowest = rng.uniform(1000.0, 15_000.0)
                trough = Trough("civ", slowest + rng.uniform(1500.0, 8000.0), slowest, rng.uniform(0.3, 1.0))
                left = trough.transmission(rest)
            else:
                left = np.ones(spectrum.n_pix)
                for _ in range(rng.integers(0, 4)):
                    velocity, fwhm, depth = rng.uniform((0.0, 100.0, 0.2), (25_000.0, 300.0, 0.99))
                    left = left * narrow_doublet(rest, velocity, fwhm, depth)
            result = fit_quasar(noisy(spectrum, left, rng))
            flags.append((is_bal, flag_of(result)))
            if is_bal and flag_of(result) == "BAL":
                errors.append(against_truth(result, trough))
        report(snr, flags, np.array(errors))
        all_flags += flags
    false = sum(verdict == "BAL" for is_bal, verdict in all_flags if not is_bal)
    without = sum(not is_bal for is_bal, _ in all_flags)
    print(f"simulated non-BAL quasars with narrow doublets: {without}; flagged {false} ({false / without:.1%})")
    print(f"{time.perf_counter() - started:.0f} s")


def noisy(spectrum: Spectrum, left: np.ndarray, rng: np.random.Generator) -> Spectrum:
    noise = rng.normal(size=spectrum.n_pix) / np.sqrt(spectrum.ivar)
    return replace(spectrum, flux=spectrum.flux * left + noise)


def against_truth(result: FitResult, trough: Trough) -> tuple[float, ...]:
    """Value − truth and error of BI and AI."""
    found = {row.quantity: row for row in result.measurements}
    out: list[float] = []
    for quantity, truth in zip(("bi_civ", "ai_civ"), trough.indices(), strict=True):
        row = found[quantity]
        out += [row.value - truth, row.error if row.error is not None else np.nan]
    return tuple(out)


def report(snr: float, flags: list[tuple[bool, str]], errors: np.ndarray) -> None:
    bal = [verdict for is_bal, verdict in flags if is_bal]
    other = [verdict for is_bal, verdict in flags if not is_bal]
    found = f"{bal.count('BAL')}/{len(bal)}"
    print(f"{snr:5.0f}  {found:>9}  {bal.count('too faint'):9d}  {other.count('BAL'):>7d}/{len(other)}", end="  ")
    for k in (0, 2):
        difference, error = errors[:, k], errors[:, k + 1]
        known = np.isfinite(error)
        pull = np.median(np.abs(difference[known] / error[known])) / 0.6745
        print(f"{np.median(difference):10.0f}  {np.nanmedian(error):9.0f}  {pull:4.1f}", end="  ")
    print()


if __name__ == "__main__":
    main()
