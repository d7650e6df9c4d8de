"""``qsospec-duck tiles run``: a queue of tiles, from the archive or from folders, with a ledger."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from qsospec_duck.cli.archive_options import add_tiles, add_transfer, download_options, progress_bar, tiles_of
from qsospec_duck.cli.exit_codes import DONE, SOME_FAILED
from qsospec_duck.cli.layout import add_verb
from qsospec_duck.cli.tile_options import add_tile_options, selecting, tile_options

if TYPE_CHECKING:
    from qsospec_duck.tiles import Batch, Entry

EXAMPLES = """\
  qsospec-duck tiles run --release dr1 --survey main --program dark --pixels 23040-23043 --out tiles/ --ranges
  qsospec-duck tiles run --inventory dark.csv --out tiles/ --tiles-per-batch 20 --max-batches 5
  qsospec-duck tiles run fits/ --out tiles/ --selection desi-qso"""


def add_run(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    run = add_verb(verbs, "run", "download, convert, validate, note and clean up, tile by tile; resumable", EXAMPLES)
    run.add_argument("inputs", nargs="*", metavar="FOLDER", help="folders with coadds, in place of the archive")
    add_tiles(run)
    run.add_argument("--out", required=True, metavar="DIR", help="root of the tiles")
    run.add_argument("--fits", metavar="DIR", help="where downloads go; default OUT/_fits")
    run.add_argument("--keep-fits", action="store_true", help="leave downloads after their tile is verified")
    run.add_argument("--tiles-per-batch", type=int, default=40, metavar="N", help="tiles of a batch; default 40")
    run.add_argument("--max-batches", type=int, metavar="N", help="stop after so many; the next call goes on")
    run.add_argument("--refresh", action="store_true", help="ask the archive whether files changed since")
    run.add_argument("--deep", action="store_true", help="compare SHA-256 of tiles that are here, not their size only")
    run.add_argument("--retry-killed", action="store_true", help="try tiles again that killed their own process twice")
    add_tile_options(run)
    add_transfer(run)
    run.set_defaults(run=run_run)


def run_run(given: argparse.Namespace) -> int:
    """Work through the queue."""
    from pathlib import Path

    from qsospec_duck.archive import Downloader, Events
    from qsospec_duck.errors import ConfigError
    from qsospec_duck.tiles import RunOptions, find_coadds, read_status, run_archive, run_tiles
    from qsospec_duck.tiles.dashboard import write_dashboard

    options = tile_options(given)
    run = RunOptions(given.tiles_per_batch, given.max_batches, given.refresh, given.retry_killed, given.deep)
    if given.inputs and (given.pixels or given.inventory):
        raise ConfigError("folders and tiles of the archive exclude each other; give one of them.")
    tiles = [] if given.inputs else tiles_of(given)
    n_tiles = len(find_coadds(given.inputs)) if given.inputs else len(tiles)
    with selecting(given.selection) as con, progress_bar("tiles", n_tiles, quiet=given.quiet) as bar:

        def tell(entry: Entry) -> None:
            bar.advance()
            if entry.status == "failed":
                print(f"{'/'.join(str(p) for p in entry.key if p)}: {entry.reason}: {entry.message}", file=sys.stderr)

        if given.inputs:
            entries = run_tiles(given.inputs, given.out, options=options, run=run, con=con, on_tile=tell,
                                on_batch=_tell_batch)  # fmt: skip
        else:
            fits = Path(given.fits) if given.fits else Path(given.out) / "_fits"
            downloader = Downloader(fits, download_options(given), events=Events(given.events), on_bytes=bar.add_bytes)
            entries = run_archive(
                tiles, given.out, downloader, keep_fits=given.keep_fits, options=options, run=run, con=con,
                on_tile=tell, on_batch=_tell_batch,
            )  # fmt: skip
    write_dashboard(given.out)
    status = read_status(given.out)
    failed = sum(entry.status == "failed" for entry in entries)
    print(
        f"{len(entries)} tiles in this call, {failed} failed; {status.converted} of {status.n_tiles} made, "
        f"{status.spectra} spectra: {given.out}"
    )
    return SOME_FAILED if failed else DONE


def _tell_batch(batch: Batch) -> None:
    status = batch.status
    ratio = f", 1/{status.reduction:.0f} of the files" if status.reduction else ""
    same = f", 1/{status.compression:.2f} of the same content" if status.compression else ""
    print(
        f"batch {batch.number}: {status.converted} tiles, {status.failed} failed, {status.spectra} spectra, FITS "
        f"{status.fits_bytes / 1e6:.1f} MB, Parquet {status.parquet_bytes / 1e6:.2f} MB{ratio}{same}, "
        f"{batch.seconds:.1f} s, {batch.mb_per_s:.1f} MB/s",
        file=sys.stderr,
    )
