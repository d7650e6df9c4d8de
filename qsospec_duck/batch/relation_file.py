"""Parquet files in the columns of the spectra relation: keys for the plan, rows for the worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.batch.items import Item, file_name
from qsospec_duck.batch.remote_inputs import open_parquet
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ReaderError

_NEEDED = ("wavelength", "flux", "ivar", "z")
_UNDERSTOOD = ("flux_unit", "extinction_corrected", "lsf_sigma", "reader")
"""Columns beside the relation that a spectrum is built from."""


def is_relation(schema: pa.Schema) -> bool:
    """Tell the spectra relation, one spectrum a row, from a table of pixels."""
    if not all(name in schema.names for name in _NEEDED):
        return False
    kind = schema.field("wavelength").type
    return any(is_a(kind) for is_a in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))


def relation_items(path: str, rows_per_item: int) -> list[Item]:
    """Items of bounded size of one file, with the keys of their rows; only key columns are read."""
    with open_parquet(path) as file:
        names = file.schema_arrow.names
        n_rows = file.metadata.num_rows
        keys = file.read(columns=["object_key"])["object_key"].to_pylist() if "object_key" in names else None
    if keys is None:
        keys = [f"{file_name(path)}#{row}" for row in range(n_rows)]
    if None in keys:
        raise ReaderError(
            f"{path}: row {keys.index(None)} has no object_key; every row of the relation should have one."
        )
    return [
        Item(path, "relation", tuple(range(start, stop)), tuple(keys[start:stop]))
        for start in range(0, n_rows, rows_per_item)
        for stop in (min(start + rows_per_item, n_rows),)
    ]


def read_relation(path: str, rows: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of one file by number, a row group at a time, with the columns that a spectrum is built from."""
    wanted = set(rows)
    with open_parquet(path) as file:
        known = {*arrow_schema("spectra").names, *_UNDERSTOOD}
        columns = [name for name in file.schema_arrow.names if name in known]
        start = 0
        for group in range(file.metadata.num_row_groups):
            stop = start + file.metadata.row_group(group).num_rows
            here = sorted(wanted & set(range(start, stop)))
            if here:
                table = file.read_row_group(group, columns=columns)
                for row in here:
                    yield row, table_row(table, row - start)
            start = stop


def table_row(table: pa.Table, row: int) -> dict[str, Any]:
    """One row of the relation: numbers and texts as Python has them, lists as numpy arrays."""
    values = {}
    for name in table.column_names:
        scalar = table[name][row]
        if isinstance(scalar, pa.ListScalar):
            values[name] = None if scalar.values is None else scalar.values.to_numpy(zero_copy_only=False)
        else:
            values[name] = scalar.as_py()
    return values


def spill(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> str:
    """Write a stream of the relation to a file that workers read from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_batches([batch], schema), row_group_size=64)
    return str(path)
