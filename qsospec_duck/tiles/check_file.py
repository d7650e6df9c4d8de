"""Checks of a tile as a file: its name, its place, its columns, its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.archive.checksums import sha256_of
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import TileError
from qsospec_duck.tiles.finding import ERROR, WARNING, Finding
from qsospec_duck.tiles.ledger import Entry
from qsospec_duck.tiles.tile_file import ROW_GROUP, count_in_name, id_in_name


def check_name(path: Path, n_rows: int) -> Iterator[Finding]:
    """The name is that of a tile, promises the number of rows there are, and agrees with its folder."""
    try:
        promised, name = count_in_name(path), id_in_name(path)
    except TileError as error:
        yield Finding("name", ERROR, str(path), None, str(error))
        return
    if promised != n_rows:
        yield Finding("row_count", ERROR, str(path), None, f"{n_rows} rows; the name says {promised}.")
    if path.parent.name != f"tile_{name}":
        yield Finding("folder", ERROR, str(path), None, f"it lies in {path.parent.name}; it should in tile_{name}.")
    others = sorted(one.name for one in path.parent.glob(f"qso_data_TILE{name}_*_qsos.parquet") if one != path)
    if others:
        yield Finding(
            "one_file_a_tile", ERROR, str(path), None, f"{', '.join(others)} lies beside it; expected one file."
        )


def check_schema(path: Path, schema: pa.Schema) -> Iterator[Finding]:
    """Every column of the relation and of tiles is there with its type, once; those that tiles may have have theirs."""
    for field in (*arrow_schema("spectra"), *arrow_schema("tiles")):
        places = schema.get_all_field_indices(field.name)
        if len(places) != 1:
            found = "missing" if not places else f"there {len(places)} times"
            yield Finding("schema", ERROR, str(path), field.name, f"the column is {found}; expected {field.type}.")
        elif schema.field(places[0]).type != field.type:
            kind = schema.field(places[0]).type
            yield Finding("schema", ERROR, str(path), field.name, f"type {kind}; expected {field.type}.")
    for field in arrow_schema("spectra_extra"):
        for place in schema.get_all_field_indices(field.name):
            if (kind := schema.field(place).type) != field.type:
                yield Finding("schema", ERROR, str(path), field.name, f"type {kind}; expected {field.type}.")


def check_layout(path: Path, metadata: pq.FileMetaData) -> Iterator[Finding]:
    """Row groups are small and scalars have statistics, so that queries can skip."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    if any(group.num_rows > ROW_GROUP for group in groups) and path.parent.name.startswith("tile_"):
        largest = max(group.num_rows for group in groups)
        yield Finding("row_group", WARNING, str(path), None, f"a row group of {largest} spectra; expected {ROW_GROUP}.")
    for group in groups:
        for column in (group.column(i) for i in range(group.num_columns)):
            if column.path_in_schema in ("target_id", "z") and not (
                column.is_stats_set and column.statistics.has_min_max
            ):
                where = column.path_in_schema
                yield Finding("statistics", WARNING, str(path), where, "no minimum and maximum; filters cannot skip.")
                return


def check_ledger(path: Path, entry: Entry | None, n_rows: int) -> Iterator[Finding]:
    """The file is the one that the ledger says was made."""
    if entry is None:
        yield Finding(
            "in_ledger", WARNING, str(path), None, "the ledger does not know it; expected a line for each tile."
        )
        return
    size = path.stat().st_size
    if entry.parquet_bytes != size:
        yield Finding("file_size", ERROR, str(path), None, f"{size} bytes; the ledger says {entry.parquet_bytes}.")
    elif entry.sha256 != (found := sha256_of(path)):
        yield Finding("sha256", ERROR, str(path), None, f"SHA-256 {found}; the ledger says {entry.sha256}.")
    if entry.spectra != n_rows:
        yield Finding("ledger_count", ERROR, str(path), None, f"{n_rows} rows; the ledger says {entry.spectra}.")
