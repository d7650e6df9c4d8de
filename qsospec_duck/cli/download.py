"""``qsospec-duck download``: files of an archive, verified."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from qsospec_duck.cli.archive_options import add_tiles, add_transfer, download_options, progress_bar, tiles_of
from qsospec_duck.cli.exit_codes import DONE, SOME_FAILED

SUMMARY = "fetch DESI files from the archive, verified and resumable"
DESCRIPTION = """\
Fetch the files of DESI tiles. Every file is compared with the checksums that the release publishes; what is here
already is not fetched again, and a stopped transfer goes on where it ended when the same command is called again."""
EXAMPLES = """\
  qsospec-duck download --release dr1 --survey main --program dark --pixels 23040-23043 --to fits/
  qsospec-duck download --inventory dark.csv --to fits/ --ranges --kinds coadd,redrock"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_tiles(parser)
    parser.add_argument("--to", required=True, metavar="DIR", help="root of the files; below it they lie as there")
    add_transfer(parser)
    parser.set_defaults(run=run_download)


def run_download(given: argparse.Namespace) -> int:
    """Fetch, tell what failed, and count."""
    from qsospec_duck.archive import Downloader, Events

    tiles, options = tiles_of(given), download_options(given)
    with progress_bar("files", len(tiles) * len(options.kinds), quiet=given.quiet) as bar:
        downloader = Downloader(given.to, options, events=Events(given.events), on_bytes=bar.add_bytes)
        receipts = downloader.fetch_tiles(tiles, lambda _: bar.advance())
    for receipt in receipts:
        is_lost = receipt.status == "failed" or (receipt.status == "absent" and receipt.kind in ("coadd", "redrock"))
        if is_lost:
            text = " ".join(str(receipt.error or "the archive does not have it").split())
            print(f"{receipt.tile} {receipt.kind}: {receipt.status}: {text}", file=sys.stderr)
    counts = Counter(receipt.status for receipt in receipts)
    said = ", ".join(f"{counts[status]} {status}" for status in ("fetched", "present", "absent", "failed"))
    print(f"{len(tiles)} tiles: {said}; {sum(one.fetched_bytes for one in receipts) / 1e6:.1f} MB: {given.to}")
    return SOME_FAILED if counts["failed"] else DONE
