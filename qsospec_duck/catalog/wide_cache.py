"""The pivoted measurements of a finished run on disk: what makes ``catalog`` fast for hundreds of thousands of quasars.

``data/catalog/part-00000.parquet`` has one row an object: its identifiers and the columns of ``wide_measurements``.
It is a cache: made from the long form, at any time, and used only while its fingerprint is that of the shards it
was made from; otherwise the view computes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.catalog.bundle_views import RUN_PATH
from qsospec_duck.catalog.wide_views import IDENTIFIERS, SECTIONS, catalog_view, measured_columns
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import RunError
from qsospec_duck.runs import RunBundle, open_run

ROWS_PER_GROUP = 20_480
"""Rows of a row group: three of 600 columns then cost 1 % of the bytes, and one object 150 ms."""

TEXTS = ["run_id", "object_key", "object_id"]
"""Columns with a dictionary. Measured numbers hardly repeat: with one, and with zstd for lz4, a query over a million
objects takes six times as long to save a fifth of the bytes."""

MEASUREMENTS_PER_BATCH = 6_000_000
"""Long rows that are pivoted at once, about 1 GB of memory."""

TABLES = ("objects", "measurements")
"""Tables that the cache is made from."""

_FINGERPRINT = b"qsospec_duck.shards"


def build_wide_cache(run: str | Path | RunBundle) -> Path:
    """Write the cache of ``catalog`` for a run; takes seconds for 100,000 objects.

    Parameters
    ----------
    run : path or RunBundle
        A run of this package; bundles of ``qsospec`` 0.1.1 are pivoted by the view alone.

    Returns
    -------
    Path
        The file, ``data/catalog/part-00000.parquet``.

    Raises
    ------
    RunError
        The run was written by ``qsospec`` 0.1.1.
    """
    bundle = run if isinstance(run, RunBundle) else open_run(run)
    objects = _objects(bundle)
    target = _cache_file(bundle.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".writing")
    schema = _schema().with_metadata({_FINGERPRINT: fingerprint(bundle.path).encode()})
    try:
        with pq.ParquetWriter(
            aside, schema, compression="lz4", use_dictionary=TEXTS, version="2.6", data_page_version="2.0"
        ) as writer:
            for batch in _batches(bundle.shards("measurements")):
                wide = _pivot(batch)
                rows = objects.filter(pl.col("object_key").is_in(wide["object_key"].implode())).sort("object_key")
                objects = objects.join(wide.select("object_key"), on="object_key", how="anti")
                writer.write_table(_table(rows, wide, schema), row_group_size=ROWS_PER_GROUP)
            without = objects.sort("object_key")
            writer.write_table(_table(without, without.select("object_key"), schema), row_group_size=ROWS_PER_GROUP)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def cached_view(run: Path) -> dict[str, str]:
    """Statements of ``wide_measurements`` and ``catalog`` over the cache; empty where there is no current cache."""
    target = _cache_file(run)
    if not is_current(run):
        return {}
    source = f"read_parquet({RUN_PATH} || '/data/catalog/{target.name}')"
    columns = ", ".join(["object_key", *(name for name, _, _ in measured_columns())])
    return {
        "wide_measurements": f"CREATE OR REPLACE VIEW wide_measurements AS SELECT {columns} FROM {source};\n",
        "catalog": catalog_view(source),
    }


def is_current(run: Path) -> bool:
    """Whether a run has a cache that was made from its present shards, with the present columns."""
    target = _cache_file(run)
    if not target.is_file():
        return False
    schema = pq.read_schema(target)
    stored = (schema.metadata or {}).get(_FINGERPRINT, b"").decode()
    return stored == fingerprint(run) and schema.names == _schema().names


def fingerprint(run: Path) -> str:
    """SHA-256 over names, sizes and times of the shards that the cache is made from."""
    found = hashlib.sha256()
    for table in TABLES:
        for shard in sorted((run / "data" / table).glob("*.parquet")):
            about = shard.stat()
            found.update(f"{table} {shard.name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _cache_file(run: Path) -> Path:
    return run / "data" / "catalog" / "part-00000.parquet"


def _schema() -> pa.Schema:
    objects = arrow_schema("objects")
    known = [(name, objects.field(_source(name)).type) for name in IDENTIFIERS]
    return pa.schema([*known, *((name, pa.float64()) for name, _, _ in measured_columns())])


def _source(identifier: str) -> str:
    """Column of ``objects`` behind an identifier of ``catalog``."""
    return IDENTIFIERS[identifier].removeprefix("o.")


def _objects(bundle: RunBundle) -> pl.DataFrame:
    """Identifiers of every object under their names in ``catalog``."""
    names = [_source(name) for name in IDENTIFIERS]
    table = bundle.read_table("objects", columns=[*names, "object_number"])
    if table["object_number"].null_count:
        raise RunError(f"{bundle.path}: written by another package; its catalog is computed, not stored.")
    frame = pl.from_arrow(table.select(names).rename_columns(list(IDENTIFIERS)))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _table(objects: pl.DataFrame, wide: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """Rows of the cache: identifiers beside the measurements of the same objects; NULL where there are none."""
    rows = objects.join(wide, on="object_key", how="left", maintain_order="left")
    missing = [pl.lit(None, pl.Float64).alias(name) for name in schema.names if name not in rows.columns]
    return rows.with_columns(missing).select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def _batches(shards: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Yield whole shards, several at a time: all rows of an object lie in one."""
    waiting: list[Path] = []
    rows = 0
    for shard in shards:
        waiting.append(shard)
        rows += pq.read_metadata(shard).num_rows
        if rows >= MEASUREMENTS_PER_BATCH:
            yield _read(waiting)
            waiting, rows = [], 0
    if waiting:
        yield _read(waiting)


def _read(shards: Sequence[Path]) -> pl.DataFrame:
    wanted = sorted({quantity for _, quantity, _ in measured_columns()})
    return (
        pl.scan_parquet(list(shards))
        .filter(
            pl.col("object_number").is_not_null()
            & pl.col("section").is_in(SECTIONS)
            & pl.col("quantity").is_in(wanted)
            & pl.col("value").is_finite()
        )
        .select("object_key", "quantity", "value", pl.col("error").cast(pl.Float64))
        .collect()
    )


def _pivot(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn long rows into the columns of ``wide_measurements``, sorted by object."""
    rows = rows.with_columns(pl.when(pl.col("error").is_finite()).then(pl.col("error")).alias("error"))
    keys = rows.select("object_key").unique().sort("object_key").with_row_index("row")
    rows = rows.join(keys, on="object_key")
    by_quantity = {key[0]: frame for key, frame in rows.partition_by("quantity", as_dict=True).items()}
    columns = {"object_key": keys["object_key"]}
    for name, quantity, field in measured_columns():
        values, absent = np.zeros(len(keys)), np.ones(len(keys), dtype=bool)
        if (found := by_quantity.get(quantity)) is not None:
            measured = found[field].is_not_null().to_numpy()
            rows_of = found["row"].to_numpy()[measured]
            values[rows_of] = found[field].to_numpy()[measured]
            absent[rows_of] = False
        columns[name] = pl.Series(name, pa.array(values, mask=absent))
    return pl.DataFrame(columns)
