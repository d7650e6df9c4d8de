"""One piece of work of a tile run: a coadd that is here, or a tile of an archive."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qsospec_duck.archive.download import ABSENT, FAILED, Downloader, FileReceipt
from qsospec_duck.archive.releases import NEEDED, ArchiveTile
from qsospec_duck.errors import AbsentError, ReaderError, TileError, TransferError
from qsospec_duck.readers.desi import Coadd
from qsospec_duck.readers.desi_redrock import companion
from qsospec_duck.tiles.fuse import find_companions
from qsospec_duck.tiles.ledger import Entry, Key
from qsospec_duck.tiles.sources import describe_sources
from qsospec_duck.tiles.tile_file import tile_id


@dataclass(frozen=True)
class Ready:
    """Files of a tile that are here."""

    coadd: Path
    identity: Mapping[str, Any]
    """What `convert_tile` is told of the tile."""

    fetched_bytes: int | None = None
    seconds: float | None = None
    published: tuple[str, ...] = ()


@dataclass(frozen=True)
class LocalWork:
    """A coadd in a folder."""

    coadd: Path
    key: Key

    def is_unchanged(self, entry: Entry, *, refresh: bool) -> bool:
        """Tell whether the files are those that the entry was made of."""
        redrock = companion(self.coadd, "redrock")
        files = {"coadd": self.coadd, **find_companions(self.coadd)} | ({"redrock": redrock} if redrock else {})
        return describe_sources(files) == entry.sources

    def fetch(self) -> Ready:
        """Nothing is to be done."""
        return Ready(self.coadd, {})

    def check(self) -> None:
        """Nothing else is known of the tile than its file says."""

    def clean(self) -> None:
        """Files that somebody has are left alone."""


@dataclass(frozen=True)
class RemoteWork:
    """A tile of an archive."""

    tile: ArchiveTile
    downloader: Downloader
    keep_fits: bool = False

    @property
    def key(self) -> Key:
        """Identity of the tile."""
        return self.tile.release, self.tile.survey, self.tile.program, str(self.tile.pixel)

    def is_unchanged(self, entry: Entry, *, refresh: bool) -> bool:
        """Tell whether the release publishes what the entry was made of; not asked without ``refresh``."""
        if not refresh:
            return True
        published = _published(self.downloader.published(self.tile), self.tile, self.downloader.options.kinds)
        return not published or published == entry.published

    def fetch(self) -> Ready:
        """Download the files of the tile.

        Raises
        ------
        AbsentError, TransferError, ReaderError
            The coadd or its redshifts cannot be had, or a companion that is there cannot be had.
        """
        receipts = self.downloader.fetch_tile(self.tile)
        for receipt in receipts:
            if receipt.status == FAILED or (receipt.status == ABSENT and receipt.kind in NEEDED):
                raise _error_of(receipt)
        there = [receipt for receipt in receipts if receipt.status != ABSENT]
        stated = {receipt.path.name: receipt.sha256 for receipt in there if receipt.sha256}
        return Ready(
            self.downloader.to / self.tile.key("coadd"),
            {
                "release": self.tile.release,
                "survey": self.tile.survey,
                "program": self.tile.program,
                "healpix": self.tile.healpix,
                "nside": self.tile.nside,
            },
            sum(receipt.fetched_bytes for receipt in receipts),
            sum(receipt.seconds for receipt in receipts),
            _published(stated, self.tile, self.downloader.options.kinds),
        )

    def check(self) -> None:
        """Refuse a file that says it is of another tile than it was asked for as."""
        with Coadd(self.downloader.to / self.tile.key("coadd"), release=self.tile.release) as coadd:
            found = coadd.identity
        told = (found.survey, found.program, found.number)
        wanted = (self.tile.survey, self.tile.program, self.tile.pixel)
        if any(one is not None and one != other for one, other in zip(told, wanted, strict=True)):
            raise TileError(f"{self.tile}: the headers of its coadd say {told}; the archive should keep it there.")

    def clean(self) -> None:
        """Remove what was downloaded."""
        if not self.keep_fits:
            shutil.rmtree(self.downloader.to / self.tile.folder, ignore_errors=True)


Work = LocalWork | RemoteWork


def local_work(coadds: Sequence[Path]) -> list[LocalWork]:
    """Work for coadds, each with the identity that its headers tell.

    A file that cannot be opened is still work: it will fail and be noted under its name.

    Raises
    ------
    TileError
        Two coadds are the same tile.
    """
    found: dict[Key, LocalWork] = {}
    for path in coadds:
        try:
            with Coadd(path) as coadd:
                where = coadd.identity
                key: Key = (where.release, where.survey, where.program, tile_id(where))
        except (ReaderError, TileError):
            key = (None, None, None, path.name)
        if key in found:
            raise TileError(
                f"{path}: its tile {'/'.join(str(part) for part in key)} is also that of {found[key].coadd}; expected "
                "one coadd for each (release, survey, program, tile)."
            )
        found[key] = LocalWork(path, key)
    return list(found.values())


def _published(sums: Mapping[str, str], tile: ArchiveTile, kinds: Sequence[str]) -> tuple[str, ...]:
    names = {tile.file_name(kind) for kind in kinds}
    return tuple(sorted(f"{name} {value}" for name, value in sums.items() if name in names))


def _error_of(receipt: FileReceipt) -> Exception:
    if isinstance(receipt.error, (TransferError, ReaderError)):
        return receipt.error
    return AbsentError(f"{receipt.tile}: the archive has no {receipt.kind} file.")
