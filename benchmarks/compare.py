"""Figures of a benchmark run: ``compare.py RUN_FOLDER``, where ``fit.py`` left inputs, results and answers.

χ² is compared on the same pixels: those that both packages fitted in a window. Each package is held to the model
with which it means to describe that window.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

REDSHIFT_BINS = (0.0, 0.4, 0.8, 1.6, 2.4, 10.0)
EXCESS = 1.02
"""χ² ratio above which a window or a spectrum counts as worse than the peer's."""


def main(run: Path) -> None:
    answers = {path.stem: json.loads(path.read_text()) for path in sorted((run / "answers").glob("*.json"))}
    print(machine())
    for fitter, said in answers.items():
        print_worker(fitter, said)
    redshifts = {path.stem: float(np.load(path)["z"]) for path in (run / "inputs").glob("*.npz")}
    cpu = {fitter: {name: seconds[0] for name, seconds in said["cpu"].items()} for fitter, said in answers.items()}
    repeated = {name: min(seconds) for name, seconds in answers["ours"]["cpu"].items()}
    times = max(map(len, answers["ours"]["cpu"].values()), default=0)
    print_cpu(cpu | {f"ours, least of {times}": repeated}, redshifts)
    for fitter in answers:
        if fitter != "ours":
            print_chi2(run, fitter, [name for name in cpu["ours"] if name in cpu[fitter]])


def machine() -> str:
    """Name of the processor, as the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        name = next(line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        import platform

        name = platform.processor() or platform.machine()
    return f"machine: {name}; one thread a package, Python {sys.version.split()[0]}"


def print_worker(fitter: str, said: dict) -> None:
    versions = ", ".join(f"{name} {version}" for name, version in said["versions"].items())
    print(f"\n{fitter}: {versions}")
    print(f"  import {said['import_seconds']:.2f} s CPU, ", end="")
    if said.get("load_seconds"):
        print(f"loading compiled loops {said['load_seconds']:.2f} s, ", end="")
    print(f"first fit {said['first_fit']:.2f} s", end="")
    if "compile_seconds" in said:
        print(f" (first ever on a machine, with compilation: {said['compile_seconds']:.1f} s)", end="")
    print(f"; peak memory of the worker {said['peak_mb']:.0f} MB; {len(said['errors'])} not fitted")
    for name, error in said["errors"].items():
        print(f"  {name}: {error}")


def print_cpu(cpu: dict[str, dict[str, float]], redshifts: dict[str, float]) -> None:
    """CPU seconds a spectrum by redshift bin, the first time that it was fitted unless the row says otherwise."""
    print("\nCPU milliseconds a spectrum")
    header = f"  {'':18s}{'z':>10s}{'n':>6s}{'median':>10s}{'mean':>10s}{'p95':>10s}{'per core-hour':>15s}"
    print(header + f"{'times ours':>12s}")
    for fitter, seconds in cpu.items():
        shared = [name for name in seconds if name in cpu["ours"]]
        edges = [(REDSHIFT_BINS[0], REDSHIFT_BINS[-1]), *pairwise(REDSHIFT_BINS)]
        for low, high in edges:
            names = [name for name in shared if low <= redshifts[name] < high]
            if not names:
                continue
            values = 1e3 * np.array([seconds[name] for name in names])
            ours = 1e3 * sum(cpu["ours"][name] for name in names)
            print(
                f"  {fitter:18s}{f'{low:g}-{high:g}':>10s}{len(names):6d}{np.median(values):10.1f}{values.mean():10.1f}"
                f"{np.percentile(values, 95):10.1f}{3.6e6 / values.mean():15.0f}{values.sum() / ours:12.1f}"
            )


def print_chi2(run: Path, fitter: str, names: list[str]) -> None:
    """χ² of both packages on the pixels that both fitted, by window and for whole spectra."""
    windows: dict[str, list[tuple[str, float, float, int]]] = {}
    for name in names:
        with (
            np.load(run / "inputs" / f"{name}.npz") as stored,
            np.load(run / "ours" / f"{name}.npz") as mine,
            np.load(run / fitter / f"{name}.npz") as other,
        ):
            stretch = 1.0 + float(stored["z"])
            flux, ivar = stored["flux"] * stretch, stored["ivar"] / stretch**2
            total = [0.0, 0.0, 0]
            for key in other.files:
                window = key.removeprefix("mask_") if key.startswith("mask_") else "continuum"
                if not (key.startswith("mask_") or key == "continuum_mask"):
                    continue
                model = "continuum_model" if window == "continuum" else f"model_{window}"
                if model not in mine.files:
                    windows.setdefault(f"{window} (not ours)", []).append((name, 0.0, 0.0, 0))
                    continue
                both = mine[key] & other[key] & (ivar > 0)
                chi2 = [float(np.sum((flux - source[model])[both] ** 2 * ivar[both])) for source in (mine, other)]
                windows.setdefault(window, []).append((name, *chi2, int(both.sum())))
                total = [total[0] + chi2[0], total[1] + chi2[1], total[2] + int(both.sum())]
            windows.setdefault("all windows", []).append((name, *total))
    print(f"\nχ² of ours and of {fitter} on the pixels that both fitted")
    print(f"  {'window':24s}{'spectra':>8s}{'pixels':>9s}{'ours':>12s}{'theirs':>12s}{'ratio':>8s}{'>1.02':>8s}  worst")
    for window, rows in sorted(windows.items(), key=lambda item: (item[0] == "all windows", item[0])):
        values = np.array([row[1:] for row in rows])
        ratio = values[:, 0] / np.maximum(values[:, 1], 1e-300)
        worst = ", ".join(f"{rows[i][0].removeprefix('spec-')} {ratio[i]:.2f}" for i in np.argsort(-ratio)[:3])
        total = values.sum(axis=0)
        print(
            f"  {window:24s}{len(rows):8d}{total[2]:9.0f}{total[0]:12.0f}{total[1]:12.0f}"
            f"{total[0] / max(total[1], 1e-300):8.4f}{np.mean(ratio > EXCESS):8.3f}  {worst}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
