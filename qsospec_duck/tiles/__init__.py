"""Tiles: the files of one tile become one Parquet tile that a glob can query.

Enters: a DESI coadd with redrock, emline, rrdetails, qso_qn and qso_mgii beside it.
Leaves: a Parquet file of the spectra relation with one row a target, and a receipt of what went into it.
"""

from qsospec_duck.tiles.compact import Shard, compact_tiles
from qsospec_duck.tiles.convert import convert_tile, find_coadds
from qsospec_duck.tiles.ledger import Entry, read_ledger
from qsospec_duck.tiles.loader import as_arrays, stream_batches, torch_dataset
from qsospec_duck.tiles.options import TileOptions, TileReceipt
from qsospec_duck.tiles.queue import RunOptions
from qsospec_duck.tiles.run import Batch, run_archive, run_tiles
from qsospec_duck.tiles.selection import PRESETS, select
from qsospec_duck.tiles.shard_index import look_up
from qsospec_duck.tiles.status import Status, read_status
from qsospec_duck.tiles.tile_file import count_in_name, tile_folder, tile_id, tile_name, write_tile
from qsospec_duck.tiles.validate import find_tiles, validate_tile, validate_tiles

__all__ = [
    "PRESETS",
    "Batch",
    "Entry",
    "RunOptions",
    "Shard",
    "Status",
    "TileOptions",
    "TileReceipt",
    "as_arrays",
    "compact_tiles",
    "convert_tile",
    "count_in_name",
    "find_coadds",
    "find_tiles",
    "look_up",
    "read_ledger",
    "read_status",
    "run_archive",
    "run_tiles",
    "select",
    "stream_batches",
    "tile_folder",
    "tile_id",
    "tile_name",
    "torch_dataset",
    "validate_tile",
    "validate_tiles",
    "write_tile",
]
