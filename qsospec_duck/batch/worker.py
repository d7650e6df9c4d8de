"""The worker: one function that every executor calls.

It opens its own reader, reads only its rows, fits, stages a shard, and gives back a small receipt. This is the
one place of the package that catches every exception: a spectrum that cannot be read or fitted becomes a row
of ``failures`` and stops nothing.
"""

from __future__ import annotations

import os
import socket
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from qsospec_duck.batch.items import Item, full_path
from qsospec_duck.batch.limits import Guard, Limits
from qsospec_duck.batch.plan import Task
from qsospec_duck.batch.relation_file import read_relation, table_row
from qsospec_duck.batch.remote_inputs import local_file
from qsospec_duck.errors import ReaderError
from qsospec_duck.fitting import FitResult
from qsospec_duck.runs import Failure, Origin, Part, ShardWriter
from qsospec_duck.spectra import Spectrum, from_row

FitFunction = Callable[[Spectrum, Any], FitResult]


@dataclass(frozen=True)
class WorkOrder:
    """Everything that a worker needs; small unless spectra travel in it."""

    task: Task
    folder: str
    """Staging folder of the task."""

    run_id: str
    config: Any
    fit: FitFunction | None = None
    """``None`` is `qsospec_duck.fitting.fit_quasar`."""

    skip_keys: frozenset[str] = frozenset()
    """Objects that turned out to be stored already."""

    deaths: int = 0
    """How many workers died while they had this task for themselves."""

    planned_as: str = ""
    """Name of the task in the plan; a half of it has another."""

    limits: Limits | None = None
    over_limit: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Kind and message of what went over a limit before, by object key or name of a file: not tried again."""


@dataclass(frozen=True)
class WorkReceipt:
    """What a worker did."""

    task: str
    parts: tuple[Part, ...]
    keys: tuple[str, ...]
    """Objects that were fitted."""

    failed_keys: tuple[str, ...]
    covered_inputs: tuple[str, ...]
    """Files of which every row (that was asked for) has an outcome here."""

    covered_names: tuple[str, ...]
    """Names of those files: keys that they had while nobody could read them."""

    finished_inputs: tuple[str, ...]
    """Those of them without a failure."""

    seconds: float
    where: Mapping[str, Any] = field(default_factory=dict)


def run_work_order(order: WorkOrder) -> WorkReceipt:
    """Read, fit and stage one task."""
    start = time.perf_counter()
    fit = order.fit or _fit_quasar()
    keys: list[str] = []
    failed: list[str] = []
    covered: list[str] = []
    replaced: list[str] = []
    finished: list[str] = []
    with ShardWriter(Path(order.folder), order.run_id) as shard, Guard(order.limits, Path(order.folder)) as guard:
        for item in order.task.items:
            failures = 0
            for outcome in _outcomes(item, order, fit, guard):
                if isinstance(outcome, Failure):
                    shard.add_failure(outcome)
                    failed.append(outcome.origin.object_key)
                    failures += 1
                else:
                    shard.add(*outcome)
                    keys.append(outcome[1].object_key)
            if item.kind == "file":
                covered.append(item.identity)
                replaced.append(item.name)
                finished += [] if failures else [item.identity]
        parts = shard.close()
    return WorkReceipt(
        task=order.task.name,
        parts=parts,
        keys=tuple(keys),
        failed_keys=tuple(failed),
        covered_inputs=tuple(covered),
        covered_names=tuple(replaced),
        finished_inputs=tuple(finished),
        seconds=time.perf_counter() - start,
        where={"host": socket.gethostname(), "pid": os.getpid()},
    )


def failures_of_task(task: Task, exception_type: str, message: str) -> list[Failure]:
    """Failures for everything in a task that never came back."""
    return [
        Failure(
            _origin(item, key, str(item.known.get("object_id") or key), i),
            exception_type,
            message,
            "",
            _about_failure(item),
        )
        for item in task.items
        for i, key in enumerate(item.keys if item.keys is not None else (item.name,))
    ]


def _outcomes(
    item: Item, order: WorkOrder, fit: FitFunction, guard: Guard
) -> Iterator[tuple[FitResult, Origin] | Failure]:
    """Outcome of every spectrum of an item."""
    known_id = str(item.known.get("object_id") or item.name)
    key = str(item.known.get("object_key") or item.name)
    if item.name in order.over_limit:
        yield Failure(_origin(item, key, known_id, 0), *order.over_limit[item.name], "", _about_failure(item))
        return
    guard.begin(item.name)
    try:
        for origin, make in _spectra(item):
            guard.end()
            if origin.object_key in order.skip_keys:
                continue
            if item.only_keys is not None and origin.object_key not in item.only_keys:
                continue
            if origin.object_key in order.over_limit:
                yield Failure(origin, *order.over_limit[origin.object_key], "", _about_failure(item))
                continue
            guard.begin(origin.object_key)
            try:
                result = fit(make(), order.config)
            except Exception as error:
                guard.end()
                yield _failure(origin, item, error)
            else:
                guard.end()
                yield result, replace(origin, redshift=result.spectrum.z)
    except Exception as error:
        guard.end()
        # The file itself could not be read: its name stands for the keys that nobody has seen.
        yield _failure(_origin(item, key, known_id, 0), item, error)


def _spectra(item: Item) -> Iterator[tuple[Origin, Callable[[], Spectrum]]]:
    """Where each spectrum of an item comes from, and how to make it."""
    if item.kind == "spectra":
        for spectrum, key in zip(item.spectra, item.keys or (), strict=True):
            named = replace(spectrum, object_key=key, object_id=spectrum.object_id or key)
            origin = Origin(key, named.object_id, "memory", None, "memory", named.z, _input(item))
            yield origin, partial(_itself, named)
    elif item.kind == "relation":
        keys = dict(zip(item.rows or (), item.keys or (), strict=True))
        for row, values in read_relation(item.path, item.rows or ()):
            yield _from_values({**values, "object_key": keys[row]}, item, row)
    else:
        with local_file(item.path) as path:
            table = _read_spectra()(
                path,
                reader=item.known.get("reader", "auto"),
                rows=None if item.rows is None else list(item.rows),
                redshift=item.known.get("z"),
                **item.options,
            )
        known = {name: value for name, value in item.known.items() if name != "reader"}
        if known.keys() & {"object_id", "object_key"} and table.num_rows > 1:
            raise ReaderError(
                f"{item.path}: {table.num_rows} spectra, but the manifest names one; give a row_index for each."
            )
        for row in range(table.num_rows):
            values = table_row(table, row)
            index = values.get("row_index")
            yield _from_values({**values, **known}, item, row if index is None else index)


def _from_values(values: dict[str, Any], item: Item, row: int) -> tuple[Origin, Callable[[], Spectrum]]:
    key = str(values["object_key"])
    values["object_id"] = str(values.get("object_id") or values.get("target_id") or key)
    origin = Origin(
        object_key=key,
        object_id=values["object_id"],
        source=str(values.get("source") or item.path),
        row_index=row,
        reader=str(
            values.get("reader") or item.known.get("reader") or ("relation" if item.kind == "relation" else "auto")
        ),
        redshift=values.get("z"),
        metadata=_input(item),
    )
    return origin, partial(from_row, values)


def _itself(spectrum: Spectrum) -> Spectrum:
    return spectrum


def _failure(origin: Origin, item: Item, error: Exception) -> Failure:
    text = "".join(traceback.format_exception(error))
    return Failure(origin, type(error).__name__, str(error), text, _about_failure(item))


def _origin(item: Item, object_key: str, object_id: str, position: int) -> Origin:
    """Origin of a spectrum that was not read."""
    rows = item.rows or ()
    row = rows[position] if position < len(rows) else None
    reader = str(item.known.get("reader", ""))
    return Origin(object_key, object_id, item.path or item.name, row, reader, item.known.get("z"), _input(item))


def _input(item: Item) -> dict[str, str]:
    return {"input": item.identity}


def _about_failure(item: Item) -> dict[str, str]:
    # Whoever looks at a failure wants its data: where the file lay, which nothing else depends on.
    return {**_input(item), "path": full_path(item.path)} if item.path else _input(item)


def _fit_quasar() -> FitFunction:
    # Imported where it is needed: a worker that is handed a fit of its own does not compile this one.
    from qsospec_duck.fitting import fit_quasar

    return fit_quasar


def _read_spectra() -> Callable[..., Any]:
    from qsospec_duck.readers import read_spectra

    return read_spectra
