"""The log of a batch: one line of JSON an event, in ``events-<share>.jsonl`` of the run directory.

It is there to be looked at, while a batch runs and afterwards (``qsospec-duck run status``, the SQL view
``run_progress``); what is stored is what the receipts say.

========= =====================================================================================
event     beside ``at``, ``session``, ``share``
========= =====================================================================================
started   spectra to fit, skipped, tasks, host, pid
task      task, fitted, failed, seconds, and host and pid of its worker
ended     task, reason: a worker process ended while it had this task
stopped   reason: Ctrl-C, a full disk, ...
finished  fitted, failed of this session; objects, failures of the run
========= =====================================================================================
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from qsospec_duck.batch.notify import Notify, notify
from qsospec_duck.runs.manifest import now

Event = Mapping[str, Any]


class EventLog:
    """Writes the events of one coordinator; the last one also goes to a hook."""

    def __init__(self, run: Path, share: str, hook: Notify = None) -> None:
        self.path = run / f"events-{share}.jsonl"
        self._about = {"session": uuid4().hex[:8], "share": share}
        self._hook = hook
        self._run = run

    def start(self, spectra: int, skipped: int, tasks: int) -> None:
        """Tell what is to be done."""
        here = {"host": socket.gethostname(), "pid": os.getpid()}
        self.tell("started", spectra=spectra, skipped=skipped, tasks=tasks, **here)

    def tell(self, event: str, **facts: Any) -> Event:
        """Write one event."""
        line = {"at": now(), "event": event, **self._about, **facts}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return line

    def end(self, event: str, **facts: Any) -> None:
        """Write the last event of a session and hand it to the hook."""
        notify(self._hook, {"run": str(self._run), **self.tell(event, **facts)})


def read_events(run: Path) -> list[Event]:
    """Events of a run in the order of time; a line that a crash cut short is left out."""
    found = []
    for path in sorted(run.glob("events-*.jsonl")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return sorted(found, key=lambda event: event["at"])


def progress_of(run: Path, clock: Callable[[], str] = now) -> list[dict[str, Any]]:
    """How the latest session of every share stands.

    Returns
    -------
    list of dict
        ``share``, ``status`` (running, stopped, finished), ``spectra``, ``fitted``, ``failed``, ``skipped``,
        ``spectra_per_second``, ``seconds_left`` (``None`` unless it runs), ``started_at``, ``last_event_at``,
        ``reason``; the columns of the SQL view ``run_progress``. A killed coordinator says nothing: its session stays
        ``running``, and ``last_event_at`` shows its age.
    """
    sessions: dict[str, list[Event]] = {}
    for event in read_events(run):
        if event["event"] == "started":
            sessions[event["share"]] = []
        sessions.setdefault(event["share"], []).append(event)
    return [_stand(share, events, clock()) for share, events in sorted(sessions.items())]


def _stand(share: str, events: list[Event], moment: str) -> dict[str, Any]:
    start, last = events[0], events[-1]
    tasks = [event for event in events if event["event"] == "task"]
    fitted, failed = (sum(event[name] for event in tasks) for name in ("fitted", "failed"))
    status = last["event"] if last["event"] in ("stopped", "finished") else "running"
    seconds = _seconds(start["at"], tasks[-1]["at"]) if tasks else 0.0
    rate = (fitted + failed) / seconds if seconds > 0 else None
    left = max(start.get("spectra", 0) - fitted - failed, 0)
    return {
        "share": share,
        "status": status,
        "spectra": start.get("spectra"),
        "fitted": fitted,
        "failed": failed,
        "skipped": start.get("skipped"),
        "spectra_per_second": rate,
        "seconds_left": left / rate if rate and status == "running" else None,
        "started_at": start["at"],
        "last_event_at": last["at"],
        "seconds_silent": _seconds(last["at"], moment),
        "reason": last.get("reason"),
    }


def _seconds(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
