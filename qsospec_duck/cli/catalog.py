"""``qsospec-duck catalog``: a run as a DuckDB file that needs nothing of this package."""

from __future__ import annotations

import argparse

from qsospec_duck.cli.exit_codes import DONE

SUMMARY = "write a DuckDB file with the views and macros of a run"
DESCRIPTION = """\
Write a DuckDB file that the duckdb shell, or any other client from 1.5 on, opens without this package: the views of
the run, the wide catalog and all SQL macros. The views read the run's Parquet files, by a path relative to the file."""
EXAMPLES = """\
  qsospec-duck catalog runs/hb --to runs/hb.duckdb
  qsospec-duck catalog runs/hb --to catalog.duckdb --copy        # stands alone, without the run
  cd runs && duckdb hb.duckdb "SELECT object_id, z, logmbh FROM catalog LIMIT 5\""""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("run_directory", metavar="RUN")
    parser.add_argument("--to", required=True, metavar="FILE", help="the file; an existing one is replaced in one step")
    parser.add_argument("--absolute", action="store_true", help="name the run by its absolute path")
    parser.add_argument("--copy", action="store_true", help="copy everything but the models into tables of the file")
    parser.set_defaults(run=run_catalog)


def run_catalog(given: argparse.Namespace) -> int:
    """Write the file."""
    from qsospec_duck.catalog.catalog_file import write_catalog_file

    path = write_catalog_file(
        given.run_directory, given.to, paths="absolute" if given.absolute else "relative", materialise=given.copy
    )
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return DONE
