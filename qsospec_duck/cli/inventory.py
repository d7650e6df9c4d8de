"""``qsospec-duck inventory``: which tiles an archive has."""

from __future__ import annotations

import argparse
import sys

from qsospec_duck.cli.exit_codes import DONE

SUMMARY = "list the tiles of an archive, names corrected, gaps explained"
DESCRIPTION = """\
Make a list of tiles from a redshift catalog (FITS or Parquet with SURVEY, PROGRAM, HEALPIX), a listing of keys, URLs
or paths, or a checksum file. Prefixes and folders that never existed are corrected."""
EXAMPLES = """\
  qsospec-duck inventory zall-pix-iron.fits --release dr1 --out tiles.csv
  qsospec-duck inventory redux_fuji.sha256sum --out edr.csv
  qsospec-duck inventory tilepix.csv --there tiles.csv"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("source", metavar="FILE", help="catalog, listing, checksum file or inventory")
    parser.add_argument("--release", metavar="NAME", help="release of a catalog, which does not say it")
    parser.add_argument("--out", metavar="FILE", help="CSV that 'download' and 'tiles run' read")
    parser.add_argument("--there", metavar="FILE", help="inventory to compare with: tell which tiles it lacks, and why")
    parser.set_defaults(run=run_inventory)


def run_inventory(given: argparse.Namespace) -> int:
    """Write the list, or explain what another list lacks."""
    from collections import Counter

    from qsospec_duck.archive import explain_gaps, from_file, write_inventory

    tiles = from_file(given.source, given.release)
    if given.there is not None:
        for gap in explain_gaps(tiles, from_file(given.there, given.release)):
            print(f"{gap.tile}: {gap.reason}")
    if given.out is not None:
        write_inventory(tiles, given.out)
    counts = Counter((tile.release, tile.survey, tile.program) for tile in tiles)
    for place, count in sorted(counts.items()):
        print(f"{count:7d}  {' '.join(place)}", file=sys.stderr)
    print(f"{len(tiles)} tiles" + (f": {given.out}" if given.out else ""))
    return DONE
