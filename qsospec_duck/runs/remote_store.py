"""The coordinator's side of a run in an object store: the shards first, then the entry of the log that names them.

A commit is safe against everything that the log is: if the process ends before the entry, nothing happened (files that
no entry names are removed by finalize); if another coordinator took the number of the entry, this one stops. Only
coordinators of other shares of the same division of the run may come in between, since their objects are others.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qsospec_duck.archive.object_store import TRANSFERS
from qsospec_duck.errors import RunError
from qsospec_duck.runs.finalize import RunCounts, seal_store, verify_run
from qsospec_duck.runs.key_ledger import Records
from qsospec_duck.runs.layout import INDEX, MANIFEST, sha256_of, share_name
from qsospec_duck.runs.manifest import new_manifest, read_manifest, sealed_text
from qsospec_duck.runs.receipts import Commit
from qsospec_duck.runs.remote_copy import EVENTS, RemoteCopy, copy_to_work
from qsospec_duck.runs.remote_log import Entry
from qsospec_duck.runs.shard import FAILED_MARK
from qsospec_duck.runs.store import RunStore

EVENTS_EVERY = 30.0
"""Seconds between uploads of the event log, by which others see how a batch stands."""


class RemoteStore(RunStore):
    """A run in an object store that this process may write to."""

    def __init__(self, copy: RemoteCopy, share: str, num_shards: int) -> None:
        self._copy = copy
        self._num_shards = num_shards
        self._told = time.monotonic()
        super().__init__(copy.folder, read_manifest(copy.folder), share, alone=num_shards == 1)

    def _require_parts(self) -> None:
        there = self._copy.store.sizes("data")
        for part in self.parts.values():
            if there.get(part.path) != part.bytes:
                raise RunError(
                    f"{self._copy.address}/{part.path}: {there.get(part.path, 'no')} bytes there; its receipt says "
                    f"{part.bytes}. Restore it from a copy of the run."
                )

    def _publish(self, commit: Commit, staged: list[Path], records: Records | None) -> None:
        with ThreadPoolExecutor(TRANSFERS) as pool:
            list(pool.map(self._copy.store.write, (part.path for part in commit.parts), staged))
        keys = base64.b64encode(records.tobytes() if records is not None else b"").decode()
        about = {"share": self.share, "num_shards": self._num_shards, "line": self._log.line_of(commit), "keys": keys}
        while (other := self._copy.log.append("commit", **about)) is not None:
            self._require_harmless(other)

    def _committed(self, commit: Commit) -> None:
        self._copy.store.remove(commit.retires)
        for part in commit.parts:
            # Failures are looked at again when they are replaced; all else is stored elsewhere now.
            if part.table != "failures" and FAILED_MARK not in part.path:
                (self.path / part.path).unlink(missing_ok=True)
        if time.monotonic() - self._told > EVENTS_EVERY:
            self.tell_events()

    def tell_events(self) -> None:
        """Upload the log of this batch."""
        self._told = time.monotonic()
        for path in self.path.glob(f"events-{self.share}.jsonl"):
            self._copy.store.write(f"{EVENTS}/{self.share}-{self._session}.jsonl", path)

    def _require_harmless(self, other: Entry) -> None:
        """Tell a coordinator of another share from one that works on the same objects.

        Raises
        ------
        RunError
            Our state of the run is out of date.
        """
        same_division = other["kind"] == "commit" and other["num_shards"] == self._num_shards
        if not same_division or other["share"] == self.share:
            what = "sealed this run" if other["kind"] == "seal" else "stored results in this run"
            raise RunError(
                f"{self._copy.address}: another coordinator, session {other['session']}, {what} meanwhile; this one "
                "ends, and what it has committed is stored. Call fit_batch again when the other is through."
            )


@contextmanager
def hold_remote_store(
    address: str,
    configuration: Mapping[str, Any],
    configuration_hash: str,
    run_id: str | None,
    num_shards: int,
    shard_index: int,
) -> Iterator[RunStore]:
    """Create or resume a run in an object store, see `qsospec_duck.runs.hold_store`."""
    with copy_to_work(address) as copy:
        copy.log.read()
        if not copy.log.entries:
            _require_empty(copy)
            # Where another coordinator begins the run at the same moment, its beginning counts.
            copy.log.append("begin", manifest=sealed_text(new_manifest(configuration, configuration_hash, run_id)))
        copy.pull()
        store = RemoteStore(copy, share_name(num_shards, shard_index), num_shards)
        try:
            yield store
        finally:
            store.tell_events()


def finalize_remote(address: str) -> RunCounts:
    """Verify a run in an object store and seal it; every shard is downloaded for that."""
    with copy_to_work(address) as copy:
        copy.pull()
        # Listed before the seal: whatever is not committed by then, never can be.
        files = set(copy.store.sizes("data"))
        store = RemoteStore(copy, "all", 1)
        copy.fetch(store.parts.values())
        counts = seal_store(store)
        index = copy.folder / INDEX
        digest = sha256_of(index)
        made = {"path": INDEX, "key": f"index/{digest}.parquet", "bytes": index.stat().st_size, "sha256": digest}
        copy.store.write(f"index/{digest}.parquet", index)
        other = copy.log.append("seal", manifest=(copy.folder / MANIFEST).read_text(encoding="utf-8"), files=[made])
        if other is not None:
            raise RunError(
                f"{address}: session {other['session']} stored results while the run was verified; finalize it again "
                "when all coordinators are through."
            )
        copy.store.remove(sorted(files - set(store.parts)))
    return counts


def verify_remote(address: str) -> RunCounts:
    """Compare every shard of a run in an object store with its receipt; all are downloaded for that."""
    with copy_to_work(address) as copy:
        copy.pull()
        copy.fetch(copy.parts())
        return verify_run(copy.folder)


def _require_empty(copy: RemoteCopy) -> None:
    """Refuse a prefix with data of something else.

    Raises
    ------
    RunError
        It holds tables, but no log.
    """
    if copy.store.sizes("data"):
        raise RunError(f"{copy.address}: it holds data but no log of a run; give another prefix.")
