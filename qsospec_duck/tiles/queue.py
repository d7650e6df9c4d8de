"""The queue of a tile run: which tiles are due, with their files under way, batch by batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from qsospec_duck.archive.checksums import sha256_of
from qsospec_duck.errors import ConfigError
from qsospec_duck.tiles.attempt import options_hash
from qsospec_duck.tiles.ledger import FAILED, Ledger
from qsospec_duck.tiles.options import TileOptions
from qsospec_duck.tiles.work import Ready, Work


@dataclass(frozen=True)
class RunOptions:
    """How a queue is worked through."""

    tiles_per_batch: int = 40
    """Tiles of a batch, and tiles that may be downloaded ahead of the conversion."""

    max_batches: int | None = None
    """Batches of this call; the next call goes on."""

    refresh: bool = False
    """Ask the archive whether files changed since their tile was made."""

    retry_killed: bool = False
    """Try tiles again that killed their own process twice."""

    deep: bool = False
    """Compare SHA-256 of the tiles that are here with the ledger, not their size only."""

    def __post_init__(self) -> None:
        if self.tiles_per_batch < 1 or (self.max_batches is not None and self.max_batches < 1):
            raise ConfigError(
                f"tiles_per_batch {self.tiles_per_batch}, max_batches {self.max_batches}; both should be 1 or more."
            )


def due_work(ledger: Ledger, queue: Sequence[Work], options: TileOptions, run: RunOptions) -> Iterator[Work]:
    """Tiles that are to be made; those that a process died of come last, so that they cost nothing but themselves."""
    suspects: list[Work] = []
    for work in queue:
        if _is_due(ledger, work, options, run):
            if ledger.deaths(work.key):
                suspects.append(work)
            else:
                yield work
    yield from suspects


def _is_due(ledger: Ledger, work: Work, options: TileOptions, run: RunOptions) -> bool:
    """Tell whether a tile is to be made: it is not there, or not of these files and options."""
    entry = ledger.latest.get(work.key)
    if entry is None:
        return True
    if entry.status == FAILED:
        return entry.reason != "killed" or run.retry_killed
    path = ledger.root / (entry.path or "")
    is_whole = path.is_file() and path.stat().st_size == entry.parquet_bytes
    if run.deep and is_whole:
        is_whole = sha256_of(path) == entry.sha256
    is_current = (
        is_whole and entry.options_hash == options_hash(options) and work.is_unchanged(entry, refresh=run.refresh)
    )
    if is_current:
        # A process that died between the note and the removal left its files.
        work.clean()
    return not is_current


def with_files_ahead(pool: ThreadPoolExecutor, due: Iterator[Work], depth: int) -> Iterator[tuple[Work, Future[Ready]]]:
    """Work with its files under way, ``depth`` tiles ahead."""
    waiting: deque[tuple[Work, Future[Ready]]] = deque()
    for work in due:
        waiting.append((work, pool.submit(work.fetch)))
        if len(waiting) >= depth:
            yield waiting.popleft()
    yield from waiting


def in_batches(things: Iterator[Any], size: int) -> Iterator[Iterator[Any]]:
    """Runs of ``size`` things, each taken only when it is asked for."""
    for first in things:
        yield _first_and(first, things, size - 1)


def _first_and(first: Any, things: Iterator[Any], more: int) -> Iterator[Any]:
    yield first
    for _ in range(more):
        following = next(things, None)
        if following is None:
            return
        yield following
