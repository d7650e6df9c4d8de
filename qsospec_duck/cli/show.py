"""Results of SQL as a readable table, or as CSV, JSON and Parquet."""

from __future__ import annotations

import csv
import json
import math
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from qsospec_duck.errors import ConfigError

if TYPE_CHECKING:
    import duckdb

FORMATS = ("table", "csv", "json", "parquet")
_BATCH = 10_000
_WIDEST = 60
"""Letters of a cell; a longer one ends in an ellipsis."""


class Rows(Protocol):
    """What DB-API calls a cursor: a connection of DuckDB after ``execute``."""

    @property
    def description(self) -> Any:
        """Name and type of every column."""
        ...

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Take the next rows."""
        ...


def show(result: Rows, kind: str = "table", *, max_rows: int = 200) -> None:
    """Print a result on standard output."""
    if kind == "table":
        rows = result.fetchmany(max_rows + 1)
        print(table_text(names_of(result), rows[:max_rows], width=_width()))
        if len(rows) > max_rows:
            print(f"only the first {max_rows} rows; --max-rows shows more, --to writes all")
    elif kind == "parquet":
        raise ConfigError("Parquet is for files; --to says which.")
    else:
        _write_text(result, kind, sys.stdout)


def write(con: duckdb.DuckDBPyConnection, query: str, kind: str, path: Path) -> None:
    """Write what a query gives; a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as aside:
        if kind == "parquet":
            con.sql(query).write_parquet(str(aside), compression="zstd")
            return
        result = con.execute(query)
        if kind == "table":
            aside.write_text(table_text(names_of(result), list(_rows(result))) + "\n", encoding="utf-8")
        else:
            with aside.open("w", newline="", encoding="utf-8") as file:
                _write_text(result, kind, file)


def has_answer(statement: duckdb.Statement) -> bool:
    """Tell a statement that returns rows worth showing from one such as CREATE or SET."""
    import duckdb

    if statement.type == duckdb.StatementType.MULTI:
        # PIVOT
        return True
    return duckdb.ExpectedResultType.NOTHING not in statement.expected_result_type


def names_of(result: Rows) -> list[str]:
    """Names of the columns of a result."""
    return [column[0] for column in result.description or ()]


def table_text(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None = None) -> str:
    """Rows as aligned text: names, units where ``columns.csv`` knows them, a rule, the rows.

    Parameters
    ----------
    names : sequence of str
    rows : sequence of sequence
    width : int, optional
        Letters of a line. A result that is wider is written one column a line, row by row.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    units = [unit_of(name) for name in names]
    heads = [list(names)] + ([units] if any(units) else [])
    widths = [max(map(len, column)) for column in zip(*heads, *cells, strict=True)] if names else []
    if width is not None and sum(widths) + 2 * (len(widths) - 1) > width:
        return _records(names, units, cells)
    is_number = [
        all(isinstance(row[i], int | float) or row[i] is None for row in rows) and bool(rows) for i in range(len(names))
    ]

    def line(texts: Sequence[str]) -> str:
        return "  ".join(
            text.rjust(size) if right else text.ljust(size)
            for text, size, right in zip(texts, widths, is_number, strict=True)
        ).rstrip()

    lines = [*(line(head) for head in heads), "  ".join("─" * size for size in widths), *(line(row) for row in cells)]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})"
    return "\n".join([*lines, count])


def _records(names: Sequence[str], units: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(names, units, strict=True)]
    size = max(map(len, heads), default=0)
    lines = []
    for number, row in enumerate(cells, start=1):
        lines.append(f"─── row {number} ".ljust(size + 20, "─"))
        lines += [f"{head.ljust(size)}  {text}" for head, text in zip(heads, row, strict=True)]
    return "\n".join([*lines, f"({len(cells)} row{'' if len(cells) == 1 else 's'}; name the columns for a table)"])


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else f"{value:.6g}"
    if isinstance(value, list | tuple) and len(value) > 6:
        inner = ", ".join(_cell(one) for one in value[:3])
        return f"[{inner}, … {len(value)} values]"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_cell(one) for one in value)}]"
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


@cache
def _units() -> dict[str, str]:
    from qsospec_duck.catalog.columns import catalog_columns
    from qsospec_duck.columns import columns_of

    columns = (*columns_of("spectra"), *columns_of("line_catalog"), *catalog_columns())
    return {column.name: column.unit for column in columns}


def unit_of(name: str) -> str:
    """Unit of a column that is called as one of the catalogs or of the spectra relation; empty elsewhere."""
    return _units().get(name, "")


def _write_text(result: Rows, kind: str, file: IO[str]) -> None:
    names = names_of(result)
    if kind == "csv":
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in _rows(result):
            writer.writerow(["" if value is None else value for value in row])
        return
    file.write("[")
    for number, row in enumerate(_rows(result)):
        file.write(",\n " if number else "\n ")
        file.write(json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False, default=str))
    file.write("\n]\n")


def _rows(result: Rows) -> Iterator[tuple[Any, ...]]:
    while batch := result.fetchmany(_BATCH):
        yield from batch


def _plain(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    aside = path.with_name(f".{path.name}.writing")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
