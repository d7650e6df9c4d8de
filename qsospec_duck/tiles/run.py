"""A queue of tiles becomes Parquet: download, convert, validate, note, remove.

Each tile ends as one line of the ledger, made or failed; the same call goes on where a stopped one ended, and makes
again only what changed: other source files, other options, another tile format, or a tile that is no longer as it was
written. Source files that were downloaded are removed when their tile has been read back and found sound.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from qsospec_duck import __version__
from qsospec_duck.archive.checksums import sha256_of
from qsospec_duck.archive.download import Downloader
from qsospec_duck.archive.releases import ArchiveTile
from qsospec_duck.errors import ConfigError, ReaderError, TileError, TransferError
from qsospec_duck.tiles.convert import convert_tile, find_coadds
from qsospec_duck.tiles.failures import MAX_DEATHS, reason_of
from qsospec_duck.tiles.finding import ERROR
from qsospec_duck.tiles.ledger import CONVERTED, FAILED, STARTED, Entry, Ledger, hold_root, now
from qsospec_duck.tiles.options import TileOptions, TileReceipt
from qsospec_duck.tiles.sources import describe_sources
from qsospec_duck.tiles.status import Status, status_of
from qsospec_duck.tiles.validate import validate_tile
from qsospec_duck.tiles.work import Ready, RemoteWork, Work, local_work

TILE_FORMAT = "1"
"""Changes when the same files and options give other tiles than before; all tiles are then made again."""

BYTES_A_PIXEL = 12
"""Flux, ivar and mask of a pixel as the coadd has them."""


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
    """Try tiles again that killed their process three times."""

    deep: bool = False
    """Compare SHA-256 of the tiles that are here with the ledger, not their size only."""

    def __post_init__(self) -> None:
        if self.tiles_per_batch < 1 or (self.max_batches is not None and self.max_batches < 1):
            raise ConfigError(
                f"tiles_per_batch {self.tiles_per_batch}, max_batches {self.max_batches}; both should be 1 or more."
            )


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
        due = _due(ledger, queue, options, run)
        with ThreadPoolExecutor(run.tiles_per_batch, thread_name_prefix="tile") as pool:
            ahead = _ahead(pool, due, run.tiles_per_batch)
            try:
                for number, batch in enumerate(_batches(ahead, run.tiles_per_batch), start=1):
                    began, entries = time.monotonic(), []
                    for work, ready in batch:
                        entries.append(_make(ledger, work, ready, options, con, number))
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


def options_hash(options: TileOptions) -> str:
    """Hash of what decides about the bytes of a tile, other than its files."""
    text = json.dumps({"format": TILE_FORMAT, **asdict(options)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _due(ledger: Ledger, queue: Sequence[Work], options: TileOptions, run: RunOptions) -> Iterator[Work]:
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


def _ahead(pool: ThreadPoolExecutor, due: Iterator[Work], depth: int) -> Iterator[tuple[Work, Future[Ready]]]:
    """Work with its files under way, ``depth`` tiles ahead."""
    waiting: deque[tuple[Work, Future[Ready]]] = deque()
    for work in due:
        waiting.append((work, pool.submit(work.fetch)))
        if len(waiting) >= depth:
            yield waiting.popleft()
    yield from waiting


def _batches(things: Iterator[Any], size: int) -> Iterator[Iterator[Any]]:
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


def _make(ledger: Ledger, work: Work, ready: Future[Ready], options: TileOptions, con: Any, batch: int) -> Entry:
    """Make one tile and note what came of it."""
    release, survey, program, tile = work.key
    began = time.monotonic()
    started = Entry(
        release, survey, program, tile, STARTED,
        options=json.dumps(asdict(options), sort_keys=True), options_hash=options_hash(options),
        software=f"qsospec_duck {__version__}", batch=batch, started_at=now(),
    )  # fmt: skip
    before = ledger.latest.get(work.key)
    has_killed = ledger.deaths(work.key) > 0 or (before is not None and before.reason == "killed")
    # A predicate needs the connection, which stays in this process.
    is_apart = has_killed and con is None
    try:
        files = ready.result()
        began = time.monotonic()
        # Noted only now: a process that dies while it waits for files says nothing about the tile.
        ledger.append(started, sync=False)
        started = replace(
            started,
            fetched_bytes=files.fetched_bytes,
            seconds_download=files.seconds,
            published=files.published,
        )
        work.check()
        if is_apart:
            receipt = convert_apart(files.coadd, ledger.root, options, dict(files.identity))
        else:
            receipt = convert_tile(files.coadd, ledger.root, options=options, con=con, **files.identity)
        entry = _entry(ledger.root, started, receipt)
        if problems := [one for one in validate_tile(receipt.path) if one.severity == ERROR]:
            receipt.path.unlink()
            text = f"{len(problems)} findings, the first: {problems[0].check_name}: {problems[0].message}"
            return _note(ledger, replace(started, status=FAILED, reason="invalid_tile", message=text), began)
    except BrokenProcessPool:
        text = f"its own process died {MAX_DEATHS} times while it made this tile; retry_killed tries it again."
        return _note(ledger, replace(started, status=FAILED, reason="killed", message=text), began)
    except (ReaderError, TileError, TransferError, MemoryError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        return _note(ledger, replace(started, status=FAILED, reason=reason_of(error), message=text), began)
    _note(ledger, entry, began)
    work.clean()
    return ledger.latest[entry.key]


def convert_apart(coadd: Path, root: Path, options: TileOptions, identity: dict[str, Any]) -> TileReceipt:
    """Convert a tile in a process of its own, which may die of it.

    Raises
    ------
    BrokenProcessPool
        It did, time and again.
    """
    for left in reversed(range(MAX_DEATHS)):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            try:
                return pool.submit(convert_tile, coadd, root, options=options, **identity).result()
            except BrokenProcessPool:
                if not left:
                    raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _note(ledger: Ledger, entry: Entry, began: float) -> Entry:
    finished = replace(entry, finished_at=now(), seconds=round(time.monotonic() - began, 6))
    ledger.append(finished)
    return finished


def _entry(root: Path, started: Entry, receipt: TileReceipt) -> Entry:
    sources = describe_sources(receipt.sources)
    return replace(
        started,
        release=receipt.release,
        survey=receipt.survey,
        program=receipt.program,
        tile=receipt.tile,
        status=CONVERTED,
        reason=None if receipt.count else "zero_selected",
        path=receipt.path.relative_to(root).as_posix(),
        spectra=receipt.count,
        n_targets=receipt.n_targets,
        n_without_redshift=receipt.n_without_redshift,
        cameras=receipt.cameras,
        missing=receipt.missing,
        parquet_bytes=receipt.n_bytes,
        sha256=receipt.sha256,
        logical_bytes=BYTES_A_PIXEL * receipt.n_pix * receipt.count,
        fits_bytes=sum(source.bytes for source in sources),
        sources=sources,
    )
