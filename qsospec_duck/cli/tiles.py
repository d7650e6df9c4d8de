"""``qsospec-duck tiles``: survey files become Parquet tiles."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from qsospec_duck.cli.exit_codes import DONE, SOME_FAILED
from qsospec_duck.cli.layout import add_verb
from qsospec_duck.cli.tile_options import add_tile_options, selecting, tile_options
from qsospec_duck.cli.tile_run import add_run
from qsospec_duck.cli.tile_verbs import add_verbs

if TYPE_CHECKING:
    from qsospec_duck.tiles import Entry

SUMMARY = "DESI coadds and redshifts become Parquet tiles"
DESCRIPTION = "Turn the FITS files of DESI tiles into Parquet tiles that a glob can query."
EXAMPLES = """\
  qsospec-duck tiles convert fits/ --out tiles/
  qsospec-duck tiles run fits/ --out tiles/ --selection desi-qso --precision noise/16
  qsospec-duck tiles validate tiles/"""
CONVERT_EXAMPLES = """\
  qsospec-duck tiles convert fits/ --out tiles/
  qsospec-duck tiles convert fits/ --out tiles/ --selection desi-qso --precision noise/16
  qsospec-duck tiles convert coadd-main-dark-23040.fits --out tiles/ --selection "spectype = 'QSO' AND z > 2"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the command."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    convert = add_verb(
        verbs,
        "convert",
        "convert every coadd that is not yet converted",
        CONVERT_EXAMPLES,
    )
    convert.add_argument("inputs", nargs="+", metavar="FOLDER", help="folders with coadd-*.fits, or such files")
    convert.add_argument("--out", required=True, metavar="DIR", help="root of the tiles")
    add_tile_options(convert)
    convert.set_defaults(run=run_convert)
    add_run(verbs)
    add_verbs(verbs)


def run_convert(given: argparse.Namespace) -> int:
    """Convert what is not yet converted, and tell a line for every tile."""
    from qsospec_duck.tiles import RunOptions, find_coadds, run_tiles

    options, began = tile_options(given), time.monotonic()
    n_coadds = len(find_coadds(given.inputs))
    with selecting(given.selection) as con:
        run = RunOptions(retry_killed=True)
        entries = run_tiles(given.inputs, given.out, options=options, run=run, con=con, on_tile=_tell)
    made = [entry for entry in entries if entry.status == "converted"]
    spectra, size = sum(one.spectra or 0 for one in made), sum(one.parquet_bytes or 0 for one in made)
    failed, ready = len(entries) - len(made), n_coadds - len(entries)
    besides = [f"{failed} failed"] * bool(failed) + [f"{ready} were up to date"] * bool(ready)
    print(
        f"{len(made)} tiles, {spectra} spectra, {size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s: "
        f"{', '.join([str(given.out), *besides])}"
    )
    return SOME_FAILED if failed else DONE


def _tell(entry: Entry) -> None:
    where = " ".join(str(part) for part in (entry.survey, entry.program, entry.tile) if part)
    if entry.status == "failed":
        print(f"tile {where}: {entry.reason}: {entry.message}", file=sys.stderr)
        return
    missing = f", without {', '.join(entry.missing)}" if entry.missing else ""
    lost = f", {entry.n_without_redshift} without a redshift" if entry.n_without_redshift else ""
    print(f"tile {where}: {entry.spectra} of {entry.n_targets} targets{lost}{missing}", file=sys.stderr)
