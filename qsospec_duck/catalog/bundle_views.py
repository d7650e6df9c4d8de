"""SQL text of the views over the bundle tables, made from ``columns.csv``.

A view has every column of its table with its type, whatever shards there are: the branch that reads nothing
gives the names and types (a run without derived rows still has an empty, typed view), and columns that an
older bundle lacks are NULL. That branch reads ``manifest.json``, so a path that holds no run is an error that
names the missing file, never an empty view.

What is stored is what the receipts of the run say (`qsospec_duck.runs.receipts`), so a view reads the files that lie
in the folder of its table and leaves out those that no receipt names: they are of a commit that is being made, or that
a crash cut short. The receipts are a line a commit, read anew by each query.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from qsospec_duck.columns import Column, columns_of
from qsospec_duck.database import identifier, literal
from qsospec_duck.database.load import column_comment
from qsospec_duck.runs import TABLES

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

RECEIPTED = TABLES[:-1]
"""Tables whose files are named by receipts; ``derived`` and ``calibrations`` are written by recalibrations."""

RECEIPT_NOTE = "-- Files that no receipt names, which a crash may leave, are left out.\n"

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
    by_receipt = table in RECEIPTED
    if by_receipt:
        # The name of the file that each row is from.
        empty += ",\n            NULL::VARCHAR AS filename"
        options += ", filename := true"
    shards = f"""\
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet({run_path} || '/data/{table}/*.parquet', {options})
"""
    named = "\n    SEMI JOIN run_parts ON run_parts.file = filename" if by_receipt else ""
    return f"""\
-- {BUNDLE_VIEWS[table]}
--
-- Reads data/{table}/*.parquet of the run that the variable qsospec_run names (else of the working directory).
{RECEIPT_NOTE * by_receipt}\
-- {GENERATED}
CREATE OR REPLACE VIEW {table} AS
    SELECT
{typed}
    FROM (
        SELECT
{empty}
        FROM read_json({run_path} || '/manifest.json', columns := {{schema_version: 'VARCHAR'}})
        WHERE false
{"" if reads == "none" else shards}    ){named};

{comments(table, columns)}"""


def parts_view(run_path: str = RUN_PATH, reads: str = "any") -> str:
    """Text of ``sql/views/run_parts.sql``.

    Parameters
    ----------
    run_path : str
        SQL for the run directory.
    reads : str
        ``any`` run (DuckDB 2.0 or newer); for DuckDB 1.5 ``some``, a run with receipts, or ``none``, one without.
    """
    options = ", allow_empty := true" if reads == "any" else ""
    by_receipt = f"""\
    WITH log AS (
        SELECT NULL::VARCHAR AS filename, NULL::VARCHAR AS content
        WHERE false
        UNION ALL BY NAME
        FROM read_text({run_path} || '/receipts/receipts-*.jsonl'{options})
    ),
    receipt AS (
        -- What follows the last newline is torn, or is being written now.
        SELECT
            regexp_replace(filename, 'receipts.[^/]*$', '') AS run_path,
            unnest(string_split(content, chr(10))[:-2])::JSON -> 'commit' AS says
        FROM log
    ),
    part AS (
        SELECT run_path, says ->> 'task' AS task, unnest(json_extract(says, '$.parts[*]')) AS part
        FROM receipt
    ),
    retired AS (
        SELECT unnest(json_extract_string(says, '$.retires[*]')) AS path
        FROM receipt
    )
    SELECT
        part ->> 'table' AS table_name,
        part ->> 'path' AS path,
        run_path || (part ->> 'path') AS file,
        (part ->> 'rows')::BIGINT AS n_rows,
        (part ->> 'bytes')::BIGINT AS n_bytes,
        part ->> 'sha256' AS sha256,
        task
    FROM part
    WHERE part ->> 'path' NOT IN (SELECT path FROM retired)
"""
    by_folder = f"""\
    SELECT
        parse_path(file)[-2] AS table_name,
        'data/' || parse_path(file)[-2] || '/' || parse_filename(file) AS path,
        file,
        NULL::BIGINT AS n_rows,
        NULL::BIGINT AS n_bytes,
        NULL::VARCHAR AS sha256,
        NULL::VARCHAR AS task
    FROM glob({run_path} || '/data/*/*.parquet')
"""
    without = f"    WHERE NOT EXISTS (FROM glob({run_path} || '/receipts/receipts-*.jsonl'))\n"
    body = {"any": f"{by_receipt}    UNION ALL\n{by_folder}{without}", "some": by_receipt, "none": by_folder}[reads]
    told = "".join(
        f"COMMENT ON COLUMN run_parts.{name} IS {literal(meaning)};\n" for name, meaning in PART_COLUMNS.items()
    )
    return f"""\
-- run_parts: the Parquet files that are the run, one row a file that a receipt names and that none retired.
--
-- Reads receipts/*.jsonl of the run that the variable qsospec_run names (else of the working directory), no Parquet.
-- A bundle without receipts, of qsospec 0.1.1, is what lies in its folders.
-- {GENERATED}
CREATE OR REPLACE VIEW run_parts AS
{body.rstrip()};

{told}"""


PART_COLUMNS = {
    "table_name": "Table of the bundle",
    "path": "Path in the run directory",
    "file": "Path as read_parquet names it",
    "n_rows": "Rows, by the receipt",
    "n_bytes": "Size, by the receipt [byte]",
    "sha256": "SHA-256 of the file, by the receipt; qsospec-duck run verify compares it",
    "task": "Task that made it",
}
"""Columns of ``run_parts`` and what they mean."""


def portable_views(run: Path, run_path: str = RUN_PATH) -> dict[str, str]:
    """Text of every bundle view for DuckDB 1.5: tables without shards become empty views.

    Parameters
    ----------
    run : Path
        Run directory that is looked at now.
    run_path : str
        SQL for the run directory in the views.
    """
    views = {"run_parts": parts_view(run_path, _some_or_none(run / "receipts", "receipts-*.jsonl"))}
    for table in BUNDLE_VIEWS:
        views[table] = bundle_view(table, run_path, _some_or_none(run / "data" / table, "*.parquet"))
    return views


def _some_or_none(folder: Path, pattern: str) -> str:
    return "some" if any(folder.glob(pattern)) else "none"


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
