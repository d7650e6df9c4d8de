"""The worker on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from qsospec_duck.batch.executors import Outcome, WorkerKilledError, one_thread_each, resolve_workers, run_on_executor
from qsospec_duck.batch.worker import WorkOrder
from qsospec_duck.errors import ConfigError

DASK_IN_FLIGHT = 64
"""Orders that a Dask cluster holds at a time."""


def run_on_dask(orders: Iterable[WorkOrder], where: Any) -> Iterator[Outcome]:
    """Work on a Dask cluster, see `dask_executor`; Dask itself tries a task again whose worker died."""
    with dask_executor(where) as executor:
        from distributed import KilledWorker

        for order, outcome in run_on_executor(orders, executor, DASK_IN_FLIGHT):
            yield order, WorkerKilledError(str(outcome)) if isinstance(outcome, KilledWorker) else outcome


@contextmanager
def dask_executor(where: Any) -> Iterator[Executor]:
    """Executor of a Dask cluster; its workers have to see the run directory under the same path.

    Parameters
    ----------
    where : str or distributed.Client
        ``"dask"`` starts a cluster on this machine for the length of the block; else the address of a scheduler, or a
        client, which stays open.

    Raises
    ------
    ConfigError
        The extra ``dask`` is not installed, or ``where`` is something else.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise ConfigError(f"executor={where!r} needs Dask: pip install 'qsospec_duck[dask]'.") from None
    if isinstance(where, Client):
        yield where.get_executor(pure=False, retries=2)
    elif where == "dask":
        workers = resolve_workers("auto")
        with (
            one_thread_each(),
            LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster) as client,
        ):
            yield client.get_executor(pure=False, retries=2)
    elif isinstance(where, str):
        with Client(where) as client:
            yield client.get_executor(pure=False, retries=2)
    else:
        raise ConfigError(
            f"executor is a {type(where).__name__}; it should be a concurrent.futures.Executor, 'dask', the address of "
            "a Dask scheduler, or a distributed.Client."
        )
