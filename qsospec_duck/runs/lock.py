"""One coordinator at a time on a run directory, or one for each share of its objects.

The lock is ``flock`` on ``.lock``: the kernel drops it when its process ends, however it ends, so a lock is
never stale. A coordinator of the whole run, and finalize, hold it exclusively; coordinators of shares hold it
together, each with an exclusive lock of its own share, and agree on the number of shares.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from qsospec_duck.errors import RunError


@contextmanager
def hold_run(run: Path, num_shards: int = 1, shard_index: int = 0) -> Iterator[None]:
    """Hold the lock of a run, or of one share of it, for the length of a ``with`` block.

    Raises
    ------
    RunError
        Somebody else holds it (the message names process and host), or the directory cannot be written.
    """
    with _open(run / ".lock") as whole:
        if _try_lock(whole, fcntl.LOCK_EX):
            _sign(whole, num_shards)
            if num_shards > 1:
                fcntl.flock(whole, fcntl.LOCK_SH)
        elif num_shards == 1 or not _try_lock(whole, fcntl.LOCK_SH):
            raise RunError(f"{run}: another process is writing to this run ({_holder(whole)}); wait for it or end it.")
        if num_shards == 1:
            yield
            return
        if (agreed := _signature(whole).get("num_shards")) != num_shards:
            raise RunError(
                f"{run}: other processes work on it in {agreed} shares, this one was asked for {num_shards}; "
                "all should use the same num_shards."
            )
        with _open(run / f".lock-{shard_index:05d}-of-{num_shards:05d}") as share:
            if not _try_lock(share, fcntl.LOCK_EX):
                raise RunError(f"{run}: share {shard_index} of {num_shards} has a coordinator ({_holder(share)}).")
            _sign(share, num_shards)
            yield


def _open(path: Path) -> IO[str]:
    try:
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise RunError(f"{path.parent}: cannot be written ({error.strerror or error}).") from error


def _try_lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[str], num_shards: int) -> None:
    file.seek(0)
    file.truncate()
    json.dump({"pid": os.getpid(), "host": socket.gethostname(), "num_shards": num_shards}, file)
    file.flush()


def _signature(file: IO[str]) -> dict[str, object]:
    file.seek(0)
    try:
        return dict(json.loads(file.read()))
    except ValueError:
        return {}


def _holder(file: IO[str]) -> str:
    signature = _signature(file)
    return f"process {signature.get('pid', '?')} on {signature.get('host', '?')}"
