"""Which commit holds which object: 20 bytes an object, so that nobody opens shards to know what is stored.

``receipts/keys-<share>.bin`` grows by one record an object just before the receipt of their commit is written. It
is no truth of its own: records that no receipt covers are cut off, and a file that disagrees with the receipts
is made anew from the tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qsospec_duck.runs.key_values import from_key_values
from qsospec_duck.runs.layout import object_number, receipts_folder
from qsospec_duck.runs.receipts import Commit, Part

RECORD = np.dtype([("object", "<i8"), ("input", "<i8"), ("commit", "<i4")])
"""Object number, number of the identity of its input, line of the receipts file (from 0)."""

Records = NDArray[np.void]
_NONE: Records = np.empty(0, RECORD)


@dataclass(frozen=True)
class KeyLedger:
    """Records of all shares of a run, with the commits that they point to."""

    records: Mapping[str, Records]
    commits: Mapping[str, Sequence[Commit]]

    @property
    def object_numbers(self) -> NDArray[np.int64]:
        """Numbers of all stored objects."""
        found = [records["object"] for records in self.records.values()]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def part_of(self, object_key: str, table: str) -> str | None:
        """Path of the shard of a table that was committed with an object; ``None`` where there is no such object."""
        number = object_number(object_key)
        for share, records in self.records.items():
            for line in records["commit"][records["object"] == number]:
                return next((part.path for part in self.commits[share][line].parts if part.table == table), None)
        return None

    def keys_of_input(self, run: Path, identity: str) -> list[str]:
        """Keys of the stored objects that were read from one input."""
        found = []
        for share, records in self.records.items():
            mine = records[records["input"] == object_number(identity)]
            wanted = set(mine["object"].tolist())
            for line in np.unique(mine["commit"]).tolist():
                for part in self.commits[share][line].parts:
                    if part.table == "objects":
                        found += [key for key in _keys(run / part.path) if object_number(key) in wanted]
        return found


def read_ledger(run: Path, logs: Mapping[str, Sequence[Commit]], live: Iterable[str]) -> KeyLedger:
    """Read the records of all shares; what disagrees with the receipts is made anew, in memory.

    Parameters
    ----------
    run : Path
    logs : mapping of str to sequence of Commit
        Commits by share.
    live : iterable of str
        Paths of the shards that no commit retired.
    """
    stays = set(live)
    return KeyLedger({share: _read_share(run, share, commits, stays) for share, commits in logs.items()}, logs)


def records_of(run: Path, parts: Iterable[Part], line: int) -> Records:
    """Records of the objects of one commit, from its tables (folder of staging or of the run)."""
    numbers: list[int] = []
    inputs: dict[int, int] = {}
    for part in parts:
        if part.table == "objects":
            numbers += [object_number(key) for key in _keys(run / part.path)]
        elif part.table == "inputs":
            rows = pq.read_table(run / part.path, columns=["object_key", "metadata"])
            for key, metadata in zip(rows["object_key"].to_pylist(), rows["metadata"].to_pylist(), strict=True):
                inputs[object_number(key)] = object_number(str(from_key_values(metadata).get("input", "")))
    records = np.empty(len(numbers), RECORD)
    records["object"] = numbers
    records["input"] = [inputs.get(number, 0) for number in numbers]
    records["commit"] = line
    return records


def append_records(run: Path, share: str, records: Records) -> None:
    """Add records to the file of a share; when this returns they are on the disk."""
    with _path(run, share).open("ab") as file:
        file.write(records.tobytes())
        file.flush()
        os.fsync(file.fileno())


def replace_records(run: Path, share: str, records: Records) -> None:
    """Write the file of a share anew, unless it holds exactly these records."""
    path = _path(run, share)
    if path.exists() and path.stat().st_size == records.nbytes and path.read_bytes() == records.tobytes():
        return
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(records.tobytes())
    temporary.replace(path)


def _read_share(run: Path, share: str, commits: Sequence[Commit], live: set[str]) -> Records:
    rows = np.zeros(len(commits), np.int64)
    for line, commit in enumerate(commits):
        rows[line] = sum(part.rows for part in commit.parts if part.table == "objects" and part.path in live)
    if not rows.any():
        return _NONE
    path = _path(run, share)
    if path.exists():
        records = np.fromfile(path, RECORD, count=int(rows.sum()))
        lines = records["commit"]
        within = lines.size == rows.sum() and lines.min() >= 0 and lines.max() < rows.size
        if within and np.array_equal(np.bincount(lines, minlength=rows.size), rows):
            return records
    return np.concatenate([records_of(run, commits[line].parts, line) for line in np.flatnonzero(rows).tolist()])


def _path(run: Path, share: str) -> Path:
    return receipts_folder(run) / f"keys-{share}.bin"


def _keys(path: Path) -> list[Any]:
    return list(pq.read_table(path, columns=["object_key"])["object_key"].to_pylist())
