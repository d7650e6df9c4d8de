"""``qsospec-duck run plan``: what ``fit`` would do with the same inputs, without doing it."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.fit import add_input_arguments, add_work_arguments, read_inputs
from qsospec_duck.cli.fit_options import add_fit_options, config_of
from qsospec_duck.cli.layout import add_verb

if TYPE_CHECKING:
    from qsospec_duck.batch import Plan

_SHOWN = 20


def add_plan_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb with the options of ``fit``."""
    plan = add_verb(
        verbs,
        "plan",
        "tasks that fit would work on: nothing is fitted or written",
        "  qsospec-duck run plan 'sdss/spec-*.fits' --run runs/sdss --workers auto\n"
        "  qsospec-duck run plan tiles/ --run runs/all --num-shards 8 --shard-index 0 --json",
    )
    add_input_arguments(plan)
    add_fit_options(plan)
    add_work_arguments(plan)
    plan.add_argument("--json", action="store_true", help="every task, for programs")
    plan.set_defaults(run=run_plan)


def run_plan(given: argparse.Namespace) -> int:
    """Print the tasks of a batch."""
    from qsospec_duck.batch import plan_batch

    with tempfile.TemporaryDirectory() as spilled:

        def plan_inputs(inputs: Any) -> Plan:
            return plan_batch(
                inputs,
                given.run_directory,
                Path(spilled),
                config=config_of(given),
                reader=given.reader,
                n_workers=int(given.workers) if given.workers.isdigit() else given.workers,
                retry_failures=not given.keep_failures,
                num_shards=given.num_shards,
                shard_index=given.shard_index,
                task_size=given.task_size,
            )

        plan = read_inputs(given, plan_inputs)
    tasks = [{"task": task.name, "spectra": task.size, "first_input": task.items[0].label} for task in plan.tasks]
    if given.json:
        print(json.dumps({"spectra": plan.size, "skipped": plan.skipped, "tasks": tasks}, indent=2))
        return DONE
    print(f"{plan.size} spectra in {len(tasks)} tasks, {plan.skipped} done before")
    for row in tasks[:_SHOWN]:
        print(f"  {row['task']}  {row['spectra']:6d}  {row['first_input']} ...")
    if len(tasks) > _SHOWN:
        print(f"  and {len(tasks) - _SHOWN} more; --json lists all")
    return DONE
