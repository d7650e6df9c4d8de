"""Commits of made fits, for tests of what a run directory promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from made_fits import made_result

from qsospec_duck.runs import Failure, Origin, RunStore, ShardWriter


def key(number: int) -> str:
    """Key of a made spectrum."""
    return f"made-{number:04d}.fits#0"


def commit(
    store: RunStore,
    task: str,
    good: Iterable[int] = (),
    bad: Iterable[str] = (),
    inputs: Iterable[str] = (),
    covered_keys: Iterable[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Store objects by number and failures by key, each read from an input of its own, as one task.

    Parameters
    ----------
    inputs, covered_keys, facts
        See `RunStore.promote`.
    """
    with ShardWriter(store.task_folder(task), store.run_id) as shard:
        for number in good:
            spectrum = made_result(number).spectrum
            about = {"input": f"{number}.file"}
            origin = Origin(spectrum.object_key, spectrum.object_id, "made.fits", number, metadata=about)
            shard.add(made_result(number), origin)
        for name in bad:
            shard.add_failure(Failure(Origin(name, name, "made.fits"), "FitError", "no", "", {"input": f"{name}.file"}))
        parts = shard.close()
    store.promote(task, parts, covered_inputs=inputs, covered_keys=covered_keys, facts=facts)
