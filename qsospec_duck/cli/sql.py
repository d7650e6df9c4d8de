"""``qsospec-duck sql``: one query on a run, or a prompt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.show import FORMATS, has_answer, show, write

SUMMARY = "ask a run, or tiles, in SQL"
DESCRIPTION = """\
Run SQL on the views and macros of a run (catalog, line_catalog, measurements, ...) and, with --tiles, on the view
spectra. Without a query it opens a prompt; on standard input that is no terminal it runs what stands there."""
EXAMPLES = """\
  qsospec-duck sql runs/hb
  qsospec-duck sql runs/hb "SELECT object_id, z, logl5100, logmbh_hb FROM catalog ORDER BY logmbh_hb DESC LIMIT 10"
  qsospec-duck sql runs/hb "FROM catalog" --to catalog.parquet
  qsospec-duck sql runs/hb "SELECT z, fwhm_hb FROM catalog" --format csv | head
  qsospec-duck sql --tiles 'tiles/**/*.parquet' "SELECT count(*), min(z), max(z) FROM spectra\""""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("run_directory", nargs="?", metavar="RUN", help="run whose views are wanted")
    parser.add_argument("query", nargs="?", metavar="QUERY", help="SQL, one statement or several; - is standard input")
    parser.add_argument(
        "--tiles", action="append", metavar="GLOB", help="tile Parquet behind the view spectra; may be repeated"
    )
    parser.add_argument("--format", choices=FORMATS, help="default: table, or what the suffix of --to says")
    parser.add_argument("--to", metavar="FILE", help="write the last result there")
    parser.add_argument("--max-rows", type=int, default=200, metavar="N", help="most rows of a table; default 200")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes of fit_quasar(); default 1")
    parser.add_argument("--verify", action="store_true", help="compare every shard of the run with its receipt first")
    parser.set_defaults(run=run_sql)


def run_sql(given: argparse.Namespace) -> int:
    """Answer a query, or open the prompt."""
    from qsospec_duck.connect import connect
    from qsospec_duck.errors import ConfigError

    run, query = given.run_directory, given.query
    if run is not None and query is None and any(letter.isspace() for letter in run.strip()):
        # Only a query was given.
        run, query = None, run
    if run is not None and "://" not in run and not Path(run).exists():
        raise ConfigError(f"{run}: no such run directory.")
    target = Path(given.to) if given.to else None
    kind = given.format or (target.suffix.lstrip(".") if target else "table")
    if kind not in FORMATS:
        raise ConfigError(f"--to {target}: written as {', '.join(FORMATS)}, not as {kind!r}; --format says how.")
    with connect(run=run, tiles=given.tiles, workers=given.workers, verify=given.verify) as con:
        if query is None and sys.stdin.isatty():
            from qsospec_duck.cli.prompt import open_prompt

            open_prompt(con, max_rows=given.max_rows)
            return DONE
        text = sys.stdin.read() if query in (None, "-") else query
        statements = con.extract_statements(text)
        for number, statement in enumerate(statements, start=1):
            if target is not None and number == len(statements):
                write(con, statement.query, kind, target)
                print(f"written: {target}", file=sys.stderr)
                continue
            result = con.execute(statement)
            if has_answer(statement) and target is None:
                show(result, kind, max_rows=given.max_rows)
    return DONE
