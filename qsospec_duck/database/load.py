"""Run the SQL files on a connection and comment what they make.

The header of a file becomes the comment of its object; columns are commented by the file itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import duckdb

from qsospec_duck.columns import Column
from qsospec_duck.database.files import PARTS, sql_files
from qsospec_duck.database.quote import identifier, literal
from qsospec_duck.errors import ConfigError


def load_sql(
    con: duckdb.DuckDBPyConnection,
    parts: Iterable[str],
    *,
    instead: Mapping[str, str] | None = None,
    column_comments: bool = True,
    leave_out: Collection[str] = (),
) -> None:
    """Create the macros and views of some parts of ``install.sql``; doing it again changes nothing.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Connection whose current schema receives the objects. The part ``tiles`` needs the variable
        ``qsospec_tiles`` set, the part ``run`` the variable ``qsospec_run``.
    parts : iterable of str
        Some of the parts that `qsospec_duck.database.files` lists; ``run`` builds on ``macros``.
    instead : mapping of str to str, optional
        Statements by object name that run in place of the file's own.
    column_comments : bool
        Whether columns are commented; it takes half of the time, which a session without readers can save.
    leave_out : collection of str
        Names of objects that are not created, nor needed by the others.

    Raises
    ------
    ConfigError
        A part is unknown, or the SQL files are incomplete.
    duckdb.Error
        A statement fails, for example because ``qsospec_run`` names no run; nothing is created then.
    """
    wanted = set(parts)
    if unknown := wanted - set(PARTS):
        raise ConfigError(f"unknown part {', '.join(sorted(unknown))}; it should be one of {', '.join(PARTS)}.")
    con.execute("BEGIN")
    try:
        for file in sql_files():
            if file.part in wanted and file.name not in leave_out:
                statement = (instead or {}).get(file.name, file.statement)
                con.execute(statement if column_comments else statement.partition("\nCOMMENT ON COLUMN")[0])
                con.execute(f"COMMENT ON {file.kind} {identifier(file.name)} IS {literal(file.comment)}")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def column_comment(column: Column) -> str:
    """Meaning of a column with its unit in brackets, as ``COMMENT ON COLUMN`` holds it."""
    return f"{column.meaning} [{column.unit}]" if column.unit else column.meaning
