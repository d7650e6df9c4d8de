"""Faults of a disk at a chosen call: for tests and benchmarks of what a run survives."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import pyarrow.parquet as pq

from qsospec_duck.runs.list_writer import ListWriter

CHANGES = ((os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "unlink"))
"""Calls by which a run directory changes."""

WRITES = (
    (ListWriter, "write_table"), (pq.ParquetWriter, "write_table"),
    (os, "fsync"), (Path, "rename"), (Path, "replace"),
)  # fmt: skip
"""Calls that a full disk refuses."""

EVERY = (*WRITES, (Path, "unlink"))


class PowerCutError(BaseException):
    """Stops the process where it is."""


@contextmanager
def fault_at(
    step: int, calls=CHANGES, error: BaseException | None = None, *, once: bool = False
) -> Iterator[list[int]]:
    """Let call number ``step`` of these not happen, nor any after it.

    Parameters
    ----------
    step : int
        From 0.
    calls : sequence of (owner, name)
    error : BaseException, optional
        Raised instead; a `PowerCutError` when absent.
    once : bool
        Let the calls after it happen.

    Yields
    ------
    list of int
        Numbers of the calls that were refused, so far.
    """
    counter, refused = itertools.count(), list[int]()

    def guarded(real):
        def call(*args, **kwargs):
            number = next(counter)
            if number == step or (number > step and not once):
                refused.append(number)
                raise error or PowerCutError
            return real(*args, **kwargs)

        return call

    with ExitStack() as stack:
        for owner, name in calls:
            stack.enter_context(patch.object(owner, name, guarded(getattr(owner, name))))
        yield refused


def disk_full() -> OSError:
    """What the system says when there is no room."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
