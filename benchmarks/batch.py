"""What a batch costs beside its fits, and whether that grows with the run.

    python benchmarks/batch.py                       # everything, about half an hour on two cores
    python benchmarks/batch.py --parts storing grown # some of it
    python benchmarks/batch.py --smoke               # small numbers, to see that it works

size      bytes of the bundle an object, by table and by column of models: spectra of SDSS, coadds of DESI, and
          simulated quasars on the grid of DESI; every spectrum once
scaling   two workers against one, on real spectra under new keys, from the event log after the first tasks
storing   CPU of everything but the fit (plan, rows, Parquet, checksums, promotion) an object, at 100 and at 10,000
          objects: fits are made once and given out again; beside it what reading the rows is of that, and the CPU of a
          fit
grown     a run of 100,000 objects with small arrays: seal it, open it to add to it, load one model
peer      seconds of one more object in a run of ``qsospec`` 0.1.1, as the run grows, and in one of ours

CPU time is of the process and its children; wall time depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

from environments import SINGLE_THREAD, peer, worker_environment

os.environ.update(SINGLE_THREAD)

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qsospec_duck.batch import fit_batch, read_events
from qsospec_duck.batch.relation_file import read_relation, spill
from qsospec_duck.columns import arrow_schema
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.runs import Origin, ShardWriter, finalize_run, hold_store, load_archived_model
from qsospec_duck.runs.layout import object_number
from qsospec_duck.runs.rows import tables_from_results
from qsospec_duck.runs.shard import MODEL_ROW_GROUP, open_model_writer, stage_part, write_table
from qsospec_duck.simulate import simulate_spectra
from qsospec_duck.spectra import from_row, from_table

PARTS = ("size", "scaling", "storing", "grown", "peer")
DESI_WAVELENGTH = 3600.0 + 0.8 * np.arange(7781)
CHECKOUT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("QSOSPEC_DUCK_TEST_DATA", CHECKOUT.parent / "shared" / "data"))
SHARD = 2048


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def real_spectra(number: int) -> pa.Table:
    """Some spectra of the data folder, evenly taken."""
    files = sorted((DATA / "sdss").glob("spec-*.fits"))
    tables = [read_spectra(path) for path in files[:: max(1, len(files) // number)][:number]]
    table = pa.concat_tables([one.select(arrow_schema("spectra").names) for one in tables])
    return table.filter(pc.greater(table["z"], 0.05))


def under_new_keys(table: pa.Table, number: int) -> pa.Table:
    """The same spectra again and again, each time under other keys."""
    rows = np.arange(number) % table.num_rows
    keys = pa.array([f"copy-{i:06d}" for i in range(number)])
    taken = table.take(pa.array(rows))
    for name in ("object_key", "object_id"):
        taken = taken.set_column(taken.schema.get_field_index(name), name, keys)
    return taken


@cache
def fits() -> list:
    """Real fits, made once in a process."""
    made = [fit_quasar(spectrum, FitConfig()) for spectrum in from_table(real_spectra(48))]
    # A worker holds eight results at most: the garbage collector should not look through these again and again.
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
    return made


def given_out_again(spectrum, config):
    """In place of a fit: one that was made before, under the key at hand."""
    made = fits()
    result = made[int(spectrum.object_key.rpartition("-")[2]) % len(made)]
    named = replace(result.spectrum, object_key=spectrum.object_key, object_id=spectrum.object_id)
    return replace(result, spectrum=named)


def size(folder: Path, sizes: dict[str, int]) -> dict[str, object]:
    """Bytes of a bundle an object."""
    grid = {"snr": 5.0, "wavelength": DESI_WAVELENGTH}
    samples = {
        "sdss": fits(),
        "desi": [fit_quasar(spectrum, FitConfig()) for spectrum in desi_spectra()],
        "desi_like": [fit_quasar(one, FitConfig()) for one in simulate_spectra(sizes["size"], seed=3, **grid)[0]],
    }
    return {name: size_of(folder / name, results) for name, results in samples.items()}


def desi_spectra() -> list:
    """Quasars and galaxies of the coadds in the data folder that have redshifts."""
    folder = DATA / "desi"
    pairs = {
        folder / "coadd-1-80693-thru20210204.fits": folder / "derived" / "redrock-1-80693-thru20210204.fits",
        folder / "coadd-4-80613-thru20210324.fits": folder / "redrock-4-80613-thru20210324.fits",
    }
    return [one for path, redrock in pairs.items() for one in from_table(read_spectra(path, redrock=redrock))]


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


def storing(folder: Path, sizes: dict[str, int]) -> dict[str, object]:
    """CPU of everything but the fit, by number of objects."""
    made = fits()
    began = time.process_time()
    for result in made[:16]:
        fit_quasar(result.spectrum, FitConfig())
    fit_ms = (time.process_time() - began) / 16 * 1e3
    short = real_spectra(1)
    for name in ("wavelength", "flux", "ivar", "mask_array"):
        kind = short.schema.field(name).type
        cut = pa.array([row[:32] for row in short[name].to_pylist()], kind)
        short = short.set_column(short.schema.get_field_index(name), name, cut)
    out: dict[str, object] = {"fit_cpu_ms": fit_ms}
    for number in (sizes["few"], sizes["many"]):
        run = folder / f"storing-{number}"
        table = under_new_keys(short, number)
        path = spill(table.to_batches(max_chunksize=256), table.schema, folder / f"short-{number}.parquet")
        costs = []
        for repeat in range(5 if number == sizes["few"] else 1):
            target = run.with_name(f"{run.name}-{repeat}")
            began_cpu, began_wall = cpu(), time.perf_counter()
            fit_batch(path, target, fit=given_out_again, progress=False, finalize=False, task_size=100)
            costs.append(((cpu() - began_cpu) / number * 1e3, (time.perf_counter() - began_wall) / number * 1e3))
        size = sum(file.stat().st_size for file in target.glob("data/*/*.parquet"))
        began = time.process_time()
        for _, values in read_relation(str(path), range(number)):
            from_row(values)
        reading_ms = (time.process_time() - began) / number * 1e3
        cpu_ms, wall_ms = min(costs)
        out[str(number)] = {"cpu_ms": cpu_ms, "reading_ms": reading_ms, "wall_ms": wall_ms, "bytes": size / number}
    many, few = out[str(sizes["many"])], out[str(sizes["few"])]
    out["growth"] = many["cpu_ms"] / few["cpu_ms"]
    # Rows are read for the fit, not to store it.
    out["share_of_fit"] = (many["cpu_ms"] - many["reading_ms"]) / fit_ms
    return out


def grown_run(run: Path, number: int) -> None:
    """A run of many objects whose arrays have a pixel in thirty: the number of rows is that of real fits."""
    few = [thinned(result) for result in fits()[:32]]
    origins = [Origin(f"s00000-{i:04d}", f"id-s00000-{i:04d}", "made.fits", i) for i in range(SHARD)]
    template = tables_from_results([few[i % len(few)] for i in range(SHARD)], origins, "grown")
    config = FitConfig()
    with hold_store(run, config.to_dict(), config.hash(), run_id="grown") as store:
        for shard in range(-(-number // SHARD)):
            folder = store.task_folder(f"t{shard}")
            folder.mkdir(parents=True)
            staged = {}
            for name, table in template.items():
                staged[name] = write_renamed(name, table, shard, folder / f"{name}.parquet")
            store.promote(f"t{shard}", [stage_part(folder, name, rows) for name, rows in staged.items()])


def write_renamed(name: str, table: pa.Table, shard: int, path: Path) -> int:
    """Write the template under the keys of one shard, sorted as a shard is."""
    for column in ("object_key", "object_id"):
        named = pc.replace_substring(table[column], "s00000-", f"s{shard:05d}-")
        table = table.set_column(table.schema.get_field_index(column), column, named)
    if "object_number" in table.column_names:
        texts = table["object_key"].combine_chunks().dictionary_encode()
        numbers = np.array([object_number(key) for key in texts.dictionary.to_pylist()])[texts.indices.to_numpy()]
        table = table.set_column(table.schema.get_field_index("object_number"), "object_number", pa.array(numbers))
        table = table.take(pa.array(np.argsort(numbers, kind="stable")))
    if name != "models":
        return write_table(name, table, path)
    with open_model_writer(path) as writer:
        writer.write_table(table, row_group_size=MODEL_ROW_GROUP)
    return table.num_rows


def thinned(result):
    """A fit with every thirtieth pixel."""

    def thin(array):
        return None if array is None else np.ascontiguousarray(array[::30])

    def parts(components):
        return tuple(replace(one, values=thin(one.values)) for one in components)

    spectrum, continuum = result.spectrum, result.continuum
    arrays = {name: thin(getattr(spectrum, name)) for name in ("wavelength", "flux", "ivar")}
    return replace(
        result,
        spectrum=replace(spectrum, **arrays),
        continuum=replace(
            continuum,
            fit_mask=thin(continuum.fit_mask),
            clip_mask=thin(continuum.clip_mask),
            components=parts(continuum.components),
            model=thin(continuum.model),
        ),
        complexes={
            name: replace(
                fit,
                fit_mask=thin(fit.fit_mask),
                excluded_mask=thin(fit.excluded_mask),
                components=parts(fit.components),
                model=thin(fit.model),
            )
            for name, fit in result.complexes.items()
        },
    )


def grown(folder: Path, sizes: dict[str, int]) -> dict[str, object]:
    """Seal, open and read a large run."""
    run, number, config = folder / "grown", sizes["grown"], FitConfig()
    grown_run(run, number)
    number = -(-number // SHARD) * SHARD
    began = time.perf_counter()
    counts = finalize_run(run)
    out: dict[str, object] = {
        "objects": counts.objects,
        "rows": counts.rows,
        "bytes": counts.bytes,
        "finalize_s": time.perf_counter() - began,
    }
    keys = [f"s{i // SHARD:05d}-{i % SHARD:04d}" for i in np.random.default_rng(1).integers(0, number, 30)]
    for what, names in {"load_model_by_key_ms": keys, "load_model_by_id_ms": [f"id-{key}" for key in keys]}.items():
        times = []
        for name in names:
            began = time.perf_counter()
            load_archived_model(run, name)
            times.append((time.perf_counter() - began) * 1e3)
        out[what] = {"median": statistics.median(times), "worst": max(times)}
    began = time.perf_counter()
    with hold_store(run, config.to_dict(), config.hash()) as store:
        assert store.is_done(keys[0])
        out["open_to_write_ms"] = (time.perf_counter() - began) * 1e3
    return out


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
    sizes = {"size": 48, "scaling": 600, "few": 100, "many": 10_000, "grown": 100_000, "peer": 300}
    if options.smoke:
        sizes = {"size": 4, "scaling": 96, "few": 100, "many": 300, "grown": 4096, "peer": 25}
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
