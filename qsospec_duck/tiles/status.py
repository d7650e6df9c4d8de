"""How a tile root stands: progress, rate, time left, failures by reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from qsospec_duck.tiles.ledger import CONVERTED, FAILED, Entry, latest_of, ledger_folder, read_ledger

WINDOW = timedelta(minutes=10)
"""Span, before the last tile, that the rate is taken from."""


@dataclass(frozen=True)
class Status:
    """State of a root."""

    n_tiles: int | None
    """Tiles of the present run; ``None`` where no run wrote a plan."""

    converted: int
    failed: int
    spectra: int
    fits_bytes: int
    fetched_bytes: int
    logical_bytes: int
    parquet_bytes: int
    reasons: Mapping[str, int]
    """Failures by reason, and valid tiles of no spectra as ``zero_selected``."""

    tiles_per_hour: float | None
    """Of the last ten minutes of work; ``None`` for fewer than two tiles."""

    seconds_left: float | None

    @property
    def left(self) -> int | None:
        """Tiles of the plan that have not been tried."""
        return None if self.n_tiles is None else max(0, self.n_tiles - self.converted - self.failed)

    @property
    def reduction(self) -> float | None:
        """Bytes of the source files by bytes of the tiles: selection and compression together."""
        return self.fits_bytes / self.parquet_bytes if self.parquet_bytes else None

    @property
    def compression(self) -> float | None:
        """Bytes of the same logical content, uncompressed, by bytes of the tiles."""
        return self.logical_bytes / self.parquet_bytes if self.parquet_bytes else None


def read_status(root: str | Path) -> Status:
    """Sum up the ledger of a root."""
    plan = ledger_folder(root) / "plan.json"
    n_tiles = json.loads(plan.read_text(encoding="utf-8"))["n_tiles"] if plan.is_file() else None
    return status_of(list(latest_of(read_ledger(root)).values()), n_tiles)


def status_of(entries: Sequence[Entry], n_tiles: int | None) -> Status:
    """Sum up the last attempts of tiles."""
    done = [entry for entry in entries if entry.status == CONVERTED]
    failed = [entry for entry in entries if entry.status == FAILED]
    rate = tiles_per_hour(entries)
    left = None if n_tiles is None else max(0, n_tiles - len(done) - len(failed))
    return Status(
        n_tiles=n_tiles,
        converted=len(done),
        failed=len(failed),
        spectra=sum(entry.spectra or 0 for entry in done),
        fits_bytes=sum(entry.fits_bytes or 0 for entry in done),
        fetched_bytes=sum(entry.fetched_bytes or 0 for entry in entries),
        logical_bytes=sum(entry.logical_bytes or 0 for entry in done),
        parquet_bytes=sum(entry.parquet_bytes or 0 for entry in done),
        reasons=dict(Counter(entry.reason for entry in entries if entry.reason).most_common()),
        tiles_per_hour=rate,
        seconds_left=3600.0 * left / rate if rate and left is not None else None,
    )


def tiles_per_hour(entries: Sequence[Entry]) -> float | None:
    """Rate of the last ten minutes of work."""
    ends = sorted(datetime.fromisoformat(entry.finished_at) for entry in entries if entry.finished_at)
    recent = [end for end in ends if end >= ends[-1] - WINDOW]
    if len(recent) < 2 or recent[-1] == recent[0]:
        return None
    # n moments bound n - 1 intervals.
    return 3600.0 * (len(recent) - 1) / (recent[-1] - recent[0]).total_seconds()
