"""Tens of thousands of small tiles become a few hundred shards, and one sorted table of their scalars.

    <out>/<release>/<survey>/<program>/shard_{first}_{last}.parquet   spectra, 128 to 512 MB, tiles in order of pixel
    <out>/_scalars/scalars_{number}.pq                                every scalar of every spectrum, by target_id
    <out>/_scalars/shards.json                                        which tiles a shard is made of

A query opens every file of its glob, which costs more than reading them once there are many. The scalars stand apart,
sorted, so that a scan reads megabytes and a look-up one row group; each row says in which shard its spectrum lies.
Shards whose tiles did not change are left as they are. Tiles are never touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.archive.checksums import sha256_of
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.tiles.ledger import latest_of, read_ledger
from qsospec_duck.tiles.tile_file import id_in_name, parquet_options, sync_folder
from qsospec_duck.tiles.validate import find_tiles

SHARD_ROW_GROUP = 256
"""Spectra of a row group of a shard: 12 MB, and 20 row groups in the footer of a shard."""

SCALAR_ROW_GROUP = 20_480
SCALARS_A_FILE = 1_000_000
FOLDER = "_scalars"


@dataclass(frozen=True)
class Shard:
    """One shard."""

    path: Path
    tiles: int
    spectra: int
    bytes: int
    is_new: bool
    """It was written by this call, not left from an earlier one."""


def compact_tiles(
    root: str | Path,
    out: str | Path,
    con: Any,
    *,
    target_mb: float = 256.0,
    on_shard: Callable[[Shard], None] | None = None,
) -> list[Shard]:
    """Write shards and scalars of all tiles below a root.

    Parameters
    ----------
    root : str or Path
        Root of the tiles.
    out : str or Path
        Root of the shards; not within the tiles.
    con : duckdb.DuckDBPyConnection
        Sorts the scalars.
    target_mb : float
        Size of a shard; 128 to 512 suits local disks and object stores.
    on_shard : callable, optional
        Called with each shard as it is there.

    Raises
    ------
    TileError
        There is no tile.
    ConfigError
        ``out`` lies in ``root``, where globs over tiles would meet its shards.
    """
    root, out = Path(root), Path(out)
    if root.resolve() in (out.resolve(), *out.resolve().parents):
        raise ConfigError(f"{out}: shards should lie outside of their tiles ({root}), or globs would take both.")
    paths = find_tiles([root])
    if not paths:
        raise TileError(f"{root}: there is no tile; expected qso_data_TILE*.parquet.")
    known = {root / (entry.path or ""): entry.sha256 for entry in latest_of(read_ledger(root)).values()}
    before = _read_manifest(out)
    manifest: dict[str, dict[str, str]] = {}
    shards: list[Shard] = []
    for place, members in _groups(root, paths, target_mb * 1e6):
        made_of = {path.relative_to(root).as_posix(): known.get(path) or sha256_of(path) for path in members}
        name = f"{place}/shard_{id_in_name(members[0])}_{id_in_name(members[-1])}.parquet"
        path = out / name
        is_new = before.get(name) != made_of or not path.is_file()
        if is_new:
            _write_shard(path, members)
        manifest[name] = made_of
        spectra = pq.read_metadata(path).num_rows
        shards.append(Shard(path, len(members), spectra, path.stat().st_size, is_new))
        if on_shard is not None:
            on_shard(shards[-1])
    if any(shard.is_new for shard in shards) or set(before) != set(manifest):
        _write_scalars(con, out, [shard.path for shard in shards])
        for name in set(before) - set(manifest):
            (out / name).unlink(missing_ok=True)
        _replace(out / FOLDER / "shards.json", json.dumps(manifest, indent=1).encode())
    return shards


def _groups(root: Path, paths: Sequence[Path], target: float) -> Iterator[tuple[str, list[Path]]]:
    """Neighbouring tiles of one release, survey and program, as many as make a shard."""
    by_place: dict[str, list[Path]] = {}
    for path in paths:
        by_place.setdefault(path.parent.parent.relative_to(root).as_posix(), []).append(path)
    for place, members in sorted(by_place.items()):
        members.sort(key=lambda path: (len(id_in_name(path)), id_in_name(path)))
        group: list[Path] = []
        size = 0
        for path in members:
            more = path.stat().st_size
            if group and size + more / 2 > target:
                yield place, group
                group, size = [], 0
            group.append(path)
            size += more
        if group:
            yield place, group


def _write_shard(path: Path, members: Sequence[Path]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = pq.read_schema(members[0]).remove_metadata()
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            with pq.ParquetWriter(file, schema, **parquet_options(schema)) as writer:
                for table in _row_groups(members, schema):
                    writer.write_table(table, row_group_size=SHARD_ROW_GROUP)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def _row_groups(members: Sequence[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of whole row groups, the last one excepted."""
    waiting: list[pa.Table] = []
    rows = 0
    for path in members:
        table = pq.read_table(path, partitioning=None).select(schema.names).cast(schema)
        waiting.append(table)
        rows += table.num_rows
        if rows >= SHARD_ROW_GROUP:
            whole = pa.concat_tables(waiting)
            cut = rows // SHARD_ROW_GROUP * SHARD_ROW_GROUP
            yield whole.slice(0, cut)
            waiting, rows = [whole.slice(cut)], rows - cut
    yield pa.concat_tables(waiting)


def _write_scalars(con: Any, out: Path, shards: Sequence[Path]) -> None:
    """Write all scalars, sorted by target; readers of the old files are not disturbed."""
    nested = [field.name for field in (*arrow_schema("spectra"), *arrow_schema("tiles")) if _is_nested(field)]
    left_out = ", ".join(f'"{name}"' for name in nested)
    # Row groups are what a look-up decodes; DuckDB sorts beyond the memory.
    answer = con.sql(
        f"""
        SELECT * EXCLUDE ({left_out}, filename), substr(filename, length(?) + 2) AS shard
        FROM read_parquet(?, union_by_name := true, filename := true)
        ORDER BY target_id, object_key
        """,
        params=[str(out), [str(path) for path in shards]],
    )
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    old = set((out / FOLDER).glob("scalars_*.pq"))
    written: set[Path] = set()
    reader = answer.to_arrow_reader(SCALAR_ROW_GROUP)
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for batch in reader:
            if writer is None:
                path = out / FOLDER / f"scalars_{len(written):05d}.pq"
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
    sync_folder(out / FOLDER)


def look_up(con: Any, shards: str | Path, target_id: int) -> pa.Table:
    """Spectra of one target, from shards.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    shards : str or Path
        Root of the shards.
    target_id : int

    Returns
    -------
    pyarrow.Table
        All columns, one row for each release, survey and program that has the target; no row where none has.
    """
    root = Path(shards)
    found = con.execute(
        "SELECT DISTINCT shard FROM read_parquet(?) WHERE target_id = ?",
        [f"{root}/{FOLDER}/scalars_*.pq", target_id],
    ).fetchall()
    paths = [str(root / shard) for (shard,) in sorted(found)]
    if not paths:
        return pa.schema([*arrow_schema("spectra"), *arrow_schema("tiles")]).empty_table()
    answer = con.sql("SELECT * FROM read_parquet(?) WHERE target_id = ?", params=[paths, target_id])
    return answer.to_arrow_table()


def _is_nested(field: pa.Field) -> bool:
    return bool(pa.types.is_nested(field.type))


def _read_manifest(out: Path) -> dict[str, dict[str, str]]:
    path = out / FOLDER / "shards.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(content)
    aside.replace(path)
    sync_folder(path.parent)
