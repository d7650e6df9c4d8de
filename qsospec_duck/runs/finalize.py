"""Check everything that a run promises, then seal it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.errors import RunError
from qsospec_duck.runs.bundle import RunBundle
from qsospec_duck.runs.index import write_index
from qsospec_duck.runs.layout import (
    INDEX,
    TABLES,
    data_folder,
    object_number,
    receipts_folder,
    staging_folder,
    sync_file,
    sync_folder,
)
from qsospec_duck.runs.lock import hold_run
from qsospec_duck.runs.manifest import now, read_manifest
from qsospec_duck.runs.parts import verify_part
from qsospec_duck.runs.receipts import Part, live_parts, read_receipts
from qsospec_duck.runs.state import RunState
from qsospec_duck.runs.store import RunStore


@dataclass(frozen=True)
class RunCounts:
    """What a run holds."""

    objects: int
    failures: int
    rows: dict[str, int]
    """Rows by table."""

    shards: int
    bytes: int


def verify_run(run: RunBundle | Path | str) -> RunCounts:
    """Check a run in one pass: manifest, receipts, SHA-256, rows and schema of every shard, unique objects.

    Raises
    ------
    RunError
        Naming the first thing that is not as it should be.
    """
    if (address := address_of(run)) is not None:
        from qsospec_duck.runs.remote_store import verify_remote

        return verify_remote(address)
    path = run.path if isinstance(run, RunBundle) else Path(run)
    parts = verify_shards(path)
    named = {part.path for part in parts}
    for table in TABLES[:-1]:
        for file in data_folder(path, table).glob("*.parquet"):
            if str(file.relative_to(path)) not in named:
                raise RunError(f"{file}: no receipt names it; remove it (fit_batch with resume does).")
    rows = {table: sum(part.rows for part in parts if part.table == table) for table in TABLES}
    keys = {
        table: _keys(path, [p.path for p in parts if p.table == table])
        for table in ("objects", "models", "failures", "inputs")
    }
    for table, found in keys.items():
        if len(found) != rows[table]:
            raise RunError(f"{path}: {rows[table] - len(found)} rows of table {table!r} repeat an object_key.")
    if keys["objects"] != keys["models"]:
        raise RunError(f"{path}: tables objects and models hold different objects; fit the run again.")
    listed = RunState(path).ledger.object_numbers
    if set(listed.tolist()) != keys["objects"]:
        raise RunError(f"{receipts_folder(path)}: keys-*.bin list other objects than the tables; remove them.")
    return RunCounts(rows["objects"], rows["failures"], rows, len(parts), sum(part.bytes for part in parts))


def verify_shards(path: Path) -> list[Part]:
    """Check manifest, receipts, and SHA-256, rows and schema of every shard that they name; give the shards.

    Raises
    ------
    RunError
        Naming the first thing that is not as it should be, or that the run has no receipts.
    """
    manifest = read_manifest(path)
    if manifest.get("writer") != "qsospec_duck":
        raise RunError(f"{path}: written by another package, without receipts; it can be read and not be verified.")
    commits, heads = read_receipts(path)
    sealed = manifest.get("receipt_heads")
    if sealed is not None and sealed != heads:
        raise RunError(f"{path}: its receipts are not those with which it was finalized; restore them from a copy.")
    parts = live_parts(commits)
    for part in parts:
        verify_part(path, part)
    return parts


def finalize_run(run: RunBundle | Path | str) -> RunCounts:
    """Verify a run, write its index, seal its manifest and remove what is left in staging.

    Raises
    ------
    RunError
        A coordinator works on it, or `verify_run` finds something wrong.
    """
    if (address := address_of(run)) is not None:
        from qsospec_duck.runs.remote_store import finalize_remote

        counts = finalize_remote(address)
    else:
        path = run.path if isinstance(run, RunBundle) else Path(run)
        # A folder that is no run is left without a lock, too.
        read_manifest(path)
        with hold_run(path):
            manifest = read_manifest(path)
            if manifest.get("writer") != "qsospec_duck":
                raise RunError(f"{path}: written by another package; it can be read and not be finalized here.")
            counts = seal_store(RunStore(path, manifest, "all", alone=True))
            shutil.rmtree(staging_folder(path), ignore_errors=True)
            for lock in path.glob(".lock-*"):
                lock.unlink()
    if isinstance(run, RunBundle):
        run.refresh()
    return counts


def seal_store(store: RunStore) -> RunCounts:
    """Verify a run that is held alone, write its index and seal its manifest."""
    path = store.path
    # A share may have completed what failed in another division of the run.
    store.withdraw_failures({key for key, _ in store.failures if store.is_done(key)})
    store.manifest.pop("receipt_heads", None)
    store.save_manifest(status="running", finalized_at=None)
    counts = verify_run(path)
    temporary = path / f".{INDEX}"
    write_index(path, sorted(part.path for part in store.parts.values() if part.table == "models"), temporary)
    sync_file(temporary)
    temporary.replace(path / INDEX)
    sync_folder(path)
    store.save_manifest(
        status="complete",
        finalized_at=now(),
        receipt_heads=read_receipts(path)[1],
        datasets={table: f"data/{table}" for table in TABLES if store.count(table)},
    )
    return counts


def address_of(run: RunBundle | Path | str) -> str | None:
    """Address of a run in an object store; ``None`` of one on a file system."""
    if isinstance(run, RunBundle):
        return run.address
    return str(run) if is_remote(run) else None


def _keys(run: Path, paths: list[str]) -> set[int]:
    return {
        object_number(key)
        for path in paths
        for key in pq.read_table(run / path, columns=["object_key"])["object_key"].to_pylist()
    }
