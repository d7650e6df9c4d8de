"""Executors: the same worker in this process, in spawned processes, or wherever an Executor takes it.

Every function here takes work orders and yields, as they end, (order, receipt) or (order, exception). The
orders are handed out a few at a time, so a plan of any length costs no memory.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from qsospec_duck.batch.limits import note_of
from qsospec_duck.batch.worker import WorkOrder, WorkReceipt, run_work_order
from qsospec_duck.errors import ConfigError, RunError
from qsospec_duck.fitting.compiled import compile_fit

Outcome = tuple[WorkOrder, WorkReceipt | BaseException]

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""One thread each in a worker: as many workers as cores are faster than threads inside a 10 ms fit."""

MAX_AUTO_WORKERS = 8

STARTS = 3
"""Times that a pool is started whose processes end at once: a machine short of memory kills one as it starts, too."""


class WorkerKilledError(RuntimeError):
    """A worker process ended while it worked on a task that it had for itself."""


def resolve_workers(n_workers: int | str) -> int:
    """Give the number of worker processes: ``auto`` is at most eight, and leaves one core free.

    Raises
    ------
    ConfigError
        Neither ``auto`` nor a positive number.
    """
    if n_workers == "auto":
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, min(MAX_AUTO_WORKERS, cores - 1))
    if isinstance(n_workers, int) and n_workers >= 1:
        return n_workers
    raise ConfigError(f"n_workers is {n_workers!r}; it should be 'auto' or a number of at least 1.")


def run_serial(orders: Iterable[WorkOrder]) -> Iterator[Outcome]:
    """Work in this process, one order after the other."""
    for order in orders:
        try:
            receipt: WorkReceipt | BaseException = run_work_order(order)
        except OSError as error:
            # Staging failed, on a full disk for example: told as other executors tell it.
            receipt = error
        yield order, receipt


def run_on_executor(orders: Iterable[WorkOrder], executor: Executor, in_flight: int) -> Iterator[Outcome]:
    """Work under an executor that the caller owns (Dask, mpi4py, Parsl, a pool)."""
    waiting = iter(orders)
    running: dict[Future[WorkReceipt], WorkOrder] = {}
    broken = False
    try:
        while True:
            # A broken executor takes nothing more; what it did not take stays in ``orders``.
            for order in () if broken else islice(waiting, in_flight - len(running)):
                try:
                    running[executor.submit(run_work_order, order)] = order
                except BrokenExecutor as refusal:
                    broken = True
                    yield order, refusal
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                order = running.pop(future)
                error = future.exception()
                broken = broken or isinstance(error, BrokenExecutor)
                yield order, error if error is not None else future.result()
    finally:
        for future in running:
            future.cancel()


def has_process_pools() -> bool:
    """Tell whether this machine has the semaphores that a process pool needs (some containers do not)."""
    try:
        import multiprocessing.synchronize  # noqa: F401
    except ImportError:
        return False
    return True


def run_in_processes(orders: Iterable[WorkOrder], n_workers: int) -> Iterator[Outcome]:
    """Work in spawned processes; a process that dies costs its own task only.

    Python breaks a whole pool when one of its processes dies. The orders that were under way are then tried
    alone, each in a pool of its own: the one that kills again comes back as `WorkerKilledError`.
    """
    compile_fit()
    waiting = iter(orders)
    while True:
        suspects: list[WorkOrder] = []
        with one_thread_each(), _pool(n_workers) as pool:
            for order, outcome in run_on_executor(waiting, pool, 2 * n_workers):
                if isinstance(outcome, BrokenExecutor):
                    suspects.append(order)
                else:
                    yield order, outcome
        if not suspects:
            return
        notes = [(order, note_of(Path(order.folder))) for order in suspects]
        if any(note is not None for _, note in notes):
            # The one that ended its process has said so: the others only lost it, and wait for the next pool.
            waiting = chain([order for order, note in notes if note is None], waiting)
            for order, note in notes:
                if note is not None:
                    yield order, note
        else:
            for order in suspects:
                yield order, _run_alone(order)


def _run_alone(order: WorkOrder) -> WorkReceipt | BaseException:
    with one_thread_each(), _pool(1) as pool:
        error = (future := pool.submit(run_work_order, order)).exception()
        if isinstance(error, BrokenExecutor):
            return note_of(Path(order.folder)) or WorkerKilledError(
                "the worker process ended while it worked on this task alone"
            )
        return error if error is not None else future.result()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes that start in this block use one thread for BLAS, OpenMP and numba each.

    The variables have to be in the environment before a child imports numpy.
    """
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _pool(n_workers: int) -> Iterator[ProcessPoolExecutor]:
    with _importable_main():
        pool = _started_pool(n_workers)
        try:
            yield pool
        except BaseException:
            _end(pool)
            raise
    pool.shutdown(wait=True)


def _started_pool(n_workers: int) -> ProcessPoolExecutor:
    """Give a pool whose processes run: tell one that cannot start from one that a spectrum kills.

    Raises
    ------
    RunError
        Its processes end before they take any work, `STARTS` times.
    """
    for _ in range(STARTS):
        # Never fork: a forked child inherits locks of BLAS and DuckDB threads that do not exist in it.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(n_workers, mp_context=context, initializer=_begin_worker)
        try:
            pool.submit(os.getpid).result()
        except BrokenExecutor:
            pool.shutdown(wait=True)
        except BaseException:
            _end(pool)
            raise
        else:
            return pool
    raise RunError(
        "worker processes end while they start, see their message above. They import the main module: in a script, "
        "the call of fit_batch belongs under `if __name__ == '__main__':`; n_workers=1 needs no processes."
    )


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool at once, whatever it works on."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


@contextmanager
def _importable_main() -> Iterator[None]:
    """Keep children from importing a main module that is no file, such as a script read from standard input."""
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    if main is None or path is None or getattr(main, "__spec__", None) is not None or Path(path).exists():
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = path


def _begin_worker() -> None:
    """Leave Ctrl-C to the coordinator, which ends its workers itself, and end when it is gone.

    A worker whose coordinator was killed would otherwise wait for its next task for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
