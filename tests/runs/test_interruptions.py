"""A run that stops after any step can be gone on with: nothing torn, nothing lost, nothing twice."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from made_fits import made_result

from qsospec_duck.runs import Failure, Origin, ShardWriter, finalize_run, hold_store, open_run, verify_run

WORK = {"t0": ([0, 1], [2]), "t1": ([3], [4]), "t2": ([2, 4], [])}
"""Objects and failures of each task; the last makes both failures good."""


class PowerCutError(BaseException):
    """Stops the process where it is."""


def key(number: int) -> str:
    return f"made-{number:04d}.fits#0"


def work(run: Path) -> None:
    """Do what is not done, as a coordinator would."""
    with hold_store(run, {}, "h") as store:
        failed = {name for name, _ in store.failures}
        for task, (good, bad) in WORK.items():
            todo = [number for number in good if not store.is_done(key(number))]
            wrong = [number for number in bad if not store.is_done(key(number)) and key(number) not in failed]
            if not todo and not wrong:
                continue
            with ShardWriter(store.task_folder(task), store.run_id) as shard:
                for number in todo:
                    shard.add(made_result(number), Origin(key(number), key(number), "made.fits"))
                for number in wrong:
                    shard.add_failure(Failure(Origin(key(number), key(number), "made.fits"), "FitError", "no", ""))
                parts = shard.close()
            store.promote(task, parts)
    finalize_run(run)


def cut_power_at(monkeypatch, step: int) -> itertools.count:
    """Let the disk-changing call number ``step`` not happen, nor any after it."""
    counter = itertools.count()

    def guard(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def guarded(*args, **kwargs):
            if next(counter) >= step:
                raise PowerCutError
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, guarded)

    for owner, name in [(os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "unlink")]:
        guard(owner, name)
    return counter


@pytest.mark.slow
def test_a_power_cut_at_any_step_loses_nothing(tmp_path):
    for step in itertools.count():
        run = tmp_path / f"cut-{step}"
        with pytest.MonkeyPatch.context() as patch:
            cut_power_at(patch, step)
            try:
                work(run)
            except PowerCutError:
                survived = False
            else:
                survived = True
        work(run)
        verify_run(run)
        bundle = open_run(run)
        for name in ("objects", "models", "inputs"):
            stored = bundle.read_table(name)["object_key"].to_pylist()
            assert sorted(stored) == [key(number) for number in range(5)], (step, name)
        assert bundle.read_table("failures").num_rows == 0, step
        assert bundle.is_complete
        if survived:
            break
    assert step > 40
