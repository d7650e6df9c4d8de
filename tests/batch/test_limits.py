"""What takes too long or too much memory is ended and written down; what cannot be written stops with a reason."""

from __future__ import annotations

import errno
import itertools
import os
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from disk_faults import WRITES, disk_full, fault_at
from made_fits import MadeConfig, greedy_fit, made_fit

from qsospec_duck.batch import Limits, fit_batch, read_events
from qsospec_duck.errors import ConfigError, RunError
from qsospec_duck.runs import finalize_run, open_run, verify_run

OPTIONS = {"config": MadeConfig(), "progress": False}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "limits", "kind", "says"),
    [
        ("slow", Limits(seconds=1.0), "time_limit", "more than 1 s"),
        ("hungry", Limits(memory_mb=800.0), "memory_limit", "the limit is 800"),
    ],
)
@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_spectrum_over_its_limit_is_ended_and_costs_no_other(tmp_path, spectra, name, limits, kind, says, n_workers):
    spectra[3] = replace(spectra[3], object_id=name)
    run = tmp_path / "run"
    summary = fit_batch(spectra, run, fit=greedy_fit, limits=limits, n_workers=n_workers, task_size=3, **OPTIONS)
    assert (summary.fitted, summary.failed) == (5, 1)
    (failure,) = summary.run.read_table("failures").to_pylist()
    assert (failure["object_key"], failure["exception_type"]) == ("made-0003.fits#0", kind)
    assert says in failure["message"]
    assert failure["source"] == "memory"
    ended = [event for event in read_events(run) if event["event"] == "ended"]
    assert [(event["reason"], event["object_key"]) for event in ended] == [(kind, "made-0003.fits#0")]
    again = fit_batch(spectra, run, fit=made_fit, **OPTIONS)
    assert (again.fitted, again.skipped, again.failures) == (1, 5, 0)
    verify_run(run)


def test_limits_that_nobody_could_keep_are_refused(tmp_path, spectra):
    with pytest.raises(ConfigError, match="limit seconds is 0"):
        Limits(seconds=0)
    with pytest.raises(ConfigError, match="limits end a worker process of ours"):
        fit_batch(spectra, tmp_path / "run", executor="dask", limits=Limits(seconds=9), **OPTIONS)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_disk_that_fills_up_at_any_step_stops_with_a_reason_and_loses_nothing(tmp_path, spectra):
    for step in itertools.count():
        run = tmp_path / f"full-{step}"
        stopped = ""
        with fault_at(step, WRITES, disk_full()) as refused:
            try:
                fit_batch(spectra, run, fit=made_fit, task_size=3, **OPTIONS)
            except (RunError, OSError) as error:
                stopped = str(error)
        assert ("No space left on device" in stopped) == bool(refused)
        summary = fit_batch(spectra, run, fit=made_fit, task_size=3, **OPTIONS)
        assert (summary.objects, summary.failures) == (6, 0)
        assert verify_run(run).objects == 6
        if not refused:
            break
    assert step > 20


def test_a_full_disk_is_in_the_log(tmp_path, spectra):
    told = []
    full = fault_at(0, [(pq.ParquetWriter, "write_table")], disk_full())
    with full, pytest.raises(RunError, match=r"No space left on device.*call fit_batch again"):
        fit_batch(spectra, tmp_path / "run", fit=made_fit, notify=told.append, **OPTIONS)
    (event,) = told
    assert event["event"] == "stopped"
    assert "No space left on device" in event["reason"]


@pytest.fixture
def read_only(tmp_path, spectra, monkeypatch) -> Path:
    """A finished run on a file system that can only be read."""
    run = tmp_path / "run"
    fit_batch(spectra[:2], run, fit=made_fit, **OPTIONS)
    real_open, real_mkdir = Path.open, Path.mkdir

    def refuse(path: Path) -> None:
        if run in (path, *path.parents):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def guarded_open(path, mode="r", *args, **kwargs):
        if set(mode) & set("aw+x"):
            refuse(path)
        return real_open(path, mode, *args, **kwargs)

    def guarded_mkdir(path, *args, **kwargs):
        if not path.is_dir():
            refuse(path)
        return real_mkdir(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", guarded_open)
    monkeypatch.setattr(Path, "mkdir", guarded_mkdir)
    return run


def test_a_run_that_can_only_be_read_is_read_and_verified_and_not_written(read_only, spectra):
    assert open_run(read_only).locate("made-0001")[0] == "made-0001.fits#0"
    assert verify_run(read_only).objects == 2
    with pytest.raises(RunError, match=r"run: cannot be written \(Read-only file system\)"):
        fit_batch(spectra, read_only, fit=made_fit, **OPTIONS)
    with pytest.raises(RunError, match=r"run: cannot be written \(Read-only file system\)"):
        finalize_run(read_only)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes where it likes")
def test_a_directory_without_the_right_to_write_is_refused(tmp_path, spectra):
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot be written"):
        fit_batch(spectra, tmp_path / "run", fit=made_fit, **OPTIONS)
