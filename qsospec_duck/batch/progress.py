"""Telling how a batch goes: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO


class Progress(Protocol):
    """What a batch tells: ``start`` once, ``advance`` after every task, ``finish`` once."""

    def start(self, total: int, skipped: int) -> None:
        """Take the number of spectra to be fitted, and of those that are not."""

    def advance(self, fitted: int, failed: int) -> None:
        """Take the number of spectra that a task fitted, and of those that failed."""

    def finish(self) -> None:
        """Know that nothing more comes."""


class Silence:
    """Tells nothing."""

    def start(self, total: int, skipped: int) -> None:
        """Tell nothing."""

    def advance(self, fitted: int, failed: int) -> None:
        """Tell nothing."""

    def finish(self) -> None:
        """Tell nothing."""


class Lines:
    """A line every few seconds: done, failed, rate and time left."""

    def __init__(self, stream: TextIO | None = None, every: float = 10.0) -> None:
        self._stream = stream or sys.stderr
        self._every = every
        self._total = self._fitted = self._failed = 0
        self._began = self._told = 0.0

    def start(self, total: int, skipped: int) -> None:
        """Say what is to be done."""
        self._total, self._began, self._told = total, time.monotonic(), time.monotonic()
        self._say(f"{total} spectra to fit, {skipped} done before")

    def advance(self, fitted: int, failed: int) -> None:
        """Count, and say so when the last line is old enough."""
        self._fitted += fitted
        self._failed += failed
        if time.monotonic() - self._told >= self._every:
            self._told = time.monotonic()
            self._say(self._state())

    def finish(self) -> None:
        """Say how it ended."""
        self._say(self._state())

    def _state(self) -> str:
        done = self._fitted + self._failed
        rate = done / max(time.monotonic() - self._began, 1e-9)
        left = max(self._total - done, 0) / rate if rate else 0.0
        # A file counts as one spectrum until it is opened, so more can be done than was planned.
        return (
            f"{done} of {max(self._total, done)} done, {self._failed} failed, {rate:.1f} spectra/s, {left:.0f} s left"
        )

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class Bar:
    """A bar with rate and time left."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:.1f} spectra/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            transient=False,
        )
        self._failed = 0
        self._began = 0.0

    def start(self, total: int, skipped: int) -> None:
        """Show the bar."""
        self._began = time.monotonic()
        self._task = self._bar.add_task("fitting", total=total, rate=0.0)
        self._bar.start()
        if skipped:
            self._bar.console.print(f"{skipped} done before")

    def advance(self, fitted: int, failed: int) -> None:
        """Move it."""
        self._failed += failed
        task = self._bar.tasks[0]
        done = task.completed + fitted + failed
        self._bar.update(
            self._task,
            completed=done,
            total=max(task.total or 0, done),
            rate=done / max(time.monotonic() - self._began, 1e-9),
            description=f"fitting ({self._failed} failed)" if self._failed else "fitting",
        )

    def finish(self) -> None:
        """Leave it as it is."""
        self._bar.stop()


def pick_progress(choice: bool | Progress | None) -> Progress:
    """Choose how to tell: a given way, none for ``False``, else a bar on a terminal and lines elsewhere."""
    if choice is False:
        return Silence()
    if choice is None or choice is True:
        return Bar() if sys.stderr.isatty() else Lines()
    return choice
