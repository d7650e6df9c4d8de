"""Limits of time and memory: a worker that passes one leaves a note and ends itself.

Nothing else stops a fit that hangs in compiled code or takes the memory of a machine. The note says which spectrum
it was, so the coordinator writes that one down as a failure and has the rest of the task done again.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from qsospec_duck.errors import ConfigError

_NOTE = "over-limit.json"
_EVERY = 0.05
"""Seconds between looks at clock and memory."""

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class Limits:
    """What one spectrum may take."""

    seconds: float | None = None
    """Time to read or to fit it. The first fit ever on a machine compiles: allow two minutes at least."""

    memory_mb: float | None = None
    """Resident memory of the worker process meanwhile [10^6 byte]. A worker that has fitted one holds about 400."""

    def __post_init__(self) -> None:
        for name in ("seconds", "memory_mb"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigError(f"limit {name} is {value!r}; it should be positive, or None for no limit.")


class OverLimitError(RuntimeError):
    """A worker process ended itself because of one spectrum."""

    def __init__(self, object_key: str, kind: str, message: str) -> None:
        super().__init__(message)
        self.object_key = object_key
        self.kind = kind
        """``time_limit`` or ``memory_limit``."""


class Guard:
    """Watches what a worker process does for the length of a ``with`` block; without limits it does nothing."""

    def __init__(self, limits: Limits | None, folder: Path) -> None:
        self._limits = limits
        self._folder = folder
        self._now: tuple[str, float] | None = None
        self._over = threading.Event()

    def __enter__(self) -> Guard:
        if self._limits is not None:
            threading.Thread(target=self._watch, args=(self._limits,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def begin(self, object_key: str) -> None:
        """Start the clock of a spectrum, or of a file by its name."""
        self._now = (object_key, time.monotonic())

    def end(self) -> None:
        """Stop it."""
        self._now = None

    def _watch(self, limits: Limits) -> None:
        while not self._over.wait(_EVERY):
            if (now := self._now) is None:
                continue
            key, began = now
            if limits.seconds is not None and (taken := time.monotonic() - began) > limits.seconds:
                self._give_up(key, "time_limit", f"more than {limits.seconds:g} s (ended after {taken:.1f} s).")
            if limits.memory_mb is not None and (used := resident_mb()) > limits.memory_mb:
                self._give_up(key, "memory_limit", f"the worker held {used:.0f} MB; the limit is {limits.memory_mb:g}.")

    def _give_up(self, key: str, kind: str, message: str) -> None:
        note = {"object_key": key, "kind": kind, "message": message}
        (self._folder / _NOTE).write_text(json.dumps(note), encoding="utf-8")
        os._exit(1)


def note_of(folder: Path) -> OverLimitError | None:
    """Why the worker of a task ended itself; ``None`` where it did not."""
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return OverLimitError(note["object_key"], note["kind"], note["message"])


def resident_mb() -> float:
    """Memory that this process holds [10^6 byte]; where the system tells only that, the most it ever held."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
