"""Have the tasks of a plan worked on, and promote what comes back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qsospec_duck.batch.dask_cluster import run_on_dask
from qsospec_duck.batch.events import EventLog
from qsospec_duck.batch.executors import Outcome, WorkerKilledError, run_in_processes, run_on_executor, run_serial
from qsospec_duck.batch.limits import Limits, OverLimitError
from qsospec_duck.batch.notify import Notify
from qsospec_duck.batch.plan import Plan, Task
from qsospec_duck.batch.progress import Progress
from qsospec_duck.batch.worker import FitFunction, WorkOrder, WorkReceipt, failures_of_task
from qsospec_duck.errors import RunError
from qsospec_duck.runs import RunStore, ShardWriter

MAX_DEATHS = 3
"""Workers that a task may kill before its spectra are written down as failures."""


@dataclass(frozen=True)
class Work:
    """How a plan is worked on."""

    config: Any
    fit: FitFunction | None = None
    workers: int = 1
    executor: Executor | str | Any | None = None
    limits: Limits | None = None
    notify: Notify = None


def run_plan(store: RunStore, plan: Plan, work: Work, telling: Progress) -> Iterator[tuple[str, int, int, float]]:
    """Work on a plan.

    Yields
    ------
    tuple
        Name of a task, spectra that it fitted, spectra that failed, seconds, as tasks end. A task that was taken apart
        because it killed its worker comes several times.

    Raises
    ------
    RunError
        The run cannot be written (a full disk), or a task cannot be worked on at all.
    """
    events = EventLog(store.path, store.share, work.notify)
    events.start(plan.size, plan.skipped, len(plan.tasks))
    telling.start(plan.size, plan.skipped)
    fitted = failed = 0
    end: tuple[str, dict[str, Any]] = ("stopped", {"reason": "interrupted"})
    try:
        desk = _Desk(store, plan, work, events)
        for order, outcome in _work(desk, work):
            good, bad, seconds = desk.take(order, outcome)
            if not good + bad:
                continue
            fitted, failed = fitted + good, failed + bad
            telling.advance(good, bad)
            yield order.planned_as, good, bad, seconds
        end = ("finished", {"objects": store.count("objects"), "failures": store.count("failures")})
    except OSError as error:
        end = ("stopped", {"reason": f"{type(error).__name__}: {error}"})
        raise RunError(
            f"{store.path}: cannot be written ({error}). What was finished is stored; make room and go on."
        ) from error
    except Exception as error:
        end = ("stopped", {"reason": f"{type(error).__name__}: {error}"})
        raise
    finally:
        telling.finish()
        _close(store, events, end, fitted, failed)


def _close(store: RunStore, events: EventLog, end: tuple[str, dict[str, Any]], fitted: int, failed: int) -> None:
    """Bring manifest and log up to date; on a full disk neither can be, and what is stored does not need them."""
    try:
        if fitted or failed:
            store.save_manifest()
        events.end(end[0], fitted=fitted, failed=failed, **end[1])
    except OSError:
        if end[0] == "finished":
            raise


class _Desk:
    """Hands out orders and takes receipts; iterating goes on when orders were put back."""

    def __init__(self, store: RunStore, plan: Plan, work: Work, events: EventLog) -> None:
        self._store = store
        self._events = events
        self._waiting = deque(self._order(task, work) for task in plan.tasks)
        self._sources: dict[str, str] = {}

    def __iter__(self) -> Iterator[WorkOrder]:
        return self

    def __next__(self) -> WorkOrder:
        if not self._waiting:
            raise StopIteration
        return self._waiting.popleft()

    def take(self, order: WorkOrder, outcome: WorkReceipt | BaseException) -> tuple[int, int, float]:
        """Promote what a worker did; returns spectra fitted, spectra that failed, seconds."""
        if isinstance(outcome, OverLimitError):
            self._events.tell("ended", task=order.task.name, reason=outcome.kind, object_key=outcome.object_key)
            over = {**order.over_limit, outcome.object_key: (outcome.kind, str(outcome))}
            self._waiting.appendleft(replace(order, over_limit=over))
            return 0, 0, 0.0
        if isinstance(outcome, WorkerKilledError):
            self._events.tell("ended", task=order.task.name, reason="worker_killed")
            return self._after_death(order)
        if isinstance(outcome, BaseException):
            raise RunError(
                f"task {order.task.name} ({order.task.items[0].label} ...) could not be worked on: "
                f"{type(outcome).__name__}: {outcome}. What was finished is stored; call fit_batch again to go on."
            ) from outcome
        label = f"{order.task.items[0].label} ..."
        stored = [key for key in (*outcome.keys, *outcome.failed_keys) if self._store.is_done(key)]
        both = next((key for key in stored if key in self._sources), None)
        if both is not None:
            raise RunError(
                f"{self._sources[both]} and {label} both hold an object of the key {both!r}; "
                "give each input once, or an object_key of its own."
            )
        if stored:
            # An earlier call stored them, from a file that was called otherwise then.
            self._waiting.appendleft(replace(order, skip_keys=order.skip_keys | frozenset(stored)))
            return 0, 0, 0.0
        self._store.promote(
            order.task.name,
            outcome.parts,
            covered_inputs=outcome.covered_inputs,
            covered_keys=outcome.covered_names,
            facts={"inputs": outcome.finished_inputs, "seconds": round(outcome.seconds, 4), **outcome.where},
        )
        self._sources.update(dict.fromkeys(outcome.keys, label))
        return self._told(order, len(outcome.keys), len(outcome.failed_keys), outcome.seconds, **outcome.where)

    def _told(self, order: WorkOrder, fitted: int, failed: int, seconds: float, **where: Any) -> tuple[int, int, float]:
        self._events.tell(
            "task", task=order.task.name, fitted=fitted, failed=failed, seconds=round(seconds, 4), **where
        )
        return fitted, failed, seconds

    def _after_death(self, order: WorkOrder) -> tuple[int, int, float]:
        """Halve a task that kills its worker, until the spectrum that does it is alone."""
        again = replace(order, deaths=order.deaths + 1)
        if halves := order.task.split():
            self._waiting.extendleft(
                replace(again, task=half, folder=str(self._store.task_folder(half.name))) for half in reversed(halves)
            )
            return 0, 0, 0.0
        if again.deaths < MAX_DEATHS:
            self._waiting.appendleft(again)
            return 0, 0, 0.0
        failures = failures_of_task(
            order.task, "worker_killed", f"{again.deaths} worker processes ended while they worked on this spectrum."
        )
        with ShardWriter(Path(order.folder), order.run_id) as shard:
            for failure in failures:
                shard.add_failure(failure)
            parts = shard.close()
        self._store.promote(order.task.name, parts)
        return self._told(order, 0, len(failures), 0.0)

    def _order(self, task: Task, work: Work) -> WorkOrder:
        folder = str(self._store.task_folder(task.name).absolute())
        return WorkOrder(
            task, folder, self._store.run_id, work.config, work.fit, limits=work.limits, planned_as=task.name
        )


def _work(desk: _Desk, work: Work) -> Iterator[Outcome]:
    if work.executor is None:
        # A limit is kept by ending a process, which must not be the one of the caller.
        alone = work.workers == 1 and work.limits is None
        yield from run_serial(desk) if alone else run_in_processes(desk, work.workers)
    elif isinstance(work.executor, Executor):
        yield from run_on_executor(desk, work.executor, 4 * (getattr(work.executor, "_max_workers", None) or 16))
    else:
        yield from run_on_dask(desk, work.executor)
