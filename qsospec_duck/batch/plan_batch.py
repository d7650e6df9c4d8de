"""Look at what a batch would do, before anything is fitted or written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qsospec_duck.batch.executors import resolve_workers
from qsospec_duck.batch.inputs import expand_inputs, require_unique, with_known
from qsospec_duck.batch.plan import MAX_TASK_SIZE, Plan, make_plan
from qsospec_duck.fitting import FitConfig
from qsospec_duck.runs import RunState
from qsospec_duck.runs.manifest import require_same_configuration
from qsospec_duck.runs.remote_copy import existing_run


def plan_batch(
    inputs: Any,
    run_directory: Path | str,
    spill_folder: Path,
    *,
    config: Any = None,
    reader: str = "auto",
    reader_options: Mapping[str, Any] | None = None,
    n_workers: int | str = 1,
    retry_failures: bool = True,
    num_shards: int = 1,
    shard_index: int = 0,
    task_size: int | None = None,
) -> Plan:
    """Plan a batch as `fit_batch` would; the run directory is only read, and need not exist.

    Parameters
    ----------
    spill_folder : Path
        Where spectra of a query are written. It has to stay until the tasks are worked on.
    inputs, run_directory, config, reader, reader_options, n_workers, retry_failures, num_shards, shard_index, task_size
        See `fit_batch`.

    Raises
    ------
    ConfigurationMismatchError
        The run was made with other scientific options.
    ReaderError
        An input does not exist, or two inputs share a key.
    """
    config = FitConfig() if config is None else config
    run = existing_run(run_directory)
    state = RunState(run) if run is not None else None
    if state is not None:
        require_same_configuration(state.manifest, config.to_dict(), config.hash())
    items = with_known(
        expand_inputs(inputs, spill_folder, task_size or MAX_TASK_SIZE), {"reader": reader}, reader_options or {}
    )
    require_unique(items)
    return make_plan(
        items,
        state,
        n_workers=resolve_workers(n_workers),
        task_size=task_size,
        retry_failures=retry_failures,
        num_shards=num_shards,
        shard_index=shard_index,
    )
