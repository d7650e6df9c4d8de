"""DuckDB's progress bar, off: it goes to stdout, even into a pipe, and what is long here has bars of its own."""

from __future__ import annotations

from importlib.util import find_spec

import duckdb


def without_progress_bar(con: duckdb.DuckDBPyConnection) -> None:
    """Turn the progress bar of a connection off.

    In a Jupyter kernel without ``ipywidgets`` DuckDB has no bar to draw and refuses every change of the setting, also
    that to false: there is nothing to turn off then.
    """
    try:
        con.execute("SET enable_progress_bar = false")
    except duckdb.InvalidInputException:
        if find_spec("ipywidgets") is not None:
            raise
