"""How a connection and a query result look in a Jupyter notebook: tables in HTML instead of an address in memory.

DuckDB's classes have no ``_repr_html_``; IPython lets others say how a class is shown.
"""

from __future__ import annotations

import sys
from html import escape
from typing import Any

import duckdb

ROWS_SHOWN = 20
"""Rows of a result that a notebook shows."""

TEXT_SHOWN = 60
"""Letters of a cell; arrays of spectra are longer than any screen."""


def show_in_notebook() -> bool:
    """Teach IPython to show connections and relations; does nothing, and says False, outside of it.

    A relation keeps no result: showing it runs its query, for the first rows only.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return False
    html = shell.display_formatter.formatters["text/html"]
    html.for_type(duckdb.DuckDBPyConnection, connection_html)
    html.for_type(duckdb.DuckDBPyRelation, relation_html)
    return True


def connection_html(con: duckdb.DuckDBPyConnection) -> str:
    """Views and tables of a connection with what they are, and the names of its macros."""
    cursor = con.cursor()
    views = cursor.execute(
        "SELECT view_name, split_part(comment, chr(10), 1) FROM duckdb_views() WHERE NOT internal "
        "UNION ALL SELECT table_name, split_part(comment, chr(10), 1) FROM duckdb_tables() WHERE NOT internal "
        "ORDER BY 1"
    ).fetchall()
    macros = cursor.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type LIKE '%macro' AND NOT internal "
        "ORDER BY 1"
    ).fetchall()
    rows = [(name, (about or "").removeprefix(f"{name}: ")) for name, about in views]
    names = ", ".join(f"<code>{escape(name)}</code>" for (name,) in macros)
    return _table(("view or table", "what it is"), rows) + f"<p>Macros: {names}</p>"


def relation_html(relation: duckdb.DuckDBPyRelation) -> str:
    """First rows of a result."""
    rows = relation.limit(ROWS_SHOWN + 1).fetchall()
    more = f"<p>the first {ROWS_SHOWN} rows</p>" if len(rows) > ROWS_SHOWN else ""
    return _table(relation.columns, [[_cell(value) for value in row] for row in rows[:ROWS_SHOWN]]) + more


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= TEXT_SHOWN else f"{text[: TEXT_SHOWN - 1]}…"


def _table(heads: Any, rows: Any) -> str:
    head = "".join(f"<th>{escape(str(name))}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
