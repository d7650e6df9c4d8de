"""The SQL prompt on a run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from qsospec_duck.cli.show import has_answer, show

if TYPE_CHECKING:
    import duckdb

HELP = """\
End a statement with ; and press Enter. Ctrl-D or .quit leaves, Ctrl-C drops what is typed.
.views     views with the first line of their meaning
.macros    macros likewise
.columns catalog    columns of a view with units and meaning"""

_VIEWS = """
    SELECT view_name AS name, split_part(comment, chr(10), 1) AS meaning
    FROM duckdb_views() WHERE NOT internal ORDER BY name
"""
_MACROS = """
    SELECT DISTINCT function_name AS name, split_part(comment, chr(10), 1) AS meaning
    FROM duckdb_functions() WHERE function_type LIKE '%macro%' AND NOT internal ORDER BY name
"""
_COLUMNS = """
    SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index
"""


def open_prompt(con: duckdb.DuckDBPyConnection, *, max_rows: int = 200) -> None:
    """Read statements until the end of input and show what they give."""
    try:
        # It gives the prompt a history and editing where Python has it.
        importlib.import_module("readline")
    except ImportError:
        print("no readline: the prompt has no history.")
    print(".help says what there is.")
    waiting = ""
    while True:
        try:
            line = input("     ...> " if waiting else "qsospec> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()
            waiting = ""
            continue
        if not waiting and line.strip() in (".quit", ".exit"):
            return
        if not waiting and line.strip().startswith("."):
            answer_command(con, line.strip(), max_rows)
            continue
        waiting = f"{waiting}\n{line}" if waiting else line
        if waiting.rstrip().endswith(";"):
            answer(con, waiting, max_rows)
            waiting = ""
        elif not waiting.strip():
            waiting = ""


def answer(con: duckdb.DuckDBPyConnection, text: str, max_rows: int, parameters: list[str] | None = None) -> None:
    """Run statements and show their results; an error of SQL is shown and ends nothing."""
    import duckdb

    try:
        for statement in con.extract_statements(text):
            result = con.execute(statement, parameters)
            if has_answer(statement):
                show(result, max_rows=max_rows)
    except duckdb.Error as error:
        print(error)
    except KeyboardInterrupt:
        print("interrupted")


def answer_command(con: duckdb.DuckDBPyConnection, command: str, max_rows: int) -> None:
    """Answer a command that begins with a dot."""
    name, _, argument = command.partition(" ")
    if name == ".views":
        answer(con, _VIEWS, max_rows)
    elif name == ".macros":
        answer(con, _MACROS, max_rows)
    elif name == ".columns" and argument.strip():
        answer(con, _COLUMNS, 10_000, [argument.strip().rstrip(";")])
    else:
        print(HELP)
