"""Are the errors true? Coverage of the 68 % interval over simulated quasars of all redshifts, S/N and line widths.

``python benchmarks/error_coverage.py [--n 2000] [--seed 1] [--workers 2] [--figure FILE]`` with a Python that imports
qsospec_duck. Quasars are drawn by `qsospec_duck.simulate.simulate_spectra`, a quarter of them at each S/N; every
measurement that has an error and a true value is compared with it. Prints the tables of docs/method/validation.md. With
``--calibrate`` it writes the factors on linear errors, from other quasars than those that the tables judge.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

import qsospec_duck
from qsospec_duck.fitting import FitConfig, UncertaintyConfig, fit_quasar
from qsospec_duck.fitting.error_calibration import SNR_ENDS, TABLE
from qsospec_duck.simulate import simulate_spectra

SNRS = (5.0, 10.0, 20.0, 40.0)
Z_RANGE = (0.1, 3.5)
CHUNK = 25
"""Spectra that a process simulates at once."""

SECTIONS = ("continuum_parameter", "continuum_metric", "continuum_sample", "complex_metric")
Z_EDGES = (0.4, 0.8, 1.5, 2.3)
WIDTH_EDGES = (1500.0, 3000.0, 5000.0, 15000.0)
INSIDE = 0.683
"""Share of a normal distribution within 1σ."""

LEAST = 50
"""Measurements below which a quantity has no line of its own."""

LEAST_A_HALF = 35
"""Measurements at S/N 5 and 10, and at 20 and 40, that a quantity needs for a factor at either end."""

MOST_AT_LOW_SNR = 2.0
"""Largest factor at the lowest S/N over the one for all: beyond, two solutions are as good, and no error tells both."""

ASKED = (0.63, 0.73)
"""Where the coverage of the 68 % interval should lie."""

SCHEMA = {
    "z": pl.Float64, "snr": pl.Float64, "width": pl.Float64, "quantity": pl.String, "measure": pl.String,
    "line": pl.String, "pull": pl.Float64, "line_snr": pl.Float64,
}  # fmt: skip


def main() -> None:
    options = arguments()
    each = -(-options.n // len(SNRS))
    jobs = [
        (options.seed * 1_000_000 + 10 * start + number, snr, min(CHUNK, each - start), not options.calibrate)
        for start in range(0, each, CHUNK)
        for number, snr in enumerate(SNRS)
    ]
    started = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
        rows = pl.concat(pl.DataFrame(part, SCHEMA, orient="row") for part in pool.map(compare, jobs))
    if options.keep:
        rows.write_parquet(options.keep)
    print(f"{each * len(SNRS)} simulated quasars, seed {options.seed}, z {Z_RANGE[0]} to {Z_RANGE[1]}, ", end="")
    print(f"S/N per pixel {', '.join(f'{snr:.0f}' for snr in SNRS)}; {time.perf_counter() - started:.0f} s")
    report(rows, options.least)
    if options.figure:
        draw(rows, options.figure)
    if options.calibrate:
        calibrate(rows, options.least)


def compare(job: tuple[int, float, int, bool]) -> list[tuple]:
    """Simulate and fit some quasars; a row for every measurement with an error and a truth."""
    seed, snr, n, calibrated = job
    config = FitConfig(uncertainty=UncertaintyConfig(calibrated=calibrated))
    spectra, table = simulate_spectra(n, seed=seed, snr=snr, z_range=Z_RANGE)
    truths: dict[int, dict[str, float]] = {}
    for row in table.to_pylist():
        truths.setdefault(row["target_id"], {})[row["quantity"]] = row["value"]
    rows = []
    for spectrum in spectra:
        truth = truths[int(spectrum.object_id)]
        found = [one for one in fit_quasar(spectrum, config).measurements if one.section in SECTIONS]
        snrs = {(one.feature_id, one.role): one.value for one in found if one.measure == "snr"}
        for one in found:
            if one.error is None or one.quantity not in truth:
                continue
            pull = (one.value - truth[one.quantity]) / one.error
            # A line whose flux came out as 0 has no S/N.
            line_snr = snrs.get((one.feature_id, one.role), 0.0) if one.section == "complex_metric" else None
            line = f"{one.feature_id}_{one.role}"
            rows.append((spectrum.z, snr, truth["hb_broad_fwhm"], one.quantity, one.measure, line, pull, line_snr))
    return rows


def calibrate(rows: pl.DataFrame, least: int) -> None:
    """Write the factors that linear errors need (`qsospec_duck.fitting.error_calibration`)."""
    kept: dict[str, tuple[str, float, float, float, int]] = {}
    rows = rows.with_columns(place=(pl.col("snr") / SNR_ENDS[0]).log() / math.log(SNR_ENDS[1] / SNR_ENDS[0]))
    # A wider error of a line's flux lowers its S/N, which decides who is counted: three rounds settle that. Where too
    # few are left to count, the factors of the round before stay. One factor for all S/N decides, lest those whose
    # errors fall short most are alone in being counted.
    for _ in range(3):
        flux = pl.concat_str("line", pl.lit("_flux")).replace_strict(
            {quantity: row[1] for quantity, row in kept.items()}, default=1.0, return_dtype=pl.Float64
        )
        # The error of a luminosity is that of its flux.
        is_seen = pl.col("line_snr").is_null() | (pl.col("line_snr") >= 5.0 * flux)
        for (quantity, measure), part in rows.filter(pl.col("measure") != "logl", is_seen).group_by(
            "quantity", "measure"
        ):
            if part.height >= least:
                kept[str(quantity)] = (str(measure), *factors_of(part), part.height)
    path = Path(qsospec_duck.__file__).parent / TABLE
    table = pl.DataFrame(
        [(quantity, one[0], round(one[2], 2), round(one[3], 2), one[4]) for quantity, one in kept.items()],
        ["quantity", "measure", "factor_snr5", "factor_snr40", "n"], orient="row",
    ).sort("quantity")  # fmt: skip
    table.write_csv(path)
    medians = table["factor_snr5"].median(), table["factor_snr40"].median()
    print(f"\n{table.height} factors written to {TABLE}; medians {medians[0]:.2f} and {medians[1]:.2f}.")


def factors_of(part: pl.DataFrame) -> tuple[float, float, float]:
    """Factor for all S/N, and those at the lowest and highest: a line through the logarithms of the quantiles at each.

    One for all where less than `LEAST_A_HALF` measurements lie in the lower or upper half: their quantile is uncertain
    by 16 %.
    """
    whole = max(1.0, float(part["pull"].abs().quantile(INSIDE, "linear")))
    upper = int((part["place"] > 0.5).sum())
    if min(upper, part.height - upper) < LEAST_A_HALF:
        return whole, whole, whole
    groups = part.group_by("place").agg(quantile=pl.col("pull").abs().quantile(INSIDE, "linear"), n=pl.len())
    slope, low = np.polyfit(groups["place"], groups["quantile"].log(), 1, w=groups["n"].sqrt())
    return whole, min(max(1.0, math.exp(low)), MOST_AT_LOW_SNR * whole), max(1.0, math.exp(low + slope))


def report(rows: pl.DataFrame, least: int) -> None:
    """Print coverage by S/N, redshift and width, by measure, and by quantity."""
    significant = rows.filter(pl.col("line_snr").is_null() | (pl.col("line_snr") >= 5.0))
    print("\nContinuum, and lines of S/N 5 and more:\n")
    parts = (
        ("all", pl.lit("")),
        ("S/N per pixel", pl.format("{}", pl.col("snr").cast(pl.Int64))),
        ("redshift", binned("z", (Z_RANGE[0], *Z_EDGES, Z_RANGE[1]))),
        ("true FWHM of Hβ", binned("width", WIDTH_EDGES)),
        ("measure", pl.col("measure")),
    )
    show([(f"{name} {key}".rstrip(), part) for name, by in parts for key, part in split(significant, by)])
    print("\nBy quantity:\n")
    quantities = [(key, part) for key, part in split(significant, pl.col("quantity")) if part.height >= least]
    show(quantities)
    shares = [coverage(part) for _, part in quantities]
    inside = sum(ASKED[0] <= share <= ASKED[1] for share in shares)
    above = sum(share > ASKED[1] for share in shares)
    print(
        f"\n{len(shares)} quantities with {least} or more measurements: {inside} cover {ASKED[0]} to {ASKED[1]}, ",
        end="",
    )
    print(f"{above} more (errors too large), {len(shares) - inside - above} less (errors too small or a bias).")
    outside = [(share, part.height) for share, (_, part) in zip(shares, quantities, strict=True)]
    by_chance = sum(
        max(ASKED[0] - share, share - ASKED[1]) < 2.0 * (share * (1.0 - share) / n) ** 0.5
        for share, n in outside
        if not ASKED[0] <= share <= ASKED[1]
    )
    print(f"Of the {len(shares) - inside} outside, {by_chance} lie within two binomial standard errors of the range.")


def draw(rows: pl.DataFrame, path: Path) -> None:
    """Write a figure: pulls by kind of measure, and how many quantities cover how much."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter
    from scipy.stats import norm

    significant = rows.filter(pl.col("line_snr").is_null() | (pl.col("line_snr") >= 5.0))
    figure, (pulls, by_snr, shares) = plt.subplots(1, 3, figsize=(10.0, 2.8), layout="constrained")
    bins = np.linspace(-4.0, 4.0, 41)
    for measure in ("flux", "fwhm", "voff", "logl"):
        pull = significant.filter(pl.col("measure") == measure)["pull"].clip(-3.95, 3.95).to_numpy()
        pulls.hist(pull, bins, density=True, histtype="step", label=measure)
    pulls.plot(bins, norm.pdf(bins), color="0.5", lw=0.8, label="normal")
    pulls.set(xlabel="(measured − true) / error", ylabel="density")
    pulls.legend(fontsize=7)
    for snr in SNRS:
        pull = np.sort(significant.filter(pl.col("snr") == snr)["pull"].abs().to_numpy())
        by_snr.plot(pull, np.linspace(0.0, 1.0, pull.size), lw=1.0, label=f"S/N {snr:.0f}")
    at = np.linspace(0.0, 4.0, 81)
    by_snr.plot(at, 2.0 * norm.cdf(at) - 1.0, color="0.5", lw=0.8, ls="--", label="normal")
    by_snr.set(xlim=(0.0, 4.0), ylim=(0.0, 1.0), xlabel="errors", ylabel="part of true values within")
    by_snr.legend(fontsize=7)
    by_quantity = significant.group_by("quantity").agg(
        n=pl.len(), share=(pl.col("pull").abs() <= 1.0).mean()
    ).filter(pl.col("n") >= LEAST)  # fmt: skip
    shares.scatter(by_quantity["n"], by_quantity["share"], s=4)
    shares.axhspan(*ASKED, color="0.9", zorder=0)
    shares.set(xscale="log", ylim=(0.4, 1.0), xlabel="measurements of a quantity", ylabel="part within one error")
    shares.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    shares.xaxis.set_major_formatter(ScalarFormatter())
    shares.xaxis.set_minor_formatter(NullFormatter())
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


