"""Which shard holds which object: found by key or by id, at the cost of one row group.

``index.parquet`` has a row for every key and one for every id that differs from its key, sorted by name, so
that the statistics of its row groups lead to the one that holds a name. Finalize writes it; before, and in
bundles of ``qsospec`` 0.1.1, the key columns of all shards are read instead.
"""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qsospec_duck.errors import NotInRunError
from qsospec_duck.runs.layout import INDEX

_ROW_GROUP = 4096


def index_table(run: Path, model_paths: list[str]) -> pa.Table:
    """Names of all objects with the shard of ``models`` that holds them, sorted by name."""
    pieces = []
    for number, path in enumerate(model_paths):
        names = pq.read_table(run / path, columns=["object_key", "object_id"])
        keys, ids = names["object_key"].combine_chunks(), names["object_id"].combine_chunks()
        other = pc.fill_null(pc.not_equal(keys, ids), False)
        all_keys = pa.concat_arrays([keys, keys.filter(other)])
        pieces.append(
            pa.table(
                {
                    "name": pa.concat_arrays([keys, ids.filter(other)]),
                    "object_key": all_keys,
                    "path": pa.DictionaryArray.from_arrays(
                        pa.repeat(pa.scalar(number, pa.int32()), len(all_keys)), model_paths
                    ),
                }
            )
        )
    if not pieces:
        return pa.table({name: pa.array([], pa.string()) for name in ("name", "object_key", "path")})
    return pa.concat_tables(pieces).sort_by([("name", "ascending"), ("object_key", "ascending")])


def write_index(run: Path, model_paths: list[str], target: Path) -> None:
    """Write the index of a run to ``target``."""
    pq.write_table(index_table(run, model_paths), target, row_group_size=_ROW_GROUP, compression="zstd")


def find_in_index(run: Path, name: str) -> list[tuple[str, str]]:
    """(object_key, path of its shard of models) of every object of that key or id, from ``index.parquet``."""
    found = pq.read_table(run / INDEX, columns=["name", "object_key", "path"], filters=[("name", "==", name)])
    return _pairs(found)


def find_in_table(table: pa.Table, name: str) -> list[tuple[str, str]]:
    """Do the same in an index that is in memory."""
    return _pairs(table.filter(pc.equal(table["name"], name)))


def the_one(found: list[tuple[str, str]], name: str, names: pa.ChunkedArray | None, run: Path) -> tuple[str, str]:
    """Single object that a name means.

    Raises
    ------
    NotInRunError
        No object has this name, or several have it as their id.
    """
    exact = [pair for pair in found if pair[0] == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        keys = sorted(key for key, _ in found)
        raise NotInRunError(
            f"{run}: {len(keys)} objects have the id {name!r}; "
            f"give one of their keys: {', '.join(map(repr, keys[:10]))}."
        )
    near = _near(name, names) if names is not None else []
    hint = f" near it: {', '.join(map(repr, near))}." if near else ""
    raise NotInRunError(f"{run}: no object has the key or id {name!r};{hint or ' it holds no similar name.'}")


def _pairs(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["object_key"].to_pylist(), table["path"].to_pylist(), strict=True))


def _near(name: str, names: pa.ChunkedArray) -> list[str]:
    """Names that contain the one asked for, else its neighbours in the alphabet."""
    holding = names.filter(pc.match_substring(names, name, ignore_case=True)) if name else names[:0]
    if len(holding):
        return list(dict.fromkeys(holding[:5].to_pylist()))
    ordered = names.to_pylist()
    place = bisect_left(ordered, name)
    return list(dict.fromkeys(ordered[max(place - 2, 0) : place + 2]))
