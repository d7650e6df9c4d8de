"""The wide catalog with the columns that a run has measured: fewer than ``catalog``, or others.

``catalog`` has the same columns for every run, and a table of FITS holds 999. What further complexes, recipes of one's
own and lesser roles of a line measure is in ``line_catalog``; here it becomes columns, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import duckdb
import polars as pl
import pyarrow as pa

from qsospec_duck.catalog.columns import CatalogLine, catalog_columns, catalog_lines, line_columns
from qsospec_duck.columns import Column
from qsospec_duck.errors import ConfigError

ALWAYS = ("run_id", "object_key", "object_id", "z", "ra", "dec", "fit_quality", "fit_warn")
"""Columns that stay even where a run has no value in them."""

ENDINGS = {"broad": "", "narrow": "_na", "wing": "_wing", "total": "_total"}
"""What follows a line in the names of columns that ``catalog`` does not have, by role."""


def measured_catalog(con: duckdb.DuckDBPyConnection) -> tuple[pa.Table, tuple[Column, ...]]:
    """Every column that holds a value for some object, and what the columns mean.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        With the views of a run.

    Returns
    -------
    table : pyarrow.Table
        One row an object, sorted by ``object_key``: columns of ``catalog`` in their order, then those of other lines.
    columns : tuple of Column
    """
    wide = con.sql("FROM catalog ORDER BY object_key").to_arrow_table()
    further, about = _further_columns(con, wide["object_key"])
    for name, values in further.items():
        wide = wide.append_column(name, values)
    kept = [name for name in wide.column_names if name in ALWAYS or wide[name].null_count < wide.num_rows]
    return wide.select(kept), (*catalog_columns(), *about)


def chosen_columns(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> tuple[pa.Table, tuple[Column, ...]]:
    """Columns by name, of ``catalog`` or of other lines; `measured_catalog` says what comes back.

    Raises
    ------
    ConfigError
        A column is unknown, or named twice.
    """
    if len(set(names)) < len(names) or not names:
        raise ConfigError(f"columns are {', '.join(names) or 'none'}; each should be named once.")
    described = {column.name for column in catalog_columns()}
    if set(names) <= described:
        quoted = ", ".join(f'"{name}"' for name in names)
        table = con.sql(f"SELECT {quoted} FROM catalog ORDER BY object_key").to_arrow_table()
        about: tuple[Column, ...] = catalog_columns()
    else:
        wide = con.sql("FROM catalog ORDER BY object_key").to_arrow_table()
        further, columns = _further_columns(con, wide["object_key"])
        known = [*described, *further]
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 3)
                hint = (
                    f"did you mean {', '.join(near)}?" if near else "it should be one of catalog or of a fitted line."
                )
                raise ConfigError(f"the catalog of this run has no column {name!r}; {hint}")
        table = pa.table({name: further[name] if name in further else wide[name] for name in dict.fromkeys(names)})
        about = (*catalog_columns(), *columns)
    return table, about


def _further_columns(con: duckdb.DuckDBPyConnection, keys: pa.ChunkedArray) -> tuple[dict[str, pa.Array], list[Column]]:
    """Columns of the lines that ``catalog`` leaves out, for objects in the order of their keys."""
    con.execute("CREATE OR REPLACE TEMP TABLE in_catalog (line_id VARCHAR, role VARCHAR)")
    con.executemany("INSERT INTO in_catalog VALUES (?, ?)", [(one.line_id, one.role) for one in catalog_lines()])
    rows = con.sql("FROM line_catalog ANTI JOIN in_catalog USING (line_id, role)").pl()
    order = pl.DataFrame({"object_key": pl.Series(keys.to_pylist(), dtype=pl.String)})
    values: dict[str, pa.Array] = {}
    about: list[Column] = []
    for (line_id, role), of_line in sorted(rows.partition_by("line_id", "role", as_dict=True).items()):
        twice = of_line.filter(pl.col("object_key").is_duplicated())
        if len(twice):
            found = ", ".join(sorted(twice["recipe_id"].unique()))
            raise ConfigError(
                f"{line_id}, {role}, is measured in several complexes ({found}): no column for both; use line_catalog."
            )
        line = CatalogLine(line_id, role, f"{line_id}{ENDINGS.get(role, f'_{role}')}", "all")
        aligned = order.join(of_line, on="object_key", how="left", maintain_order="left")
        for column in line_columns(line):
            source = column.name.replace(f"_{line.suffix}", "", 1)
            values[column.name] = aligned[source].to_arrow()
            about.append(column)
    return values, about
