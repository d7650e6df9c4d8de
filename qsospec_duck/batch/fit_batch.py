"""Fit many spectra into a run directory: plan, work, promote, finalize."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.batch.executors import has_process_pools, resolve_workers
from qsospec_duck.batch.inputs import expand_inputs, require_unique, with_known
from qsospec_duck.batch.limits import Limits
from qsospec_duck.batch.notify import Notify, check_hook
from qsospec_duck.batch.plan import MAX_TASK_SIZE, make_plan
from qsospec_duck.batch.progress import Progress, pick_progress
from qsospec_duck.batch.run_plan import Work, run_plan
from qsospec_duck.batch.worker import FitFunction
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig
from qsospec_duck.runs import RunBundle, finalize_run, hold_store, open_run


@dataclass(frozen=True)
class BatchSummary:
    """How a batch ended."""

    run_directory: Path | str
    """Where the run is: a directory, or an address of an object store."""

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
    limits: Limits | None = None,
    notify: Notify = None,
    fit: FitFunction | None = None,
) -> BatchSummary:
    """Fit spectra and store them in a run directory.

    May be called again at any time, also after a crash: what is stored is skipped, failures are tried again.

    Parameters
    ----------
    inputs : path, glob, directory, Spectrum, table of the spectra relation, or an iterable of those
        See `qsospec_duck.batch.expand_inputs`.
    run_directory : path
        Run to create or to continue: a directory, or a prefix of an object store such as ``s3://bucket/runs/hb``.
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
    limits : Limits, optional
        Time and memory of one spectrum. One that takes more is ended with its worker process and becomes a failure
        ``time_limit`` or ``memory_limit``; the rest of its task is done again.
    notify : str or callable, optional
        Told when the batch has ended, well or not: a command of the shell (the event, as JSON, is its standard input),
        an http(s) address (it is posted there), or a function of it.
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
    ConfigError
        An option makes no sense, or ``limits`` are asked of an executor whose processes are not ours to end.
    ReaderError
        An input does not exist, or two inputs share a key. A file that cannot be read raises nothing: it is a failure.
    """
    config = FitConfig() if config is None else config
    workers = resolve_workers(n_workers)
    if workers > 1 and executor is None and not has_process_pools():
        warnings.warn("this machine has no semaphores for a process pool: fitting in one process.", stacklevel=2)
        workers = 1
    if limits is not None and (executor is not None or not has_process_pools()):
        raise ConfigError("limits end a worker process of ours; an executor, or a machine without pools, has its own.")
    check_hook(notify)
    fitted = failed = 0
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
        work = Work(config, fit, workers, executor, limits, notify)
        for _, good, bad, _ in run_plan(store, plan, work, pick_progress(progress)):
            fitted, failed = fitted + good, failed + bad
        objects, failures = store.count("objects"), store.count("failures")
        is_sealed = store.manifest["status"] == "complete"
    if finalize and num_shards == 1 and not is_sealed:
        finalize_run(run_directory)
    where = str(run_directory) if is_remote(run_directory) else Path(run_directory)
    return BatchSummary(where, store.run_id, fitted, failed, plan.skipped, objects, failures)
