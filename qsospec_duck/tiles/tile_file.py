"""One Parquet tile on disk: its name, its encoding, and a write that is whole or not there.

    <root>/<release>/<survey>/<program>/tile_{id}/qso_data_TILE{id}_{count}_qsos.parquet

``id`` is the healpix pixel, from DR3 on UNIQPIX; for tile-based coadds ``{tile}-{petal}-thru{night}``. Row groups of
64 spectra, zstd, byte-stream-split for pixels: exponents compress apart from noise, and the wavelength grid that all
rows share repeats byte by byte, which leaves half a kilobyte of its 62 (a dictionary leaves 4 to 18). The same table
gives the same bytes.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.errors import TileError
from qsospec_duck.readers.desi_identity import Identity

ROW_GROUP = 64
"""Spectra of a row group: also the unit of memory of an Arrow UDF call."""

_SPLIT = ("wavelength", "flux", "ivar", "lsf_sigma")
_PAGE_BYTES = 1 << 22
_NAME = re.compile(r"qso_data_TILE(?P<id>.+)_(?P<count>\d+)_qsos\.parquet$")


def tile_id(identity: Identity) -> str:
    """Name of a tile within its release, survey and program.

    Raises
    ------
    TileError
        Neither pixel nor tile is known.
    """
    if identity.number is not None:
        return str(identity.number)
    if identity.tile is not None:
        parts = [str(identity.tile), *([str(identity.petal)] if identity.petal is not None else [])]
        return "-".join([*parts, *([f"thru{identity.night}"] if identity.night is not None else [])])
    raise TileError("the coadd has neither HPXPIXEL nor TILEID in its header; give healpix=.")


def tile_folder(root: str | Path, identity: Identity) -> Path:
    """Folder of a tile; what nobody tells is ``unknown``."""
    parts = (identity.release, identity.survey, identity.program)
    return Path(root, *(part or "unknown" for part in parts), f"tile_{tile_id(identity)}")


def tile_name(name: str, count: int) -> str:
    """File name of a tile with ``count`` spectra."""
    return f"qso_data_TILE{name}_{count}_qsos.parquet"


def count_in_name(path: str | Path) -> int:
    """Read the number of spectra that the name of a tile promises.

    Raises
    ------
    TileError
        It is no name of a tile.
    """
    found = _NAME.search(Path(path).name)
    if found is None:
        raise TileError(f"{path}: the name is not qso_data_TILE<id>_<count>_qsos.parquet.")
    return int(found["count"])


def id_in_name(path: str | Path) -> str:
    """Read the tile id that the name of a tile gives.

    Raises
    ------
    TileError
        It is no name of a tile.
    """
    count_in_name(path)
    found = _NAME.search(Path(path).name)
    assert found is not None
    return found["id"]


def write_tile(table: pa.Table, folder: Path, name: str) -> tuple[Path, pa.Buffer]:
    """Write a tile aside, flush it to disk, move it to its name, and drop older files of the same tile.

    Parameters
    ----------
    table : pyarrow.Table
        Sorted by ``target_id``.
    folder : Path
        Made where it is not there.
    name : str
        Tile id.

    Returns
    -------
    path : Path
        The tile.
    content : pyarrow.Buffer
        Its bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / tile_name(name, table.num_rows)
    for left_over in folder.glob(f".qso_data_TILE{name}_*.part"):
        if not _is_alive(int(left_over.name.split(".")[-2])):
            left_over.unlink(missing_ok=True)
    aside = folder / f".{path.name}.{os.getpid()}.part"
    content = _encoded(table)
    try:
        with aside.open("wb", buffering=0) as file:
            written = memoryview(content)
            while written:
                written = written[file.write(written) :]
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    for older in folder.glob(f"qso_data_TILE{name}_*_qsos.parquet"):
        if older != path:
            older.unlink()
    sync_folder(folder)
    return path, content


def _is_alive(process: int) -> bool:
    """Tell whether a process of this number runs here."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """Encoding of tiles and shards, as `pyarrow.parquet` takes it."""
    # Element columns of lists are named <column>.list.element in Parquet; texts get dictionaries too.
    texts = [field.name for field in schema if pa.types.is_string(field.type) and field.name != "object_key"]
    return {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": ["mask_array.list.element", *texts],
        "column_encoding": {f"{name}.list.element": "BYTE_STREAM_SPLIT" for name in _SPLIT if name in schema.names},
        "write_statistics": [field.name for field in schema if not pa.types.is_nested(field.type)],
        "write_page_index": True,
        "write_page_checksum": True,
        "data_page_size": _PAGE_BYTES,
        "data_page_version": "2.0",
        "store_schema": True,
    }


def _encoded(table: pa.Table) -> pa.Buffer:
    """The bytes of the file: they are written and hashed without being read again."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=ROW_GROUP, **parquet_options(table.schema))
    return sink.getvalue()
