"""Checks across rows and tiles, in SQL: every file of ``sql/checks/`` selects the rows that offend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qsospec_duck.database import sql_folder
from qsospec_duck.errors import ConfigError
from qsospec_duck.tiles.finding import ERROR, WARNING, Finding

_SOURCE = "qsospec_tiles"


def check_files() -> tuple[Path, ...]:
    """Files of ``sql/checks/``, by name."""
    return tuple(sorted((sql_folder() / "checks").glob("*.sql")))


def run_checks(con: Any, paths: Sequence[str]) -> list[Finding]:
    """Run every check on some tile files.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Its variable ``qsospec_tiles`` is set to the files and put back.
    paths : sequence of str

    Raises
    ------
    ConfigError
        A check does not select ``path``, ``object`` and ``message``.
    """
    before = con.execute("SELECT getvariable('qsospec_tiles')").fetchone()[0]
    con.execute(f"SET VARIABLE {_SOURCE} = ?", [list(paths)])
    try:
        return [finding for file in check_files() for finding in _run(con, file)]
    finally:
        if before is None:
            con.execute(f"RESET VARIABLE {_SOURCE}")
        else:
            con.execute(f"SET VARIABLE {_SOURCE} = ?", [before])


def _run(con: Any, file: Path) -> list[Finding]:
    text = file.read_text(encoding="utf-8")
    answer = con.execute(text)
    names = [column[0] for column in answer.description]
    if names != ["path", "object", "message"]:
        raise ConfigError(f"{file}: selects {', '.join(names)}; a check should select path, object and message.")
    severity = WARNING if "\n-- Severity: warning." in text else ERROR
    return [
        Finding(file.stem, severity, path, None if one is None else str(one), message)
        for path, one, message in answer.fetchall()
    ]
