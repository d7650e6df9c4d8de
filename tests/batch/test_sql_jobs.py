"""A batch is a SELECT over a plan."""

from __future__ import annotations

import io

import duckdb
import pyarrow.parquet as pq
import pytest
from made_fits import MadeConfig, made_fit

from qsospec_duck.batch import Lines, fit_batch, progress_of, register_fit_jobs
from qsospec_duck.database import load_sql
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import TABLES, open_run

CONFIG = MadeConfig()


def session(config=CONFIG, fit=made_fit, progress=False) -> duckdb.DuckDBPyConnection:
    """A connection with the functions of a batch, and nothing else that Python has to register."""
    con = duckdb.connect()
    register_fit_jobs(con, config, progress=progress, fit=fit)
    con.execute("CREATE MACRO fit_quasar_udf(a, b, c, d, e, f, g, h, i, j, k, l) AS NULL")
    load_sql(con, ["macros"])
    for name in ("fit_plan", "run_fit_task", "finalize_run"):
        con.execute(statement(name))
    return con


def statement(name: str) -> str:
    from qsospec_duck.database import sql_files

    return next(file.statement for file in sql_files() if file.name == name)


@pytest.fixture
def tile(tmp_path, relation):
    path = tmp_path / "tile.parquet"
    pq.write_table(relation, path, row_group_size=2)
    return path


def rows(run, table: str) -> list[str]:
    read = open_run(run).read_table(table)
    drop = {"run_id", "completed_at", "failed_at", "traceback"} & set(read.column_names)
    return sorted(map(repr, read.drop_columns(sorted(drop)).to_pylist()))


WORK = "SELECT run_fit_task(t) FROM fit_plan(?, ?, workers := {workers}, task_size := 2) AS t"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_select_over_the_plan_makes_the_run_that_fit_batch_makes(tmp_path, tile, workers):
    run = tmp_path / "run"
    with session() as con:
        outcomes = [row[0] for row in con.execute(WORK.format(workers=workers), [str(tile), str(run)]).fetchall()]
        assert [(one["fitted"], one["failed"]) for one in outcomes] == [(2, 0)] * 3
        assert con.execute("SELECT finalize_run(?)", [str(run)]).fetchall() == [(6,)]
    fit_batch(tile, tmp_path / "other", config=CONFIG, fit=made_fit, progress=False)
    assert open_run(run).is_complete
    assert all(rows(run, table) == rows(tmp_path / "other", table) for table in TABLES)


def test_the_plan_can_be_looked_at_and_writes_nothing(tmp_path, tile):
    run = tmp_path / "run"
    with session() as con:
        plan = con.execute(
            "SELECT task, spectra, first_input FROM fit_plan(?, ?, task_size := 4)", [[str(tile)], str(run)]
        ).fetchall()
        again = con.execute("SELECT task FROM fit_plan(?, ?, task_size := 4)", [str(tile), str(run)]).fetchall()
    assert [row[1] for row in plan] == [4, 2]
    assert plan[0][2] == str(tile)
    assert [row[0] for row in plan] == [row[0] for row in again]
    assert not run.exists()


def test_a_query_chooses_the_spectra(tmp_path, tile):
    with session() as con:
        con.execute(f"CREATE VIEW chosen AS SELECT * FROM '{tile}' WHERE z > 0.325")
        done = con.execute(WORK.format(workers=1), ["FROM chosen ORDER BY z", str(tmp_path / "run")]).fetchall()
    assert sum(row[0]["fitted"] for row in done) == 3
    assert open_run(tmp_path / "run").read_table("objects").num_rows == 3


def test_the_same_statement_goes_on_where_it_was(tmp_path, tile):
    run = str(tmp_path / "run")
    with session() as con:
        con.execute("CREATE TABLE plan AS FROM fit_plan(?, ?, task_size := 2, workers := 1)", [str(tile), run])
        con.execute("SELECT run_fit_task(t) FROM (FROM plan LIMIT 1) AS t").fetchall()
        stale = con.execute("SELECT unnest(r) FROM (SELECT run_fit_task(t) AS r FROM plan AS t)").fetchall()
        assert [row[2:5] for row in stale] == [(0, 0, 2), (2, 0, 0), (2, 0, 0)]
        assert con.execute("FROM fit_plan(?, ?)", [str(tile), run]).fetchall() == []
        assert con.execute("SELECT run_fit_task(NULL)").fetchall() == [(None,)]


def test_a_plan_of_other_options_is_refused(tmp_path, tile):
    run = str(tmp_path / "run")
    with session() as con:
        plan = con.sql(f"FROM fit_plan('{tile}', '{run}')").to_arrow_table()
    with session(MadeConfig(slope=-3.0)) as con:
        con.register("plan", plan)
        with pytest.raises(duckdb.Error, match=r"was planned with configuration made--1\.5"):
            con.execute("SELECT run_fit_task(t) FROM plan AS t").fetchall()
        con.unregister("plan")


def test_mistakes_are_named(tmp_path, tile):
    with session() as con:
        with pytest.raises(duckdb.Error, match="no such file or directory"):
            con.execute("FROM fit_plan('nothing.fits', ?)", [str(tmp_path / "run")]).fetchall()
        with pytest.raises(duckdb.Error, match="inputs or run is NULL"):
            con.execute("FROM fit_plan(?, NULL)", [str(tile)]).fetchall()
        with pytest.raises(duckdb.Error, match="it should be a row of fit_plan"):
            con.execute(
                "SELECT run_fit_task({run: r, task: 'x', spectra: 1, first_input: '', workers: 1, config_hash: h, "
                "items: 'nonsense'}) FROM (SELECT ? AS r, ? AS h)",
                [str(tmp_path / "run"), CONFIG.hash()],
            ).fetchall()


def test_progress_is_told_and_seen_from_sql(tmp_path, tile):
    run = tmp_path / "run"
    text = io.StringIO()
    with session(progress=Lines(text, every=0.0)) as con:
        con.execute(WORK.format(workers=1), [str(tile), str(run)]).fetchall()
        con.execute("SET VARIABLE qsospec_run = ?", [str(run)])
        load_sql(con, ["progress"])
        seen = con.execute("SELECT share, status, spectra, fitted, failed, skipped FROM run_progress").fetchall()
        log = run / "events-all.jsonl"
        log.write_text(log.read_text() + '{"torn')
        assert con.execute("SELECT status FROM run_progress").fetchall() == [("finished",)]
        names = [row[0] for row in con.execute("DESCRIBE run_progress").fetchall()]
    assert seen == [("all", "finished", 6, 6, 0, 0)]
    assert text.getvalue().splitlines()[-1].startswith("6 of 6 done, 0 failed")
    (row,) = progress_of(run)
    assert [name for name in row if name != "seconds_silent"] == names


def test_a_run_without_a_log_has_no_progress(made_run):
    with duckdb.connect() as con:
        con.execute("SET VARIABLE qsospec_run = ?", [str(made_run)])
        load_sql(con, ["progress"])
        assert con.execute("FROM run_progress").fetchall() == []


def test_spectra_in_memory_are_no_text(spectra):
    from qsospec_duck.batch import Task, expand_inputs
    from qsospec_duck.batch.task_text import task_text

    with pytest.raises(ConfigError, match="spectra in memory cannot be planned as text"):
        task_text(Task(tuple(expand_inputs(spectra[:1], None))))
