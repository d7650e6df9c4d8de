"""The plan: tasks of bounded size, the same for the same inputs, without what is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from qsospec_duck.batch.items import Item
from qsospec_duck.runs import RunState, object_number

MAX_TASK_SIZE = 256
"""Most spectra of a task: what a dead worker costs at most, and what one shard holds."""


@dataclass(frozen=True)
class Task:
    """One piece of work for one worker."""

    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """Deterministic name, made from what is to be done."""
        digest = hashlib.sha256()
        for item in self.items:
            keys = item.keys if item.keys is not None else sorted(item.only_keys or ())
            digest.update(f"{item.identity}|{item.rows if item.kind == 'file' else ''}|{keys}\n".encode())
        return digest.hexdigest()[:16]

    @property
    def size(self) -> int:
        """Number of spectra, as far as the plan knows."""
        return sum(item.size for item in self.items)

    def split(self) -> tuple[Task, Task] | None:
        """Two halves of the task, or ``None`` where it is a single spectrum or an unopened file."""
        if len(self.items) > 1:
            half = len(self.items) // 2
            return Task(self.items[:half]), Task(self.items[half:])
        item = self.items[0]
        if item.keys is None or item.size < 2:
            return None
        half = item.size // 2
        return Task((item.take(list(range(half))),)), Task((item.take(list(range(half, item.size))),))


@dataclass(frozen=True)
class Plan:
    """What is to be done, and what is not."""

    tasks: tuple[Task, ...]
    skipped: int
    """Spectra that are stored already, or whose failure is kept."""

    @property
    def size(self) -> int:
        """Spectra to fit, as far as the plan knows."""
        return sum(task.size for task in self.tasks)


def make_plan(
    items: Iterable[Item],
    store: RunState | None,
    *,
    n_workers: int = 1,
    task_size: int | None = None,
    retry_failures: bool = True,
    num_shards: int = 1,
    shard_index: int = 0,
) -> Plan:
    """Divide inputs into tasks.

    Parameters
    ----------
    items : iterable of Item
        Of `expand_inputs`.
    store : RunState, optional
        Run that the results go to: what it holds is left out. ``None`` for one that does not exist yet.
    n_workers : int
        Tasks are made small enough that each worker gets several.
    task_size : int, optional
        Most spectra of a task; chosen from the number of inputs when absent.
    retry_failures : bool
        False leaves out what failed before.
    num_shards, shard_index : int
        Keep only this share: by object key where it is known, else by the name of the file.
    """
    ledger: dict[str, set[str]] = {}
    for key, name in store.failures if store is not None else ():
        ledger.setdefault(name, set()).add(key)
    failed_keys = {key for keys in ledger.values() for key in keys}
    all_facts = store.facts if store is not None else []
    finished = {name for facts in all_facts for name in facts.get("inputs", ())}
    mine: list[Item] = []
    skipped = 0
    for item in items:
        if item.keys is not None:
            numbers = [object_number(key) % num_shards == shard_index for key in item.keys]
            share = [i for i, key in enumerate(item.keys) if numbers[i]]
            todo = [
                i
                for i in share
                if not (store is not None and store.is_done(item.keys[i]))
                and (retry_failures or item.keys[i] not in failed_keys)
            ]
            skipped += len(share) - len(todo)
            if todo:
                mine.append(item.take(todo) if len(todo) < item.size else item)
        elif object_number(item.name) % num_shards == shard_index:
            failed = ledger.get(item.identity)
            if item.identity in finished or (failed and not retry_failures):
                skipped += item.size
            else:
                # The name of the input as a key means that the file could not be read at all.
                some = failed is not None and item.name not in failed
                mine.append(replace(item, only_keys=frozenset(failed or ())) if some else item)
    size = task_size or max(1, min(MAX_TASK_SIZE, -(-sum(item.size for item in mine) // (4 * n_workers))))
    return Plan(tuple(Task(tuple(group)) for group in _groups(mine, size)), skipped)


def _groups(items: list[Item], size: int) -> Iterator[list[Item]]:
    """Items in order, together up to ``size`` spectra; an item with more is cut where its keys are known."""
    group: list[Item] = []
    room = size
    for item in items:
        rest: Item | None = item
        while rest is not None:
            divisible = rest.is_known and rest.size > 1
            if rest.size <= room or not (divisible or group):
                group.append(rest)
                room = max(room - rest.size, 0)
                rest = None
            elif divisible:
                group.append(rest.take(list(range(room))))
                rest = rest.take(list(range(room, rest.size)))
                room = 0
            else:
                room = 0
            if room == 0:
                if group:
                    yield group
                group, room = [], size
    if group:
        yield group
