"""Derived quantities by a SQL query over the views of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from qsospec_duck.catalog.calculators import NUMBERS, RECORD, check_columns
from qsospec_duck.catalog.session import run_session
from qsospec_duck.columns import columns_of
from qsospec_duck.database import identifier
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunBundle

ROWS_PER_GROUP = 131_072

_WRONG = {
    "names no quantity": "coalesce(quantity, '') = ''",
    "is of no object of the run": "object_key IS NULL OR object_key NOT IN (SELECT object_key FROM objects)",
    "has a negative error": "least(statistical_error, intrinsic_scatter, total_error) < 0",
    "gives its quantity a second time": "(object_key, quantity) IN "
    "(SELECT (object_key, quantity) FROM computed GROUP BY ALL HAVING count(*) > 1)",
}
"""What may be wrong with a record, and the rows where it is."""


def rows_of_query(bundle: RunBundle, name: str, text: str) -> Iterator[pa.Table]:
    """Run a query and yield its records with ``object_id``, checked as those of Python are.

    Parameters
    ----------
    bundle : RunBundle
    name : str
        Calibration id, for messages.
    text : str
        Statements of which the last is a query; those before it may make macros and temporary tables.

    Raises
    ------
    ConfigError
        There is no query, or its rows make no records.
    duckdb.Error
        A statement is wrong.
    """
    with run_session(bundle) as con:
        _make_view(con, name, text)
        given = [str(row[0]) for row in con.execute("DESCRIBE asked_for").fetchall()]
        check_columns(name, given)
        _compute(con, name, given)
        for what, condition in _WRONG.items():
            found = con.execute(
                f"SELECT object_key, quantity, value FROM computed WHERE {condition} LIMIT 1"
            ).fetchone()
            if found is not None:
                raise ConfigError(f"calculator {name!r}: record {found} {what}.")
        rows = con.sql(
            "SELECT c.object_key, o.object_id, c.* EXCLUDE (object_key) "
            "FROM computed AS c JOIN objects AS o ON o.object_key = c.object_key ORDER BY c.object_key, c.quantity"
        )
        for batch in rows.to_arrow_reader(ROWS_PER_GROUP):
            yield pa.Table.from_batches([batch])


def _make_view(con: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    """Execute all statements but the last, which becomes the view ``asked_for``."""
    statements = con.extract_statements(text)
    if not statements or statements[-1].type != duckdb.StatementType.SELECT:
        raise ConfigError(f"calculator {name!r}: its SQL should end with a query, such as SELECT ... FROM catalog.")
    for statement in statements[:-1]:
        con.execute(statement)
    con.execute(f"CREATE TEMP VIEW asked_for AS\n{statements[-1].query}")


def _compute(con: duckdb.DuckDBPyConnection, name: str, given: Sequence[str]) -> None:
    """Make the temporary table ``computed`` of the view, with the types of ``derived``."""
    types = {column.name: column.type for column in columns_of("derived")}
    columns = []
    for column in ("object_key", *RECORD):
        value = f"{identifier(column)}::{types[column]}" if column in given else f"NULL::{types[column]}"
        if column in NUMBERS and column in given:
            value = f"CASE WHEN isfinite({value}) THEN {value} END"
        columns.append(f"{value} AS {identifier(column)}")
    try:
        con.execute(f"CREATE TEMP TABLE computed AS SELECT {', '.join(columns)} FROM asked_for")
    except duckdb.ConversionException as error:
        raise ConfigError(f"calculator {name!r}: {error}") from error
    con.execute(
        "UPDATE computed SET total_error = sqrt(pow(statistical_error, 2) + pow(intrinsic_scatter, 2)) "
        "WHERE total_error IS NULL AND statistical_error IS NOT NULL AND intrinsic_scatter IS NOT NULL"
    )
