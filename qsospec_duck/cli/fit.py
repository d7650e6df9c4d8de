"""``qsospec-duck fit``: spectra become a run."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qsospec_duck.cli.exit_codes import DONE, SOME_FAILED
from qsospec_duck.cli.fit_options import add_fit_options, config_of

if TYPE_CHECKING:
    from qsospec_duck.batch import BatchSummary

Result = TypeVar("Result")

SUMMARY = "fit spectra that SQL or file names choose"
DESCRIPTION = """\
Fit spectra and store them in a run directory. INPUT is one query over the tiles (it starts with SELECT, FROM or WITH),
or files, globs, directories and manifest tables (CSV or Parquet with a column path, and z, ebv, object_id ...).
The same command again skips what is stored and tries failures again."""
EXAMPLES = """\
  qsospec-duck fit "SELECT * FROM spectra WHERE z BETWEEN 0.3 AND 0.9" --tiles 'tiles/**/*.parquet' --run runs/hb
  qsospec-duck fit spec-0266-51602-0013.fits --z 0.0401 --run runs/one
  qsospec-duck fit 'sdss/spec-*.fits' --run runs/sdss --workers auto --qa all
  qsospec-duck fit objects.csv --run runs/list --complexes hbeta_oiii,mgii --no-qa
  qsospec-duck fit tiles/ --run runs/all --num-shards 8 --shard-index 0      # one job of eight, then: run finalize"""

_SQL_STARTS = ("select", "from", "with")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_input_arguments(parser)
    add_fit_options(parser)
    group = add_work_arguments(parser)
    group.add_argument("--dask", metavar="ADDRESS", help="scheduler of a Dask cluster that works instead")
    group.add_argument("--run-id", metavar="NAME", help="name of a new run")
    group.add_argument("--no-resume", action="store_true", help="refuse a run directory that holds objects")
    group.add_argument("--max-seconds", type=float, metavar="S", help="end a spectrum that takes longer")
    group.add_argument("--max-memory", type=float, metavar="MB", help="end a spectrum whose worker holds more")
    group.add_argument("--notify", metavar="HOOK", help="command or http(s) address that is told how it ended, as JSON")
    group.add_argument("--quiet", action="store_true", help="no progress")
    group = parser.add_argument_group("figures")
    group.add_argument("--qa", default="20", metavar="N", help="draw N random objects, or all; default 20")
    group.add_argument("--no-qa", action="store_true", help="draw none")
    parser.set_defaults(run=run_fit)


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what names spectra, and the run that they go to."""
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="a query, or files, globs, directories, manifests")
    parser.add_argument(
        "--run", dest="run_directory", required=True, metavar="DIR", help="run to create or to go on with"
    )
    parser.add_argument(
        "--tiles",
        action="append",
        metavar="GLOB",
        help="tile Parquet behind the view spectra of a query; may be repeated",
    )
    parser.add_argument("--catalog-of", metavar="RUN", help="finished run whose views a query may use too")
    group = parser.add_argument_group("what is known of every spectrum in files, in place of what they say")
    group.add_argument("--z", type=float, help="redshift")
    group.add_argument("--ebv", type=float, help="Galactic E(B-V) [mag]")
    group.add_argument("--reader", default="auto", help="sdss, desi, lamost, table ...; default: by content")


def add_work_arguments(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what divides the work."""
    group = parser.add_argument_group("the work")
    group.add_argument("--workers", default="1", metavar="N", help="processes, or auto; default 1")
    group.add_argument("--num-shards", type=int, default=1, metavar="N", help="divide the objects into N shares")
    group.add_argument("--shard-index", type=int, default=0, metavar="I", help="the share to work on, from 0")
    group.add_argument("--task-size", type=int, metavar="N", help="most spectra of a task")
    group.add_argument("--keep-failures", action="store_true", help="do not try again what failed before")
    return group


def run_fit(given: argparse.Namespace) -> int:
    """Fit, draw, and tell what came of it."""
    from qsospec_duck.errors import ConfigError

    if not given.no_qa and given.qa != "all" and not given.qa.isdigit():
        raise ConfigError(f"--qa is {given.qa!r}; it should be a number of figures, or all.")
    summary = _fit(given)
    print(
        f"{summary.fitted} fitted, {summary.failed} failed, {summary.skipped} done before; "
        f"{given.run_directory} holds {summary.objects} objects and {summary.failures} failures"
    )
    if not given.no_qa and summary.objects and given.num_shards == 1:
        from qsospec_duck.cli.qa import draw_sample

        draw_sample(given.run_directory, None if given.qa == "all" else int(given.qa))
    print(f"next: qsospec-duck sql {given.run_directory}")
    return SOME_FAILED if summary.failures else DONE


def _fit(given: argparse.Namespace) -> BatchSummary:
    from qsospec_duck.batch import Limits
    from qsospec_duck.workflow import fit_batch

    limited = given.max_seconds is not None or given.max_memory is not None

    def fit(inputs: Any) -> BatchSummary:
        return fit_batch(
            inputs,
            given.run_directory,
            config=config_of(given),
            reader=given.reader,
            n_workers=int(given.workers) if given.workers.isdigit() else given.workers,
            executor=given.dask,
            resume=not given.no_resume,
            retry_failures=not given.keep_failures,
            num_shards=given.num_shards,
            shard_index=given.shard_index,
            run_id=given.run_id,
            task_size=given.task_size,
            limits=Limits(given.max_seconds, given.max_memory) if limited else None,
            notify=given.notify,
            progress=False if given.quiet else None,
        )

    return read_inputs(given, fit)


def read_inputs(given: argparse.Namespace, use: Callable[[Any], Result]) -> Result:
    """Hand the spectra that the command line names to a function, while the connection of a query is open."""
    if is_query(given.inputs):
        from qsospec_duck.connect import connect
        from qsospec_duck.errors import ConfigError

        if given.z is not None or given.ebv is not None:
            raise ConfigError("--z and --ebv are for files; a query says SELECT * REPLACE (0.5 AS z) FROM ...")
        with connect(tiles=given.tiles, run=given.catalog_of) as con:
            relation = con.sql(given.inputs[0])
            if relation is None:
                raise ConfigError("the query returns nothing; it should be a SELECT of the spectra relation.")
            return use(relation)
    with tempfile.TemporaryDirectory() as spilled:
        return use(_with_known(given.inputs, Path(spilled), given))


def is_query(inputs: Sequence[str]) -> bool:
    """Tell an SQL query from file names."""
    words = inputs[0].split(maxsplit=1)
    return len(inputs) == 1 and len(words) == 2 and words[0].lower() in _SQL_STARTS


def _with_known(inputs: Sequence[str], folder: Path, given: argparse.Namespace) -> Any:
    """Inputs with the redshift and E(B-V) of the command line."""
    from qsospec_duck.batch import expand_inputs
    from qsospec_duck.errors import ConfigError

    known = {name: getattr(given, name) for name in ("z", "ebv") if getattr(given, name) is not None}
    if not known:
        return list(inputs)
    items = expand_inputs(list(inputs), folder)
    tables = [item.path for item in items if item.kind != "file"]
    if tables:
        raise ConfigError(f"{tables[0]}: holds its own z and ebv; --z and --ebv are for survey files.")
    return [replace(item, known={**item.known, **known}) for item in items]
