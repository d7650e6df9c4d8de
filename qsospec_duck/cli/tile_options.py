"""Options of the conversion, shared by ``tiles convert`` and ``tiles run``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qsospec_duck.tiles import TileOptions


def add_tile_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--selection",
        default="seed",
        metavar="WHICH",
        help="seed (redrock says QSO, ZWARN 0), desi-qso, galaxy, star, all, or an SQL predicate over the redshift "
        'table, such as "z > 2 AND zwarn = 0"; default seed',
    )
    parser.add_argument(
        "--wavelength-range", nargs=2, type=float, metavar=("MIN", "MAX"), help="observed Å to keep; default 3600 9800"
    )
    parser.add_argument("--whole-grid", action="store_true", help="keep every wavelength, to 9824 Å")
    parser.add_argument(
        "--precision", default="lossless", help="lossless, 6-decimals or noise/16 (smallest); default lossless"
    )
    parser.add_argument(
        "--qn-threshold",
        type=float,
        metavar="P",
        help="confidence above which QuasarNet is believed; default the survey's",
    )
    parser.add_argument(
        "--verify",
        default="all",
        help="checksums to compare: all (needed HDUs), read (tables only) or none; default all",
    )


def tile_options(given: argparse.Namespace) -> TileOptions:
    """Make the options of what was given."""
    from qsospec_duck.errors import ConfigError
    from qsospec_duck.tiles import TileOptions

    if given.whole_grid and given.wavelength_range:
        raise ConfigError("--whole-grid and --wavelength-range exclude each other; give one of them.")
    kept = {}
    if given.whole_grid or given.wavelength_range:
        kept["wavelength_range"] = None if given.whole_grid else tuple(given.wavelength_range)
    return TileOptions(
        selection=given.selection,
        precision=given.precision,
        qn_threshold=given.qn_threshold,
        verify=given.verify,
        **kept,
    )


@contextmanager
def selecting(selection: str) -> Iterator[Any]:
    """Give a connection where the selection is an SQL predicate, ``None`` where it is a preset."""
    from qsospec_duck.connect import connect
    from qsospec_duck.tiles import PRESETS

    if selection in PRESETS:
        yield None
        return
    with connect() as con:
        yield con
