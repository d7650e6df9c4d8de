"""The log of a run in an object store: numbered entries, each created once and never changed.

An object store has no rename and no lock, but it can refuse to create what exists. So ``log/000000000007.json`` is the
eighth thing that happened to a run, whoever wrote it, and nobody can have written another eighth. What it says is
stored; files that no entry names are not. An entry is JSON with ``kind``, ``session`` and

========= ========================================================================================
kind      beside
========= ========================================================================================
begin     manifest: the sealed text of ``manifest.json`` of the new run
commit    share, num_shards; line of the receipts file of that share; keys: its key records, base64
seal      manifest: that of the finished run; files: what finalize made, with bytes and SHA-256
========= ========================================================================================
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from qsospec_duck.archive.object_store import ObjectStore
from qsospec_duck.errors import RunError

Entry = Mapping[str, Any]

LOG = "log"
_DIGITS = 12


class RemoteLog:
    """What was logged when it was read last, in order."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.session = f"{uuid4().hex[:12]} (process {os.getpid()} on {socket.gethostname()})"
        self.entries: list[Entry] = []

    def read(self) -> None:
        """Read the entries that were not read yet.

        Raises
        ------
        RunError
            One is missing, or is none.
        """
        found = sorted(self._store.sizes(LOG))
        for number, key in enumerate(found):
            if key != _key(number):
                raise RunError(f"{self._store.address}: {_key(number)} is missing; restore it from a copy of the run.")
        fresh = found[len(self.entries) :]
        self.entries += [_entry(self._store, *pair) for pair in zip(fresh, self._store.read_many(fresh), strict=True)]

    def append(self, kind: str, **content: Any) -> Entry | None:
        """Write the next entry.

        Returns
        -------
        Entry or None
            What another session wrote in its place, now part of ``entries``; ``None`` where nobody did.
        """
        entry = {"kind": kind, "session": self.session, **content}
        key = _key(len(self.entries))
        if self._store.create(key, json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()):
            self.entries.append(entry)
            return None
        other = _entry(self._store, key, self._store.read(key))
        self.entries.append(other)
        return other


def _key(number: int) -> str:
    return f"{LOG}/{number:0{_DIGITS}d}.json"


def _entry(store: ObjectStore, key: str, content: bytes) -> Entry:
    try:
        entry = json.loads(content)
        if entry["kind"] in ("begin", "commit", "seal"):
            return dict(entry)
    except (ValueError, KeyError, TypeError):
        pass
    raise RunError(f"{store.address}/{key}: no entry of a run; restore it from a copy of the run.")
