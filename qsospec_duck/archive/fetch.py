"""One file of the archive, whole and verified, whatever happens on the way.

Bytes go into ``NAME.part`` beside a note of what they are part of; an interrupted transfer goes on where it stopped if
the archive still has the same file. When all bytes are there they are compared with what the release published; only
then does the file get its name. Bytes that disagree are thrown away and fetched anew.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qsospec_duck.archive.checksums import sha256_of
from qsospec_duck.archive.events import Events
from qsospec_duck.archive.remote import NotHere, Refused, Remote, TryLater, pause
from qsospec_duck.archive.workers import Slots
from qsospec_duck.errors import AbsentError, ChecksumError, TransferError


@dataclass(frozen=True)
class Patience:
    """How long a transfer is tried."""

    tries: int = 10
    """Attempts in a row without a single new byte."""

    base: float = 0.5
    """First pause [s]; the next ones grow twofold, each a random part of that."""

    most: float = 60.0
    """Longest pause [s]."""

    mismatches: int = 4
    """Times that whole files may disagree with their checksum."""


@dataclass
class Line:
    """What all transfers of a run share: mirrors, slots, events, patience."""

    remotes: Sequence[Remote]
    slots: Slots = field(default_factory=Slots)
    events: Events = field(default_factory=Events)
    patience: Patience = field(default_factory=Patience)
    on_bytes: Callable[[int], None] = lambda _: None
    """Called with the number of bytes as they come."""

    sleep: Callable[[float], None] = time.sleep

    def attempt(self, key: str, work: Callable[[Remote], int]) -> int:
        """Do some work on a mirror until it succeeds; all that is known of attempts, pauses and mirrors is here.

        Parameters
        ----------
        key : str
            For events and messages.
        work : callable
            Takes a mirror and returns the number of new bytes; raises TryLater, NotHere or Refused. Bytes that it got
            before it failed are in the attribute ``got`` of the error, if any.

        Raises
        ------
        AbsentError
            No mirror has the file.
        TransferError
            Patience is at an end.
        """
        total = idle = at = 0
        absent: set[str] = set()
        while True:
            remote = self.remotes[at % len(self.remotes)]
            with self.slots.hold() as window:
                try:
                    total += work(remote)
                except NotHere as error:
                    absent.add(remote.name)
                    self.events.emit("not_here", key=key, mirror=remote.name, why=str(error))
                    problem: TryLater | Refused = Refused(str(error))
                except (TryLater, Refused) as error:
                    problem = error
                    if isinstance(error, TryLater) and error.is_throttling:
                        self.slots.throttled(window)
                else:
                    self.slots.succeeded()
                    return total
            if len(absent) == len(self.remotes):
                raise AbsentError(f"{key}: no mirror has it ({', '.join(sorted(absent))}).")
            got = int(getattr(problem, "got", 0))
            total += got
            idle = 0 if got else idle + 1
            if idle >= self.patience.tries:
                raise TransferError(f"{key}: given up after {idle} attempts; the last answer was: {problem}.")
            after = problem.after if isinstance(problem, TryLater) else None
            # Another mirror is asked where this one refuses, or breaks time and again.
            is_elsewhere = isinstance(problem, Refused) or idle % 3 == 0
            at += 1 if is_elsewhere and len(self.remotes) > 1 else 0
            seconds = (
                0.0 if remote.name in absent else pause(idle, after, base=self.patience.base, most=self.patience.most)
            )
            self.events.emit("retry", key=key, mirror=remote.name, why=str(problem), pause=round(seconds, 3))
            self.sleep(seconds)


def fetch_file(line: Line, key: str, to: Path, *, sha256: str | None = None) -> tuple[int, str]:
    """Fetch one file.

    Parameters
    ----------
    line : Line
    key : str
    to : Path
        Where it goes; its folder is made.
    sha256 : str, optional
        What the release published.

    Returns
    -------
    (int, str)
        Bytes that travelled, SHA-256 of the file.

    Raises
    ------
    AbsentError, ChecksumError, TransferError
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.part")
    travelled = 0
    for _ in range(line.patience.mismatches):
        travelled += line.attempt(key, lambda remote: _continue(line, remote, key, part, is_known=sha256 is not None))
        found = sha256_of(part)
        if sha256 is None or found == sha256:
            settle(part, to)
            _note(part).unlink(missing_ok=True)
            line.events.emit("fetched", key=key, bytes=to.stat().st_size, travelled=travelled, sha256=found)
            return travelled, found
        line.events.emit("mismatch", key=key, found=found, published=sha256)
        discard(part)
    raise ChecksumError(
        f"{key}: SHA-256 is {found}, the release published {sha256}, {line.patience.mismatches} times in a row."
    )


def _continue(line: Line, remote: Remote, key: str, part: Path, *, is_known: bool) -> int:
    """Go on with a file from where it stands; the number of bytes that came."""
    have = part.stat().st_size if part.exists() else 0
    note = read_note(part)
    # Without an ETag or a published checksum nothing would tell two versions apart.
    if have and not (note.get("etag") or is_known):
        discard(part)
        have, note = 0, {}
    if have and have == note.get("size"):
        return 0
    got = 0
    try:
        with remote.open(key, have, None, note.get("etag")) as answer:
            is_other = note.get("size") not in (None, answer.size) and answer.size is not None
            if answer.start == 0 or is_other:
                have = 0
            if is_other and answer.start:
                discard(part)
                raise TryLater("the file changed")
            write_note(part, {"etag": answer.etag, "size": answer.size, "mirror": remote.name})
            with part.open("r+b" if part.exists() else "wb") as file:
                file.seek(have)
                file.truncate()
                for piece in answer.pieces:
                    file.write(piece)
                    got += len(piece)
                    line.on_bytes(len(piece))
                file.flush()
                os.fsync(file.fileno())
    except Refused as error:
        # 416: what is here is longer than the file there.
        if "416" in str(error):
            discard(part)
            raise TryLater("the file changed") from error
        raise
    except TryLater as error:
        error.got = got  # type: ignore[attr-defined]
        raise
    size = read_note(part).get("size")
    if size is not None and part.stat().st_size != size:
        discard(part)
        raise TryLater(f"{part.stat().st_size if part.exists() else 0} of {size} bytes")
    return got


def settle(part: Path, to: Path) -> None:
    """Give a finished file its name; after this it survives a power cut."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(to)
    if os.name != "nt":
        handle = os.open(to.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def read_note(part: Path) -> dict[str, Any]:
    """What a part is part of; empty where nothing is known."""
    try:
        note = json.loads(_note(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def write_note(part: Path, facts: dict[str, Any]) -> None:
    """Note what a part is part of, whole or not at all."""
    aside = part.with_name(f"{part.name}.json.new")
    aside.write_text(json.dumps(facts), encoding="utf-8")
    aside.replace(_note(part))


def discard(part: Path) -> None:
    """Throw a part away."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)
