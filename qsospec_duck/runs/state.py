"""What a run directory holds, read from its receipts without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from qsospec_duck.runs.failure_ledger import FailureLedger
from qsospec_duck.runs.key_ledger import KeyLedger, read_ledger
from qsospec_duck.runs.layout import object_number
from qsospec_duck.runs.manifest import read_manifest
from qsospec_duck.runs.receipts import Commit, Part, live_parts, read_logs


class RunState:
    """State of a run at the moment when it was read."""

    def __init__(
        self,
        path: Path | str,
        manifest: dict[str, Any] | None = None,
        logs: Mapping[str, list[Commit]] | None = None,
    ) -> None:
        self.path = Path(path)
        self.manifest = read_manifest(self.path) if manifest is None else manifest
        self._logs = dict(logs) if logs is not None else {share: log[0] for share, log in read_logs(self.path).items()}
        self._commits = [commit for share in sorted(self._logs) for commit in self._logs[share]]
        self.parts: dict[str, Part] = {part.path: part for part in live_parts(self._commits)}

    @property
    def run_id(self) -> str:
        """Name of the run."""
        return str(self.manifest["run_id"])

    @property
    def commits(self) -> list[Commit]:
        """Commits of all shares, those with retired parts as well, as they were when the run was opened."""
        return self._commits

    @property
    def facts(self) -> list[Mapping[str, Any]]:
        """What the commits of all shares keep beside their parts."""
        return [commit.facts for commit in self._commits if commit.facts]

    @cached_property
    def ledger(self) -> KeyLedger:
        """Which commit holds which object."""
        return read_ledger(self.path, self._logs, self.parts)

    @cached_property
    def failures(self) -> FailureLedger:
        """Failures of the run."""
        return self._failures_in(self.parts.values())

    def is_done(self, object_key: str) -> bool:
        """Tell whether an object is stored."""
        return object_number(object_key) in self._done

    def count(self, table: str) -> int:
        """Rows of a table, by the receipts."""
        return sum(part.rows for part in self.parts.values() if part.table == table)

    @cached_property
    def _done(self) -> set[int]:
        return set(self.ledger.object_numbers.tolist())

    def _failures_in(self, parts: Iterable[Part]) -> FailureLedger:
        ledger = FailureLedger(self.path)
        for part in parts:
            if part.table == "failures":
                ledger.add(part)
        return ledger
