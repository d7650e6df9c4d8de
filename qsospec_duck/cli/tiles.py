"""``qsospec-duck tiles``: survey files become Parquet tiles."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.layout import add_verb
from qsospec_duck.cli.tile_options import add_tile_options, selecting, tile_options
from qsospec_duck.cli.tile_run import add_run
from qsospec_duck.cli.tile_verbs import add_verbs

if TYPE_CHECKING:
    from qsospec_duck.tiles import TileReceipt

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
    convert = add_verb(verbs, "convert", "convert every coadd in some folders", CONVERT_EXAMPLES)
    convert.add_argument("inputs", nargs="+", metavar="FOLDER", help="folders with coadd-*.fits, or such files")
    convert.add_argument("--out", required=True, metavar="DIR", help="root of the tiles")
    add_tile_options(convert)
    convert.set_defaults(run=run_convert)
    add_run(verbs)
    add_verbs(verbs)


def run_convert(given: argparse.Namespace) -> int:
    """Convert and tell a line for every tile."""
    from qsospec_duck.tiles import convert_folder

    options, began = tile_options(given), time.monotonic()
    with selecting(given.selection) as con:
        receipts = convert_folder(given.inputs, given.out, options=options, con=con, on_tile=_tell)
    spectra, size = sum(one.count for one in receipts), sum(one.n_bytes for one in receipts)
    print(
        f"{len(receipts)} tiles, {spectra} spectra, {size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s: "
        f"{given.out}"
    )
    return DONE


def _tell(receipt: TileReceipt) -> None:
    missing = f", without {', '.join(receipt.missing)}" if receipt.missing else ""
    lost = f", {receipt.n_without_redshift} without a redshift" if receipt.n_without_redshift else ""
    print(
        f"tile {receipt.survey} {receipt.program} {receipt.tile}: {receipt.count} of {receipt.n_targets} "
        f"targets{lost}{missing}",
        file=sys.stderr,
    )
