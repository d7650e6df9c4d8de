"""A queue of tiles becomes Parquet: download, convert, validate, note, remove.

Each tile ends as one line of the ledger, made or failed; the same call goes on where a stopped one ended, and makes
again only what changed: other source files, other options, another tile format, or a tile that is no longer as it was
written. Source files that were downloaded are removed when their tile has been read back and found sound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qsospec_duck.archive.download import Downloader
from qsospec_duck.archive.releases import ArchiveTile
from qsospec_duck.tiles.attempt import attempt_tile
from qsospec_duck.tiles.convert import find_coadds
from qsospec_duck.tiles.ledger import Entry, hold_root
from qsospec_duck.tiles.options import TileOptions
from qsospec_duck.tiles.queue import RunOptions, due_work, in_batches, with_files_ahead
from qsospec_duck.tiles.status import Status, status_of
from qsospec_duck.tiles.work import RemoteWork, Work, local_work


@dataclass(frozen=True)
class Batch:
    """What came of one batch."""

    number: int
    entries: tuple[Entry, ...]
    seconds: float

    @property
    def status(self) -> Status:
        """Counts and bytes of the batch."""
        return status_of(self.entries, len(self.entries))

    @property
    def mb_per_s(self) -> float:
        """Source megabytes that went through, by wall time."""
        return sum(entry.fits_bytes or 0 for entry in self.entries) / 1e6 / self.seconds if self.seconds else 0.0


def run_tiles(
    inputs: str | Path | Iterable[str | Path],
    out: str | Path,
    *,
    options: TileOptions | None = None,
    run: RunOptions | None = None,
    con: Any = None,
    on_tile: Callable[[Entry], None] | None = None,
    on_batch: Callable[[Batch], None] | None = None,
) -> list[Entry]:
    """Make tiles of the coadds in folders, with a ledger.

    Parameters
    ----------
    inputs : path or iterable of paths
        Folders, or coadd files.
    out : str or Path
        Root of the tiles.
    options : TileOptions, optional
    run : RunOptions, optional
    con : duckdb.DuckDBPyConnection, optional
        Needed for a selection that is an SQL predicate.
    on_tile, on_batch : callable, optional
        Called with every entry and every batch as they are done.

    Returns
    -------
    list of Entry
        Of the tiles that this call made or could not make; those that were up to date are not in it.

    Raises
    ------
    TileError
        There is no coadd, two coadds are the same tile, or another process makes tiles here.
    """
    return work_through(local_work(find_coadds(inputs)), out, options, run, con, on_tile, on_batch)


def run_archive(
    tiles: Iterable[ArchiveTile],
    out: str | Path,
    downloader: Downloader,
    *,
    keep_fits: bool = False,
    options: TileOptions | None = None,
    run: RunOptions | None = None,
    con: Any = None,
    on_tile: Callable[[Entry], None] | None = None,
    on_batch: Callable[[Batch], None] | None = None,
) -> list[Entry]:
    """Make tiles of an archive: as `run_tiles`, each tile downloaded before and its FITS files removed after.

    Parameters
    ----------
    tiles : iterable of ArchiveTile
    out : str or Path
        Root of the tiles.
    downloader : Downloader
        Where files come from and go to.
    keep_fits : bool
        Leave the downloaded files.
    """
    queue = [RemoteWork(tile, downloader, keep_fits) for tile in dict.fromkeys(tiles)]
    return work_through(queue, out, options, run, con, on_tile, on_batch)


def work_through(
    queue: Sequence[Work],
    out: str | Path,
    options: TileOptions | None,
    run: RunOptions | None,
    con: Any,
    on_tile: Callable[[Entry], None] | None,
    on_batch: Callable[[Batch], None] | None,
) -> list[Entry]:
    """Work through a queue, batch by batch; see `run_tiles`."""
    options, run = options or TileOptions(), run or RunOptions()
    made: list[Entry] = []
    with hold_root(out) as ledger:
        ledger.write_plan(len(queue))
        due = due_work(ledger, queue, options, run)
        with ThreadPoolExecutor(run.tiles_per_batch, thread_name_prefix="tile") as pool:
            ahead = with_files_ahead(pool, due, run.tiles_per_batch)
            try:
                for number, batch in enumerate(in_batches(ahead, run.tiles_per_batch), start=1):
                    began, entries = time.monotonic(), []
                    for work, ready in batch:
                        entries.append(attempt_tile(ledger, work, ready, options, con, number))
                        if on_tile is not None:
                            on_tile(entries[-1])
                    made += entries
                    if on_batch is not None:
                        on_batch(Batch(number, tuple(entries), time.monotonic() - began))
                    if number == run.max_batches:
                        break
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        ledger.write_parquet()
    return made
