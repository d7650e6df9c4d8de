"""How fast spectra are cut out and stacked in SQL, beside loops in numpy over the same rows.

    python benchmarks/cutouts.py                    # 10,000 spectra of 7,781 pixels, as a DESI tile holds them
    python benchmarks/cutouts.py --spectra 2000

The spectra are made up: a constant with noise, written as our tiles are. Both sides read Parquet. Wall time with two
threads for SQL; CPU seconds too, since other work on the machine falls on the wall time of whoever runs at that moment.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.database import load_sql

N_PIX = 7_781
PER_TILE = 500
LOW, HIGH, STEP = 1_000.0, 5_000.0, 2.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--spectra", type=int, default=10_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="cutouts_") as name, duckdb.connect() as con:
        folder = Path(name)
        write_tiles(folder, given.spectra)
        con.execute("SET threads = 2")
        load_sql(con, ["macros"])
        con.execute(f"CREATE VIEW spectra AS FROM '{folder}/*.parquet'")
        composite = f"composite(spectra, {LOW}, {HIGH}, step := {STEP}, normalise := false)"
        asked: dict[str, tuple[str, Callable[[Path], Any]]] = {
            "cutouts 2700-2900": (
                "SELECT sum(list_sum(flux)), sum(list_sum(ivar)), sum(len(wavelength)) "
                "FROM rest_cutouts(spectra, 2700, 2900)",
                loop_cutouts,
            ),
            "mean composite": (f"SELECT wavelength, mean FROM {composite}", loop_mean),
            "median composite": (f"SELECT wavelength, median FROM {composite}", loop_median),
        }
        print(f"{given.spectra} spectra of {N_PIX} pixels\n{'':20s} {'SQL':>9s} {'CPU':>9s} {'numpy':>9s} {'CPU':>9s}")
        for what, (query, loop) in asked.items():
            wall, cpu = timed(lambda query=query: con.execute(query).fetchall())
            slow, slow_cpu = timed(lambda loop=loop: loop(folder), repeat=1)
            print(
                f"{what:20s} {wall:7.2f} s {cpu:7.2f} s {slow:7.2f} s {slow_cpu:7.2f} s"
                f"   {given.spectra / wall:8.0f} spectra/s, {slow / wall:.1f} times",
                flush=True,
            )


def write_tiles(folder: Path, n_spectra: int) -> None:
    rng = np.random.default_rng(3)
    wavelength = 3600 + 0.8 * np.arange(N_PIX)
    for number, first in enumerate(range(0, n_spectra, PER_TILE)):
        count = min(PER_TILE, n_spectra - first)
        flux = (rng.normal(0, 0.5, (count, N_PIX)) + rng.uniform(1, 10, (count, 1))).astype(np.float32)
        ivar = rng.uniform(1, 5, (count, N_PIX)).astype(np.float32)
        ivar[rng.random((count, N_PIX)) < 0.01] = 0
        offsets = np.arange(0, count * N_PIX + 1, N_PIX, dtype=np.int32)
        table = pa.table(
            {
                "object_key": [f"{first + i:06d}" for i in range(count)], "z": rng.uniform(0.7, 3, count),
                "wave0": np.full(count, 3600.0), "dwave": np.full(count, 0.8), "n_pix": np.full(count, N_PIX),
                **{
                    name: pa.ListArray.from_arrays(offsets, pa.array(np.ravel(values)))
                    for name, values in (
                        ("wavelength", np.broadcast_to(wavelength, flux.shape)), ("flux", flux), ("ivar", ivar),
                    )
                },
            }
        )  # fmt: skip
        pq.write_table(
            table,
            folder / f"tile_{number:03d}.parquet",
            row_group_size=64,
            compression="zstd",
            use_dictionary=["wavelength.list.element"],
            column_encoding={f"{name}.list.element": "BYTE_STREAM_SPLIT" for name in ("flux", "ivar")},
        )


def spectra_of(folder: Path) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """Rest-frame wavelength, flux, ivar and redshift, one spectrum after another."""
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        columns = [table[name].combine_chunks() for name in ("wavelength", "flux", "ivar")]
        for row, z in enumerate(table["z"].to_numpy()):
            wave, flux, ivar = (column[row].values.to_numpy() for column in columns)
            yield wave / (1 + z), flux * (1 + z), ivar / (1 + z) ** 2, z


def loop_cutouts(folder: Path) -> float:
    total = 0.0
    for wave, flux, ivar, _ in spectra_of(folder):
        inside = slice(*np.searchsorted(wave, (2700.0, 2900.0)))
        total += flux[inside].sum() + ivar[inside].sum()
    return total


def binned(folder: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Bin and flux of the usable pixels, one spectrum after another."""
    for wave, flux, ivar, _ in spectra_of(folder):
        used = (ivar > 0) & (wave >= LOW) & (wave < HIGH)
        yield ((wave[used] - LOW) // STEP).astype(np.int64), flux[used]


def loop_mean(folder: Path) -> np.ndarray:
    n_bins = round((HIGH - LOW) / STEP)
    total, count = np.zeros(n_bins), np.zeros(n_bins)
    for bins, flux in binned(folder):
        total += np.bincount(bins, flux, n_bins)
        count += np.bincount(bins, minlength=n_bins)
    return total / np.maximum(count, 1)


def loop_median(folder: Path) -> list[float]:
    pieces = list(binned(folder))
    bins = np.concatenate([one for one, _ in pieces])
    flux = np.concatenate([one for _, one in pieces])
    order = np.argsort(bins, kind="stable")
    edges = np.searchsorted(bins[order], np.arange(round((HIGH - LOW) / STEP) + 1))
    flux = flux[order]
    return [float(np.median(flux[a:b])) if b > a else np.nan for a, b in pairwise(edges)]


def timed(call: Callable[[], Any], repeat: int = 3) -> tuple[float, float]:
    """Shortest wall time of some, and the CPU time that went with it."""
    best = (np.inf, np.inf)
    for _ in range(repeat):
        began, cpu = time.perf_counter(), time.process_time()
        call()
        best = min(best, (time.perf_counter() - began, time.process_time() - cpu))
    return best


if __name__ == "__main__":
    main()
