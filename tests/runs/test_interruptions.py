"""A run that stops after any step can be gone on with: nothing torn, nothing lost, nothing twice."""

from __future__ import annotations

import itertools
from contextlib import suppress
from pathlib import Path

import pytest
from disk_faults import PowerCutError, fault_at
from made_runs import commit, key

from qsospec_duck.runs import finalize_run, hold_store, open_run, verify_run

WORK = {"t0": ([0, 1], [2]), "t1": ([3], [4]), "t2": ([2, 4], [])}
"""Objects and failures of each task; the last makes both failures good."""


def work(run: Path) -> None:
    """Do what is not done, as a coordinator would."""
    with hold_store(run, {}, "h") as store:
        failed = {name for name, _ in store.failures}
        for task, (good, bad) in WORK.items():
            todo = [number for number in good if not store.is_done(key(number))]
            wrong = [number for number in bad if not store.is_done(key(number)) and key(number) not in failed]
            if not todo and not wrong:
                continue
            commit(store, task, todo, [key(number) for number in wrong])
    finalize_run(run)


@pytest.mark.slow
def test_a_power_cut_at_any_step_loses_nothing(tmp_path):
    for step in itertools.count():
        run = tmp_path / f"cut-{step}"
        with fault_at(step) as cut, suppress(PowerCutError):
            work(run)
        work(run)
        verify_run(run)
        bundle = open_run(run)
        for name in ("objects", "models", "inputs"):
            stored = bundle.read_table(name)["object_key"].to_pylist()
            assert sorted(stored) == [key(number) for number in range(5)], (step, name)
        assert bundle.read_table("failures").num_rows == 0, step
        assert bundle.is_complete
        if not cut:
            break
    assert step > 40
