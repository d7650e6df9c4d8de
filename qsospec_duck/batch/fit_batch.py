"""Fit many spectra into a run directory: plan, work, promote, finalize."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qsospec_duck.batch.dask_cluster import run_on_dask
from qsospec_duck.batch.executors import (
    Outcome,
    WorkerKilledError,
    has_process_pools,
    resolve_workers,
    run_in_processes,
    run_on_executor,
    run_serial,
)
from qsospec_duck.batch.inputs import expand_inputs, require_unique, with_known
from qsospec_duck.batch.plan import MAX_TASK_SIZE, Plan, Task, make_plan
from qsospec_duck.batch.progress import Progress, pick_progress
from qsospec_duck.batch.worker import FitFunction, WorkOrder, WorkReceipt, failures_of_task
from qsospec_duck.errors import RunError
from qsospec_duck.fitting import FitConfig
from qsospec_duck.runs import RunBundle, RunStore, ShardWriter, finalize_run, hold_store, open_run

MAX_DEATHS = 3
"""Workers that a task may kill before its spectra are written down as failures."""


@dataclass(frozen=True)
class BatchSummary:
    """How a batch ended."""

    run_directory: Path
    run_id: str
    fitted: int
    """Spectra fitted by this call."""

    failed: int
    """Spectra that this call could not read or fit."""

    skipped: int
    """Spectra that were done before."""

    objects: int
    """Objects in the run, of all calls."""

    failures: int
    """Failures in the run, of all calls."""

    @property
    def run(self) -> RunBundle:
        """The run, opened."""
        return open_run(self.run_directory)


def fit_batch(
    inputs: Any,
    run_directory: Path | str,
    *,
    config: Any = None,
    reader: str = "auto",
    reader_options: Mapping[str, Any] | None = None,
    n_workers: int | str = 1,
    executor: Executor | str | Any | None = None,
    resume: bool = True,
    retry_failures: bool = True,
    num_shards: int = 1,
    shard_index: int = 0,
    run_id: str | None = None,
    task_size: int | None = None,
    finalize: bool = True,
    progress: bool | Progress | None = None,
    fit: FitFunction | None = None,
) -> BatchSummary:
    """Fit spectra and store them in a run directory.

    May be called again at any time, also after a crash: what is stored is skipped, failures are tried again.

    Parameters
    ----------
    inputs : path, glob, directory, Spectrum, table of the spectra relation, or an iterable of those
        See `qsospec_duck.batch.expand_inputs`.
    run_directory : path
        Run to create or to continue.
    config : FitConfig, optional
        Scientific options; defaults where none are given.
    reader : str
        Reader of all files; ``auto`` finds it by content. A manifest may say it for each.
    reader_options : mapping, optional
        Options of that reader, such as ``{"flux_scale": 1.0}``.
    n_workers : int or "auto"
        Worker processes. 1 works in this process; ``auto`` is at most eight and leaves one core free.
    executor : concurrent.futures.Executor, str or distributed.Client, optional
        Works instead of processes of this machine. ``"dask"``, a scheduler address or a client is Dask.
    resume : bool
        False refuses a directory that holds objects.
    retry_failures : bool
        False keeps earlier failures as they are.
    num_shards, shard_index : int
        Work on one share of the objects; the shares may run at the same time, as a SLURM array does. The run is
        then finalized by `finalize_run` when all are through.
    run_id : str, optional
        Name of a new run.
    task_size : int, optional
        Most spectra of a task.
    finalize : bool
        Verify and seal the run at the end.
    progress : bool or Progress, optional
        ``None`` is a bar on a terminal and plain lines elsewhere; False is silence.
    fit : callable, optional
        ``fit(spectrum, config) -> FitResult``, importable by the workers; `fit_quasar` when absent.

    Returns
    -------
    BatchSummary

    Raises
    ------
    RunError
        The run directory is locked, damaged or of another schema.
    ConfigurationMismatchError
        The run was made with other scientific options.
    ReaderError
        An input does not exist, or two inputs share a key. A file that cannot be read raises nothing: it is a failure.
    """
    config = FitConfig() if config is None else config
    workers = resolve_workers(n_workers)
    if workers > 1 and executor is None and not has_process_pools():
        warnings.warn("this machine has no semaphores for a process pool: fitting in one process.", stacklevel=2)
        workers = 1
    telling = pick_progress(progress)
    counts = {"fitted": 0, "failed": 0}
    with hold_store(
        run_directory,
        config.to_dict(),
        config.hash(),
        run_id=run_id,
        resume=resume,
        num_shards=num_shards,
        shard_index=shard_index,
    ) as store:
        items = expand_inputs(inputs, store.task_folder("inputs"), task_size or MAX_TASK_SIZE)
        items = with_known(items, {"reader": reader}, reader_options or {})
        require_unique(items)
        plan = make_plan(
            items,
            store,
            n_workers=workers,
            task_size=task_size,
            retry_failures=retry_failures,
            num_shards=num_shards,
            shard_index=shard_index,
        )
        telling.start(plan.size, plan.skipped)
        desk = _Desk(store, plan, config, fit)
        try:
            for order, outcome in _work(desk, workers, executor):
                fitted, failed = desk.take(order, outcome)
                counts["fitted"] += fitted
                counts["failed"] += failed
                telling.advance(fitted, failed)
        finally:
            telling.finish()
            if counts["fitted"] or counts["failed"]:
                store.save_manifest()
        objects, failures = store.count("objects"), store.count("failures")
        is_sealed = store.manifest["status"] == "complete"
    if finalize and num_shards == 1 and not is_sealed:
        finalize_run(run_directory)
    return BatchSummary(
        Path(run_directory), store.run_id, **counts, skipped=plan.skipped, objects=objects, failures=failures
    )


class _Desk:
    """Hands out orders and takes receipts; iterating goes on when orders were put back."""

    def __init__(self, store: RunStore, plan: Plan, config: Any, fit: FitFunction | None) -> None:
        self._store = store
        self._waiting = deque(self._order(task, config, fit) for task in plan.tasks)
        self._sources: dict[str, str] = {}

    def __iter__(self) -> Iterator[WorkOrder]:
        return self

    def __next__(self) -> WorkOrder:
        if not self._waiting:
            raise StopIteration
        return self._waiting.popleft()

    def take(self, order: WorkOrder, outcome: WorkReceipt | BaseException) -> tuple[int, int]:
        """Promote what a worker did; returns how many spectra were fitted and how many failed."""
        if isinstance(outcome, WorkerKilledError):
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
            return 0, 0
        self._store.promote(
            order.task.name,
            outcome.parts,
            covered_inputs=outcome.covered_inputs,
            covered_keys=outcome.covered_names,
            facts={"inputs": outcome.finished_inputs, "seconds": round(outcome.seconds, 4), **outcome.where},
        )
        self._sources.update(dict.fromkeys(outcome.keys, label))
        return len(outcome.keys), len(outcome.failed_keys)

    def _after_death(self, order: WorkOrder) -> tuple[int, int]:
        """Halve a task that kills its worker, until the spectrum that does it is alone."""
        again = replace(order, deaths=order.deaths + 1)
        if halves := order.task.split():
            self._waiting.extendleft(
                replace(again, task=half, folder=str(self._store.task_folder(half.name))) for half in reversed(halves)
            )
            return 0, 0
        if again.deaths < MAX_DEATHS:
            self._waiting.appendleft(again)
            return 0, 0
        failures = failures_of_task(
            order.task, "worker_killed", f"{again.deaths} worker processes ended while they worked on this spectrum."
        )
        with ShardWriter(Path(order.folder), order.run_id) as shard:
            for failure in failures:
                shard.add_failure(failure)
            parts = shard.close()
        self._store.promote(order.task.name, parts)
        return 0, len(failures)

    def _order(self, task: Task, config: Any, fit: FitFunction | None) -> WorkOrder:
        return WorkOrder(task, str(self._store.task_folder(task.name).absolute()), self._store.run_id, config, fit)


def _work(desk: _Desk, workers: int, executor: Executor | str | Any | None) -> Iterator[Outcome]:
    if executor is None:
        yield from run_serial(desk) if workers == 1 else run_in_processes(desk, workers)
    elif isinstance(executor, Executor):
        yield from run_on_executor(desk, executor, 4 * (getattr(executor, "_max_workers", None) or 16))
    else:
        yield from run_on_dask(desk, executor)
