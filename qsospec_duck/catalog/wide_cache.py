"""The pivoted measurements of a finished run on disk: what makes ``catalog`` fast for hundreds of thousands of quasars.

``data/catalog/part-*.parquet`` holds the rows of the view ``wide_measurements``. It is a cache: made from the
long form, at any time, and used only while its fingerprint is that of the measurement shards; otherwise the
view computes.
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
from qsospec_duck.catalog.wide_views import SECTIONS, measured_columns
from qsospec_duck.runs import RunBundle, open_run

ROWS_PER_GROUP = 20_480
"""Rows of a row group: three of 600 columns then cost 1 % of the bytes, and one object 150 ms."""

MEASUREMENTS_PER_BATCH = 6_000_000
"""Long rows that are pivoted at once, about 1 GB of memory."""

_FINGERPRINT = b"qsospec_duck.measurements"


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
    """
    bundle = run if isinstance(run, RunBundle) else open_run(run)
    shards = bundle.shards("measurements")
    target = _cache_file(bundle.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".writing")
    schema = _schema().with_metadata({_FINGERPRINT: fingerprint(bundle.path).encode()})
    try:
        with pq.ParquetWriter(aside, schema, compression="zstd", version="2.6", data_page_version="2.0") as writer:
            for batch in _batches(shards):
                writer.write_table(_pivot(batch).cast(schema), row_group_size=ROWS_PER_GROUP)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def cached_view(run: Path) -> dict[str, str]:
    """Return the statement of ``wide_measurements`` over the cache, by name; empty where there is no current cache."""
    target = _cache_file(run)
    if not target.is_file():
        return {}
    stored = (pq.read_schema(target).metadata or {}).get(_FINGERPRINT, b"").decode()
    if stored != fingerprint(run) or pq.read_schema(target).names != _schema().names:
        return {}
    statement = f"""\
CREATE OR REPLACE VIEW wide_measurements AS
    SELECT *
    FROM read_parquet({RUN_PATH} || '/data/catalog/{target.name}');
"""
    return {"wide_measurements": statement}


def fingerprint(run: Path) -> str:
    """SHA-256 over names, sizes and times of the measurement shards."""
    found = hashlib.sha256()
    for shard in sorted((run / "data" / "measurements").glob("*.parquet")):
        about = shard.stat()
        found.update(f"{shard.name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _cache_file(run: Path) -> Path:
    return run / "data" / "catalog" / "part-00000.parquet"


def _schema() -> pa.Schema:
    return pa.schema([("object_key", pa.string()), *((name, pa.float64()) for name, _, _ in measured_columns())])


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


def _pivot(rows: pl.DataFrame) -> pa.Table:
    """Turn long rows into the columns of ``wide_measurements``, sorted by object."""
    rows = rows.with_columns(pl.when(pl.col("error").is_finite()).then(pl.col("error")).alias("error"))
    keys = rows.select("object_key").unique().sort("object_key").with_row_index("row")
    rows = rows.join(keys, on="object_key")
    by_quantity = {key[0]: frame for key, frame in rows.partition_by("quantity", as_dict=True).items()}
    columns: list[pa.Array] = [keys["object_key"].to_arrow(compat_level=pl.CompatLevel.oldest())]
    for _, quantity, field in measured_columns():
        values, absent = np.zeros(len(keys)), np.ones(len(keys), dtype=bool)
        if (found := by_quantity.get(quantity)) is not None:
            measured = found[field].is_not_null().to_numpy()
            rows_of = found["row"].to_numpy()[measured]
            values[rows_of] = found[field].to_numpy()[measured]
            absent[rows_of] = False
        columns.append(pa.array(values, mask=absent))
    return pa.table(columns, names=["object_key", *(name for name, _, _ in measured_columns())])
