"""``qsospec-duck run``: what a batch would do, how a run stands, sealing and compacting it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import Any

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.layout import add_verb
from qsospec_duck.cli.plan import add_plan_verb

SUMMARY = "plan, state of a run; verify, seal and compact it"
DESCRIPTION = "Look after a run directory."
EXAMPLES = """\
  qsospec-duck run plan 'tiles/**/*.parquet' --run runs/hb
  qsospec-duck run status runs/hb
  qsospec-duck run finalize runs/hb"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the command."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    add_plan_verb(verbs)
    status = add_verb(
        verbs,
        "status",
        "counts, failures and warnings of a run, finished or not",
        "  qsospec-duck run status runs/hb --json",
    )
    status.add_argument("run_directory", metavar="RUN")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(run=run_status)
    verify = add_verb(
        verbs, "verify", "compare every shard with its receipt, change nothing", "  qsospec-duck run verify runs/hb"
    )
    verify.add_argument("run_directory", metavar="RUN")
    verify.set_defaults(run=run_verify)
    finalize = add_verb(
        verbs, "finalize", "verify a run and seal it, after all of its shares", "  qsospec-duck run finalize runs/hb"
    )
    finalize.add_argument("run_directory", metavar="RUN")
    finalize.set_defaults(run=run_finalize)
    compact = add_verb(
        verbs, "compact", "rewrite many small shards into few, with the same rows", "  qsospec-duck run compact runs/hb"
    )
    compact.add_argument("run_directory", metavar="RUN")
    compact.add_argument("--objects-per-shard", type=int, default=2048, metavar="N", help="default 2048")
    compact.set_defaults(run=run_compact)


def run_status(given: argparse.Namespace) -> int:
    """Print how a run stands."""
    from qsospec_duck.batch import progress_of
    from qsospec_duck.fitting import quality_names
    from qsospec_duck.runs import open_run

    run = open_run(given.run_directory)
    failures = run.read_table("failures", columns=["exception_type"])["exception_type"].to_pylist()
    quality = run.read_table("objects", columns=["fit_quality"])["fit_quality"].to_pylist()
    codes = run.read_table("warnings", columns=["code"])["code"].to_pylist()
    state: dict[str, Any] = {
        "run_id": run.run_id,
        "status": run.manifest.get("status"),
        "objects": len(quality),
        "failures": len(failures),
        "fit_quality": _counts(quality),
        "failures_by_type": _counts(failures),
        "warnings_by_code": _counts(codes),
        "progress": progress_of(run.path),
    }
    if given.json:
        print(json.dumps(state, indent=2))
        return DONE
    print(f"{run.run_id}: {state['status']}, {state['objects']} objects, {state['failures']} failures")
    for value, count in state["fit_quality"].items():
        print(f"  {count:7d}  fit_quality {value}: {', '.join(quality_names(int(value))) or 'good'}")
    for name, count in (state["failures_by_type"] | state["warnings_by_code"]).items():
        print(f"  {count:7d}  {name}")
    for row in state["progress"]:
        print(f"  {_progress_line(row)}")
    return DONE


def run_verify(given: argparse.Namespace) -> int:
    """Compare a run with its receipts."""
    from qsospec_duck.runs import verify_run

    return _tell(given.run_directory, verify_run(given.run_directory), "verified")


def run_finalize(given: argparse.Namespace) -> int:
    """Verify and seal a run."""
    from qsospec_duck.workflow import finalize_run

    return _tell(given.run_directory, finalize_run(given.run_directory), "sealed")


def run_compact(given: argparse.Namespace) -> int:
    """Rewrite many shards into few."""
    from qsospec_duck.workflow import compact_run

    counts = compact_run(given.run_directory, objects_per_shard=given.objects_per_shard)
    return _tell(given.run_directory, counts, "compacted")


def _progress_line(row: dict[str, Any]) -> str:
    """State of the latest session of one share in a line."""
    done = row["fitted"] + row["failed"]
    text = f"share {row['share']}: {row['status']}, {done} of {row['spectra']} done, {row['failed']} failed"
    if row["spectra_per_second"] is not None:
        text += f", {row['spectra_per_second']:.1f} spectra/s"
    if row["seconds_left"] is not None:
        text += f", {row['seconds_left']:.0f} s left"
    if row["status"] == "running":
        text += f" (last heard of {row['seconds_silent']:.0f} s ago)"
    return text + (f": {row['reason']}" if row["reason"] else "")


def _tell(run: str, counts: Any, done: str) -> int:
    print(
        f"{run}: {counts.objects} objects, {counts.failures} failures, {counts.shards} shards, "
        f"{counts.bytes / 1e6:.1f} MB; {done}"
    )
    return DONE


def _counts(values: list[Any]) -> dict[Any, int]:
    """How often each value occurs, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda pair: (-pair[1], str(pair[0]))))
