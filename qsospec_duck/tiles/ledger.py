"""The ledger of a tile root: which files became which tile, when, with which software and options.

    <root>/_ledger/log.jsonl    one line an attempt, appended and synced; the truth
    <root>/_ledger/ledger.pq    the same as Parquet, written at the end of a run
    <root>/_ledger/plan.json    how many tiles the present run has

The Parquet copy does not end in ``.parquet``, so that a glob over tiles never takes it for one. A line that a crash
cut short counts for nothing and is cut off by the next writer.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import TileError
from qsospec_duck.tiles.sources import Source
from qsospec_duck.tiles.tile_file import sync_folder

FOLDER = "_ledger"

STARTED, CONVERTED, FAILED = "started", "converted", "failed"
"""What a line says of its tile; ``started`` with nothing after it means that the process died."""

Key = tuple[str | None, str | None, str | None, str]
"""Release, survey, program and tile."""


@dataclass(frozen=True)
class Entry:
    """One line: one attempt at one tile."""

    release: str | None
    survey: str | None
    program: str | None
    tile: str
    status: str
    reason: str | None = None
    """Of the failure taxonomy (`qsospec_duck.tiles.failures`); ``zero_selected`` for a valid tile of no spectra."""

    message: str | None = None
    path: str | None = None
    """Relative to the root."""

    spectra: int | None = None
    n_targets: int | None = None
    n_without_redshift: int | None = None
    cameras: str | None = None
    missing: tuple[str, ...] = ()
    parquet_bytes: int | None = None
    sha256: str | None = None
    logical_bytes: int | None = None
    """Flux, ivar and mask of the selected spectra at 12 bytes a pixel: what the tile has to hold."""

    fits_bytes: int | None = None
    fetched_bytes: int | None = None
    sources: tuple[Source, ...] = ()
    options: str | None = None
    options_hash: str | None = None
    software: str | None = None
    batch: int | None = None
    started_at: str | None = None
    finished_at: str | None = None
    seconds: float | None = None
    seconds_download: float | None = None
    published: tuple[str, ...] = field(default=())
    """``NAME sha256`` of the release's checksum file, where it was downloaded."""

    @property
    def key(self) -> Key:
        """Identity of the tile."""
        return self.release, self.survey, self.program, self.tile


def now() -> str:
    """UTC to the millisecond, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def ledger_folder(root: str | Path) -> Path:
    """Folder of the ledger of a root."""
    return Path(root) / FOLDER


class Ledger:
    """The ledger of one root, held by one process.

    Raises
    ------
    TileError
        A line before the last is damaged.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self.folder = ledger_folder(root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "log.jsonl"
        self.entries = read_ledger(root, repair=True)
        self.latest = latest_of(self.entries)

    def append(self, entry: Entry, *, sync: bool = True) -> None:
        """Write one line; with ``sync`` it is on the disk when this returns."""
        is_new = not self.path.exists()
        with self.path.open("ab") as file:
            file.write(json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n")
            file.flush()
            if sync:
                os.fsync(file.fileno())
        if is_new:
            sync_folder(self.folder)
        self.entries.append(entry)
        self.latest |= latest_of([entry])

    def deaths(self, key: Key) -> int:
        """How many attempts at a tile in a row began and never ended."""
        count = 0
        for entry in reversed(self.entries):
            if entry.key == key:
                if entry.status != STARTED:
                    break
                count += 1
        return count

    def write_plan(self, n_tiles: int) -> None:
        """Say how many tiles the present run has, for `qsospec_duck.tiles.status`."""
        _replace(self.folder / "plan.json", json.dumps({"n_tiles": n_tiles, "started_at": now()}).encode())

    def write_parquet(self) -> Path:
        """Write the Parquet copy."""
        rows = [{**asdict(entry), "missing": list(entry.missing)} for entry in self.entries]
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema("tile_ledger")), sink, compression="zstd")
        return _replace(self.folder / "ledger.pq", sink.getvalue())


@contextmanager
def hold_root(root: str | Path) -> Iterator[Ledger]:
    """Hold the ledger of a root for the length of a ``with`` block.

    Raises
    ------
    TileError
        Another process holds it. The kernel drops a lock with its process, so it is never stale.
    """
    ledger_folder(root).mkdir(parents=True, exist_ok=True)
    with (ledger_folder(root) / ".lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TileError(f"{root}: another process makes tiles here; wait for it, or give another root.") from None
        yield Ledger(root)


def read_ledger(root: str | Path, *, repair: bool = False) -> list[Entry]:
    """Read all lines of a ledger, in their order; an empty list where there is none.

    Raises
    ------
    TileError
        A line before the last is no entry.
    """
    path = ledger_folder(root) / "log.jsonl"
    content = path.read_bytes() if path.is_file() else b""
    whole = content.rfind(b"\n") + 1
    if repair and whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
    return list(_parse(path, content[:whole].splitlines()))


def _parse(path: Path, lines: Iterable[bytes]) -> Iterator[Entry]:
    known = {one.name for one in fields(Entry)}
    for number, line in enumerate(lines, start=1):
        try:
            values: dict[str, Any] = {name: value for name, value in json.loads(line).items() if name in known}
            sources = tuple(Source(**one) for one in values.pop("sources", ()))
            missing, published = tuple(values.pop("missing", ())), tuple(values.pop("published", ()))
            yield Entry(**values, sources=sources, missing=missing, published=published)
        except (ValueError, TypeError, AttributeError) as error:
            raise TileError(f"{path}: line {number} is no ledger entry ({error}); restore it from a copy.") from error


def latest_of(entries: Sequence[Entry]) -> dict[Key, Entry]:
    """Last finished attempt of every tile."""
    return {entry.key: entry for entry in entries if entry.status != STARTED}


def _replace(path: Path, content: Any) -> Path:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)
    return path
