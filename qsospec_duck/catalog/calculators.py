"""What a calculator of derived quantities may be, and what its records have to hold.

Three kinds go through one door: a Python function that is called with one object after another, a `BatchCalculator`
that is called with tables of many objects, and SQL over the views of the run.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs.key_values import to_key_values

Record = Mapping[str, Any]
"""``quantity``, ``value`` and, where there are any, ``statistical_error``, ``intrinsic_scatter``, ``total_error``,
``unit`` and ``metadata``."""

ObjectCalculator = Callable[[Mapping[str, Any]], Record | Iterable[Record]]
"""``{"object": row of objects, "measurements": its rows}`` → one record or several, perhaps none."""


@dataclass(frozen=True)
class BatchCalculator:
    """A Python function that is called with some thousand objects at a time."""

    function: Callable[[Any, Any], Any]
    """``function(objects, measurements)`` → a table with ``object_key`` and the fields of a record: of Arrow or of
    polars, or a list of dicts. The tables have the columns of ``objects`` and ``measurements``; all rows of an object
    come together."""

    frames: str = "polars"
    """Kind of the two tables: ``polars`` or ``arrow``."""

    def __post_init__(self) -> None:
        if self.frames not in ("polars", "arrow"):
            raise ConfigError(f"BatchCalculator.frames is {self.frames!r}; it should be 'polars' or 'arrow'.")


Calculator = ObjectCalculator | BatchCalculator | str | Path
"""A text is a SQL query and a path a file with one; either gives ``object_key`` and the fields of a record."""

NUMBERS = ("value", "statistical_error", "intrinsic_scatter", "total_error")
RECORD = ("quantity", *NUMBERS, "unit", "metadata")
NEEDED = ("object_key", "quantity", "value")

FILLED_IN = ("run_id", "object_id", "calibration_id")
"""Columns of ``derived`` that a table may have and that are written anew: it may be one of ``derived`` itself."""

METADATA = arrow_schema("derived").field("metadata").type


def definition_of(calculator: Calculator) -> tuple[str, str | None]:
    """What a calculator is called in ``calibrations``, and its text as far as it is known."""
    if isinstance(calculator, str):
        return "sql", calculator
    if isinstance(calculator, Path):
        return f"sql {calculator.name}", calculator.read_text(encoding="utf-8")
    function = calculator.function if isinstance(calculator, BatchCalculator) else calculator
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', type(function).__name__)}"
    try:
        return f"python {name}", inspect.getsource(function)
    except (OSError, TypeError):
        # typed at a prompt, compiled, or an instance of a class
        return f"python {name}", None


def check_columns(name: str, columns: Iterable[str]) -> None:
    """Raise `ConfigError` where a record lacks a field or has one that ``derived`` does not."""
    found = list(columns)
    missing = [column for column in NEEDED if column not in found]
    unknown = [column for column in found if column not in ("object_key", *RECORD, *FILLED_IN)]
    if missing or unknown:
        about = f"no column {missing[0]!r}" if missing else f"an unknown column {unknown[0]!r}"
        raise ConfigError(
            f"calculator {name!r} gives {about}; it should give {', '.join(NEEDED)} and may give "
            f"{', '.join(field for field in RECORD if field not in NEEDED)}."
        )


def rows_of(name: str, object_key: str, found: Record | Iterable[Record]) -> list[dict[str, Any]]:
    """Rows of what a calculator gave for one object."""
    records = [found] if isinstance(found, Mapping) else list(found)
    for record in records:
        if not isinstance(record, Mapping) or not record.get("quantity"):
            raise ConfigError(f"calculator {name!r}: record {record!r} of {object_key} names no quantity.")
    return [{"object_key": object_key, "value": None, **record} for record in records]


def as_table(name: str, found: Any) -> pa.Table:
    """Turn what a calculator gave for a batch into a table with the types of ``derived``.

    Raises
    ------
    ConfigError
        It is no table, or has columns or types that make no records.
    """
    if isinstance(found, list):
        found = _table_of_dicts(name, found)
    elif isinstance(found, pl.DataFrame):
        found = found.to_arrow(compat_level=pl.CompatLevel.oldest())
    elif not isinstance(found, pa.Table) and hasattr(found, "__arrow_c_stream__"):
        found = pa.table(found)
    if not isinstance(found, pa.Table):
        raise ConfigError(f"calculator {name!r} gives a {type(found).__name__}; it should give a table or a list.")
    check_columns(name, found.column_names)
    schema = arrow_schema("derived")
    columns = {}
    for column in ("object_key", *RECORD):
        kind = schema.field(column).type
        if column not in found.column_names:
            columns[column] = pa.nulls(found.num_rows, kind)
            continue
        try:
            columns[column] = found[column].cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ConfigError(f"calculator {name!r}: {column} is no {kind}: {error}") from None
    return pa.table(columns)


def _table_of_dicts(name: str, rows: list[Record]) -> pa.Table:
    if not rows:
        return arrow_schema("derived").empty_table()
    fields = dict.fromkeys(field for row in rows for field in row)
    check_columns(name, fields)
    columns = {}
    for field in fields:
        values = [row.get(field) for row in rows]
        if field == "metadata":
            columns[field] = pa.array([_pairs(value) for value in values], METADATA)
            continue
        try:
            columns[field] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ConfigError(f"calculator {name!r}: {field} has values of several types: {error}") from None
    return pa.table(columns)


def _pairs(metadata: Any) -> list[dict[str, str]] | None:
    if metadata is None or isinstance(metadata, list):
        return metadata
    return to_key_values(dict(metadata))


def complete(name: str, found: pl.DataFrame, objects: pl.DataFrame) -> pl.DataFrame:
    """Check the records of a batch against its objects and fill in what follows from them.

    Numbers that are not finite are NULL, as in the views. A total error that is not given is that of statistics and
    scatter in quadrature, where both are.

    Parameters
    ----------
    name : str
        Calibration id, for the message.
    found : polars.DataFrame
        Of `as_table`.
    objects : polars.DataFrame
        ``object_key`` and ``object_id``, one row an object.

    Raises
    ------
    ConfigError
        A record has no quantity, is of no object of the batch, gives a quantity a second time, or has a negative error.
    """
    finite = [pl.when(pl.col(column).is_finite()).then(pl.col(column)).alias(column) for column in NUMBERS]
    found = found.with_columns(finite)
    error = (pl.col("statistical_error").pow(2) + pl.col("intrinsic_scatter").pow(2)).sqrt()
    found = found.with_columns(total_error=pl.coalesce("total_error", error))
    of_object = found.join(
        objects.select("object_key", "object_id"), on="object_key", how="left", maintain_order="left"
    )
    wrong = {
        "names no quantity": pl.col("quantity").fill_null("") == "",
        "is of no object of the run": ~pl.col("object_key").is_in(objects["object_key"].implode()).fill_null(False),
        "has a negative error": pl.any_horizontal(pl.col(*NUMBERS[1:]) < 0),
        "gives its quantity a second time": pl.struct("object_key", "quantity").is_first_distinct().not_(),
    }
    for what, condition in wrong.items():
        if len(bad := of_object.filter(condition)):
            record = {key: value for key, value in bad.row(0, named=True).items() if value is not None}
            raise ConfigError(f"calculator {name!r}: record {json.dumps(record, default=str)} {what}.")
    return of_object
