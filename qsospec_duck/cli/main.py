"""Parse the command line, run one command, turn errors into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from qsospec_duck import __version__
from qsospec_duck.cli import bench, catalog, demo, download, export, fit, info, inventory, qa, run, simulate, sql, tiles
from qsospec_duck.cli.exit_codes import EXPLANATION, INTERRUPTED, REFUSED
from qsospec_duck.cli.layout import Help, epilog
from qsospec_duck.errors import QsospecDuckError

COMMANDS: dict[str, ModuleType] = {
    "inventory": inventory,
    "download": download,
    "tiles": tiles,
    "fit": fit,
    "run": run,
    "sql": sql,
    "catalog": catalog,
    "export": export,
    "qa": qa,
    "simulate": simulate,
    "demo": demo,
    "info": info,
    "bench": bench,
}
"""Commands in the order of a day's work."""

EXAMPLES = """\
  qsospec-duck simulate fits/ --quasars 20
  qsospec-duck tiles convert fits/ --out tiles/
  qsospec-duck fit "SELECT * FROM spectra WHERE z < 0.9" --tiles 'tiles/**/*.parquet' --run runs/hb
  qsospec-duck sql runs/hb "SELECT object_id, z, logmbh_hb FROM catalog\""""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process where not given.

    Returns
    -------
    int
        Exit code, see `qsospec_duck.cli.exit_codes`. Wrong usage raises SystemExit(2), as argparse does.
    """
    given = parser().parse_args(arguments)
    try:
        return given.run(given)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has seen enough; nothing more may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        if given.debug:
            raise
        print("qsospec-duck: interrupted", file=sys.stderr)
        return INTERRUPTED
    except _refusals() as error:
        if given.debug:
            raise
        return refuse(error)


def _refusals() -> tuple[type[BaseException], ...]:
    """Errors that are an answer; anything else is a defect and keeps its traceback."""
    # A command that has not imported duckdb cannot have met its errors.
    duckdb = sys.modules.get("duckdb")
    return (QsospecDuckError, OSError, *((duckdb.Error,) if duckdb else ()))


def refuse(error: BaseException) -> int:
    """Say an error in one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    print(f"qsospec-duck: {text}", file=sys.stderr)
    return REFUSED


def parser() -> argparse.ArgumentParser:
    """Parser of all commands."""
    top = argparse.ArgumentParser(
        prog="qsospec-duck",
        description="Quasar spectra as a DuckDB product: tiles, fits, catalogs and QA.",
        epilog=epilog(EXAMPLES, EXPLANATION),
        formatter_class=Help,
    )
    top.add_argument("--version", action="version", version=f"qsospec_duck {__version__}")
    top.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        one = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.DESCRIPTION,
            epilog=epilog(module.EXAMPLES),
            formatter_class=Help,
        )
        # The flag may stand on either side of the command.
        one.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        module.add_arguments(one)
    return top
