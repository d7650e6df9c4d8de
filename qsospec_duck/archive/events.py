"""What a transfer does, as JSON lines: one event a line, for people and programs to follow."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Listener = Callable[[dict[str, Any]], None]


class Events:
    """Events go to a file, to listeners, or nowhere.

    Parameters
    ----------
    path : str or Path, optional
        File to append to.
    listeners : callable
        Each is called with every event, one at a time.
    """

    def __init__(self, path: str | Path | None = None, *listeners: Listener) -> None:
        self.path = None if path is None else Path(path)
        self._listeners = list(listeners)
        self._lock = threading.Lock()
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)

    def emit(self, event: str, **facts: Any) -> None:
        """Tell one event."""
        said = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        with self._lock:
            if self.path is not None:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(said, default=str) + "\n")
            for listener in self._listeners:
                listener(said)
