"""BAL flags, balnicity and absorption indices against catalogs and against known truth.

``python benchmarks/absorption.py [--n 720] [--seed 20] [--data FOLDER] [--figure FILE]`` with a Python that imports
qsospec_duck. Two parts:

Real spectra: every quasar of ``OBJECTS.csv`` that covers C IV and whose catalog says whether it is a BAL quasar.
Simulated ones, z 1.7 to 3.5, as many at each S/N: a third behind a broad C IV trough, a third behind one to three
narrow C IV doublets (FWHM 100 to 300 km/s, anywhere to 25,000 km/s), a third unabsorbed. True BAL quasars are those
behind a broad trough with a transmission below 0.9 over 1000 km/s without a break; a few doublets are as wide.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting import FitResult, fit_quasar
from qsospec_duck.fitting.absorption import BAL_WIDTH
from qsospec_duck.models.lines import line
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import Trough, narrow_doublet, simulate_spectra
from qsospec_duck.spectra import Spectrum, from_row

SNRS = (2.0, 3.0, 5.0, 10.0, 20.0, 30.0)
Absorber = Callable[[np.ndarray], np.ndarray]
"""Transmission at rest wavelengths."""

KINDS = ("trough", "doublets", "clear")
Z_RANGE = (1.7, 3.5)
COVERED_FROM, COVERED_TO = 1.6, 4.5
"""Redshifts at which an SDSS spectrum shows C IV and what lies 25,000 km/s blue of it."""


def main() -> None:
    options = arguments()
    if (options.data / "OBJECTS.csv").is_file():
        real(options.data)
    else:
        print(f"no OBJECTS.csv in {options.data}: simulated quasars only")
    tried = simulated(options.n, options.seed)
    report(tried)
    if options.figure:
        draw(tried, options.figure)


def arguments() -> argparse.Namespace:
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=720, help="simulated quasars")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv")
    parser.add_argument("--figure", type=Path, help="PNG of flags and pulls to be written")
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


@dataclass(frozen=True)
class Tried:
    """A simulated quasar and what was found."""

    snr: float
    kind: str
    true_width: float
    """Longest stretch of true transmission below 0.9 [km/s]."""

    verdict: str
    pulls: tuple[float, float]
    """(Value − truth) / error of BI and AI; NaN where there is no error."""

    errors: tuple[float, float]
    off: tuple[float, float]
    """Value − truth [km/s]."""

    @property
    def is_bal(self) -> bool:
        """Whether it is a BAL quasar in truth."""
        return self.kind == "trough" and self.true_width >= BAL_WIDTH


def simulated(n: int, seed: int) -> list[Tried]:
    """Fit quasars behind absorbers that are known."""
    rng = np.random.default_rng(seed)
    each = -(-n // len(SNRS))
    started = time.perf_counter()
    tried: list[Tried] = []
    for number, snr in enumerate(SNRS):
        clean, _ = simulate_spectra(each, seed=1000 * seed + number, snr=snr, z_range=Z_RANGE, noise=False)
        for i, spectrum in enumerate(clean):
            kind = KINDS[i % len(KINDS)]
            absorbers, truth = absorbers_of(kind, rng)
            left = transmission(absorbers, spectrum.wavelength / (1.0 + spectrum.z))
            result = fit_quasar(noisy(spectrum, left, rng))
            off, errors = against(result, truth)
            pulls = tuple(a / b for a, b in zip(off, errors, strict=True))
            tried.append(Tried(snr, kind, true_width(absorbers), flag_of(result), pulls, errors, off))
    print(f"{len(tried)} simulated quasars, seed {seed}; {time.perf_counter() - started:.0f} s")
    return tried


def absorbers_of(kind: str, rng: np.random.Generator) -> tuple[list[Absorber], tuple[float, float]]:
    """Draw absorbers, with the true BI and AI of a broad one."""
    if kind == "trough":
        slowest = rng.uniform(1000.0, 15_000.0)
        trough = Trough("civ", slowest + rng.uniform(1500.0, 8000.0), slowest, rng.uniform(0.3, 1.0))
        return [trough.transmission], trough.indices()
    count = int(rng.integers(1, 4)) if kind == "doublets" else 0
    systems = [rng.uniform((0.0, 100.0, 0.2), (25_000.0, 300.0, 0.99)) for _ in range(count)]
    return [partial(doublet, system) for system in systems], (np.nan, np.nan)


def doublet(system: np.ndarray, rest: np.ndarray) -> np.ndarray:
    return narrow_doublet(rest, *system)


def transmission(absorbers: list[Absorber], rest: np.ndarray) -> np.ndarray:
    return np.prod([absorber(rest) for absorber in absorbers], axis=0) if absorbers else np.ones(rest.size)


def true_width(absorbers: list[Absorber]) -> float:
    """Longest stretch of C IV below 0.9 [km/s], on a grid of 1 km/s."""
    velocity = np.arange(0.0, 25_000.0)
    below = transmission(absorbers, line("civ").wavelength * np.exp(-velocity / C_KMS)) < 0.9
    ends = np.flatnonzero(np.diff(np.concatenate([[0], below.astype(int), [0]])))
    return float(np.max(ends[1::2] - ends[::2], initial=0))


def noisy(spectrum: Spectrum, left: np.ndarray, rng: np.random.Generator) -> Spectrum:
    noise = rng.normal(size=spectrum.n_pix) / np.sqrt(spectrum.ivar)
    return replace(spectrum, flux=spectrum.flux * left + noise)


def against(result: FitResult, truth: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Value − truth, and error, of BI and AI."""
    found = {row.quantity: row for row in result.measurements}
    rows = [found.get(quantity) for quantity in ("bi_civ", "ai_civ")]
    off = tuple(row.value - true if row and true > 0 else np.nan for row, true in zip(rows, truth, strict=True))
    return off, tuple(row.error if row and row.error else np.nan for row in rows)


