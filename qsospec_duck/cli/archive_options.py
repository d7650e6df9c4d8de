"""Options that say which tiles of an archive are meant, and how their files come here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qsospec_duck.archive import ArchiveTile, DownloadOptions


def add_tiles(parser: argparse.ArgumentParser) -> None:
    """Add the options that name tiles."""
    parser.add_argument("--release", metavar="NAME", help="edr, dr1, ... or the production: fuji, iron, ...")
    parser.add_argument("--survey", metavar="NAME", help="main, sv1, sv2, sv3, cmx or special")
    parser.add_argument("--program", metavar="NAME", help="dark, bright, backup or other")
    parser.add_argument("--pixels", metavar="LIST", help="HEALPix pixels, such as 23040-23043,23050")
    parser.add_argument(
        "--inventory",
        metavar="FILE",
        help="file that names tiles, in place of pixels: CSV of 'inventory', a listing, or a redshift catalog",
    )


def add_transfer(parser: argparse.ArgumentParser) -> None:
    """Add the options of the transfer."""
    parser.add_argument(
        "--mirror", action="append", metavar="URL", help="base URL of the archive; may be repeated, tried in order"
    )
    parser.add_argument(
        "--ranges", action="store_true", help="of coadds fetch only what tiles are made of, a fifth of the bytes"
    )
    parser.add_argument("--workers", type=int, default=16, metavar="N", help="requests at once at the most; default 16")
    parser.add_argument("--kinds", metavar="LIST", help="kinds of files; default coadd,redrock,emline,rrdetails,...")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="S", help="seconds without a byte; default 30")
    parser.add_argument("--events", metavar="FILE", help="write what happens as JSON lines")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def tiles_of(given: argparse.Namespace) -> list[ArchiveTile]:
    """Tiles that are meant."""
    from qsospec_duck.archive import from_file, parse_pixels, release_named, tiles_in_range
    from qsospec_duck.errors import ConfigError

    if given.inventory is not None:
        if given.pixels is not None:
            raise ConfigError("--pixels and --inventory exclude each other; give one of them.")
        tiles = from_file(given.inventory, given.release)
        wanted = release_named(given.release).name if given.release else None
        return [
            tile
            for tile in tiles
            if wanted in (None, tile.release)
            and given.survey in (None, tile.survey)
            and given.program in (None, tile.program)
        ]
    if None in (given.release, given.survey, given.program, given.pixels):
        raise ConfigError("which tiles? Give --release, --survey, --program and --pixels, or --inventory.")
    return tiles_in_range(given.release, given.survey, given.program, parse_pixels(given.pixels))


def download_options(given: argparse.Namespace) -> DownloadOptions:
    """Options of the transfer."""
    from qsospec_duck.archive import MIRRORS, DownloadOptions
    from qsospec_duck.archive.releases import KINDS

    return DownloadOptions(
        mirrors=tuple(given.mirror or MIRRORS),
        kinds=tuple(given.kinds.split(",")) if given.kinds else KINDS,
        ranges=given.ranges,
        workers=given.workers,
        start_workers=min(4, given.workers),
        timeout=given.timeout,
    )


class Bar:
    """A progress bar of things done, with the rate of bytes."""

    def __init__(self, progress: Any, task: Any) -> None:
        self._progress, self._task, self._bytes = progress, task, 0

    def add_bytes(self, count: int) -> None:
        """Count bytes that came; from any thread."""
        self._bytes += count
        if self._progress is not None:
            elapsed = self._progress.tasks[0].elapsed or 0.0
            rate = f"{self._bytes / 1e6 / elapsed:,.1f} MB/s" if elapsed else ""
            self._progress.update(self._task, rate=rate, size=f"{self._bytes / 1e6:,.0f} MB")

    def advance(self) -> None:
        """Count one thing that is done."""
        if self._progress is not None:
            self._progress.advance(self._task)


@contextmanager
def progress_bar(what: str, total: int, *, quiet: bool) -> Iterator[Bar]:
    """Show a bar on standard error, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield Bar(None, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[size]}"),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bar(progress, progress.add_task(what, total=total, rate="", size=""))
