"""Derived quantities of a run by calculators: functions of Python and queries of SQL, through one door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.catalog.calculators import (
    RECORD,
    BatchCalculator,
    Calculator,
    as_table,
    complete,
    definition_of,
    rows_of,
)
from qsospec_duck.catalog.derived_store import Calibration, CalibrationWriter
from qsospec_duck.catalog.session import as_run
from qsospec_duck.catalog.sql_calculator import rows_of_query
from qsospec_duck.columns import arrow_schema
from qsospec_duck.runs import RunBundle
from qsospec_duck.runs.checked import damage_is_told, shards_as_one

ROWS_PER_BATCH = 1_000_000
"""Measurements that are in memory at once, about 200 MB."""


def compute_derived_quantities(run: str | Path | RunBundle, calculators: Mapping[str, Calculator]) -> pa.Table:
    """Compute quantities from the measurements of a run and store them as rows of ``derived``.

    The run is read once for all Python calculators, some thousand objects at a time. Nothing is stored unless every
    calculator got through.

    Parameters
    ----------
    run : path or RunBundle
    calculators : mapping of str to calculator
        Calibration id → one of

        - a function of one object: ``{"object": row of objects, "measurements": its rows}`` → a record or several;
        - a `BatchCalculator`: a function of tables of many objects;
        - a text: a SQL query over the views and macros of the run; or the path of a file that ends with one.

        A record has ``quantity`` and ``value`` and may have ``statistical_error``, ``intrinsic_scatter``,
        ``total_error``, ``unit`` and ``metadata``; batches and queries give ``object_key`` with it. Numbers that are
        not finite are stored as NULL; a total error that is not given is that of statistics and scatter in
        quadrature. The view ``calibrations`` keeps the text of every query and function.

    Returns
    -------
    pyarrow.Table
        The rows written, with the columns of ``derived``.

    Raises
    ------
    ConfigError
        A calibration id cannot be the name of a file; a query is no query; a record has no quantity, an unknown
        field, a negative error, or is of no object; or an object has a quantity twice.
    RunError
        The run lies in an object store.
    duckdb.Error
        A query is wrong.
    """
    bundle = as_run(run)
    schema = arrow_schema("derived")
    tables = [schema.empty_table()]
    with ExitStack() as stack:
        writers = {}
        for name, calculator in calculators.items():
            about = Calibration(bundle.run_id, name, None, None, None, None, None, None, *definition_of(calculator))
            writers[name] = stack.enter_context(CalibrationWriter(bundle, about))
        for name, rows in _computed(bundle, calculators):
            whole = _whole_rows(bundle, name, rows)
            if whole.num_rows:
                writers[name].write(whole)
                tables.append(whole)
        for writer in writers.values():
            writer.replace()
    return pa.concat_tables(tables)


def _computed(bundle: RunBundle, calculators: Mapping[str, Calculator]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the checked rows of every calculator, those of Python batch by batch, then those of SQL."""
    python = {name: one for name, one in calculators.items() if not isinstance(one, (str, Path))}
    for objects, measured in _batches(bundle) if python else ():
        known = pl.from_arrow(objects.select(["object_key", "object_id"]))
        assert isinstance(known, pl.DataFrame)
        for name, table in _called(python, objects, measured):
            frame = pl.from_arrow(table)
            assert isinstance(frame, pl.DataFrame)
            yield name, complete(name, frame, known).to_arrow(compat_level=pl.CompatLevel.oldest())
    sql = {name: one for name, one in calculators.items() if isinstance(one, (str, Path))}
    for name, one in sql.items():
        for rows in rows_of_query(bundle, name, definition_of(one)[1] or ""):
            yield name, rows


def _batches(bundle: RunBundle) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield objects with all of their measurements.

    The rows of an object lie in shards of one name where this package wrote them. Bundles of others are read as one.
    """
    if bundle.manifest.get("writer") != "qsospec_duck":
        yield bundle.read_table("objects"), bundle.read_table("measurements")
        return
    measurements = {path.name: path for path in bundle.shards("measurements")}
    waiting: list[Path] = []
    rows = 0
    for shard in bundle.shards("objects"):
        twin = measurements.get(shard.name)
        waiting.append(shard)
        rows += pq.read_metadata(twin).num_rows if twin else 0
        if rows >= ROWS_PER_BATCH:
            yield _read(waiting, measurements)
            waiting, rows = [], 0
    if waiting:
        yield _read(waiting, measurements)


def _read(shards: list[Path], measurements: Mapping[str, Path]) -> tuple[pa.Table, pa.Table]:
    twins = [measurements[shard.name] for shard in shards if shard.name in measurements]
    return _table("objects", shards), _table("measurements", twins)


def _table(name: str, shards: list[Path]) -> pa.Table:
    schema = arrow_schema(name)
    if not shards:
        return schema.empty_table()
    with damage_is_told(shards[0].parent):
        return shards_as_one(shards, schema).to_table()


def _called(python: Mapping[str, Any], objects: pa.Table, measured: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield what the calculators of a batch give."""
    one_by_one = {name: one for name, one in python.items() if not isinstance(one, BatchCalculator)}
    records: dict[str, list[dict[str, Any]]] = {name: [] for name in one_by_one}
    for context in _contexts(objects, measured) if one_by_one else ():
        for name, calculator in one_by_one.items():
            records[name] += rows_of(name, context["object"]["object_key"], calculator(context))
    for name, one in python.items():
        if isinstance(one, BatchCalculator):
            in_polars = one.frames == "polars"
            tables = [pl.from_arrow(table) if in_polars else table for table in (objects, measured)]
            yield name, as_table(name, one.function(*tables))
        else:
            yield name, as_table(name, records[name])


def _contexts(objects: pa.Table, measured: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield one object after another with its measurements, in the order in which they are stored."""
    rows = pl.from_arrow(measured)
    assert isinstance(rows, pl.DataFrame)
    rows = rows.sort("object_key", maintain_order=True)
    runs = rows["object_key"].rle().struct.unnest().with_columns(end=pl.col("len").cum_sum())
    first = {key: (end - count, count) for count, key, end in runs.iter_rows()}
    for one in objects.to_pylist():
        yield {"object": one, "measurements": rows.slice(*first.get(one["object_key"], (0, 0))).to_dicts()}


def _whole_rows(bundle: RunBundle, name: str, rows: pa.Table) -> pa.Table:
    """Rows with all columns of ``derived``."""
    count = rows.num_rows
    given = {column: rows[column] for column in ("object_key", "object_id", *RECORD)}
    texts = {"run_id": bundle.run_id, "calibration_id": name}
    schema = arrow_schema("derived")
    columns = [
        given[field.name] if field.name in given else pa.repeat(pa.scalar(texts[field.name], field.type), count)
        for field in schema
    ]
    return pa.table(columns, names=schema.names).cast(schema)
