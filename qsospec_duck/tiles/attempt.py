"""One attempt at one tile: convert, validate, note, remove what is no longer needed.

An attempt ends as one line of the ledger, made or failed, whatever happens to it. A tile that a process died of before
is made in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from qsospec_duck import __version__
from qsospec_duck.errors import ReaderError, TileError, TransferError
from qsospec_duck.tiles.convert import convert_tile
from qsospec_duck.tiles.failures import MAX_DEATHS, reason_of
from qsospec_duck.tiles.finding import ERROR
from qsospec_duck.tiles.ledger import CONVERTED, FAILED, STARTED, Entry, Ledger, now
from qsospec_duck.tiles.options import TileOptions, TileReceipt
from qsospec_duck.tiles.sources import describe_sources
from qsospec_duck.tiles.validate import validate_tile
from qsospec_duck.tiles.work import Ready, Work

TILE_FORMAT = "1"
"""Changes when the same files and options give other tiles than before; all tiles are then made again."""

BYTES_A_PIXEL = 12
"""Flux, ivar and mask of a pixel as the coadd has them."""


def options_hash(options: TileOptions) -> str:
    """Hash of what decides about the bytes of a tile, other than its files."""
    text = json.dumps({"format": TILE_FORMAT, **asdict(options)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def attempt_tile(ledger: Ledger, work: Work, ready: Future[Ready], options: TileOptions, con: Any, batch: int) -> Entry:
    """Make one tile and note what came of it.

    Parameters
    ----------
    ledger : Ledger
        Of the root that the tile goes to.
    work : Work
    ready : Future
        Its files, which may still be on their way.
    options : TileOptions
    con : duckdb.DuckDBPyConnection, optional
        Needed for a selection that is an SQL predicate.
    batch : int
        Number of the batch, for the ledger.

    Returns
    -------
    Entry
        The line that was written.
    """
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
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context, initializer=end_with_parent) as pool:
            try:
                return pool.submit(convert_tile, coadd, root, options=options, **identity).result()
            except BrokenProcessPool:
                if not left:
                    raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def end_with_parent() -> None:
    """End this process when its parent is gone; one whose parent was killed would wait for its next tile for ever."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


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
