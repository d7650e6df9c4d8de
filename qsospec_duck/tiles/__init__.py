"""Tiles: the files of one tile become one Parquet tile that a glob can query.

Enters: a DESI coadd with redrock, emline, rrdetails, qso_qn and qso_mgii beside it.
Leaves: a Parquet file of the spectra relation with one row a target, and a receipt of what went into it.
"""

from qsospec_duck.tiles.convert import convert_folder, convert_tile, find_coadds
from qsospec_duck.tiles.options import TileOptions, TileReceipt
from qsospec_duck.tiles.selection import PRESETS, select
from qsospec_duck.tiles.tile_file import count_in_name, tile_folder, tile_id, tile_name, write_tile

__all__ = [
    "PRESETS",
    "TileOptions",
    "TileReceipt",
    "convert_folder",
    "convert_tile",
    "count_in_name",
    "find_coadds",
    "select",
    "tile_folder",
    "tile_id",
    "tile_name",
    "write_tile",
]
