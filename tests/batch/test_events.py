"""A batch writes down how it goes, and tells somebody when it has ended."""

from __future__ import annotations

import json
import shlex
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from made_fits import MadeConfig, made_fit

from qsospec_duck.batch import fit_batch, progress_of, read_events
from qsospec_duck.errors import ConfigError

OPTIONS = {"config": MadeConfig(), "fit": made_fit, "progress": False}


def test_the_log_tells_every_task_and_the_end(tmp_path, spectra):
    run = tmp_path / "run"
    spectra[0] = replace(spectra[0], z=6.0)
    fit_batch(spectra, run, task_size=2, **OPTIONS)
    events = read_events(run)
    assert [event["event"] for event in events] == ["started", "task", "task", "task", "finished"]
    assert [(event["fitted"], event["failed"]) for event in events[1:4]] == [(1, 1), (2, 0), (2, 0)]
    assert events[0]["spectra"] == 6
    assert (events[-1]["objects"], events[-1]["failures"]) == (5, 1)
    assert len({event["session"] for event in events}) == 1


def test_progress_is_that_of_the_latest_session_of_every_share(tmp_path, spectra):
    run = tmp_path / "run"
    for index in range(2):
        fit_batch(spectra, run, num_shards=2, shard_index=index, **OPTIONS)
    fit_batch(spectra, run, num_shards=2, shard_index=1, **OPTIONS)
    first, second = progress_of(run)
    assert (first["share"], second["share"]) == ("00000-of-00002", "00001-of-00002")
    assert first["fitted"] + second["skipped"] == 6
    assert second["fitted"] == 0
    assert [row["status"] for row in (first, second)] == ["finished", "finished"]


def test_a_batch_that_was_cut_short_stays_running_and_its_torn_line_is_left_out(tmp_path, spectra):
    run = tmp_path / "run"
    fit_batch(spectra, run, task_size=2, **OPTIONS)
    (log,) = run.glob("events-*.jsonl")
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:3]) + lines[3][:20])
    (row,) = progress_of(run, lambda: "2100-01-01T00:00:00+00:00")
    assert (row["status"], row["spectra"], row["fitted"]) == ("running", 6, 4)
    assert row["seconds_left"] == pytest.approx(2 / row["spectra_per_second"])
    assert row["seconds_silent"] > 1e9


def interrupt(spectrum, config):
    raise KeyboardInterrupt


def test_an_interrupted_batch_says_so(tmp_path, spectra):
    told = []
    with pytest.raises(KeyboardInterrupt):
        fit_batch(spectra, tmp_path / "run", notify=told.append, **{**OPTIONS, "fit": interrupt})
    assert [(event["event"], event["reason"]) for event in told] == [("stopped", "interrupted")]
    assert progress_of(tmp_path / "run")[0]["status"] == "stopped"


def test_a_command_of_the_shell_is_given_the_last_event(tmp_path, spectra):
    target = tmp_path / "told.json"
    fit_batch(spectra[:2], tmp_path / "run", notify=f"cat > {shlex.quote(str(target))}", **OPTIONS)
    event = json.loads(target.read_text())
    assert (event["event"], event["fitted"], event["run"]) == ("finished", 2, str(tmp_path / "run"))


def test_a_web_address_is_posted_the_last_event(tmp_path, spectra):
    got = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        fit_batch(spectra[:1], tmp_path / "run", notify=f"http://127.0.0.1:{server.server_port}/", **OPTIONS)
        thread.join()
    assert [event["event"] for event in got] == ["finished"]


def test_a_hook_that_does_not_work_is_a_warning_and_the_run_is_sealed(tmp_path, spectra):
    with pytest.warns(RuntimeWarning, match="notify 'no-such-command-at-all' did not work"):
        summary = fit_batch(spectra[:1], tmp_path / "run", notify="no-such-command-at-all", **OPTIONS)
    assert summary.run.is_complete


def test_a_function_that_raises_is_a_warning_and_the_run_is_sealed(tmp_path, spectra):
    def grumble(event):
        raise KeyError(event["event"])

    with pytest.warns(RuntimeWarning, match="grumble did not work: KeyError"):
        summary = fit_batch(spectra[:1], tmp_path / "run", notify=grumble, **OPTIONS)
    assert summary.run.is_complete


def test_a_hook_of_another_kind_is_refused_before_the_work(tmp_path, spectra):
    with pytest.raises(ConfigError, match="notify is 3; it should be a command"):
        fit_batch(spectra, tmp_path / "run", notify=3, **OPTIONS)
    assert not (tmp_path / "run").exists()
