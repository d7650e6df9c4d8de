"""What stands beside shards: all scalars sorted by target, where each target lies, and what the shards are made of.

    <root>/_scalars/scalars_{number}.pq   every scalar of every spectrum and the name of its shard, by target_id
    <root>/_scalars/targets.pq            a row a shard: its name and the targets in it
    <root>/_scalars/shards.json           the tiles, with their checksums, that each shard is made of
    <root>/_scalars/unfinished            there while a compaction is under way, or after one that was interrupted

None of them ends in ``.parquet``, so that a glob over shards takes none of them for one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import TileError
from qsospec_duck.readers.relation import one_chunk
from qsospec_duck.tiles.tile_file import parquet_options, sync_folder

FOLDER = "_scalars"
SCALAR_ROW_GROUP = 20_480
SCALARS_A_FILE = 1_000_000

Manifest = Mapping[str, Mapping[str, str]]
"""Checksums of tiles by shard and tile, both relative to their roots."""

_MANIFEST, _UNFINISHED = "shards.json", "unfinished"


def is_shard_root(path: str | Path) -> bool:
    """Tell whether a folder is the root of shards."""
    return any((Path(path) / FOLDER / name).is_file() for name in (_MANIFEST, _UNFINISHED))


def shard_paths(root: str | Path) -> list[Path]:
    """Shards of a root, in the order of their names.

    Raises
    ------
    TileError
        A compaction was interrupted: shards and what stands beside them may disagree.
    """
    if was_interrupted(root):
        raise TileError(
            f"{root}: a compaction is under way or was interrupted; wait, or run 'qsospec-duck tiles compact' again."
        )
    return [Path(root) / name for name in sorted(read_manifest(root))]


def was_interrupted(root: str | Path) -> bool:
    """Tell whether a compaction is under way, or has not come to its end."""
    return (Path(root) / FOLDER / _UNFINISHED).is_file()


def read_manifest(root: str | Path) -> Manifest:
    """Read what shards are made of; empty where there are none."""
    path = Path(root) / FOLDER / _MANIFEST
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def begin_writing(root: Path) -> None:
    """Say that shards and index may disagree from now on."""
    if not was_interrupted(root):
        (root / FOLDER).mkdir(parents=True, exist_ok=True)
        _replace(root / FOLDER / _UNFINISHED, b"")


def end_writing(root: Path, manifest: Manifest) -> None:
    """Say what shards are made of, and that they agree with their index."""
    _replace(root / FOLDER / _MANIFEST, json.dumps(manifest, indent=1).encode())
    (root / FOLDER / _UNFINISHED).unlink(missing_ok=True)
    sync_folder(root / FOLDER)


def write_index(con: Any, root: Path, shards: Sequence[Path]) -> None:
    """Write scalars and targets of shards.

    Raises
    ------
    TileError
        A spectrum has no target_id.
    """
    _write_targets(root, shards)
    _write_scalars(con, root, shards)
    sync_folder(root / FOLDER)


def _write_targets(root: Path, shards: Sequence[Path]) -> None:
    names, targets = [], []
    for path in shards:
        column = _read(path, ["target_id"])["target_id"].combine_chunks()
        if column.null_count:
            raise TileError(f"{path}: {column.null_count} spectra have no target_id; shards are looked up by it.")
        names.append(path.relative_to(root).as_posix())
        targets.append(column.unique().sort().to_pylist())
    table = pa.table({"shard": pa.array(names, pa.string()), "target_id": pa.array(targets, pa.list_(pa.int64()))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=64)
    _replace(root / FOLDER / "targets.pq", sink.getvalue())


def _write_scalars(con: Any, root: Path, shards: Sequence[Path]) -> None:
    """Write all scalars, sorted by target; readers of the old files are not disturbed."""
    fields = [*arrow_schema("spectra"), *arrow_schema("tiles")]
    left_out = ", ".join(f'"{field.name}"' for field in fields if pa.types.is_nested(field.type))
    # Row groups are what a look-up decodes; DuckDB sorts beyond the memory.
    answer = con.sql(
        f"""
        SELECT * EXCLUDE ({left_out}, filename), substr(filename, length(?) + 2) AS shard
        FROM read_parquet(?, union_by_name := true, filename := true)
        ORDER BY target_id, object_key
        """,
        params=[str(root), [str(path) for path in shards]],
    )
    old = set((root / FOLDER).glob("scalars_*.pq"))
    written: set[Path] = set()
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for batch in answer.to_arrow_reader(SCALAR_ROW_GROUP):
            if writer is None:
                path = root / FOLDER / f"scalars_{len(written):05d}.pq"
                aside = path.with_name(f".{path.name}.part")
                options = parquet_options(batch.schema) | {"column_encoding": None, "use_dictionary": True}
                writer = pq.ParquetWriter(aside, batch.schema, **options)
            writer.write_batch(batch, row_group_size=SCALAR_ROW_GROUP)
            rows += batch.num_rows
            if rows >= SCALARS_A_FILE:
                writer.close()
                aside.replace(path)
                written.add(path)
                writer, rows = None, 0
    finally:
        if writer is not None:
            writer.close()
    if writer is not None:
        aside.replace(path)
        written.add(path)
    for path in old - written:
        path.unlink()


def look_up(shards: str | Path, target_id: int) -> pa.Table:
    """Spectra of one target, from shards; of these only the row groups that hold it are read.

    Parameters
    ----------
    shards : str or Path
        Root of the shards.
    target_id : int

    Returns
    -------
    pyarrow.Table
        All columns, one row for each release, survey and program that has the target; no row where none has.

    Raises
    ------
    TileError
        A compaction was interrupted.
    """
    root = Path(shards)
    shard_paths(root)
    places = _read(root / FOLDER / "targets.pq")
    targets = one_chunk(places["target_id"])
    # Here and below nothing goes through to_numpy() or pa.array(), which import pandas: four times the first look-up.
    at = np.flatnonzero(np.from_dlpack(targets.values) == target_id)
    numbers = np.searchsorted(np.from_dlpack(targets.offsets), at, side="right") - 1
    names = sorted(places["shard"][number].as_py() for number in numbers.tolist())
    found = [_rows_of(root / name, target_id) for name in names]
    schema = pa.schema([*arrow_schema("spectra"), *arrow_schema("tiles")])
    return pa.concat_tables(found) if found else schema.empty_table()


def _read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Columns of one file, all where none are named; ``pq.read_table`` would import ``pyarrow.dataset`` and pandas."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns)


def _rows_of(path: Path, target_id: int) -> pa.Table:
    """Rows of one target in one shard."""
    with pq.ParquetFile(path) as shard:
        rows = np.flatnonzero(np.from_dlpack(one_chunk(shard.read(["target_id"])["target_id"])) == target_id)
        sizes = [shard.metadata.row_group(group).num_rows for group in range(shard.num_row_groups)]
        group_of = np.repeat(np.arange(len(sizes)), sizes)
        groups = np.unique(group_of[rows])
        read = np.flatnonzero(np.isin(group_of, groups))
        wanted = np.searchsorted(read, rows).astype(np.int64)
        indices = pa.Array.from_buffers(pa.int64(), wanted.size, [None, pa.py_buffer(wanted)])
        return shard.read_row_groups(groups.tolist(), use_threads=False).take(indices)


def _replace(path: Path, content: Any) -> None:
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)
