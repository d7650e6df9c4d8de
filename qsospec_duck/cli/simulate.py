"""``qsospec-duck simulate``: a tile of synthetic quasars with known truth."""

from __future__ import annotations

import argparse

from qsospec_duck.cli.exit_codes import DONE

SUMMARY = "write a DESI-like tile of synthetic quasars"
DESCRIPTION = """\
Write coadd and redrock FITS files in the layout of DESI, and a Parquet table with the true values under the names of
the measurements. Equal arguments give equal data."""
EXAMPLES = """\
  qsospec-duck simulate fits/ --quasars 20
  qsospec-duck simulate fits/ --quasars 8 --seed 3 --z-range 0.3 0.9 --noise 0.05"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("folder", metavar="DIR", help="folder of the files")
    parser.add_argument("--quasars", type=int, default=20, metavar="N", help="number of quasars; default 20")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another tile; default 1")
    parser.add_argument(
        "--z-range", nargs=2, type=float, default=(0.1, 3.5), metavar=("MIN", "MAX"), help="redshifts; default 0.1 3.5"
    )
    parser.add_argument(
        "--noise", type=float, default=0.12, metavar="F", help="error at 6500 Å [1e-17 erg/s/cm2/Å]; default 0.12"
    )
    parser.add_argument("--healpix", type=int, default=23040, metavar="N", help="pixel of the tile; default 23040")
    parser.set_defaults(run=run_simulate)


def run_simulate(given: argparse.Namespace) -> int:
    """Write the files."""
    from qsospec_duck.simulate import simulate_tile

    tile = simulate_tile(
        given.folder,
        given.quasars,
        given.seed,
        healpix=given.healpix,
        z_range=tuple(given.z_range),
        noise_level=given.noise,
    )
    for path in (tile.coadd, tile.redrock, tile.truth):
        print(path)
    return DONE