def report(tried: list[Tried]) -> None:
    """Print flags and pulls by S/N."""
    heads = ("S/N", "BAL flagged", "too faint to say", "others flagged", "BI: error, 1 σ, 2 σ", "AI: error, 1 σ, 2 σ")
    print(f"\n| {' | '.join(heads)} |")
    print("|--:|--:|--:|--:|--:|--:|")
    for snr in (*SNRS, None):
        some = [one for one in tried if snr is None or one.snr == snr]
        bal, other = [one for one in some if one.is_bal], [one for one in some if not one.is_bal]
        cells = [
            f"{sum(one.verdict == 'BAL' for one in bal)} of {len(bal)}",
            f"{sum(one.verdict == 'too faint' for one in some)}",
            f"{sum(one.verdict == 'BAL' for one in other)} of {len(other)}",
        ]
        for k in (0, 1):
            pull = pulls_of(some, k)
            error = np.nanmedian([one.errors[k] for one in some if one.kind == "trough"])
            inside = [f"{np.mean(np.abs(pull) < limit):.2f}" for limit in (1.0, 2.0)]
            cells.append(f"{error:.0f}, {', '.join(inside)}")
        print(f"| {'all' if snr is None else f'{snr:.0f}'} | {' | '.join(cells)} |")


def pulls_of(tried: list[Tried], k: int) -> np.ndarray:
    found = np.array([one.pulls[k] for one in tried if one.kind == "trough"])
    return found[np.isfinite(found)]


def draw(tried: list[Tried], path: Path) -> None:
    """Write a figure: flags by width, and pulls."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from scipy.stats import norm

    figure, (flags, pulls) = plt.subplots(1, 2, figsize=(8.0, 3.0), layout="constrained")
    edges = np.array([0.0, 1.0, 500.0, 1000.0, 2000.0, 4000.0, 10_000.0])
    labels = ["none", "< 500", "500–1000", "1000–2000", "2000–4000", "> 4000"]
    for snrs, marker in (((2.0, 3.0), "o"), ((5.0, 10.0), "s"), ((20.0, 30.0), "^")):
        for is_trough, style in ((True, "-"), (False, ":")):
            some = [
                one
                for one in tried
                if one.snr in snrs and one.verdict != "too faint" and (one.kind == "trough") == is_trough
            ]
            place = np.digitize([one.true_width for one in some], edges) - 1
            flagged = np.array([one.verdict == "BAL" for one in some])
            share = [flagged[place == k].mean() if np.any(place == k) else np.nan for k in range(len(labels))]
            label = f"{'troughs' if is_trough else 'others'}, S/N {snrs[0]:.0f}, {snrs[1]:.0f}"
            flags.plot(share, marker, ls=style, lw=0.8, label=label)
    flags.set(
        xticks=range(len(labels)), ylabel="fraction flagged", xlabel="true width below 0.9 [km/s]", ylim=(-0.05, 1.05)
    )
    flags.set_xticklabels(labels, fontsize=7)
    flags.axvline(2.5, color="0.6", lw=0.8)
    flags.legend(fontsize=7)
    bins = np.linspace(-5.0, 5.0, 26)
    for k, name in ((0, "BI"), (1, "AI")):
        pulls.hist(np.clip(pulls_of(tried, k), -4.9, 4.9), bins, density=True, histtype="step", label=name)
    pulls.plot(bins, norm.pdf(bins), color="0.5", lw=0.8, label="normal")
    pulls.set(xlabel="(measured − true) / error", ylabel="density")
    pulls.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
