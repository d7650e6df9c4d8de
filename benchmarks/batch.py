"""What a batch costs beside its fits, and whether that grows with the run.

    python benchmarks/batch.py                       # everything, about half an hour on two cores
    python benchmarks/batch.py --parts storing grown # some of it
    python benchmarks/batch.py --smoke               # small numbers, to see that it works

size      bytes of the bundle an object, by table and by column of models: spectra of SDSS, coadds of DESI, and
          simulated quasars on the grid of DESI; every spectrum once
scaling   two workers against one, on real spectra under new keys, from the event log after the first tasks
storing   CPU of everything but the fit (plan, rows, Parquet, checksums, promotion) an object, in runs of 100 and of
          10,000 objects that take turns: fits are made once and given out again; beside it what reading the rows is of
          that, and the CPU of a fit (``batch_storing.py`` says how growth is told from a machine that wanders)
grown     a run of 100,000 objects with small arrays: seal it, open it to add to it, load one model
peer      seconds of one more object in a run of ``qsospec`` 0.1.1, as the run grows, and in one of ours

CPU time is of the process and its children; wall time depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from environments import SINGLE_THREAD, peer, worker_environment

os.environ.update(SINGLE_THREAD)

import numpy as np
import pyarrow.parquet as pq
from batch_grown import grown
from batch_inputs import CHECKOUT, desi_spectra, fits, real_spectra, under_new_keys
from batch_storing import storing
from compare import machine

from qsospec_duck.batch import fit_batch, read_events
from qsospec_duck.batch.relation_file import spill
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.runs import Origin, ShardWriter, hold_store
from qsospec_duck.simulate import simulate_spectra

PARTS = ("size", "scaling", "storing", "grown", "peer")
DESI_WAVELENGTH = 3600.0 + 0.8 * np.arange(7781)
SIZES = {
    "size": 48, "scaling": 600, "few": 100, "many": 10_000, "turns": 5, "long_runs": 3, "grown": 100_000, "peer": 300,
}  # fmt: skip
SMOKE = {"size": 4, "scaling": 96, "few": 100, "many": 300, "turns": 1, "long_runs": 1, "grown": 4096, "peer": 25}


def size(folder: Path, sizes: dict[str, int]) -> dict[str, object]:
    """Bytes of a bundle an object."""
    grid = {"snr": 5.0, "wavelength": DESI_WAVELENGTH}
    samples = {
        "sdss": fits(),
        "desi": [fit_quasar(spectrum, FitConfig()) for spectrum in desi_spectra()],
        "desi_like": [fit_quasar(one, FitConfig()) for one in simulate_spectra(sizes["size"], seed=3, **grid)[0]],
    }
    return {name: size_of(folder / name, results) for name, results in samples.items()}


def size_of(folder: Path, results: list) -> dict[str, object]:
    """Bytes an object of a shard with these fits."""
    with ShardWriter(folder, "size") as shard:
        for i, result in enumerate(results):
            shard.add(result, Origin(f"k{i}", f"k{i}", "made.fits", i))
        parts = shard.close()
    number, columns = len(results), Counter()
    with pq.ParquetFile(folder / "models.parquet") as file:
        for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                columns[column.path_in_schema.partition(".")[0]] += column.total_compressed_size
    return {
        "objects": number,
        "pixels": sum(result.spectrum.n_pix for result in results) / number,
        "bytes": sum(part.bytes for part in parts) / number,
        "by_table": {part.table: round(part.bytes / number) for part in parts},
        "models_by_column": {name: round(count / number) for name, count in columns.most_common(6)},
    }


def scaling(folder: Path, sizes: dict[str, int]) -> dict[str, object]:
    """Rates of one and of two workers after their first tasks."""
    table = under_new_keys(real_spectra(48), sizes["scaling"])
    path = spill(table.to_batches(max_chunksize=64), table.schema, folder / "spectra.parquet")
    rates: dict[int, list[float]] = {1: [], 2: []}
    for repeat in range(2):
        for workers, found in rates.items():
            run = folder / f"scaling-{workers}-{repeat}"
            fit_batch(path, run, n_workers=workers, task_size=16, progress=False, finalize=False)
            tasks = [event for event in read_events(run) if event["event"] == "task"]
            moments = [np.datetime64(event["at"][:26]) for event in tasks]
            # A worker's first task compiles.
            skip = 2 * workers
            spectra = sum(event["fitted"] + event["failed"] for event in tasks[skip:])
            found.append(spectra / float((moments[-1] - moments[skip - 1]) / np.timedelta64(1, "s")))
    best = {workers: max(found) for workers, found in rates.items()}
    load = os.getloadavg()[0]
    return {"spectra": sizes["scaling"], "spectra_per_second": best, "ratio": best[2] / best[1], "load_average": load}


def one_by_one(folder: Path, sizes: dict[str, int], cache_folder: Path) -> dict[str, object]:
    """Seconds of one more object in a run of one-object commits, ours and the peer's."""
    checkpoints = [number for number in (25, 100, 300) if number <= sizes["peer"]]
    result, config = fits()[0], FitConfig()
    run, ours, took = folder / "ours", {}, []
    for i in range(max(checkpoints)):
        began = time.perf_counter()
        with hold_store(run, config.to_dict(), config.hash()) as store:
            with ShardWriter(store.task_folder(f"t{i}"), store.run_id) as shard:
                shard.add(result, Origin(f"k{i}", f"k{i}", "made.fits"))
                staged = shard.close()
            store.promote(f"t{i}", staged)
            store.save_manifest()
        took.append((time.perf_counter() - began) * 1e3)
        if i + 1 in checkpoints:
            ours[i + 1] = statistics.median(took[-10:])
    python = peer(cache_folder)
    command = [python, CHECKOUT / "benchmarks" / "batch_peer.py", run, folder / "theirs", *map(str, checkpoints)]
    done = subprocess.run(command, env=worker_environment(), capture_output=True, text=True, check=True)
    theirs = {int(number): ms for number, ms in json.loads(done.stdout.splitlines()[-1]).items()}
    return {"ours_ms": ours, "qsospec_0.1.1_ms": theirs}


def main() -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--folder", type=Path, help="where runs are written; a temporary folder when absent")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "qsospec_duck" / "benchmarks")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    options = parser.parse_args()
    sizes = SMOKE if options.smoke else SIZES
    versions = ", ".join(f"{name} {version(name)}" for name in ("qsospec_duck", "duckdb", "pyarrow", "numpy"))
    print(f"{machine()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; {versions}", flush=True)
    numbers: dict[str, object] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for part in options.parts:
            folder = Path(name) / part
            folder.mkdir()
            if part == "peer":
                numbers[part] = one_by_one(folder, sizes, options.cache)
            else:
                numbers[part] = {"size": size, "scaling": scaling, "storing": storing, "grown": grown}[part](
                    folder, sizes
                )
            print(json.dumps({part: numbers[part]}, indent=2, default=float), flush=True)
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2, default=float) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
