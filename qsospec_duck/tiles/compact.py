"""Tens of thousands of small tiles become a few hundred shards, and one sorted table of their scalars.

    <out>/<release>/<survey>/<program>/shard_{first}_{last}.parquet   spectra, 128 to 512 MB, tiles in order of pixel
    <out>/_scalars/                                                   scalars and targets (`shard_index`)

A query opens every file of its glob, which costs more than reading them once there are many. The scalars stand apart,
sorted, so that a scan reads megabytes and a look-up one row group; each row says in which shard its spectrum lies.
Shards whose tiles did not change are left as they are; after a compaction that was interrupted all are written again.
Tiles are never touched.
"""

from __future__ import annotations

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
from qsospec_duck.tiles.shard_index import begin_writing, end_writing, read_manifest, was_interrupted, write_index
from qsospec_duck.tiles.tile_file import ROW_GROUP, id_in_name, parquet_options, sync_folder
from qsospec_duck.tiles.validate import find_tiles

TARGET_MB = 160.0
"""Megabytes of a shard: a look-up reads the footer of one, which tells of every row group, so small ones are found in
sooner; below 128 object stores are slow."""


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
    target_mb: float = TARGET_MB,
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
        Size of the tiles in a shard, which is a little smaller; 128 to 512 suit local disks and object stores. The last
        shard of a program may be twice as large.
    on_shard : callable, optional
        Called with each shard as it is there.

    Raises
    ------
    TileError
        There is no tile, a tile has other columns than the rest, or a spectrum has no target_id.
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
    before, is_doubtful = read_manifest(out), was_interrupted(out)
    schema = pq.read_schema(paths[0]).remove_metadata()
    manifest: dict[str, dict[str, str]] = {}
    shards: list[Shard] = []
    for place, members in _groups(root, paths, target_mb * 1e6):
        made_of = {path.relative_to(root).as_posix(): known.get(path) or sha256_of(path) for path in members}
        name = f"{place}/shard_{id_in_name(members[0])}_{id_in_name(members[-1])}.parquet"
        path = out / name
        is_same = before.get(name) == made_of and path.is_file() and pq.read_schema(path).names == schema.names
        is_new = is_doubtful or not is_same
        if is_new:
            begin_writing(out)
            _write_shard(path, members, schema)
        manifest[name] = made_of
        spectra = pq.read_metadata(path).num_rows
        shards.append(Shard(path, len(members), spectra, path.stat().st_size, is_new))
        if on_shard is not None:
            on_shard(shards[-1])
    gone = set(before) - set(manifest)
    if gone or any(shard.is_new for shard in shards):
        begin_writing(out)
        write_index(con, out, [shard.path for shard in shards])
        for name in gone:
            (out / name).unlink(missing_ok=True)
        end_writing(out, manifest)
    return shards


def _groups(root: Path, paths: Sequence[Path], target: float) -> Iterator[tuple[str, list[Path]]]:
    """Neighbouring tiles of one release, survey and program, as many as make a shard; the last one takes the rest."""
    by_place: dict[str, list[Path]] = {}
    for path in paths:
        by_place.setdefault(path.parent.parent.relative_to(root).as_posix(), []).append(path)
    for place, members in sorted(by_place.items()):
        members.sort(key=lambda path: (len(id_in_name(path)), id_in_name(path)))
        full: list[Path] = []
        group: list[Path] = []
        size = 0
        for path in members:
            more = path.stat().st_size
            if group and size + more / 2 > target:
                if full:
                    yield place, full
                full, group, size = group, [], 0
            group.append(path)
            size += more
        # What is left over is too little for a shard, unless it reaches the target all but half a tile.
        if full and size + more / 2 > target:
            yield place, full
            yield place, group
        else:
            yield place, full + group


def _write_shard(path: Path, members: Sequence[Path], schema: pa.Schema) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    # A footer that every query of the shard reads: only what is filtered on has statistics.
    scalars = [field.name for field in arrow_schema("spectra") if not pa.types.is_nested(field.type)]
    options = parquet_options(schema) | {"write_statistics": scalars, "write_page_index": False}
    try:
        with aside.open("wb") as file:
            with pq.ParquetWriter(file, schema, **options) as writer:
                for table in _row_groups(members, schema):
                    writer.write_table(table, row_group_size=ROW_GROUP)
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
        with pq.ParquetFile(path) as file:
            table = file.read()
        if table.schema.names != schema.names:
            raise TileError(
                f"{path}: its columns are not those of the other tiles (another version or `--resolution` made it); "
                "'qsospec-duck tiles run' should make it again."
            )
        waiting.append(table.cast(schema))
        rows += table.num_rows
        if rows >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            cut = rows // ROW_GROUP * ROW_GROUP
            yield whole.slice(0, cut)
            waiting, rows = [whole.slice(cut)], rows - cut
    yield pa.concat_tables(waiting)