def split(rows: pl.DataFrame, by: pl.Expr) -> list[tuple[str, pl.DataFrame]]:
    """Parts of a table by a key, in the order of the keys."""
    keyed = rows.with_columns(by.alias("key"))
    parts = {str(key): part for (key,), part in keyed.group_by("key")}
    return [(key, parts[key]) for key in sorted(parts, key=_order)]


def _order(key: str) -> tuple[float, str]:
    return (float(key.split()[0]), "") if key[:1].isdigit() else (0.0, key)


def binned(column: str, edges: tuple[float, ...]) -> pl.Expr:
    """Name of the interval between two edges in which a value lies; the last one holds what is above as well."""
    named = pl.lit(f"{edges[0]:g} to {edges[1]:g}")
    for low, high in pairwise(edges[1:]):
        named = pl.when(pl.col(column) >= low).then(pl.lit(f"{low:g} to {high:g}")).otherwise(named)
    return named


def show(parts: list[tuple[str, pl.DataFrame]]) -> None:
    """Print a Markdown table, a line a part."""
    print("| | n | 68 % interval covers | 95 % interval covers | median pull | scatter |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, part in parts:
        pull = part["pull"]
        # Half the distance of the 16th and 84th percentiles: 1 for a normal distribution of unit width.
        low, middle, high = (pull.quantile(level, "linear") for level in (0.1587, 0.5, 0.8413))
        wide = (pull.abs() <= 1.96).mean()
        mark = "" if ASKED[0] <= coverage(part) <= ASKED[1] else " *"
        print(
            f"| {name} | {part.height} | {coverage(part):.3f}{mark} | {wide:.3f} | {middle:+.2f} "
            f"| {0.5 * (high - low):.2f} |"
        )


def coverage(part: pl.DataFrame) -> float:
    """Fraction of the measurements whose error holds the truth."""
    return float((part["pull"].abs() <= 1.0).mean())


def arguments() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=2000, help="simulated quasars; default 2000")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other quasars and noise")
    parser.add_argument("--workers", type=int, default=1, help="processes; default 1")
    parser.add_argument("--least", type=int, default=LEAST, help="measurements that a line of the table needs")
    parser.add_argument("--calibrate", action="store_true", help="write the table of factors from linear errors")
    parser.add_argument("--figure", type=Path, help="PNG of pulls and coverage to be written")
    parser.add_argument("--keep", metavar="FILE", help="Parquet file for the pulls")
    return parser.parse_args()


if __name__ == "__main__":
    main()
