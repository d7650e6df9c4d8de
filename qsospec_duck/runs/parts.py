"""Checks that a file is what its receipt says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import RunError
from qsospec_duck.runs.layout import sha256_of
from qsospec_duck.runs.receipts import Part


def verify_part(folder: Path, part: Part, *, content: bool = True) -> None:
    """Check one file against its receipt: size, rows, schema and (``content``) SHA-256.

    Raises
    ------
    RunError
        Naming the file, what the receipt says and what was found.
    """
    path = folder / part.path
    require_files(folder, [part])
    if path.stat().st_size != part.bytes:
        raise RunError(f"{path}: {path.stat().st_size} bytes; its receipt says {part.bytes}.")
    if content and (found := sha256_of(path)) != part.sha256:
        raise RunError(f"{path}: its content was changed (SHA-256 {found}; its receipt says {part.sha256}).")
    try:
        footer = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise RunError(f"{path}: not Parquet ({error}).") from None
    with footer:
        if footer.metadata.num_rows != part.rows:
            raise RunError(f"{path}: {footer.metadata.num_rows} rows; its receipt says {part.rows}.")
        if not footer.schema_arrow.equals(arrow_schema(part.table), check_metadata=False):
            raise RunError(f"{path}: its columns are not those of table {part.table!r} in columns.csv.")


def require_files(folder: Path, parts: Iterable[Part]) -> None:
    """Raise `RunError` where a file that a receipt names is missing."""
    missing = [part.path for part in parts if not (folder / part.path).is_file()]
    if missing:
        raise RunError(
            f"{folder / missing[0]}: missing, though a receipt names it ({len(missing)} such files); "
            "restore it from a copy of the run."
        )
