"""The optional client of object stores gives the same bytes through the same path."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from qsospec_duck.archive import ArchiveTile, Downloader, DownloadOptions, Patience
from qsospec_duck.archive.fetch import fetch_file
from qsospec_duck.archive.ranges import fetch_needed
from qsospec_duck.errors import AbsentError

pytest.importorskip("obstore")


@pytest.fixture
def store(archive: tuple[Path, list[ArchiveTile]], tmp_path: Path) -> Downloader:
    options = DownloadOptions(mirrors=(archive[0].as_uri(),), patience=Patience(3, 0.001, 0.01, 3))
    return Downloader(tmp_path / "to", options)


def test_files_come_whole_by_range_and_in_parts(archive, store: Downloader, tmp_path: Path) -> None:
    folder, tiles = archive
    receipts = store.fetch_tile(tiles[0])
    assert [(one.status, one.verified) for one in receipts[:2]] == [("fetched", "sha256")] * 2
    content = (folder / tiles[0].key("coadd")).read_bytes()
    assert receipts[0].path.read_bytes() == content
    small = fetch_needed(store.line, tiles[0].key("coadd"), tmp_path / "small.fits")
    assert small < 0.5 * len(content)
    part = tmp_path / "whole.fits.part"
    part.write_bytes(content[:5000])
    sha256 = hashlib.sha256(content).hexdigest()
    assert fetch_file(store.line, tiles[0].key("coadd"), tmp_path / "whole.fits", sha256=sha256) == (
        len(content) - 5000,
        sha256,
    )
    assert (tmp_path / "whole.fits").read_bytes() == content


def test_what_is_not_there_is_absent(store: Downloader, tmp_path: Path) -> None:
    with pytest.raises(AbsentError):
        fetch_file(store.line, "dr1/nothing.fits", tmp_path / "n.fits")
