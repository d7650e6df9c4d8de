"""The files of tiles, from the archive into folders named as there, each verified or reported.

A file that is here and agrees with what the release published is not fetched again, so that the same call goes on
where a stopped one ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from qsospec_duck.archive.checksums import parse_checksums, sha256_of
from qsospec_duck.archive.events import Events
from qsospec_duck.archive.fetch import Line, Patience, fetch_file
from qsospec_duck.archive.mirrors import MIRRORS
from qsospec_duck.archive.ranges import fetch_needed
from qsospec_duck.archive.releases import KINDS, NEEDED, ArchiveTile
from qsospec_duck.archive.remote import HttpRemote, Remote
from qsospec_duck.archive.verify import has_sums, verify_fits
from qsospec_duck.archive.workers import Slots
from qsospec_duck.errors import AbsentError, ChecksumError, ConfigError, ReaderError, TransferError

FETCHED, PRESENT, ABSENT, FAILED = "fetched", "present", "absent", "failed"


@dataclass(frozen=True)
class DownloadOptions:
    """How files are fetched."""

    mirrors: Sequence[str] = MIRRORS
    """Base URLs, tried in this order; ``s3://`` and ``file://`` need the extra ``obstore``."""

    kinds: Sequence[str] = KINDS
    """Kinds of files."""

    ranges: bool = False
    """Of coadds, only the HDUs that tiles are made of: a fifth of the bytes."""

    workers: int = 16
    """Requests at once, at the most; the number follows how the archive answers."""

    start_workers: int = 4
    timeout: float = 30.0
    """Seconds without a byte after which a connection counts as broken."""

    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.kinds) - set(KINDS)):
            raise ConfigError(f"kinds {', '.join(unknown)} are not known; they should be of {', '.join(KINDS)}.")
        if not self.mirrors or self.workers < 1 or self.timeout <= 0:
            raise ConfigError(
                f"mirrors {list(self.mirrors)}, workers {self.workers}, timeout {self.timeout}; there should be a "
                "mirror, at least one worker, and a positive timeout."
            )


@dataclass(frozen=True)
class FileReceipt:
    """What came of one file."""

    tile: ArchiveTile
    kind: str
    path: Path
    status: str
    """``fetched``, ``present`` (was here and agrees), ``absent`` (no mirror has it) or ``failed``."""

    verified: str | None = None
    """``sha256`` of the release, ``datasum`` of the HDUs, or ``size`` where the archive publishes nothing."""

    bytes: int = 0
    fetched_bytes: int = 0
    sha256: str | None = None
    """What the release published."""

    seconds: float = 0.0
    error: Exception | None = None


