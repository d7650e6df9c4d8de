"""A run in an object store and the folder on this machine that stands for it.

The folder is an ordinary run directory. Manifest, receipts and key records are made from the log of the run; shards are
downloaded when they are asked for, each compared with the SHA-256 of its receipt. They never change, so a folder serves
many readers, one after the other or side by side.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from qsospec_duck.archive.object_store import TRANSFERS, ObjectStore, is_remote
from qsospec_duck.cache_folder import cache_folder
from qsospec_duck.errors import RunError
from qsospec_duck.runs.layout import MANIFEST, TABLES, data_folder, receipts_folder, sha256_of
from qsospec_duck.runs.manifest import read_manifest, write_manifest
from qsospec_duck.runs.receipts import Part, live_parts, read_receipts
from qsospec_duck.runs.remote_log import LOG, RemoteLog
from qsospec_duck.runs.shard import FAILED_MARK

EVENTS = "events"


class RemoteCopy:
    """One run in an object store, with its folder here."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address.rstrip("/")
        self.folder = folder
        self.store = ObjectStore(self.address)
        self.log = RemoteLog(self.store)

    @property
    def is_sealed(self) -> bool:
        """Tell whether nothing was committed since finalize."""
        return bool(self.log.entries) and self.log.entries[-1]["kind"] == "seal"

    def pull(self) -> None:
        """Bring manifest, receipts, key records, failures and events up to date.

        Raises
        ------
        RunError
            There is no run at the address, or its log is damaged.
        """
        self.log.read()
        if not self.log.entries or self.log.entries[0]["kind"] != "begin":
            raise RunError(
                f"{self.address}: no run; its log should begin with log/{0:012d}.json (fit_batch writes it)."
            )
        for folder in (receipts_folder(self.folder), *(data_folder(self.folder, table) for table in TABLES)):
            folder.mkdir(parents=True, exist_ok=True)
        self._write_receipts()
        self._write_manifest()
        failed = [part for part in self.parts() if part.table == "failures" or FAILED_MARK in part.path]
        self.fetch(failed)
        for key, size in self.store.sizes(EVENTS).items():
            here = self.folder / key.replace("/", "-")
            if not here.exists() or here.stat().st_size != size:
                self.store.download(key, here)

    def parts(self) -> list[Part]:
        """Shards that are stored, as the receipts here say."""
        return live_parts(read_receipts(self.folder)[0])

    def fetch(self, parts: Iterable[Part]) -> None:
        """Download those shards that are not here yet.

        Raises
        ------
        RunError
            One is missing, or its content is not what its receipt says.
        """
        absent = [part for part in parts if not (self.folder / part.path).exists()]
        with ThreadPoolExecutor(TRANSFERS) as pool:
            list(pool.map(self._fetch, absent))

    def _fetch(self, part: Part) -> None:
        self._download(part.path, part.path, part.sha256)

    def _download(self, key: str, path: str, sha256: str) -> None:
        target = self.folder / path
        arrived = target.with_name(f"{target.name}.arriving-{uuid4().hex[:8]}")
        try:
            self.store.download(key, arrived)
        except FileNotFoundError:
            raise RunError(
                f"{self.address}/{key}: missing, though a receipt names it; restore it from a copy of the run."
            ) from None
        if (found := sha256_of(arrived)) != sha256:
            arrived.unlink()
            raise RunError(
                f"{self.address}/{key}: its content was changed (SHA-256 {found}; its receipt says {sha256})."
            )
        arrived.replace(target)

    def _write_receipts(self) -> None:
        lines: dict[str, list[str]] = {}
        keys: dict[str, list[bytes]] = {}
        for entry in self.log.entries:
            if entry["kind"] == "commit":
                lines.setdefault(entry["share"], []).append(entry["line"])
                keys.setdefault(entry["share"], []).append(base64.b64decode(entry["keys"]))
        for share, texts in lines.items():
            _replace(receipts_folder(self.folder) / f"receipts-{share}.jsonl", "".join(texts).encode())
            _replace(receipts_folder(self.folder) / f"keys-{share}.bin", b"".join(keys[share]))

    def _write_manifest(self) -> None:
        """Write the manifest that the log holds; what was committed after it is counted from the receipts."""
        with_one = [entry for entry in self.log.entries if entry["kind"] in ("begin", "seal")]
        _replace(self.folder / MANIFEST, with_one[-1]["manifest"].encode())
        manifest = read_manifest(self.folder)
        if self.is_sealed:
            for one in with_one[-1]["files"]:
                here = self.folder / one["path"]
                if not here.exists() or sha256_of(here) != one["sha256"]:
                    self._download(one["key"], one["path"], one["sha256"])
            return
        parts = self.parts()
        rows = {table: sum(part.rows for part in parts if part.table == table) for table in ("objects", "failures")}
        state = {table: sum(part.table == table for part in parts) for table in TABLES}
        manifest.pop("receipt_heads", None)
        counts = {"completed_objects": rows["objects"], "failed_objects": rows["failures"], "shard_state": state}
        write_manifest(self.folder, {**manifest, **counts, "status": "running", "finalized_at": None})


def copy_to_read(address: str) -> RemoteCopy:
    """Copy of a run under the user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``), brought up to date."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    digest = hashlib.sha256(f"{endpoint} {address.rstrip('/')}".encode()).hexdigest()[:12]
    copy = RemoteCopy(address, cache_folder() / "runs" / f"{address.rstrip('/').rpartition('/')[2]}-{digest}")
    copy.pull()
    return copy


@contextmanager
def copy_to_work(address: str) -> Iterator[RemoteCopy]:
    """Empty folder for the length of a ``with`` block, below ``QSOSPEC_DUCK_STAGING`` where that is set.

    Workers on other machines stage their shards in it, so it then has to be a folder that they all see.
    """
    parent = os.environ.get("QSOSPEC_DUCK_STAGING") or None
    folder = Path(tempfile.mkdtemp(prefix="qsospec_duck-run-", dir=parent))
    try:
        yield RemoteCopy(address, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def existing_run(path: Path | str) -> Path | None:
    """Directory of a run, without its shards where it lies in an object store; ``None`` where there is no run yet."""
    if is_remote(path):
        return copy_to_read(str(path)).folder if ObjectStore(str(path)).sizes(LOG) else None
    return Path(path) if (Path(path) / MANIFEST).exists() else None


def _replace(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
