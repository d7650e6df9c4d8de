"""``run plan``, ``run status`` and ``run compact``, and a batch from SQL with the fit that users have."""

from __future__ import annotations

import json

import pytest

from qsospec_duck.cli import main
from qsospec_duck.connect import connect
from qsospec_duck.runs import open_run


def tiles_of(made) -> str:
    return str(made / "tiles" / "**" / "*.parquet")


def test_a_plan_is_shown_and_nothing_is_written(made, tmp_path, capsys):
    arguments = ["run", "plan", tiles_of(made), "--run", str(tmp_path / "run"), "--task-size", "1"]
    assert main(arguments) == 0
    assert "2 spectra in 2 tasks, 0 done before" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["spectra"], len(plan["tasks"])) == (2, 2)
    assert not (tmp_path / "run").exists()


def test_a_plan_knows_what_is_done(made, capsys):
    query = ["run", "plan", "SELECT * FROM spectra", "--tiles", tiles_of(made), "--run", str(made / "run")]
    assert main(query) == 0
    assert "0 spectra in 0 tasks, 2 done before" in capsys.readouterr().out
    assert main([*query, "--power-law", "single"]) == 1
    assert "other scientific options" in capsys.readouterr().err


def test_the_state_tells_how_the_last_batch_went(made, capsys):
    assert main(["run", "status", str(made / "run")]) == 0
    assert "share all: finished, " in capsys.readouterr().out
    assert main(["run", "status", str(made / "run"), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["progress"]
    assert (row["status"], row["share"], row["seconds_left"]) == ("finished", "all", None)


def test_a_run_is_compacted(made, tmp_path, capsys):
    run = tmp_path / "run"
    arguments = ["fit", tiles_of(made), "--run", str(run), "--task-size", "1", "--no-qa", "--quiet"]
    assert main([*arguments, "--notify", f"cp /dev/stdin {tmp_path / 'told'}"]) == 0
    assert json.loads((tmp_path / "told").read_text())["event"] == "finished"
    assert len(open_run(run).shards("models")) == 2
    assert main(["run", "compact", str(run)]) == 0
    assert "2 objects" in capsys.readouterr().out
    assert len(open_run(run).shards("models")) == 1


@pytest.mark.parametrize(
    ("options", "says"), [(["--max-seconds", "-1"], "limit seconds"), (["--max-memory", "0"], "limit memory_mb")]
)
def test_a_limit_that_makes_no_sense_is_refused(made, tmp_path, capsys, options, says):
    assert main(["fit", tiles_of(made), "--run", str(tmp_path / "run"), *options]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.slow
def test_a_select_over_the_plan_fits_what_the_command_fits(made, tmp_path, capsys):
    run = tmp_path / "run"
    with connect(tiles=tiles_of(made)) as con:
        query = "SELECT * FROM spectra WHERE z < 0.9"
        outcomes = con.execute(
            "SELECT run_fit_task(t) FROM fit_plan(?, ?, workers := 2, task_size := 1) AS t", [query, str(run)]
        ).fetchall()
        assert [outcome["fitted"] for (outcome,) in outcomes] == [1, 1]
        assert con.execute("SELECT finalize_run(?)", [str(run)]).fetchall() == [(2,)]
    columns = ["object_key", "section", "recipe_id", "quantity", "value", "error"]
    values = [
        sorted(map(str, open_run(path).read_table("measurements", columns=columns).to_pylist()))
        for path in (run, made / "run")
    ]
    assert values[0] == values[1]
    with connect(run=run) as con:
        assert con.execute("SELECT status, fitted FROM run_progress").fetchall() == [("finished", 2)]
        assert con.execute("SELECT count(*) FROM catalog").fetchall() == [(2,)]
