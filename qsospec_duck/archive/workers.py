"""How many requests run at once: one more after a clean window, half as many when the archive throttles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Slots:
    """An adaptive number of slots (additive increase, multiplicative decrease).

    Parameters
    ----------
    start, most : int
        Slots at the beginning, and at the most.
    """

    def __init__(self, start: int = 4, most: int = 16) -> None:
        self.most = max(1, most)
        self.limit = max(1, min(start, self.most))
        self.peak = self.limit
        self._busy = 0
        self._clean = 0
        self._epoch = 0
        self._change = threading.Condition()

    @contextmanager
    def hold(self) -> Iterator[int]:
        """Wait for a slot; gives the window it belongs to, which `throttled` wants."""
        with self._change:
            self._change.wait_for(lambda: self._busy < self.limit)
            self._busy += 1
            epoch = self._epoch
        try:
            yield epoch
        finally:
            with self._change:
                self._busy -= 1
                self._change.notify_all()

    def succeeded(self) -> None:
        """Count a clean answer; a window of as many as there are slots opens one more."""
        with self._change:
            self._clean += 1
            if self._clean >= self.limit and self.limit < self.most:
                self.limit += 1
                self.peak = max(self.peak, self.limit)
                self._clean = 0
                self._change.notify_all()

    def throttled(self, epoch: int) -> None:
        """Halve the slots, once for all answers of one window: they tell of the same moment."""
        with self._change:
            self._clean = 0
            if epoch == self._epoch:
                self._epoch += 1
                self.limit = max(1, self.limit // 2)
