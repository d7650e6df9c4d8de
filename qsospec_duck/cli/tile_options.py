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
        "--wavelength-range",
        default="3600,9800",
        metavar="MIN,MAX",
        help="observed Å to keep, or none to keep every wavelength, to 9824 Å; default 3600,9800",
    )
    parser.add_argument(
        "--precision", default="lossless", help="lossless, 6-decimals or noise/16 (smallest); default lossless"
    )
    parser.add_argument(
        "--resolution",
        action="store_true",
        help="keep the line-spread function, for narrow lines freed of the instrument; reads RESOLUTION matrices",
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
    from qsospec_duck.tiles import TileOptions

    return TileOptions(
        selection=given.selection,
        wavelength_range=_range(given.wavelength_range),
        precision=given.precision,
        resolution=given.resolution,
        qn_threshold=given.qn_threshold,
        verify=given.verify,
    )


def _range(text: str) -> tuple[float, float] | None:
    from qsospec_duck.errors import ConfigError

    if text == "none":
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ConfigError(f"--wavelength-range is {text!r}; it should be MIN,MAX in Å, or none.") from error
    return low, high


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
