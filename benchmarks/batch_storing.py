"""The part ``storing`` of ``batch.py``: CPU of everything but the fit, and whether it grows with the run.

What an object costs in a run of 10,000 is held against what it costs in a run of 100. The speed of a machine that
others use wanders by a tenth within minutes, so the two take turns: short runs, a long one, short runs, a long one, and
so on, with short runs at the end. Every run is a new one and counts as a whole, from its plan to its last promotion.
``growth`` is the median of the long runs over the median of all short ones; the lowest and the highest are told, too.
"""

from __future__ import annotations

import resource
import statistics
import time
from pathlib import Path

import pyarrow as pa
from batch_inputs import fits, given_out_again, real_spectra, under_new_keys

from qsospec_duck.batch import fit_batch
from qsospec_duck.batch.relation_file import read_relation, spill
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.spectra import from_row

SPREAD = {"median": statistics.median, "lowest": min, "highest": max}


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def short_spectra(number: int, path: Path) -> Path:
    """A relation of spectra of 32 pixels: what is stored are fits that were made before."""
    short = real_spectra(1)
    for name in ("wavelength", "flux", "ivar", "mask_array"):
        kind = short.schema.field(name).type
        cut = pa.array([row[:32] for row in short[name].to_pylist()], kind)
        short = short.set_column(short.schema.get_field_index(name), name, cut)
    table = under_new_keys(short, number)
    return spill(table.to_batches(max_chunksize=256), table.schema, path)


def one_run(path: Path, number: int, run: Path) -> tuple[float, float]:
    """CPU and wall milliseconds an object of one run."""
    began_cpu, began_wall = cpu(), time.perf_counter()
    fit_batch(path, run, fit=given_out_again, progress=False, finalize=False, task_size=100)
    return (cpu() - began_cpu) / number * 1e3, (time.perf_counter() - began_wall) / number * 1e3


def storing(folder: Path, sizes: dict[str, int]) -> dict[str, object]:
    """CPU of everything but the fit, by number of objects."""
    fit_ms = cpu_of_a_fit()
    few, many = sizes["few"], sizes["many"]
    paths = {number: short_spectra(number, folder / f"short-{number}.parquet") for number in (few, many)}
    # The first run of a process loads what the others find loaded.
    one_run(paths[few], few, folder / "first")
    runs: dict[int, list[tuple[float, float]]] = {few: [], many: []}
    turns = [few] * sizes["turns"]
    for number in [*turns, *[many, *turns] * sizes["long_runs"]]:
        runs[number].append(one_run(paths[number], number, folder / f"storing-{number}-{len(runs[number])}"))
    out: dict[str, object] = {"fit_cpu_ms": fit_ms}
    for number, made in runs.items():
        files = (folder / f"storing-{number}-0").glob("data/*/*.parquet")
        out[str(number)] = {
            "runs": len(made),
            "cpu_ms": {what: of([run[0] for run in made]) for what, of in SPREAD.items()},
            "reading_ms": reading_ms(paths[number], number),
            "wall_ms": statistics.median(run[1] for run in made),
            "bytes": sum(file.stat().st_size for file in files) / number,
        }
    cost = {number: statistics.median(run[0] for run in made) for number, made in runs.items()}
    out["growth"] = cost[many] / cost[few]
    # Rows are read for the fit, not to store it.
    out["share_of_fit"] = (cost[many] - out[str(many)]["reading_ms"]) / fit_ms
    return out


def cpu_of_a_fit() -> float:
    """CPU milliseconds of a fit of the same spectra, mean of sixteen."""
    made = fits()
    began = time.process_time()
    for result in made[:16]:
        fit_quasar(result.spectrum, FitConfig())
    return (time.process_time() - began) / 16 * 1e3


def reading_ms(path: Path, number: int) -> float:
    """CPU milliseconds of reading an object's row and making its spectrum."""
    began = time.process_time()
    for _, values in read_relation(str(path), range(number)):
        from_row(values)
    return (time.process_time() - began) / number * 1e3
