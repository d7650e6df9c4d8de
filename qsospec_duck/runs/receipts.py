"""Receipts: what is stored is what they say, never what happens to lie in a folder.

A commit is one line of JSON in ``receipts/receipts-<share>.jsonl``: the parts it added, with rows, bytes and
SHA-256, and the paths it retired. The line is written and synced after the parts are in place, so a crash
before it leaves files that no receipt names (they are removed) and a crash inside it leaves a torn last line
(it is cut off). Every line carries the hash of the line before it: a line changed by hand is found.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qsospec_duck.errors import RunError
from qsospec_duck.runs.layout import receipts_folder, sync_folder

_HEAD, _MIDDLE = '{"chain": "', '", "commit": '
_BODY_AT = len(_HEAD) + 64 + len(_MIDDLE)
"""Where the commit begins in a line: behind the 64 digits of the chain."""


@dataclass(frozen=True)
class Part:
    """One Parquet file of one table."""

    table: str
    path: str
    """Relative to the run directory (promoted) or to the staging folder of its task (staged)."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Commit:
    """One line of a receipts file."""

    task: str
    parts: tuple[Part, ...]
    retires: tuple[str, ...] = ()
    """Paths that this commit replaces; their files are removed after it."""

    facts: Mapping[str, Any] | None = None
    """Configuration hash, seconds, host: whatever tells about the work."""


class ReceiptLog:
    """The receipts file of one share, opened to append."""

    def __init__(self, run: Path, share: str) -> None:
        self.path = receipts_folder(run) / f"receipts-{share}.jsonl"
        if not self.path.exists():
            self.path.touch()
            sync_folder(self.path.parent)
        self.share = share
        self.commits, self.chain = _read_log(self.path, repair=True)

    def append(self, commit: Commit) -> None:
        """Write one commit; when this returns it is on the disk."""
        line = self.line_of(commit)
        with self.path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self.chain = line[len(_HEAD) : len(_HEAD) + 64]
        self.commits.append(commit)

    def line_of(self, commit: Commit) -> str:
        """Line that a commit is, after those that are written."""
        body = json.dumps(asdict(commit), sort_keys=True, ensure_ascii=False)
        return f"{_HEAD}{_link(self.chain, body)}{_MIDDLE}{body}}}\n"


def read_logs(run: Path, opened: ReceiptLog | None = None) -> dict[str, tuple[list[Commit], str]]:
    """Commits and last hash of each receipts file of a run, by share.

    Parameters
    ----------
    run : Path
    opened : ReceiptLog, optional
        A log that is read already.

    Raises
    ------
    RunError
        A line is damaged or was changed.
    """
    logs = {}
    for path in sorted(receipts_folder(run).glob("receipts-*.jsonl")):
        share = path.stem.removeprefix("receipts-")
        mine = opened is not None and opened.share == share
        logs[share] = (opened.commits, opened.chain) if mine and opened else _read_log(path, repair=False)
    return logs


def read_receipts(run: Path) -> tuple[list[Commit], dict[str, str]]:
    """Read all commits of a run, share by share, and the last hash of each receipts file.

    Raises
    ------
    RunError
        A line is damaged or was changed.
    """
    logs = read_logs(run)
    commits = [commit for share in sorted(logs) for commit in logs[share][0]]
    return commits, {f"receipts-{share}.jsonl": chain for share, (_, chain) in logs.items()}


def live_parts(commits: list[Commit]) -> list[Part]:
    """Parts that are added by a commit and retired by none."""
    retired = {path for commit in commits for path in commit.retires}
    return [part for commit in commits for part in commit.parts if part.path not in retired]


def _link(chain: str, body: str) -> str:
    return hashlib.sha256(f"{chain}{body}".encode()).hexdigest()


def _read_log(path: Path, *, repair: bool) -> tuple[list[Commit], str]:
    """Read the commits of one file and the hash of its last line.

    The last line may be torn: a writer died in it, or is writing it now. It counts for nothing; with
    ``repair`` it is cut off.
    """
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if repair and whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
    commits, chain = [], ""
    for number, line in enumerate(content[:whole].decode("utf-8", "replace").split("\n")[:-1], start=1):
        stated, body = line[len(_HEAD) : len(_HEAD) + 64], line[_BODY_AT:-1]
        try:
            commit = json.loads(body)
            parts = tuple(Part(**part) for part in commit["parts"])
            read = Commit(commit["task"], parts, tuple(commit["retires"]), commit["facts"])
        except (ValueError, KeyError, TypeError):
            raise RunError(f"{path}: line {number} is no receipt; restore the file from a copy of the run.") from None
        chain = _link(chain, body)
        if line != f"{_HEAD}{stated}{_MIDDLE}{body}}}" or chain != stated:
            raise RunError(
                f"{path}: line {number} was changed after it was written, or a line before it is missing; "
                "restore the file from a copy of the run."
            )
        commits.append(read)
    return commits, chain
