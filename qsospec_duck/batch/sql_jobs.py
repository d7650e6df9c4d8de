"""Batches from SQL: a plan is a relation, and working on it is a SELECT.

``SELECT run_fit_task(t) FROM fit_plan('tiles/*.parquet', 'runs/hb') t`` fits on all cores into a run directory. DuckDB
hands the function up to 2,048 tasks at a time; spectra never enter its process. What the function does is not
undone when a transaction is.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from qsospec_duck.batch.executors import has_process_pools, resolve_workers
from qsospec_duck.batch.plan import Plan, Task, make_plan
from qsospec_duck.batch.plan_batch import plan_batch
from qsospec_duck.batch.progress import Progress, pick_progress
from qsospec_duck.batch.run_plan import Work, run_plan
from qsospec_duck.batch.task_text import read_task, task_text
from qsospec_duck.columns import arrow_type
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunCounts, RunStore, finalize_run, hold_store

TASK = (
    "STRUCT(run VARCHAR, task VARCHAR, spectra BIGINT, first_input VARCHAR, workers INTEGER, config_hash VARCHAR, "
    "items VARCHAR)"
)
"""A row of ``fit_plan``."""

OUTCOME = "STRUCT(run VARCHAR, task VARCHAR, fitted BIGINT, failed BIGINT, skipped BIGINT, seconds DOUBLE)"
"""What ``run_fit_task`` gives for a task."""

_SQL_STARTS = ("select", "from", "with")


def register_fit_jobs(
    con: duckdb.DuckDBPyConnection,
    config: Any,
    *,
    progress: bool | Progress | None = None,
    fit: Any = None,
    finalize: Callable[[str], RunCounts] = finalize_run,
) -> None:
    """Give a connection the functions behind ``fit_plan``, ``run_fit_task`` and ``finalize_run``.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Its variables ``qsospec_tiles`` and ``qsospec_run`` are those that a query inside ``fit_plan`` sees.
    config : FitConfig
        Scientific options of all jobs.
    progress : bool or Progress, optional
        ``None`` is a bar on a terminal and plain lines elsewhere.
    fit : callable, optional
        Works in place of `fit_quasar`, see `fit_batch`.
    finalize : callable
        Seals a run; packages further on add what they keep in one.
    """
    jobs = _Jobs(con, config, progress, fit, finalize)
    options: dict[str, Any] = {
        "type": PythonUDFType.ARROW, "null_handling": FunctionNullHandling.SPECIAL, "side_effects": True,
    }  # fmt: skip
    plan_types: list[Any] = ["VARCHAR[]", "VARCHAR", "VARCHAR", "INTEGER", "INTEGER", "BOOLEAN"]
    con.create_function("fit_plan_udf", jobs.plan, plan_types, f"{TASK}[]", **options)
    con.create_function("run_fit_task_udf", jobs.work, [TASK], OUTCOME, **options)
    con.create_function("finalize_run_udf", jobs.finalize, ["VARCHAR"], "BIGINT", **options)


class _Jobs:
    """The three functions of one connection."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        config: Any,
        progress: bool | Progress | None,
        fit: Any,
        finalize: Callable[[str], RunCounts],
    ) -> None:
        # A connection that its own functions hold would never be closed.
        self._con = weakref.ref(con)
        self._config = config
        self._progress = progress
        self._fit = fit
        self._finalize = finalize
        self._spilled: Path | None = None
        self._lock = Lock()
        ((tiles, run),) = con.execute("SELECT getvariable('qsospec_tiles'), getvariable('qsospec_run')").fetchall()
        self._variables = {"qsospec_tiles": tiles, "qsospec_run": run}

    # DuckDB counts the parameters: a *args would be one.
    def plan(
        self,
        inputs: pa.ChunkedArray,
        run: pa.ChunkedArray,
        reader: pa.ChunkedArray,
        workers: pa.ChunkedArray,
        task_size: pa.ChunkedArray,
        retry: pa.ChunkedArray,
    ) -> pa.Array:
        """``fit_plan_udf``: tasks of a batch, nothing done yet."""
        columns = (column.to_pylist() for column in (inputs, run, reader, workers, task_size, retry))
        return pa.array([self._plan(*row) for row in zip(*columns, strict=True)], arrow_type(f"{TASK}[]"))

    def work(self, tasks: pa.ChunkedArray) -> pa.Array:
        """``run_fit_task_udf``: work on tasks, many at once."""
        rows = tasks.to_pylist()
        outcomes: dict[tuple[str, str], dict[str, Any]] = {}
        for run in dict.fromkeys(row["run"] for row in rows if row is not None):
            mine = {row["task"]: row for row in rows if row is not None and row["run"] == run}
            with self._lock:
                outcomes |= self._work(run, mine)
        found = [None if row is None else outcomes[row["run"], row["task"]] for row in rows]
        return pa.array(found, arrow_type(OUTCOME))

    def finalize(self, run: pa.ChunkedArray) -> pa.Array:
        """``finalize_run_udf``: verify and seal a run."""
        return pa.array(
            [None if path is None else self._finalize(path).objects for path in run.to_pylist()], pa.int64()
        )

    def _plan(
        self, inputs: list[str], run: str, reader: str, workers: int | None, task_size: int | None, retry: bool
    ) -> list[dict[str, Any]]:
        if not inputs or run is None or None in inputs:
            raise ConfigError(
                "fit_plan: inputs or run is NULL; it should be fit_plan(files or a query, run directory)."
            )
        number = resolve_workers(workers or "auto") if has_process_pools() else 1
        plan = plan_batch(
            [self._relation(text) if _is_query(text) else text for text in inputs],
            run,
            self._spill_folder(),
            config=self._config,
            reader=reader,
            n_workers=number,
            task_size=task_size,
            retry_failures=retry,
        )
        about = {"run": str(Path(run).absolute()), "workers": number, "config_hash": self._config.hash()}
        return [
            {
                **about,
                "task": task.name,
                "spectra": task.size,
                "first_input": task.items[0].label,
                "items": task_text(task),
            }
            for task in plan.tasks
        ]

    def _spill_folder(self) -> Path:
        """Folder for the spectra of a query, which stay until the connection and its functions are gone."""
        if self._spilled is None:
            self._spilled = Path(tempfile.mkdtemp(prefix="qsospec_duck-"))
            weakref.finalize(self, shutil.rmtree, self._spilled, ignore_errors=True)
        return Path(tempfile.mkdtemp(dir=self._spilled))

    def _relation(self, query: str) -> Any:
        con = self._con()
        if con is None:
            raise ConfigError("fit_plan: its connection is closed.")
        # The connection is busy with the query that we are part of; variables belong to one cursor each.
        cursor = con.cursor()
        for name, value in self._variables.items():
            if value is not None:
                cursor.execute(f"SET VARIABLE {name} = ?", [value])
        return cursor.sql(query)

    def _work(self, run: str, rows: dict[str, dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        config = self._config
        for row in rows.values():
            if row["config_hash"] != config.hash():
                raise ConfigError(
                    f"task {row['task']} was planned with configuration {row['config_hash']}; this connection has "
                    f"{config.hash()}. Plan it again."
                )
        with hold_store(run, config.to_dict(), config.hash()) as store:
            planned = {name: _outstanding(read_task(row["items"]), store) for name, row in rows.items()}
            outcomes: dict[tuple[str, str], dict[str, Any]] = {
                (run, name): {"run": run, "task": name, "fitted": 0, "failed": 0, "skipped": skipped, "seconds": 0.0}
                for name, (_, skipped) in planned.items()
            }
            named = {task.name: name for name, (task, _) in planned.items() if task is not None}
            plan = Plan(
                tuple(task for task, _ in planned.values() if task is not None),
                sum(skipped for _, skipped in planned.values()),
            )
            if plan.tasks:
                work = Work(config, self._fit, max(row["workers"] for row in rows.values()))
                for name, fitted, failed, seconds in run_plan(store, plan, work, pick_progress(self._progress)):
                    outcome = outcomes[run, named[name]]
                    outcome["fitted"] += fitted
                    outcome["failed"] += failed
                    outcome["seconds"] += seconds
        return outcomes


def _outstanding(task: Task, store: RunStore) -> tuple[Task | None, int]:
    """What is left of a task that was planned a while ago, and how many of its spectra are stored."""
    plan = make_plan(task.items, store, task_size=max(task.size, 1))
    items = tuple(item for part in plan.tasks for item in part.items)
    return (Task(items) if items else None), plan.skipped


def _is_query(text: str) -> bool:
    words = text.split(maxsplit=1)
    return len(words) == 2 and words[0].lower() in _SQL_STARTS
