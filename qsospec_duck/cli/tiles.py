"""``qsospec-duck tiles``: survey files become Parquet tiles."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.layout import add_verb

if TYPE_CHECKING:
    from qsospec_duck.tiles import TileReceipt

SUMMARY = "DESI coadds and redshifts become Parquet tiles"
DESCRIPTION = "Turn the FITS files of DESI tiles into Parquet tiles that a glob can query."
EXAMPLES = """\
  qsospec-duck tiles convert fits/ --out tiles/
  qsospec-duck tiles convert fits/ --out tiles/ --selection desi-qso --precision noise/16"""
CONVERT_EXAMPLES = f"""\
{EXAMPLES}
  qsospec-duck tiles convert coadd-main-dark-23040.fits --out tiles/ --selection "spectype = 'QSO' AND z > 2"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the command."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    convert = add_verb(verbs, "convert", "convert every coadd in some folders", CONVERT_EXAMPLES)
    convert.add_argument("inputs", nargs="+", metavar="FOLDER", help="folders with coadd-*.fits, or such files")
    convert.add_argument("--out", required=True, metavar="DIR", help="root of the tiles")
    convert.add_argument(
        "--selection",
        default="seed",
        metavar="WHICH",
        help="seed (redrock says QSO, ZWARN 0), desi-qso, galaxy, star, all, or an SQL predicate over the redshift "
        'table, such as "z > 2 AND zwarn = 0"; default seed',
    )
    convert.add_argument(
        "--wavelength-range", nargs=2, type=float, metavar=("MIN", "MAX"), help="observed Å to keep; default 3600 9800"
    )
    convert.add_argument("--whole-grid", action="store_true", help="keep every wavelength, to 9824 Å")
    convert.add_argument(
        "--precision", default="lossless", help="lossless, 6-decimals or noise/16 (smallest); default lossless"
    )
    convert.add_argument(
        "--qn-threshold",
        type=float,
        metavar="P",
        help="confidence above which QuasarNet is believed; default the survey's",
    )
    convert.add_argument(
        "--verify",
        default="all",
        help="checksums to compare: all (needed HDUs), read (tables only) or none; default all",
    )
    convert.set_defaults(run=run_convert)


def run_convert(given: argparse.Namespace) -> int:
    """Convert and tell a line for every tile."""
    from qsospec_duck.connect import connect
    from qsospec_duck.errors import ConfigError
    from qsospec_duck.tiles import PRESETS, TileOptions, convert_folder

    if given.whole_grid and given.wavelength_range:
        raise ConfigError("--whole-grid and --wavelength-range exclude each other; give one of them.")
    kept = {}
    if given.whole_grid or given.wavelength_range:
        kept["wavelength_range"] = None if given.whole_grid else tuple(given.wavelength_range)
    options = TileOptions(
        selection=given.selection,
        precision=given.precision,
        qn_threshold=given.qn_threshold,
        verify=given.verify,
        **kept,
    )
    con = None if given.selection in PRESETS else connect()
    began = time.monotonic()
    try:
        receipts = convert_folder(given.inputs, given.out, options=options, con=con, on_tile=_tell)
    finally:
        if con is not None:
            con.close()
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
