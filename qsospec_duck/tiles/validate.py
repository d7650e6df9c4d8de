"""Validation of tiles: everything that can be wrong with them, as rows.

Files are looked at one by one (`check_file`, `check_pixels`); what tells only across rows and tiles is asked in SQL
(``sql/checks/``), on the files that are sound enough to be read together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.errors import TileError
from qsospec_duck.tiles.check_file import check_layout, check_ledger, check_name, check_schema
from qsospec_duck.tiles.check_pixels import check_pixels
from qsospec_duck.tiles.check_sql import run_checks
from qsospec_duck.tiles.finding import ERROR, Finding, findings_table
from qsospec_duck.tiles.ledger import CONVERTED, Entry, latest_of, ledger_folder, read_ledger

_SCALARS = ("object_key", "wave0", "dwave", "n_pix", "spectype", "zwarn")
_LISTS = ("wavelength", "flux", "ivar", "mask_array")
_KEPT = {"seed": "QSO", "galaxy": "GALAXY", "star": "STAR"}


def validate_tiles(tiles: str | Path | Sequence[str | Path], con: Any, *, pixels: bool = True) -> pa.Table:
    """Validate tiles.

    Parameters
    ----------
    tiles : path or sequence of paths
        Roots (which may have a ledger), folders or tile files.
    con : duckdb.DuckDBPyConnection
        Runs the checks across tiles.
    pixels : bool
        Look at every spectrum; without it, only at names, schemas, checksums and scalars.

    Returns
    -------
    pyarrow.Table
        Table ``tile_validation`` of ``columns.csv``, errors first; empty when all is well.

    Raises
    ------
    TileError
        There is no tile.
    """
    given = [tiles] if isinstance(tiles, str | Path) else list(tiles)
    roots = [root for root in map(Path, given) if ledger_folder(root).is_dir()]
    entries = {root / (entry.path or ""): entry for root in roots for entry in _made(root)}
    paths = find_tiles(given)
    if not paths and not entries:
        raise TileError(f"{', '.join(map(str, given))}: there is no qso_data_TILE*.parquet; expected at least one.")
    findings: list[Finding] = []
    sound: list[str] = []
    for path in paths:
        in_root = any(root in path.parents for root in roots)
        found = list(validate_tile(path, entries, in_root=in_root, pixels=pixels))
        findings += found
        if not any(one.check_name in ("readable", "schema") for one in found):
            sound.append(str(path))
    findings += [
        Finding("file_is_there", ERROR, str(path), None, "the ledger says that it was made; it is not there.")
        for path in entries
        if not path.is_file()
    ]
    if sound:
        findings += run_checks(con, sound)
    return findings_table(findings)


def validate_tile(
    path: Path, entries: Mapping[Path, Entry] | None = None, *, in_root: bool = False, pixels: bool = True
) -> Iterator[Finding]:
    """Validate one file by itself.

    Parameters
    ----------
    path : Path
    entries : mapping, optional
        Ledger entries by the path of their tile.
    in_root : bool
        The file lies in a root that has a ledger, which should know it.
    pixels : bool
        Look at every spectrum.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (OSError, pa.ArrowException) as error:
        yield Finding("readable", ERROR, str(path), None, f"no Parquet file ({_first_line(error)}).")
        return
    with file:
        yield from check_name(path, file.metadata.num_rows)
        schema = list(check_schema(path, file.schema_arrow))
        yield from schema
        yield from check_layout(path, file.metadata)
        entry = (entries or {}).get(path)
        if in_root:
            yield from check_ledger(path, entry, file.metadata.num_rows)
        if schema:
            return
        columns = [*_SCALARS, *(_LISTS if pixels else ())]
        try:
            # Everything is decoded once, so that damage anywhere is met; a row group bounds the memory.
            for group in range(file.metadata.num_row_groups):
                table = file.read_row_group(group) if pixels else file.read_row_group(group, columns=columns)
                yield from _selection(path, table, entry)
                if pixels:
                    yield from check_pixels(str(path), table)
        except (OSError, pa.ArrowException) as error:
            yield Finding("readable", ERROR, str(path), None, f"a page cannot be decoded ({_first_line(error)}).")


def find_tiles(tiles: Iterable[str | Path]) -> list[Path]:
    """Tile files in folders, sorted; a file is taken as it is."""
    found: set[Path] = set()
    for one in map(Path, tiles):
        found |= (
            {one} if one.is_file() else {path for path in one.rglob("*.parquet") if path.parent.name[:5] == "tile_"}
        )
    return sorted(found)


def _made(root: Path) -> list[Entry]:
    return [entry for entry in latest_of(read_ledger(root)).values() if entry.status == CONVERTED]


def _selection(path: Path, table: pa.Table, entry: Entry | None) -> Iterator[Finding]:
    """The rows are those that the selection in the ledger keeps."""
    wanted = _KEPT.get(json.loads(entry.options)["selection"]) if entry is not None and entry.options else None
    if wanted is None:
        return
    rows = zip(*(table[name].to_pylist() for name in ("object_key", "spectype", "zwarn")), strict=True)
    for key, spectype, zwarn in rows:
        if spectype != wanted or zwarn != 0:
            text = f"spectype {spectype}, zwarn {zwarn}; the selection keeps {wanted} with zwarn 0."
            yield Finding("selection", ERROR, str(path), str(key), text)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
