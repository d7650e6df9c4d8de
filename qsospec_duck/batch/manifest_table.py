"""Manifest tables: rows that name a file each, under the names that people use."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.batch.items import Item
from qsospec_duck.errors import ReaderError

_ALIASES = {
    "path": ("path", "file", "filename", "file_name", "filepath", "file_path", "fits", "fits_path", "spectrum_path"),
    "object_id": ("object_id", "objectid", "name", "object_name", "id"),
    "object_key": ("object_key",),
    "z": ("z", "redshift", "z_best", "zbest", "z_vi"),
    "ra": ("ra", "raj2000", "ra_deg"),
    "dec": ("dec", "decl", "dej2000", "dec_deg"),
    "ebv": ("ebv", "e_bv", "ebmv"),
    "row_index": ("row_index", "row", "rowindex"),
    "reader": ("reader", "format"),
}
_NUMBERS = ("z", "ra", "dec", "ebv")


def is_manifest(names: Iterable[str]) -> bool:
    """Tell a table that names files from one that holds spectra."""
    lower = {name.lower() for name in names}
    return bool(lower & set(_ALIASES["path"])) and not lower & {"wavelength", "wave", "loglam", "flux"}


def manifest_items(table: pa.Table, folder: Path | str, where: str) -> list[Item]:
    """Items of a manifest table; relative paths start at ``folder``, which may be an address in an object store.

    Raises
    ------
    ReaderError
        Two columns mean the same, a path is missing, or a number is none.
    """
    columns = _columns(table.column_names, where)
    values = {house: table[name].to_pylist() for house, name in columns.items()}
    items = []
    for row in range(table.num_rows):
        known = {house: column[row] for house, column in values.items() if column[row] not in (None, "")}
        if "path" not in known:
            raise ReaderError(f"{where}: row {row} has no {columns['path']!r}; every row should name a file.")
        path = _full(str(known.pop("path")), folder)
        row_index = known.pop("row_index", None)
        for name in _NUMBERS:
            if name in known:
                known[name] = _number(known[name], f"{where}: row {row}, {columns[name]!r}")
        for name in ("object_id", "object_key", "reader"):
            if name in known:
                known[name] = str(known[name])
        items.append(
            Item(
                path=path,
                rows=None if row_index is None else (int(row_index),),
                keys=(known["object_key"],) if "object_key" in known else None,
                known=known,
            )
        )
    return items


def _full(path: str, folder: Path | str) -> str:
    if is_remote(path):
        return path
    expanded = Path(path).expanduser()
    if expanded.is_absolute():
        return str(expanded)
    return f"{folder}/{path}" if is_remote(folder) else str(Path(folder) / expanded)


def _columns(names: list[str], where: str) -> dict[str, str]:
    """House name to the column of the table that means it."""
    found: dict[str, str] = {}
    for house, aliases in _ALIASES.items():
        matches = [name for name in names if name.lower() in aliases]
        if len(matches) > 1:
            exact = [name for name in matches if name == house]
            if not exact:
                raise ReaderError(f"{where}: columns {', '.join(matches)} all mean {house!r}; keep one of them.")
            matches = exact
        if matches:
            found[house] = matches[0]
    return found


def _number(value: Any, where: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ReaderError(f"{where} is {value!r}; it should be a number.") from None
