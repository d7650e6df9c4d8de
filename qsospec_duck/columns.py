"""Every column of every table, read once from ``data/columns.csv``.

A row of that file is ``table,name,type,unit,ucd,meaning``; types are DuckDB's. Parquet schemas, SQL
comments, table units in exports and the data dictionary of the docs are made from it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import pyarrow as pa

from qsospec_duck.errors import ConfigError

_SCALARS = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "SMALLINT": pa.int16(),
    "DOUBLE": pa.float64(),
    "FLOAT": pa.float32(),
    "BOOLEAN": pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """One column of one table."""

    table: str
    name: str
    type: str
    """DuckDB type."""

    unit: str
    """Unit in the FITS/VOUnits spelling; empty for a pure number, text or mask."""

    ucd: str
    """IVOA Unified Content Descriptor."""

    meaning: str

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type that DuckDB exchanges for ``type``."""
        return arrow_type(self.type)


@cache
def tables() -> Mapping[str, tuple[Column, ...]]:
    """All columns by table, in the order of ``columns.csv``."""
    text = resources.files("qsospec_duck").joinpath("data/columns.csv").read_text(encoding="utf-8")
    found: dict[str, list[Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["table"], []).append(Column(**row))
    return MappingProxyType({table: tuple(columns) for table, columns in found.items()})


def columns_of(table: str) -> tuple[Column, ...]:
    """Columns of one table.

    Raises
    ------
    ConfigError
        ``columns.csv`` has no such table.
    """
    try:
        return tables()[table]
    except KeyError:
        raise ConfigError(f"columns.csv has no table {table!r}; it has {', '.join(sorted(tables()))}.") from None


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Arrow schema of one table."""
    return pa.schema([pa.field(column.name, column.arrow_type) for column in columns_of(table)])


def arrow_type(text: str) -> pa.DataType:
    """Arrow type of a DuckDB type such as ``STRUCT(key VARCHAR, value VARCHAR)[]``.

    Raises
    ------
    ConfigError
        The type is not one that ``columns.csv`` may use.
    """
    text = text.strip()
    if text.endswith("[]"):
        return pa.list_(arrow_type(text[:-2]))
    if text.startswith("STRUCT(") and text.endswith(")"):
        members = (member.strip().split(" ", 1) for member in _split_members(text[7:-1]))
        return pa.struct([pa.field(name, arrow_type(kind)) for name, kind in members])
    if text in _SCALARS:
        return _SCALARS[text]
    raise ConfigError(
        f"columns.csv: type {text!r} is not known; it should be one of {', '.join(_SCALARS)}, a list or a STRUCT."
    )


def _split_members(text: str) -> list[str]:
    """Split at the commas that lie outside every bracket."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]
