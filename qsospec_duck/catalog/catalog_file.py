"""A DuckDB file that opens a run without this package: views over its Parquet files, or tables, and all SQL macros.

The file holds nothing that needs Python. It opens in DuckDB 1.5 and 2.0 under any name. Opened directly,
everything works; attached to another session, views work as ``name.catalog`` and ``USE name`` makes the macros
work too, since macros look up what they call in the session's search path.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import duckdb

from qsospec_duck.catalog.bundle_views import portable_views
from qsospec_duck.database import identifier, literal, load_sql, sql_files, without_progress_bar
from qsospec_duck.errors import ConfigError, RunError
from qsospec_duck.runs import RunBundle

STORAGE_VERSION = "v1.4.0"
"""Oldest storage with typed macro parameters; the default of DuckDB 2.0 is unreadable for 1.5."""

CATALOG_TABLES = ("inputs", "objects", "measurements", "warnings", "failures", "derived", "line_catalog", "catalog")
"""What ``materialise`` copies into the file; models stay in Parquet."""


def write_catalog_file(
    run: str | Path | RunBundle,
    to: str | Path,
    *,
    paths: Literal["relative", "absolute"] = "relative",
    materialise: bool = False,
) -> Path:
    """Write a DuckDB file with the views and macros of a run.

    Parameters
    ----------
    run : path or RunBundle
        The run.
    to : path
        The file; an existing one is replaced in one step.
    paths : str
        How the views name the run: ``relative`` to the folder of the file (start DuckDB in that folder, or
        ``SET file_search_path`` to it, or ``SET VARIABLE qsospec_run`` to the run), or ``absolute``.
    materialise : bool
        Copy everything but the models into tables, so that the file stands alone.

    Returns
    -------
    Path
        The file. Shards that are added later to a table show up, except in a table that has none now.

    Raises
    ------
    RunError
        ``run`` is no run directory.
    ConfigError
        ``paths`` is neither ``relative`` nor ``absolute``.
    """
    if paths not in ("relative", "absolute"):
        raise ConfigError(f"paths is {paths!r}; it should be 'relative' or 'absolute'.")
    directory = (run.path if isinstance(run, RunBundle) else Path(run)).expanduser().resolve()
    if not (directory / "manifest.json").is_file():
        raise RunError(f"{directory}: no manifest.json; it should be the directory of a run.")
    target = Path(to).expanduser().resolve()
    named = str(directory) if paths == "absolute" else Path(os.path.relpath(directory, target.parent)).as_posix()
    aside = target.with_name(f".{target.name}.writing")
    aside.unlink(missing_ok=True)
    try:
        with duckdb.connect() as con:
            without_progress_bar(con)
            con.execute(f"ATTACH {literal(str(aside))} AS file (STORAGE_VERSION '{STORAGE_VERSION}')")
            con.execute("USE file")
            con.execute("SET VARIABLE qsospec_run = ?", [str(directory)])
            run_path = f"coalesce(getvariable('qsospec_run'), {literal(named)})"
            load_sql(con, ["macros", "run"], instead=portable_views(directory, run_path))
            if materialise:
                _copy_tables(con)
            con.execute("USE memory")
            con.execute("DETACH file")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _copy_tables(con: duckdb.DuckDBPyConnection) -> None:
    for table in CATALOG_TABLES:
        con.execute(f"CREATE TABLE {identifier('copy of ' + table)} AS FROM {identifier(table)}")
    for table in CATALOG_TABLES:
        _replace_view(con, table)


def _replace_view(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Turn the copy into the table and carry the comments over."""
    comments = con.execute(
        "SELECT column_name, comment FROM duckdb_columns() "
        "WHERE database_name = 'file' AND table_name = ? AND comment IS NOT NULL",
        [table],
    ).fetchall()
    header = next(file.comment for file in sql_files() if file.name == table)
    con.execute(f"DROP VIEW {identifier(table)}")
    con.execute(f"ALTER TABLE {identifier('copy of ' + table)} RENAME TO {identifier(table)}")
    con.execute(f"COMMENT ON TABLE {identifier(table)} IS {literal(header)}")
    for column, comment in comments:
        con.execute(f"COMMENT ON COLUMN {identifier(table)}.{identifier(column)} IS {literal(comment)}")
