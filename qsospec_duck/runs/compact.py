"""Many small shards become few: the same rows, in fewer files.

Every query opens every file of a table, about 0.1 ms each on a local disk and a request each in an object store. A
run of small tasks, or one that grew object by object, is quick again afterwards. Shards of several commits are
rewritten as one commit that retires them, so a crash at any moment leaves the old files or the new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.errors import RunError
from qsospec_duck.runs.bundle import RunBundle
from qsospec_duck.runs.failure_ledger import inputs_of
from qsospec_duck.runs.finalize import RunCounts, address_of, finalize_run, verify_run
from qsospec_duck.runs.lock import hold_run
from qsospec_duck.runs.manifest import read_manifest
from qsospec_duck.runs.receipts import Commit, Part
from qsospec_duck.runs.shard import (
    FAILED_INPUTS,
    MODEL_ROW_GROUP,
    open_model_writer,
    sorted_by_object,
    stage_part,
    write_table,
)
from qsospec_duck.runs.store import RunStore

OBJECTS_PER_SHARD = 2048
"""Objects of a shard: about 200 MB of models."""

_LIGHT = ("inputs", "objects", "measurements", "warnings")


def compact_run(run: RunBundle | Path | str, *, objects_per_shard: int = OBJECTS_PER_SHARD) -> RunCounts:
    """Rewrite the shards of a run into fewer, and seal it again if it was sealed.

    Parameters
    ----------
    run : RunBundle or path
    objects_per_shard : int
        Shards are put together until they hold so many objects; one that does already is left alone.

    Raises
    ------
    RunError
        Somebody works on the run, it is damaged, or ``objects_per_shard`` is not positive.
    """
    if objects_per_shard < 1:
        raise RunError(f"objects_per_shard is {objects_per_shard}; it should be 1 or more.")
    if (address := address_of(run)) is not None:
        raise RunError(f"{address}: shards in an object store are not rewritten; fit with larger tasks (task_size).")
    path = run.path if isinstance(run, RunBundle) else Path(run)
    before = verify_run(path)
    was_sealed = read_manifest(path)["status"] == "complete"
    with hold_run(path):
        store = RunStore(path, read_manifest(path), "all", alone=True)
        for number, group in enumerate(_groups(store, objects_per_shard)):
            _rewrite(store, f"compact-{number}", group)
        store.save_manifest()
    after = finalize_run(run) if was_sealed else verify_run(path)
    if after.rows != before.rows:
        raise RunError(f"{path}: {before.rows} rows before and {after.rows} after; restore it from a copy.")
    return after


def _groups(store: RunStore, size: int) -> Iterator[list[list[Part]]]:
    """Parts of commits that are to become one, commit by commit."""
    group: list[list[Part]] = []
    held = 0
    for commit in list(store.commits):
        parts = [part for part in commit.parts if part.path in store.parts]
        rows = _weight(commit, parts)
        if not parts or rows >= size:
            continue
        if group and held + rows > size:
            if len(group) > 1:
                yield group
            group, held = [], 0
        group.append(parts)
        held += rows
    if len(group) > 1:
        yield group


def _weight(commit: Commit, parts: list[Part]) -> int:
    """Objects or failures of a commit, whichever are more."""
    counts = [sum(part.rows for part in parts if part.table == table) for table in ("objects", "failures")]
    return max(counts)


def _rewrite(store: RunStore, task: str, group: list[list[Part]]) -> None:
    folder = store.task_folder(task)
    folder.mkdir(parents=True)
    old = [part for parts in group for part in parts]
    of_failures = {inputs_of(part.path) for part in old if part.table == "failures"}
    staged: dict[str, int] = {}
    if models := [part for part in old if part.table == "models"]:
        staged["models"] = _copy_models(store.path, models, folder / "models.parquet")
    for table in _LIGHT:
        same = [part.path for part in old if part.table == table and part.path not in of_failures]
        if same:
            rows = sorted_by_object(_read(store.path, same))
            staged[table] = write_table(table, rows, folder / f"{table}.parquet")
    if of_failures:
        failures = [part.path for part in old if part.table == "failures"]
        staged["failures"] = write_table("failures", _read(store.path, failures), folder / "failures.parquet")
        rows = _read(store.path, sorted(of_failures))
        staged[FAILED_INPUTS] = write_table("inputs", rows, folder / f"{FAILED_INPUTS}.parquet")
    parts = [stage_part(folder, name, rows) for name, rows in staged.items()]
    store.replace_shards(task, parts, {part.path for part in old})


def _copy_models(run: Path, parts: list[Part], target: Path) -> int:
    """Copy models a few at a time: many shards of them do not fit into memory."""
    rows = 0
    with open_model_writer(target) as writer:
        for part in parts:
            with pq.ParquetFile(run / part.path) as file:
                for batch in file.iter_batches(MODEL_ROW_GROUP):
                    writer.write_table(pa.Table.from_batches([batch]), row_group_size=MODEL_ROW_GROUP)
                    rows += batch.num_rows
    return rows


def _read(run: Path, paths: list[str]) -> pa.Table:
    return pa.concat_tables([pq.read_table(run / path) for path in paths])
