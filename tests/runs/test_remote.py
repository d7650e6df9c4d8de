"""A run in an object store: the same tables, whoever stops, whoever comes in between."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import urllib3
from disk_faults import PowerCutError
from local_s3 import lead_to
from made_fits import MadeConfig, deadly_fit, made_fit, made_spectrum
from made_runs import key

from qsospec_duck.batch import fit_batch, plan_batch, progress_of, read_events
from qsospec_duck.errors import ConfigurationMismatchError, RunError, StoreError
from qsospec_duck.runs import (
    TABLES,
    compact_run,
    finalize_run,
    hold_store,
    load_archived_model,
    open_run,
    remote_store,
    verify_run,
)

pytest.importorskip("obstore", reason="object stores are reached by obstore, an optional package")

RUN = "s3://bucket/runs/hb"
CONFIG = MadeConfig()
OPTIONS = {"config": CONFIG, "fit": made_fit, "progress": False, "task_size": 2}


def spectra(number: int = 6) -> list:
    return [made_spectrum(i, 200) for i in range(number)]


def rows(run) -> dict[str, list[str]]:
    """Rows of every table, without what differs between two runs of one job."""
    bundle = open_run(run)
    drop = ["run_id", "completed_at", "failed_at", "traceback"]
    return {
        table: sorted(map(repr, read.drop_columns([n for n in drop if n in read.column_names]).to_pylist()))
        for table in TABLES
        for read in (bundle.read_table(table),)
    }


@pytest.fixture
def calm(tmp_path) -> dict[str, list[str]]:
    """What the same job gives on a file system."""
    fit_batch(spectra(), tmp_path / "calm", **OPTIONS)
    return rows(tmp_path / "calm")


def test_a_run_in_a_bucket_holds_what_one_in_a_directory_holds(s3, calm):
    summary = fit_batch(spectra(), RUN, **OPTIONS)
    assert (summary.fitted, summary.objects, summary.run_directory) == (6, 6, RUN)
    assert rows(RUN) == calm
    assert open_run(RUN).is_complete
    assert verify_run(RUN).objects == 6
    again = fit_batch(spectra(), RUN, **OPTIONS)
    assert (again.fitted, again.skipped) == (0, 6)
    assert [event["event"] for event in read_events(open_run(RUN).path)][-1] == "finished"
    assert {row["status"] for row in progress_of(open_run(RUN).path)} == {"finished"}


@pytest.mark.parametrize("sealed", [True, False])
def test_one_model_costs_its_own_shards(s3, sealed):
    fit_batch(spectra(), RUN, finalize=sealed, **OPTIONS)
    s3.requests.clear()
    model = load_archived_model(RUN, key(3))
    np.testing.assert_allclose(model.model, made_fit(made_spectrum(3, 200), CONFIG).model, rtol=1e-6)
    shards = {request for request in s3.requests if request.startswith("GET bucket/runs/hb/data/models/")}
    assert len(shards) == 1


def test_a_plan_of_a_run_in_a_bucket_leaves_out_what_is_stored(s3, tmp_path):
    assert plan_batch(spectra(), RUN, tmp_path, config=CONFIG).size == 6
    fit_batch(spectra(4), RUN, finalize=False, **OPTIONS)
    plan = plan_batch(spectra(), RUN, tmp_path, config=CONFIG)
    assert (plan.size, plan.skipped) == (2, 4)


def test_failures_give_way_to_objects(s3, calm, tmp_path):
    bad = [made_spectrum(0, 200), *spectra()[1:]]
    object.__setattr__(bad[0], "z", 6.0)
    assert fit_batch(bad, RUN, **OPTIONS).failures == 1
    good = fit_batch(spectra(), RUN, **OPTIONS)
    assert (good.fitted, good.failures) == (1, 0)
    assert rows(RUN) == calm
    assert not s3.keys("bucket/runs/hb/data/failures/")


def stopping_at(step: int) -> object:
    """Let the writing request number ``step`` be the last; every later one ends the process that sent it."""
    from qsospec_duck.archive.object_store import ObjectStore

    counter = itertools.count()
    patch = pytest.MonkeyPatch()

    def guard(name: str) -> None:
        real = getattr(ObjectStore, name)

        def guarded(self, *args, **kwargs):
            if next(counter) >= step:
                raise PowerCutError
            return real(self, *args, **kwargs)

        patch.setattr(ObjectStore, name, guarded)

    for name in ("write", "create", "remove"):
        guard(name)
    return patch


@pytest.mark.slow
def test_a_coordinator_that_ends_before_any_request_loses_nothing(s3, calm):
    for step in itertools.count():
        run = f"s3://bucket/runs/cut-{step}"
        patch = stopping_at(step)
        try:
            fit_batch(spectra(), run, **OPTIONS)
        except PowerCutError:
            survived = False
        else:
            survived = True
        finally:
            patch.undo()
        if step % 3 == 0 or survived:
            assert fit_batch(spectra(), run, **OPTIONS).objects == 6
            assert rows(run) == calm, step
            assert verify_run(run).objects == 6
            named = {part.path for part in open_run(run)._state.parts.values()}
            there = {name.removeprefix(f"bucket/runs/cut-{step}/") for name in s3.keys(f"bucket/runs/cut-{step}/data/")}
            assert there == named, step
        if survived:
            break
    assert step > 15


def test_of_two_coordinators_the_later_to_commit_is_refused(s3, calm):
    def meanwhile(spectrum, config):
        if spectrum.object_key == key(3):
            fit_batch(spectra(), RUN, **{**OPTIONS, "finalize": False})
        return made_fit(spectrum, config)

    with pytest.raises(RunError, match=r"another coordinator, session .*, stored results in this run meanwhile"):
        fit_batch(spectra(), RUN, **{**OPTIONS, "fit": meanwhile, "finalize": False})
    finalize_run(RUN)
    assert rows(RUN) == calm


def test_a_coordinator_that_slept_through_the_seal_is_refused(s3):
    def meanwhile(spectrum, config):
        if spectrum.object_key == key(3):
            finalize_run(RUN)
        return made_fit(spectrum, config)

    with pytest.raises(RunError, match="sealed this run meanwhile"):
        fit_batch(spectra(), RUN, **{**OPTIONS, "fit": meanwhile})
    assert verify_run(RUN).objects == 2


def test_shares_of_one_run_work_side_by_side(s3, calm):
    """The second share commits all that it has between two commits of the first."""

    def meanwhile(spectrum, config):
        fit_batch(spectra(), RUN, num_shards=2, shard_index=1, **OPTIONS)
        return made_fit(spectrum, config)

    fit_batch(spectra(), RUN, num_shards=2, shard_index=0, **{**OPTIONS, "fit": meanwhile})
    assert finalize_run(RUN).objects == 6
    assert rows(RUN) == calm


def test_coordinators_of_different_divisions_are_refused(s3):
    def meanwhile(spectrum, config):
        fit_batch(spectra(), RUN, num_shards=3, shard_index=1, **OPTIONS)
        return made_fit(spectrum, config)

    with pytest.raises(RunError, match="another coordinator"):
        fit_batch(spectra(), RUN, num_shards=2, shard_index=0, **{**OPTIONS, "fit": meanwhile})


def test_an_entry_whose_answer_was_lost_is_not_taken_for_that_of_another(s3, calm):
    lost = []

    def lose(method, path):
        if method == "PUT" and "/log/" in path and path not in lost:
            lost.append(path)
            return True
        return False

    s3.lose = lose
    fit_batch(spectra(), RUN, **OPTIONS)
    assert len(lost) == 5
    assert rows(RUN) == calm


KILLED = """
import sys
sys.path.insert(0, sys.argv[2])
from local_s3 import lead_to
from made_fits import MadeConfig, deadly_fit, made_spectrum
from dataclasses import replace
from qsospec_duck.batch import fit_batch
spectra = [made_spectrum(i, 200) for i in range(6)]
spectra[4] = replace(spectra[4], object_id="poison")
fit_batch(spectra, sys.argv[1], config=MadeConfig(), fit=deadly_fit, progress=False, task_size=2)
"""


def test_a_killed_coordinator_is_gone_on_with(s3, calm):
    helpers = Path(__file__).resolve().parents[1] / "helpers"
    done = subprocess.run([sys.executable, "-c", KILLED, RUN, str(helpers)], env=os.environ.copy(), check=False)
    assert done.returncode == -signal.SIGKILL
    assert open_run(RUN).read_table("objects").num_rows == 4
    summary = fit_batch(spectra(), RUN, **OPTIONS)
    assert (summary.fitted, summary.skipped) == (2, 4)
    assert rows(RUN) == calm


def test_the_s3_server_of_another_project_sees_the_same(tmp_path, monkeypatch, calm):
    """Our own server might share our misunderstandings."""
    server = pytest.importorskip("moto.server", reason="moto, an S3 server for tests, is not installed")
    endpoint = server.ThreadedMotoServer(port=0, verbose=False)
    endpoint.start()
    try:
        host, port = endpoint.get_host_and_port()
        lead_to(f"http://{host}:{port}", tmp_path, monkeypatch)
        assert urllib3.request("PUT", f"http://{host}:{port}/bucket").status == 200
        assert fit_batch(spectra(3), RUN, **OPTIONS).objects == 3

        def meanwhile(spectrum, config):
            if spectrum.object_key == key(5):
                fit_batch(spectra(), RUN, **{**OPTIONS, "finalize": False})
            return made_fit(spectrum, config)

        with pytest.raises(RunError, match="another coordinator"):
            fit_batch(spectra(), RUN, **{**OPTIONS, "fit": meanwhile})
        assert finalize_run(RUN).objects == 6
        assert rows(RUN) == calm
    finally:
        endpoint.stop()


@pytest.mark.slow
def test_worker_processes_stage_for_a_bucket(s3, calm):
    summary = fit_batch(spectra(), RUN, n_workers=2, **{**OPTIONS, "fit": deadly_fit})
    assert summary.objects == 6
    assert rows(RUN) == calm


def test_other_options_and_unknown_runs_are_refused(s3):
    with pytest.raises(RunError, match=r"s3://bucket/runs/hb: no run"):
        open_run(RUN)
    fit_batch(spectra(2), RUN, run_id="first", **OPTIONS)
    with pytest.raises(ConfigurationMismatchError, match="slope"):
        fit_batch(spectra(), RUN, **{**OPTIONS, "config": MadeConfig(slope=-2.0)})
    with pytest.raises(RunError, match="it holds run 'first'"):
        fit_batch(spectra(), RUN, run_id="second", **OPTIONS)
    with pytest.raises(RunError, match="it holds 2 objects; resume=True"):
        fit_batch(spectra(), RUN, resume=False, **OPTIONS)
    with pytest.raises(RunError, match="fit with larger tasks"):
        compact_run(RUN)
    s3.objects["bucket/else/data/x"] = b""
    with pytest.raises(RunError, match="it holds data but no log"), hold_store("s3://bucket/else", {}, "h"):
        pass


def test_damage_in_the_bucket_is_named(s3):
    fit_batch(spectra(), RUN, finalize=False, **OPTIONS)
    shard = s3.keys("bucket/runs/hb/data/models/")[0]
    content = s3.objects[shard]
    s3.objects[shard] = content[:100] + bytes([content[100] ^ 1]) + content[101:]
    for use in (verify_run, finalize_run, lambda run: open_run(run).read_table("models")):
        with pytest.raises(RunError, match=rf"{shard.removeprefix('bucket/')}: its content was changed"):
            use(RUN)
    del s3.objects[shard]
    with pytest.raises(RunError, match="missing, though a receipt names it"):
        verify_run(RUN)
    with pytest.raises(RunError, match=r"no bytes there; its receipt says"):
        fit_batch(spectra(), RUN, **OPTIONS)


@pytest.mark.parametrize(
    ("entry", "change", "says"),
    [
        (0, lambda text: text.replace("-1.5", "-1.6"), "it was changed after it was written"),
        (1, lambda text: text.replace('rows\\": 2', 'rows\\": 3'), "line 1 was changed"),
        (2, lambda text: text[:50], "no entry of a run"),
        (2, lambda text: None, r"log/000000000002.json is missing"),
    ],
)  # fmt: skip
def test_a_log_that_was_changed_is_refused(s3, entry, change, says):
    fit_batch(spectra(), RUN, finalize=False, **OPTIONS)
    name = f"bucket/runs/hb/log/{entry:012d}.json"
    before = s3.objects[name].decode()
    after = change(before)
    assert after != before
    if after is None:
        del s3.objects[name]
    else:
        s3.objects[name] = after.encode()
    with pytest.raises(RunError, match=says):
        open_run(RUN).read_table("objects")


def test_a_store_that_refuses_stops_the_batch_with_a_reason(s3):
    s3.refuse = lambda method, path: 403 if method == "PUT" and "/data/" in path else None
    with pytest.raises(RunError, match=r"cannot be written .*403"):
        fit_batch(spectra(), RUN, **OPTIONS)
    s3.refuse = lambda method, path: 403
    with pytest.raises(StoreError, match="403"):
        open_run(RUN)


def test_the_log_is_told_while_the_batch_runs(s3, monkeypatch):
    monkeypatch.setattr(remote_store, "EVENTS_EVERY", 0.0)
    seen = []

    def look(spectrum, config):
        seen.append(
            [json.loads(s3.objects[name].splitlines()[-1])["event"] for name in s3.keys("bucket/runs/hb/events/")]
        )
        return made_fit(spectrum, config)

    fit_batch(spectra(), RUN, **{**OPTIONS, "fit": look})
    assert seen[0] == []
    assert seen[-1] == ["task"] or seen[-1] == ["started"]


def test_sql_sees_a_run_in_a_bucket(s3):
    from qsospec_duck import connect

    fit_batch(spectra(), RUN, **OPTIONS)
    with connect(run=RUN) as con:
        assert con.sql("SELECT count(*) FROM objects").fetchall() == [(6,)]
        assert con.sql("SELECT count(*) FROM models").fetchall() == [(6,)]
        assert con.sql("SELECT status, fitted FROM run_progress").fetchall() == [("finished", 6)]


def test_sql_does_not_show_what_a_later_commit_retired(s3):
    from qsospec_duck import connect

    def fails_once(spectrum, config):
        if spectrum.object_key == key(2):
            raise ValueError("no")
        return made_fit(spectrum, config)

    fit_batch(spectra(), RUN, **{**OPTIONS, "fit": fails_once}, finalize=False)
    with connect(run=RUN) as con:
        assert con.sql("SELECT object_key FROM failures").fetchall() == [(key(2),)]
        # The shards of the failure stay in the folder of this machine, which serves other readers, too.
        fit_batch(spectra(), RUN, **OPTIONS)
    with connect(run=RUN, verify=True) as con:
        assert con.sql("FROM failures").fetchall() == []
        assert con.sql("SELECT count(*) FROM inputs").fetchall() == [(6,)]


def test_the_command_line_looks_after_a_run_in_a_bucket(s3, capsys):
    from qsospec_duck.cli import main

    fit_batch(spectra(), RUN, finalize=False, **OPTIONS)
    assert main(["run", "finalize", RUN]) == 0
    assert main(["run", "verify", RUN]) == 0
    assert "6 objects, 0 failures" in capsys.readouterr().out
    assert main(["run", "status", RUN, "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert (state["status"], state["objects"], state["progress"][0]["status"]) == ("complete", 6, "finished")
    assert main(["sql", RUN, "SELECT count(*) AS n FROM catalog"]) == 0
    assert "6" in capsys.readouterr().out
