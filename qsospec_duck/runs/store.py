"""The coordinator's side of a run directory: create or resume it, promote shards, know what is done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.errors import RunError
from qsospec_duck.runs.key_ledger import Records, append_records, records_of, replace_records
from qsospec_duck.runs.layout import (
    MANIFEST,
    TABLES,
    data_folder,
    object_number,
    receipts_folder,
    share_name,
    staging_folder,
    sync_file,
    sync_folder,
)
from qsospec_duck.runs.lock import hold_run
from qsospec_duck.runs.manifest import new_manifest, read_manifest, require_same_configuration, write_manifest
from qsospec_duck.runs.parts import require_files, verify_part
from qsospec_duck.runs.receipts import Commit, Part, ReceiptLog, live_parts, read_logs
from qsospec_duck.runs.shard import FAILED_INPUTS, FAILED_MARK
from qsospec_duck.runs.state import RunState


@contextmanager
def hold_store(
    path: Path | str,
    configuration: Mapping[str, Any],
    configuration_hash: str,
    *,
    run_id: str | None = None,
    resume: bool = True,
    num_shards: int = 1,
    shard_index: int = 0,
) -> Iterator[RunStore]:
    """Create or resume a run directory and hold its lock for the length of a ``with`` block.

    Parameters
    ----------
    path : path
        Run directory, or prefix of an object store such as ``s3://bucket/runs/hb``; made when absent.
    configuration : mapping
        Options, nested, JSON-able.
    configuration_hash : str
        Digest of the scientific ones.
    run_id : str, optional
        Name of a new run; made from time and configuration when absent.
    resume : bool
        False refuses a directory that holds results.
    num_shards, shard_index : int
        Share of the objects that this coordinator works on.

    Raises
    ------
    RunError
        The run is locked, damaged, of another schema, or not to be resumed.
    ConfigurationMismatchError
        It was made with other scientific options.
    """
    if not 0 <= shard_index < num_shards:
        raise RunError(f"shard_index is {shard_index} of {num_shards} shards; it should be 0 to {num_shards - 1}.")
    with _holder(path)(str(path), configuration, configuration_hash, run_id, num_shards, shard_index) as store:
        require_same_configuration(store.manifest, configuration, configuration_hash)
        if run_id is not None and store.run_id != run_id:
            raise RunError(f"{path}: it holds run {store.run_id!r}, not {run_id!r}; give another directory.")
        if not resume and store.count("objects"):
            raise RunError(f"{path}: it holds {store.count('objects')} objects; resume=True continues it.")
        yield store


def _holder(path: Path | str) -> Callable[..., AbstractContextManager[RunStore]]:
    if is_remote(path):
        # What works on object stores needs this module.
        from qsospec_duck.runs.remote_store import hold_remote_store

        return hold_remote_store
    return _hold_local


@contextmanager
def _hold_local(
    path: str,
    configuration: Mapping[str, Any],
    configuration_hash: str,
    run_id: str | None,
    num_shards: int,
    shard_index: int,
) -> Iterator[RunStore]:
    run = Path(path)
    if run.exists() and not run.is_dir():
        raise RunError(f"{run}: a file; a run needs a directory.")
    if not (run / MANIFEST).exists() and any(run.glob("data/*/*.parquet")):
        raise RunError(f"{run}: it holds tables but no {MANIFEST}; restore it, or give another directory.")
    try:
        for folder in (run, receipts_folder(run), staging_folder(run), *(data_folder(run, table) for table in TABLES)):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{run}: cannot be written ({error.strerror or error}); give a directory that can.") from error
    with hold_run(run, num_shards, shard_index):
        if not (run / MANIFEST).exists():
            write_manifest(run, new_manifest(configuration, configuration_hash, run_id))
        manifest = read_manifest(run)
        require_same_configuration(manifest, configuration, configuration_hash)
        if manifest.get("writer") != "qsospec_duck":
            raise RunError(f"{run}: written by another package; it can be read here and not be continued.")
        yield RunStore(run, manifest, share_name(num_shards, shard_index), alone=num_shards == 1)


class RunStore(RunState):
    """A run directory that this process may write to."""

    def __init__(self, path: Path, manifest: dict[str, Any], share: str, *, alone: bool) -> None:
        self.share = share
        self._alone = alone
        self._session = uuid4().hex[:8]
        self._log = ReceiptLog(path, share)
        super().__init__(path, manifest, {name: log[0] for name, log in read_logs(path, self._log).items()})
        self._require_parts()
        self._remove_strays()
        replace_records(path, share, self.ledger.records[share])
        # A share leaves the failures that others wrote to them and to finalize, which has the run for itself.
        own = {part.path for part in live_parts(self._log.commits)}
        self.failures = self._failures_in(part for part in self.parts.values() if alone or part.path in own)

    def task_folder(self, task: str) -> Path:
        """Folder into which a worker stages a task.

        No other coordinator uses it: a worker that outlives a killed one cannot write into the shard of the next.
        """
        return staging_folder(self.path) / f"{self.share}-{self._session}-{task}"

    def promote(
        self,
        task: str,
        staged: Iterable[Part],
        *,
        covered_inputs: Iterable[str] = (),
        covered_keys: Iterable[str] = (),
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Verify a staged shard, put it in place and write its receipt.

        Parameters
        ----------
        task : str
        staged : iterable of Part
            What the worker's receipt says lies in ``task_folder(task)``.
        covered_inputs : iterable of str
            Inputs whose outcome the shard holds completely: their earlier failures are replaced.
        covered_keys : iterable of str
            Further keys whose failures are replaced.
        facts : mapping, optional
            Kept with the receipt.

        Raises
        ------
        RunError
            A staged file is not what its receipt says, or an object is stored already.
        """
        folder = self.task_folder(task)
        staged = list(staged)
        for part in staged:
            verify_part(folder, part)
        completed, failed = _keys_in(folder, staged, "objects"), _keys_in(folder, staged, "failures")
        numbers = {object_number(key) for key in completed}
        if len(numbers) < len(completed) or not self._done.isdisjoint(numbers):
            twice = [key for key in completed if self.is_done(key) or completed.count(key) > 1]
            raise RunError(f"task {task}: {twice[0]!r} would be stored twice; every object_key should be unique.")
        carried, retired = self.failures.replace(folder, {*completed, *failed, *covered_keys}, set(covered_inputs))
        records = records_of(folder, staged, len(self._log.commits)) if numbers else None
        self._commit(task, folder, [*staged, *carried], retired, facts, records)
        self._done |= numbers

    def replace_shards(self, task: str, staged: Iterable[Part], retired: set[str]) -> None:
        """Put shards in the place of others that hold the same rows, and let the ledger of keys follow them."""
        folder = self.task_folder(task)
        staged = list(staged)
        for part in staged:
            verify_part(folder, part)
        self._commit(task, folder, staged, retired, None)
        fresh = RunState(self.path, self.manifest)
        for share, records in fresh.ledger.records.items():
            replace_records(self.path, share, records)

    def withdraw_failures(self, keys: set[str]) -> None:
        """Take the failures of these objects out of the run: they were completed by another share."""
        folder = self.task_folder("withdraw")
        folder.mkdir(parents=True, exist_ok=True)
        carried, retired = self.failures.replace(folder, keys, set())
        if retired:
            self._commit("withdraw", folder, carried, retired, None)
        shutil.rmtree(folder, ignore_errors=True)

    def save_manifest(self, **changes: Any) -> None:
        """Write the manifest with the counts of now; coordinators of shares leave that to finalize."""
        if self._alone:
            state = {table: sum(part.table == table for part in self.parts.values()) for table in TABLES}
            counts = {"completed_objects": self.count("objects"), "failed_objects": self.count("failures")}
            self.manifest = write_manifest(self.path, {**self.manifest, **counts, "shard_state": state, **changes})

    def _commit(
        self,
        task: str,
        folder: Path,
        staged: list[Part],
        retired: set[str],
        facts: Mapping[str, Any] | None,
        records: Records | None = None,
    ) -> None:
        """Move files into place, write the receipt, then remove what it retires. This order is the crash safety."""
        if self.manifest["status"] == "complete":
            self.manifest.pop("receipt_heads", None)
            self.manifest = write_manifest(self.path, {**self.manifest, "status": "running", "finalized_at": None})
        stem = f"part-{self.share}-{task}-{uuid4().hex[:8]}"
        parts = tuple(replace(part, path=_place_of(stem, part)) for part in staged)
        commit = Commit(task, parts, tuple(sorted(retired)), facts)
        self._publish(commit, [folder / part.path for part in staged], records)
        if records is not None:
            append_records(self.path, self.share, records)
        for old, new in zip(staged, parts, strict=True):
            # Its content is on the disk before its name is.
            sync_file(folder / old.path)
            (folder / old.path).rename(self.path / new.path)
        for table in {part.table for part in parts}:
            sync_folder(data_folder(self.path, table))
        self._log.append(commit)
        for path in retired:
            (self.path / path).unlink(missing_ok=True)
            self.parts.pop(path, None)
            self.failures.drop(path)
        for part in parts:
            self.parts[part.path] = part
            if part.table == "failures":
                self.failures.add(part)
        shutil.rmtree(folder, ignore_errors=True)
        self._committed(commit)

    def _require_parts(self) -> None:
        """Raise `RunError` where a file that a receipt names is missing."""
        require_files(self.path, self.parts.values())

    def _publish(self, commit: Commit, staged: list[Path], records: Records | None) -> None:
        """Store a commit where others see it before it happens here; a run on a file system is that place itself."""

    def _committed(self, commit: Commit) -> None:
        """Do what is to be done once a commit has happened."""

    def _remove_strays(self) -> None:
        """Remove what no receipt names: files of a commit that a crash cut short, and old staging."""
        mine = "part-" if self._alone else f"part-{self.share}-"
        # ``derived`` rows are written by recalibrations, which have receipts of their own.
        for table in TABLES[:-1]:
            for path in data_folder(self.path, table).glob(f"{mine}*.parquet"):
                if str(path.relative_to(self.path)) not in self.parts:
                    path.unlink()
        for folder in staging_folder(self.path).glob("*" if self._alone else f"{self.share}-*"):
            shutil.rmtree(folder, ignore_errors=True)


def _place_of(stem: str, part: Part) -> str:
    """Path of a staged file in the run."""
    carried = "".join(part.path.removesuffix(".parquet").partition("-carried-")[1:])
    failed = FAILED_MARK if part.path.startswith(FAILED_INPUTS) else ""
    return f"data/{part.table}/{stem}{carried}{failed}.parquet"


def _keys_in(folder: Path, staged: list[Part], table: str) -> list[str]:
    return [
        key
        for part in staged
        if part.table == table
        for key in pq.read_table(folder / part.path, columns=["object_key"])["object_key"].to_pylist()
    ]
