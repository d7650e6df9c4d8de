"""``qsospec-duck qa``: figures of the objects that a selection names."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qsospec_duck.cli.exit_codes import DONE

if TYPE_CHECKING:
    from qsospec_duck.qa.render import Rendered

SUMMARY = "draw the figures of a selection"
DESCRIPTION = """\
Draw one page a quasar into the folder qa of the run. Selections narrow each other; without any, all fitted objects are
drawn. What is there and unchanged is not drawn again."""
EXAMPLES = """\
  qsospec-duck qa runs/hb --sample 20 --html
  qsospec-duck qa runs/hb --object 39627023040000015
  qsospec-duck qa runs/hb --warning parameter_at_bound --sample 50
  qsospec-duck qa runs/hb --query "FROM catalog WHERE fwhm_hb > 10000"
  qsospec-duck qa runs/hb --query "FROM qa_extremes('hb_broad_fwhm', n := 10)" --suffix .pdf
  qsospec-duck qa runs/hb --failures --sources sdss/"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("run_directory", metavar="RUN")
    group = parser.add_argument_group("selection")
    group.add_argument("--object", nargs="+", metavar="ID", help="keys or ids")
    group.add_argument("--query", metavar="SQL", help="a query on the run with a column object_key")
    group.add_argument("--warning", nargs="+", metavar="CODE", help="objects with one of these warning codes")
    group.add_argument("--failures", action="store_true", help="spectra that could not be fitted")
    group.add_argument("--sample", type=int, metavar="N", help="at most N of them, the same ones every time")
    group.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, another sample")
    group = parser.add_argument_group("figures")
    group.add_argument("--out", metavar="DIR", help="folder; default RUN/qa")
    group.add_argument("--suffix", default=".png", help=".png, .pdf or .svg; default .png")
    group.add_argument("--dpi", type=float, default=120.0, help="pixels an inch of a PNG; default 120")
    group.add_argument(
        "--html",
        action="store_true",
        help="also write index.html, a page to look through the figures, and contact sheets",
    )
    group.add_argument("--sources", metavar="DIR", help="folder of the survey files, for the data of failures")
    group.add_argument("--again", action="store_true", help="draw also what is unchanged")
    group.add_argument("--workers", type=int, default=1, metavar="N", help="processes; default 1")
    parser.set_defaults(run=run_qa)


def run_qa(given: argparse.Namespace) -> int:
    """Draw a selection."""
    from qsospec_duck.connect import connect
    from qsospec_duck.errors import ConfigError
    from qsospec_duck.qa.contact import write_contact_sheets
    from qsospec_duck.qa.page import write_page
    from qsospec_duck.qa.render import render_selected
    from qsospec_duck.qa.selection import select_objects
    from qsospec_duck.runs import open_run

    if given.html and given.suffix != ".png":
        raise ConfigError(f"--html shows PNG figures; --suffix is {given.suffix!r}.")
    run = open_run(given.run_directory)
    with connect(run=run) as con:
        chosen = select_objects(
            run,
            object_ids=given.object,
            warning_codes=given.warning,
            failures=given.failures,
            sample=given.sample,
            query=given.query,
            seed=given.seed,
            con=con,
        )
    folder = Path(given.out) if given.out else run.path / "qa"
    rendered = render_selected(
        run,
        chosen,
        out=folder,
        n_workers=given.workers,
        suffix=given.suffix,
        dpi=given.dpi,
        sources=given.sources,
        again=given.again,
        progress=tell_progress,
    )
    _tell(rendered, folder)
    if given.html and rendered:
        sheets = write_contact_sheets([one.path for one in rendered], folder)
        for path in (*sheets, write_page(run, rendered, folder, sheets=sheets)):
            print(path)
    return DONE


def draw_sample(run_directory: str | Path, n: int | None) -> list[Rendered]:
    """Draw a random sample of a run, or all of it, as ``fit`` does at its end."""
    from qsospec_duck.qa.render import render_selected
    from qsospec_duck.qa.selection import select_objects
    from qsospec_duck.runs import open_run

    run = open_run(run_directory)
    rendered = render_selected(run, select_objects(run, sample=n), progress=tell_progress)
    _tell(rendered, run.path / "qa")
    return rendered


def tell_progress(done: int, total: int) -> None:
    """Count figures: on one line of a terminal, else every hundred."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total} figures", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done % 100 == 0 or done == total:
        print(f"{done} of {total} figures", file=sys.stderr, flush=True)


def _tell(rendered: list[Rendered], folder: Path) -> None:
    new = sum(one.drawn for one in rendered)
    print(f"{len(rendered)} figures in {folder}, {new} of them new")
    if len(rendered) == 1:
        print(rendered[0].path)
