"""A private in-memory DuckDB over one run, for catalog products that are not asked for inside a session of the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from qsospec_duck.catalog.bundle_views import views_for_this_duckdb
from qsospec_duck.catalog.wide_cache import cached_view
from qsospec_duck.database import load_sql, sql_files, without_progress_bar
from qsospec_duck.runs import RunBundle, open_run


def as_run(run: str | Path | RunBundle) -> RunBundle:
    """Open a run unless it is open already."""
    return run if isinstance(run, RunBundle) else open_run(run)


CATALOG = ("catalog", "calibrated_quantities", "recalibrated")
"""Objects of the part ``run`` that need only the wide cache where there is one, and that products here ask for."""


@contextmanager
def run_session(run: RunBundle, *, catalog_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the macros and the views of a run; closed at the end.

    Parameters
    ----------
    run : RunBundle
    catalog_only : bool
        Only ``catalog`` and what rests on it are asked for: with a wide cache, the views over shards are not made.
        Each of them reads the footers of all shards, a second for 500.
    """
    directory = run.path.expanduser().resolve()
    with duckdb.connect() as con:
        without_progress_bar(con)
        con.execute("SET VARIABLE qsospec_run = ?", [str(directory)])
        instead = views_for_this_duckdb(directory)
        cached = cached_view(directory)
        idle = [file.name for file in sql_files() if file.part == "run" and file.name not in CATALOG]
        leave_out = idle if catalog_only and cached else ()
        load_sql(con, ["macros", "run"], instead=instead | cached, column_comments=False, leave_out=leave_out)
        yield con