class Downloader:
    """Fetches files of tiles over one pool of connections.

    Parameters
    ----------
    to : str or Path
        Root of the files; below it they lie as in the archive.
    options : DownloadOptions, optional
    events : Events, optional
    on_bytes : callable, optional
        Called with numbers of bytes as they come, from any thread.
    """

    def __init__(
        self,
        to: str | Path,
        options: DownloadOptions | None = None,
        *,
        events: Events | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> None:
        self.to = Path(to)
        self.options = options or DownloadOptions()
        self.slots = Slots(self.options.start_workers, self.options.workers)
        self.line = Line(
            [_remote(url, self.options) for url in self.options.mirrors],
            self.slots,
            events or Events(),
            self.options.patience,
            on_bytes or (lambda _: None),
        )

    def fetch_tile(self, tile: ArchiveTile) -> list[FileReceipt]:
        """Fetch the files of one tile, one after the other; errors are in the receipts."""
        try:
            published = self.published(tile)
        except TransferError as error:
            paths = {kind: self.to / tile.key(kind) for kind in self.options.kinds}
            return [FileReceipt(tile, kind, path, FAILED, error=error) for kind, path in paths.items()]
        return [self.fetch(tile, kind, published) for kind in self.options.kinds]

    def fetch_tiles(
        self, tiles: Iterable[ArchiveTile], on_file: Callable[[FileReceipt], None] | None = None
    ) -> list[FileReceipt]:
        """Fetch the files of tiles, many at once; receipts in the order of the tiles."""
        found: dict[ArchiveTile, list[FileReceipt]] = {}
        wanted = list(dict.fromkeys(tiles))
        with ThreadPoolExecutor(self.options.workers, thread_name_prefix="fetch") as pool:
            waiting = {pool.submit(self.fetch_tile, tile): tile for tile in wanted}
            for done in as_completed(waiting):
                found[waiting[done]] = done.result()
                for receipt in found[waiting[done]]:
                    if on_file is not None:
                        on_file(receipt)
        return [receipt for tile in wanted for receipt in found[tile]]

    def published(self, tile: ArchiveTile) -> dict[str, str]:
        """SHA-256 by file name of the folder of a tile; empty where the release publishes none.

        Nothing vouches for the list itself, so that it is fetched until two answers in a row agree.

        Raises
        ------
        TransferError
        """
        path, before = self.to / tile.checksum_key, None
        for _ in range(self.options.patience.mismatches):
            try:
                fetch_file(self.line, tile.checksum_key, path)
                found = parse_checksums(path.read_text(encoding="utf-8", errors="replace"), tile.checksum_key)
            except AbsentError:
                return {}
            except ChecksumError as error:
                self.line.events.emit("mismatch", key=tile.checksum_key, found=str(error))
                continue
            if found == before:
                return found
            before = found
        raise ChecksumError(f"{tile.checksum_key}: no two answers of {self.options.patience.mismatches} were the same.")

    def fetch(self, tile: ArchiveTile, kind: str, published: dict[str, str]) -> FileReceipt:
        """Fetch one file; errors are in the receipt."""
        path, name = self.to / tile.key(kind), tile.file_name(kind)
        stated = published.get(name)
        began = time.monotonic()
        if published and stated is None and kind not in NEEDED:
            # The folder's own list says that there is no such file: no request is needed.
            return FileReceipt(tile, kind, path, ABSENT)
        is_partial = self.options.ranges and kind == "coadd"
        try:
            if path.is_file() and (verified := _agrees(path, None if is_partial else stated)):
                self.line.events.emit("present", key=tile.key(kind), bytes=path.stat().st_size)
                return FileReceipt(tile, kind, path, PRESENT, verified, path.stat().st_size, 0, stated)
            if is_partial:
                travelled, verified = fetch_needed(self.line, tile.key(kind), path), "datasum"
            else:
                travelled, verified = self._fetch_whole(tile.key(kind), path, stated)
        except AbsentError as error:
            return FileReceipt(tile, kind, path, ABSENT, error=error)
        except (TransferError, ReaderError) as error:
            self.line.events.emit("failed", key=tile.key(kind), why=str(error))
            return FileReceipt(tile, kind, path, FAILED, error=error)
        size = path.stat().st_size
        return FileReceipt(
            tile, kind, path, FETCHED, verified, size, travelled, stated, seconds=time.monotonic() - began
        )

    def _fetch_whole(self, key: str, path: Path, stated: str | None) -> tuple[int, str]:
        """Fetch a whole file and say how it was verified."""
        travelled = 0
        for _ in range(self.options.patience.mismatches):
            travelled += fetch_file(self.line, key, path, sha256=stated)[0]
            if stated is not None:
                return travelled, "sha256"
            if not path.name.endswith(".fits"):
                return travelled, "size"
            error = verify_fits(path)
            if error is None:
                return travelled, "datasum" if has_sums(path) else "size"
            self.line.events.emit("mismatch", key=key, found=error)
            path.unlink()
        raise ChecksumError(f"{key}: {error}, {self.options.patience.mismatches} times in a row.")


def _agrees(path: Path, stated: str | None) -> str | None:
    """How a file that is here is known to be right, ``None`` where it is not."""
    if stated is not None:
        return "sha256" if sha256_of(path) == stated else None
    if path.name.endswith(".fits") and verify_fits(path) is None and has_sums(path):
        return "datasum"
    return None


def _remote(url: str, options: DownloadOptions) -> Remote:
    if url.startswith(("http://", "https://")):
        return HttpRemote(url, connections=options.workers, timeout=options.timeout)
    from qsospec_duck.archive.obstore_remote import ObstoreRemote

    return ObstoreRemote(url)


def download(
    tiles: Iterable[ArchiveTile],
    to: str | Path,
    *,
    options: DownloadOptions | None = None,
    events: Events | None = None,
    on_file: Callable[[FileReceipt], None] | None = None,
) -> list[FileReceipt]:
    """Fetch the files of tiles.

    Parameters
    ----------
    tiles : iterable of ArchiveTile
    to : str or Path
        Root of the files.
    options : DownloadOptions, optional
    events : Events, optional
    on_file : callable, optional
        Called with each receipt as it is there.

    Returns
    -------
    list of FileReceipt
        One for each file that was asked for, absent and failed ones included: nothing is dropped.
    """
    return Downloader(to, options, events=events).fetch_tiles(tiles, on_file)
