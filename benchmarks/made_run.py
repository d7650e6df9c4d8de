"""A run of any size with made-up numbers: benchmarks of the catalog need many objects, not true ones.

Every object has the same quantities, those of the wide catalog from the first on, with values in the range that
quasars have. Shards hold 2,000 objects, as a batch writes them; there are no models and no receipts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.catalog.columns import catalog_lines, line_measures, measure_of
from qsospec_duck.catalog.wide_views import CONTINUUM
from qsospec_duck.columns import arrow_schema
from qsospec_duck.runs.manifest import write_manifest

OBJECTS_PER_SHARD = 2_000

TYPICAL = {
    "flux": (300.0, 80.0), "ew": (40.0, 10.0), "fwhm": (4500.0, 900.0), "sigma": (2200.0, 400.0),
    "voff": (-300.0, 300.0), "centroid": (3000.0, 5.0), "w80": (5000.0, 900.0), "asymmetry": (0.0, 0.1),
    "logl": (43.5, 0.4), "snr": (20.0, 5.0),
}  # fmt: skip
"""Mean and spread by measure of a line; other measures get those of ``flux``."""

LINES_FIRST = ("hb", "mgii", "civ", "ha")
"""Lines that the calibrations need, broad."""


def named_quantities(count: int) -> list[dict[str, object]]:
    """Section, names and typical value of the first quantities of the wide catalog."""
    found: list[dict[str, object]] = [
        {
            "section": section, "recipe_id": None, "feature_id": "power_law", "role": "continuum", "quantity": quantity,
            "measure": quantity, "mean": 45.0 if quantity.startswith("logl") else 20.0,
            "spread": 0.3 if quantity.startswith("logl") else 4.0,
        }
        for section, quantity in CONTINUUM.values()
    ]  # fmt: skip
    lines = sorted(catalog_lines(), key=lambda line: (line.line_id not in LINES_FIRST, line.role != "broad"))
    for line in lines:
        for column in line_measures():
            measure = measure_of(column)
            mean, spread = TYPICAL.get(measure, TYPICAL["flux"])
            found.append(
                {
                    "section": "complex_metric", "recipe_id": line.line_id, "feature_id": line.line_id,
                    "role": line.role, "quantity": f"{line.line_id}_{line.role}_{measure}", "measure": measure,
                    "mean": mean, "spread": spread,
                }
            )  # fmt: skip
    if count > len(found):
        raise SystemExit(f"--quantities {count}; the wide catalog holds {len(found)}.")
    return found[:count]


def write_made_run(folder: Path, n_objects: int, n_quantities: int = 300, seed: int = 1) -> Path:
    """Write the run; 1,000,000 objects of 300 quantities take some minutes and 4 GB."""
    names = named_quantities(n_quantities)
    rng = np.random.default_rng(seed)
    for table in ("objects", "measurements"):
        (folder / "data" / table).mkdir(parents=True)
    for number, first in enumerate(range(0, n_objects, OBJECTS_PER_SHARD)):
        keys = [f"{index:020d}" for index in range(first, min(first + OBJECTS_PER_SHARD, n_objects))]
        for table, rows in (
            ("objects", _objects(keys, first, rng)),
            ("measurements", _measurements(keys, first, names, rng)),
        ):
            path = folder / "data" / table / f"part-{number:05d}.parquet"
            pq.write_table(rows, path, compression="zstd", version="2.6", data_page_version="2.0")
    # shards of all tables have the same names, as ours have
    about = {
        "schema_version": "5",
        "run_id": "made",
        "status": "complete",
        "writer": "qsospec_duck",
        "configuration": {},
    }
    write_manifest(folder, about)
    return folder


def _objects(keys: list[str], first: int, rng: np.random.Generator) -> pa.Table:
    count = len(keys)
    given = {
        "run_id": pa.array(["made"] * count), "object_key": pa.array(keys), "object_id": pa.array(keys),
        "redshift": rng.uniform(0.1, 4.0, count), "ra": rng.uniform(0, 360, count), "dec": rng.uniform(-20, 80, count),
        "fit_quality": np.zeros(count, np.int32), "fit_warn": np.zeros(count, np.int64),
        "object_number": np.arange(first, first + count), "snr_median": rng.uniform(1, 30, count),
        "continuum_reduced_chi2": rng.normal(1, 0.1, count), "continuum_success": np.ones(count, bool),
    }  # fmt: skip
    return _table("objects", given, count)


def _measurements(keys: list[str], first: int, names: list[dict[str, object]], rng: np.random.Generator) -> pa.Table:
    count, each = len(keys), len(names)
    value = rng.normal([one["mean"] for one in names], [one["spread"] for one in names], (count, each))
    error = np.abs(value) * rng.uniform(0.01, 0.1, (count, each))
    of_object = np.repeat(np.arange(count, dtype=np.int32), each)
    of_name = np.tile(np.arange(each, dtype=np.int32), count)
    given = {
        "run_id": pa.DictionaryArray.from_arrays(np.zeros(count * each, np.int32), ["made"]),
        "object_key": pa.DictionaryArray.from_arrays(of_object, keys),
        "object_id": pa.DictionaryArray.from_arrays(of_object, keys),
        "value": value.ravel(), "error": error.ravel().astype(np.float32),
        "object_number": np.arange(first, first + count)[of_object],
    }  # fmt: skip
    for column in ("section", "recipe_id", "feature_id", "role", "quantity", "measure"):
        given[column] = pa.array([one[column] for one in names], pa.string()).take(pa.array(of_name))
    return _table("measurements", given, count * each)


def _table(name: str, given: dict[str, object], count: int) -> pa.Table:
    """All columns of a table; those that are not given are NULL."""
    columns = []
    for field in arrow_schema(name):
        column = given.get(field.name)
        if column is None:
            column = pa.nulls(count, field.type)
        elif not isinstance(column, (pa.Array, pa.ChunkedArray)):
            column = pa.array(column)
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=arrow_schema(name))
