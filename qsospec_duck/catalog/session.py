"""A private in-memory DuckDB over one run, for catalog products that are not asked for inside a session of the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from qsospec_duck.catalog.bundle_views import portable_views
from qsospec_duck.catalog.wide_cache import cached_view
from qsospec_duck.database import load_sql
from qsospec_duck.runs import RunBundle, open_run


def as_run(run: str | Path | RunBundle) -> RunBundle:
    """Open a run unless it is open already."""
    return run if isinstance(run, RunBundle) else open_run(run)


@contextmanager
def run_session(run: RunBundle) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the macros and the views of a run; closed at the end."""
    directory = run.path.expanduser().resolve()
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute("SET VARIABLE qsospec_run = ?", [str(directory)])
        instead = portable_views(directory) if duckdb.__version__.startswith("1.") else {}
        instead |= cached_view(directory)
        load_sql(con, ["macros", "run"], instead=instead, column_comments=False)
        yield con
