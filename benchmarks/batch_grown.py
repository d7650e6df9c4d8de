"""The part ``grown`` of ``batch.py``: a run of 100,000 objects is sealed, opened to add to it, and read."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from batch_inputs import fits

from qsospec_duck.fitting import FitConfig
from qsospec_duck.runs import Origin, finalize_run, hold_store, load_archived_model
from qsospec_duck.runs.layout import object_number
from qsospec_duck.runs.rows import tables_from_results
from qsospec_duck.runs.shard import MODEL_ROW_GROUP, open_model_writer, stage_part, write_table

SHARD = 2048


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
