"""Views and macros that an earlier session made, taken over from a database file instead of being made again.

Making them takes more than a second: each ``COMMENT ON COLUMN`` copies its view, of which ``catalog`` has a thousand
columns, and each wide view is bound when it is created. ``COPY FROM DATABASE`` takes them from a file with all their
comments and binds nothing. The file is named by a checksum of the statements and of the DuckDB that ran them, so it is
never stale. It lies in the user's cache folder and may be removed at any time; where that cannot be written, each
session makes its own objects.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from qsospec_duck.cache_folder import cache_folder
from qsospec_duck.database.files import sql_files
from qsospec_duck.database.load import load_sql
from qsospec_duck.database.quote import identifier, literal

FIXED = frozenset({"macros", "run", "progress", "python", "python_run"})
"""Parts whose objects have the same columns whatever they read; those of ``spectra`` depend on the tiles."""

KEPT = 16
"""Files that are kept, of 0.8 MB each: a few variants for each version."""

_ATTACHED = "qsospec_duck_prepared"


def load_prepared(
    con: duckdb.DuckDBPyConnection, parts: Iterable[str], *, instead: Mapping[str, str] | None = None
) -> None:
    """As `load_sql`, for an empty database, with the objects of earlier sessions where there are such.

    Views are then not bound before they are asked: a table that cannot be read is an error of the query that reads it.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        A connection whose database holds nothing yet but functions in Python.
    parts : iterable of str
        As for `load_sql`.
    instead : mapping of str to str, optional
        As for `load_sql`.

    Raises
    ------
    ConfigError
        As for `load_sql`.
    duckdb.Error
        As for `load_sql`, where the objects were not made before.
    """
    wanted = set(parts)
    path = prepared_file(wanted & FIXED, instead or {})
    if path is None or not _taken_over(con, path):
        load_sql(con, wanted & FIXED, instead=instead)
        if path is not None:
            _keep(con, path)
    if rest := wanted - FIXED:
        load_sql(con, rest, instead=instead)


def prepared_file(parts: Iterable[str], instead: Mapping[str, str]) -> Path | None:
    """Name of the file for these statements and this DuckDB; ``None`` for a user without a home folder."""
    wanted = set(parts)
    digest = hashlib.sha256(duckdb.__version__.encode())
    for file in sql_files():
        if file.part in wanted:
            digest.update(f"\0{file.name}\0{file.kind}\0{instead.get(file.name, file.statement)}".encode())
            digest.update(f"\0{file.comment}".encode())
    try:
        return cache_folder() / "sql" / f"{digest.hexdigest()[:32]}.duckdb"
    except RuntimeError:
        return None


def _taken_over(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Copy the objects of a file; whether there was one that DuckDB could read."""
    if not path.is_file():
        return False
    try:
        con.execute(f"ATTACH {literal(str(path))} AS {_ATTACHED} (READ_ONLY)")
    except duckdb.Error:
        # Torn by a disk, or removed meanwhile: it is made anew.
        return False
    con.execute(f"COPY FROM DATABASE {_ATTACHED} TO {_database_of(con)} (SCHEMA)")
    con.execute(f"DETACH {_ATTACHED}")
    return True


def _keep(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Leave the objects of a connection for later sessions, where that is possible."""
    aside = path.with_name(f".{path.name}.{os.getpid()}-{id(con)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        con.execute(f"ATTACH {literal(str(aside))} AS {_ATTACHED}")
        try:
            con.execute(f"COPY FROM DATABASE {_database_of(con)} TO {_ATTACHED} (SCHEMA)")
        finally:
            con.execute(f"DETACH {_ATTACHED}")
        aside.replace(path)
        files = sorted(path.parent.glob("*.duckdb"), key=lambda one: one.stat().st_mtime)
        for old in files[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, duckdb.IOException):
        # A folder that is read-only or full costs the next session its second, nothing else.
        pass
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _database_of(con: duckdb.DuckDBPyConnection) -> str:
    (name,) = con.execute("SELECT current_database()").fetchall()[0]
    return identifier(name)
