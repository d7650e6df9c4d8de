"""SQL text of the views over the bundle tables, made from ``columns.csv``.

A view has every column of its table with its type, whatever shards there are: the branch that reads nothing
gives the names and types (a run without derived rows still has an empty, typed view), and columns that an
older bundle lacks are NULL. That branch reads ``manifest.json``, so a path that holds no run is an error that
names the missing file, never an empty view.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from qsospec_duck.columns import Column, columns_of
from qsospec_duck.database import identifier, literal
from qsospec_duck.database.load import column_comment

BUNDLE_VIEWS = {
    "inputs": "inputs: what was offered to the run, one row a spectrum.",
    "objects": "objects: what was fitted, one row a spectrum with its outcome and flags.",
    "measurements": "measurements: every number of every fit in long form, one row a quantity.",
    "warnings": "warnings: everything that did not go normally, one row a warning of an object.",
    "models": "models: data, masks and model components, one row a spectrum; wide rows, select few.",
    "failures": "failures: spectra that could not be fitted, with the exception.",
    "derived": "derived: quantities computed after the fit, one row a quantity and calibration.",
    "calibrations": "calibrations: what the calibrations in derived rest on, one row a calibration.",
}
"""First header line of every view over a bundle table."""

RUN_PATH = "coalesce(getvariable('qsospec_run'), '.')"
"""SQL for the run directory: the variable ``qsospec_run``, else the working directory."""

GENERATED = "Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file."


def bundle_view(table: str, run_path: str = RUN_PATH, reads: str = "any") -> str:
    """Text of ``sql/views/<table>.sql``.

    Parameters
    ----------
    table : str
        A table of the bundle.
    run_path : str
        SQL for the run directory.
    reads : str
        ``any`` number of shards, none included (DuckDB 2.0 or newer); ``some``, without the option that
        DuckDB 1.5 does not know; or ``none``: an empty view.
    """
    columns = columns_of(table)
    typed = ",\n".join(f"        {_name(column)}::{_type(column)} AS {_name(column)}" for column in columns)
    empty = ",\n".join(f"            NULL::{_type(column)} AS {_name(column)}" for column in columns)
    options = "union_by_name := true, allow_empty := true" if reads == "any" else "union_by_name := true"
    shards = f"""\
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet({run_path} || '/data/{table}/*.parquet', {options})
"""
    return f"""\
-- {BUNDLE_VIEWS[table]}
--
-- Reads data/{table}/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- {GENERATED}
CREATE OR REPLACE VIEW {table} AS
    SELECT
{typed}
    FROM (
        SELECT
{empty}
        FROM read_json({run_path} || '/manifest.json', columns := {{schema_version: 'VARCHAR'}})
        WHERE false
{"" if reads == "none" else shards}    );

{comments(table, columns)}"""


def portable_views(run: Path, run_path: str = RUN_PATH) -> dict[str, str]:
    """Text of every bundle view for DuckDB 1.5: tables without shards become empty views.

    Parameters
    ----------
    run : Path
        Run directory that is looked at now.
    run_path : str
        SQL for the run directory in the views.
    """
    return {
        table: bundle_view(table, run_path, "some" if any((run / "data" / table).glob("*.parquet")) else "none")
        for table in BUNDLE_VIEWS
    }


def views_for_this_duckdb(run: Path) -> dict[str, str]:
    """Text of the bundle views where DuckDB is 1.5 and needs `portable_views`; empty for 2.0, which runs the files."""
    return portable_views(run) if duckdb.__version__.startswith("1.") else {}


SPECTRA_HEADER = f"""\
-- spectra: the spectra relation over tile Parquet, one row a spectrum.
--
-- Reads the files that the variable qsospec_tiles names: a glob such as 'tiles/**/*.parquet', or a list of globs.
-- Columns of the relation that a tile lacks are NULL; columns that tiles have beyond it follow at the end. Filters on
-- scalars skip whole row groups; the arrays are read only when they are selected.
-- {GENERATED}
"""


SHARD_SOURCE = """\
SELECT shards.* EXCLUDE (filename)
    FROM read_parquet(getvariable('qsospec_tiles'), filename := true) AS shards
    INNER JOIN (
        SELECT
            getvariable('qsospec_shards') || '/' || shard AS filename,
            unnest(target_id) AS target_id
        FROM read_parquet(getvariable('qsospec_shards') || '/_scalars/targets.pq')
    ) AS places ON shards.filename = places.filename AND shards.target_id = places.target_id"""
"""Where spectra of shards come from.

The join keeps every row, since `targets.pq` names each target of each shard once; a condition on ``target_id`` reaches
it first, and then only the shards that it names are opened. Opening one costs as much as its many columns. As the
targets are a list a shard, DuckDB takes them for the smaller side and streams the shards past them."""


def spectra_view(source: str | None = None, *, is_whole: bool = False) -> str:
    """Text of ``sql/tiles/spectra.sql``, or of the same view over another source.

    Parameters
    ----------
    source : str, optional
        SQL of the source; the files that the variable names where not given.
    is_whole : bool
        The source has every column of the relation: nothing need stand in for one. DuckDB then plans a query of all
        its columns in half the time.
    """
    columns = columns_of("spectra")
    source = source or "SELECT *\n    FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true)"
    if not is_whole:
        empty = ",\n".join(f"        NULL::{_type(column)} AS {_name(column)}" for column in columns)
        source = f"SELECT\n{empty}\n    WHERE false\n    UNION ALL BY NAME\n    {source}"
    return f"""\
{SPECTRA_HEADER}CREATE OR REPLACE VIEW spectra AS
    {source};

{comments("spectra", columns)}"""


def comments(view: str, columns: tuple[Column, ...]) -> str:
    """``COMMENT ON COLUMN`` statements for the columns of a view."""
    return "".join(
        f"COMMENT ON COLUMN {view}.{_name(column)} IS {literal(column_comment(column))};\n" for column in columns
    )


def _name(column: Column) -> str:
    # release, role, value and the like parse as they are; only a name that does not needs its quotes
    return column.name if column.name not in {"values", "table"} else identifier(column.name)


def _type(column: Column) -> str:
    return column.type.replace("values FLOAT", '"values" FLOAT')
