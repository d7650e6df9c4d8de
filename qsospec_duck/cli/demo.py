"""``qsospec-duck demo``: the whole way once, on synthetic quasars with known truth and on real ones where there are."""

from __future__ import annotations

import argparse
import glob
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qsospec_duck.cli.demo_queries import CATALOG, FAILURES, RECOVERED, SUMMARY_OF_PULLS, WHAT_HAPPENED
from qsospec_duck.cli.exit_codes import DONE, SOME_FAILED

if TYPE_CHECKING:
    from qsospec_duck.batch import BatchSummary

SUMMARY = "simulate, convert, fit, ask in SQL, draw"
DESCRIPTION = """\
Simulate a DESI-like tile with known truth, turn it into Parquet, fit every quasar, print the catalog and how well the
truth was recovered, and leave a run, figures and a DuckDB file. With --spectra, real survey files are fitted too."""
EXAMPLES = """\
  qsospec-duck demo
  qsospec-duck demo --out demo --quasars 8
  qsospec-duck demo --spectra 'sdss/spec-*.fits' --limit 10"""

SEED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--out", default="demo", metavar="DIR", help="folder of everything that is written; default demo"
    )
    parser.add_argument("--quasars", type=int, default=20, metavar="N", help="synthetic quasars; default 20")
    parser.add_argument("--spectra", metavar="WHERE", help="file, folder or glob of real spectra")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="most files of --spectra; default 20")
    parser.add_argument("--figures", type=int, default=6, metavar="N", help="figures of each run; default 6")
    parser.set_defaults(run=run_demo)


def run_demo(given: argparse.Namespace) -> int:
    """Go the whole way."""
    from qsospec_duck.catalog.catalog_file import write_catalog_file
    from qsospec_duck.connect import connect
    from qsospec_duck.simulate import simulate_tile
    from qsospec_duck.tiles import convert_tile
    from qsospec_duck.workflow import fit_batch

    began = time.monotonic()
    out = Path(given.out)
    _say(f"1  {given.quasars} synthetic quasars, DESI-like FITS files with known truth")
    made = simulate_tile(out / "fits", given.quasars, SEED)
    print(f"{made.coadd}  {made.coadd.stat().st_size / 1e6:.1f} MB\n{made.redrock}\n{made.truth}")

    _say("2  FITS becomes a Parquet tile")
    tile = convert_tile(made.coadd, out / "tiles")
    print(f"{tile.path}  {tile.n_bytes / 1e6:.1f} MB, {tile.count} quasars of {tile.n_targets} targets")

    _say("3  SQL chooses, the fit measures")
    chosen = "SELECT * FROM spectra WHERE spectype = 'QSO' AND zwarn = 0"
    print(chosen)
    with connect(tiles=out / "tiles" / "**" / "*.parquet") as con:
        summary = fit_batch(con.sql(chosen), out / "run")
    _tell(summary)

    _say("4  the catalog, in SQL")
    print(CATALOG.strip())
    with connect(run=out / "run") as con:
        con.execute("SET VARIABLE truth = ?", [str(made.truth)])
        _show(con, CATALOG)
        _say("5  against the truth: value ± error, truth, difference in σ")
        _show(con, RECOVERED)
        print("\nAll objects together; scatter is the robust standard deviation of the differences in σ:")
        _show(con, SUMMARY_OF_PULLS)

    _say("6  figures, and a file that any DuckDB opens")
    _draw(out / "run", given.figures)
    catalog = write_catalog_file(out / "run", out / "catalog.duckdb", materialise=True)
    print(f'{catalog}  {catalog.stat().st_size / 1e6:.1f} MB; try: duckdb {out / "catalog.duckdb"} "FROM catalog"')

    if given.spectra:
        _real_spectra(given, out)
    print(f"\neverything is in {out}/, made in {time.monotonic() - began:.0f} s; next: qsospec-duck sql {out / 'run'}")
    # A star among the real files is a failure row to look at, not a failed demo.
    return SOME_FAILED if summary.failures else DONE


def _real_spectra(given: argparse.Namespace, out: Path) -> None:
    """Fit real survey files. Some may be no quasars: what cannot be fitted is shown, and is no fault of the demo."""
    from qsospec_duck.connect import connect
    from qsospec_duck.workflow import fit_batch

    files = evenly(find_files(given.spectra), given.limit)
    _say(f"7  {len(files)} real spectra of {given.spectra}")
    summary = fit_batch(files, out / "real")
    _tell(summary)
    with connect(run=out / "real") as con:
        _show(con, CATALOG)
        print("\nWarnings, then what could not be fitted:")
        _show(con, WHAT_HAPPENED)
        if summary.failures:
            _show(con, FAILURES)
    _draw(out / "real", given.figures)


def find_files(where: str) -> list[str]:
    """Files of a folder or a glob; a file is itself.

    Raises
    ------
    ReaderError
        There is none.
    """
    from qsospec_duck.errors import ReaderError

    path = Path(where).expanduser()
    if path.is_dir():
        found = sorted(str(file) for file in path.iterdir() if file.suffix in (".fits", ".fit", ".gz", ".parquet"))
    else:
        # Path.glob takes no absolute pattern.
        found = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207
    if not found:
        raise ReaderError(f"{where}: no spectra there; --spectra takes a file, a folder or a glob.")
    return found


def evenly(files: Sequence[str], limit: int) -> list[str]:
    """At most ``limit`` of the files, spread over the list."""
    if len(files) <= limit:
        return list(files)
    return [files[i * len(files) // limit] for i in range(limit)]


def _say(title: str) -> None:
    print(f"\n── {title} ".ljust(100, "─"), flush=True)


def _tell(summary: BatchSummary) -> None:
    print(
        f"{summary.run_directory}: {summary.fitted} fitted, {summary.failed} failed, {summary.skipped} done before",
        flush=True,
    )


def _show(con, query: str) -> None:  # type: ignore[no-untyped-def]
    from qsospec_duck.cli.show import names_of, table_text

    result = con.execute(query)
    print(table_text(names_of(result), result.fetchall()), flush=True)


def _draw(run: Path, n: int) -> None:
    from qsospec_duck.qa.page import write_page
    from qsospec_duck.qa.render import render_selected
    from qsospec_duck.qa.selection import select_objects
    from qsospec_duck.runs import open_run

    bundle = open_run(run)
    chosen = select_objects(bundle, sample=n)
    if not chosen:
        print(f"{run}: nothing was fitted, so there is nothing to draw")
        return
    rendered = render_selected(bundle, chosen)
    page = write_page(bundle, rendered, run / "qa")
    print(f"{page}  {len(rendered)} figures", flush=True)
