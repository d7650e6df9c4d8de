"""A task as text, so that a plan can be a table: what a worker needs to find its spectra, and nothing of them."""

from __future__ import annotations

import json
from typing import Any

from qsospec_duck.batch.items import Item, full_path
from qsospec_duck.batch.plan import Task
from qsospec_duck.errors import ConfigError

_FIELDS = ("path", "kind", "rows", "keys", "known", "options", "bytes", "only_keys")


def task_text(task: Task) -> str:
    """JSON of a task whose spectra lie in files."""
    return json.dumps([_plain(item) for item in task.items], ensure_ascii=False, sort_keys=True)


def read_task(text: str) -> Task:
    """Give back the task that `task_text` was given.

    Raises
    ------
    ConfigError
        The text is no task.
    """
    try:
        return Task(tuple(_item(fields) for fields in json.loads(text)))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"no task: {text[:80]!r} ({error}); it should be a row of fit_plan(), unchanged.") from None


def _plain(item: Item) -> dict[str, Any]:
    if item.spectra:
        raise ConfigError(f"{item.label}: spectra in memory cannot be planned as text; write them to Parquet.")
    fields = {name: getattr(item, name) for name in _FIELDS}
    rows = item.rows
    if rows and rows == tuple(range(rows[0], rows[-1] + 1)):
        fields["rows"] = {"from": rows[0], "to": rows[-1]}
    if item.only_keys is not None:
        fields["only_keys"] = sorted(item.only_keys)
    return {**fields, "path": full_path(item.path)}


def _item(fields: dict[str, Any]) -> Item:
    rows, keys, only = fields["rows"], fields["keys"], fields["only_keys"]
    if isinstance(rows, dict):
        rows = range(rows["from"], rows["to"] + 1)
    return Item(
        path=fields["path"],
        kind=fields["kind"],
        rows=None if rows is None else tuple(rows),
        keys=None if keys is None else tuple(keys),
        known=fields["known"],
        options=fields["options"],
        bytes=fields["bytes"],
        only_keys=None if only is None else frozenset(only),
    )
