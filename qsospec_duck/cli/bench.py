"""``qsospec-duck bench``: figures of this machine and its network."""

from __future__ import annotations

import argparse
from pathlib import Path

from qsospec_duck.cli.archive_options import add_tiles, tiles_of
from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.layout import add_verb

SUMMARY = "measure transfers"
DESCRIPTION = "Measure how fast files come, and recommend a number of workers."
EXAMPLES = """\
  qsospec-duck bench transfer --local-server
  qsospec-duck bench transfer --release dr1 --survey main --program dark --pixels 23040-23043"""
TRANSFER_EXAMPLES = f"""\
{EXAMPLES}
  qsospec-duck bench transfer --local-server --latency 0.04 --mb-per-s 12 --total-mb-per-s 120 --json transfer.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the command."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    one = add_verb(verbs, "transfer", "throughput, latency and CPU by the number of workers", TRANSFER_EXAMPLES)
    add_tiles(one)
    one.add_argument("--mirror", action="append", metavar="URL", help="base URL to measure; may be repeated")
    one.add_argument("--kind", default="redrock", help="kind of file to fetch; default redrock")
    one.add_argument("--workers", default="1,2,4,8,16", metavar="LIST", help="numbers to try; default 1,2,4,8,16")
    one.add_argument("--local-server", action="store_true", help="serve random files from this machine: no network")
    one.add_argument("--files", type=int, default=40, metavar="N", help="files of the local server; default 40")
    one.add_argument("--file-mb", type=float, default=5.0, metavar="MB", help="size of each; default 5")
    one.add_argument("--latency", type=float, default=0.0, metavar="S", help="before each local answer; default 0")
    one.add_argument("--mb-per-s", type=float, metavar="MB", help="rate of each local connection")
    one.add_argument("--total-mb-per-s", type=float, metavar="MB", help="rate of all local connections together")
    one.add_argument("--slow-down", type=float, default=0.0, metavar="P", help="chance of a local 503; default 0")
    one.add_argument("--json", metavar="FILE", help="write the figures for programs")
    one.set_defaults(run=run_transfer)


def run_transfer(given: argparse.Namespace) -> int:
    """Measure and print a table."""
    from qsospec_duck.archive import MIRRORS
    from qsospec_duck.archive.local_server import Manners
    from qsospec_duck.archive.measure import as_json, measure_transfer, recommend, serve_files
    from qsospec_duck.errors import ConfigError

    if not all(part.strip().isdigit() and int(part) > 0 for part in given.workers.split(",")):
        raise ConfigError(f"--workers is {given.workers!r}; expected numbers such as 1,2,4.")
    workers = [int(part) for part in given.workers.split(",")]
    found = []
    if given.local_server:
        manners = Manners(given.latency, given.mb_per_s, given.total_mb_per_s, given.slow_down, 0.01)
        with serve_files(given.files, given.file_mb, manners) as (url, keys):
            found = measure_transfer(url, keys, workers)
    else:
        keys = [tile.key(given.kind) for tile in tiles_of(given)]
        for mirror in given.mirror or MIRRORS:
            found += measure_transfer(mirror, keys, workers)
    print("workers    MB/s  p50 [s]  p95 [s]  first byte [s]  CPU [s/GB]  retries  failures  RSS [MB]  mirror")
    for one in found:
        times = "  ".join(f"{_number(value):>7}" for value in (one.p50_s, one.p95_s))
        print(
            f"{one.workers:7d} {one.mb_per_s:7.1f}  {times}  {_number(one.first_byte_s):>14}  "
            f"{_number(one.cpu_s_per_gb):>10}  {one.retries:7d}  {one.failures:8d}  {one.peak_rss_mb:8.0f}  "
            f"{one.mirror}"
        )
    for mirror in dict.fromkeys(one.mirror for one in found):
        best = recommend([one for one in found if one.mirror == mirror])
        print(f"{mirror}: " + (f"--workers {best.workers}" if best else "no number of workers came through"))
    if given.json:
        Path(given.json).write_text(as_json(found), encoding="utf-8")
    return DONE


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
