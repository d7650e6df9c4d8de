"""Tiles of an archive: downloaded, converted, verified and cleaned up, whatever happens on the way."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import archive_run
import pytest

from qsospec_duck.archive import ArchiveTile, Downloader, DownloadOptions, Patience
from qsospec_duck.archive.local_server import LocalServer, Manners
from qsospec_duck.tiles import RunOptions, read_ledger, read_status, run_archive, run_tiles

Archive = tuple[Path, list[ArchiveTile]]


def downloader(server: LocalServer, to: Path, *, ranges: bool = False, tries: int = 25) -> Downloader:
    patience = Patience(tries=tries, base=0.001, most=0.01, mismatches=25)
    return Downloader(to, DownloadOptions(mirrors=(server.url,), ranges=ranges, patience=patience, timeout=5.0))


def sums(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("tile_*/*.parquet")
    }


@pytest.fixture(scope="module")
def known(archive: Archive, tmp_path_factory) -> dict[str, str]:
    """Tiles made from the folder itself."""
    out = tmp_path_factory.mktemp("known")
    run_tiles(archive[0], out)
    return sums(out)


@pytest.mark.parametrize("ranges", [False, True])
def test_downloaded_tiles_equal_local_ones_and_their_files_are_removed(
    archive: Archive, known: dict[str, str], tmp_path: Path, ranges: bool
) -> None:
    folder, tiles = archive
    with LocalServer(folder) as server:
        entries = run_archive(tiles, tmp_path / "out", downloader(server, tmp_path / "fits", ranges=ranges))
    assert [entry.status for entry in entries] == ["converted"] * 3
    assert sums(tmp_path / "out") == known
    assert not [path for path in (tmp_path / "fits").rglob("*") if path.is_file()]
    first = entries[0]
    assert first.published[0].startswith("coadd-main-dark-9835.fits ")
    whole = (folder / tiles[0].key("coadd")).stat().st_size
    assert (first.fetched_bytes < 0.5 * whole) is ranges
    assert first.seconds_download > 0


def test_a_server_that_misbehaves_gives_the_same_tiles(archive: Archive, known: dict[str, str], tmp_path: Path) -> None:
    folder, tiles = archive
    bad = Manners(slow_down=0.2, drop=0.2, truncate=0.1, wrong_bytes=0.1, page=0.1, seed=5)
    for ranges in (False, True):
        out, fits = tmp_path / f"out-{ranges}", tmp_path / f"fits-{ranges}"
        with LocalServer(folder, bad) as server:
            entries = run_archive(tiles, out, downloader(server, fits, ranges=ranges))
        assert [entry.status for entry in entries] == ["converted"] * 3
        assert server.counts["slow_down"] > 0
        assert server.counts["drop"] > 0
        assert sums(out) == known


def test_what_the_archive_lacks_or_refuses_is_noted_and_tried_again(
    archive: Archive, known: dict[str, str], tmp_path: Path
) -> None:
    folder, tiles = archive
    part = Path(shutil.copytree(folder, tmp_path / "part"))
    (part / tiles[0].key("redrock")).unlink()
    nowhere = ArchiveTile("dr1", "main", "dark", 26535)
    out = tmp_path / "out"
    with LocalServer(part) as server:
        entries = run_archive([*tiles, nowhere], out, downloader(server, tmp_path / "fits"))
    assert {entry.tile: entry.reason for entry in entries} == {
        "9835": "absent_upstream",
        "23040": None,
        "23041": None,
        "26535": "absent_upstream",
    }
    with LocalServer(part, Manners(slow_down=1.0)) as server:
        again = run_archive([tiles[0]], out, downloader(server, tmp_path / "fits", tries=3))
    assert [entry.reason for entry in again] == ["http_error"]
    assert "HTTP 503" in again[0].message
    with LocalServer(folder) as server:
        last = run_archive(tiles, out, downloader(server, tmp_path / "fits"))
        assert [entry.tile for entry in last] == ["9835"]
    assert sums(out) == known


def test_tiles_that_are_made_are_not_asked_for_and_a_newer_release_file_is_noticed(
    archive: Archive, tmp_path: Path
) -> None:
    folder, tiles = archive
    changing = Path(shutil.copytree(folder, tmp_path / "changing"))
    out, fits = tmp_path / "out", tmp_path / "fits"
    with LocalServer(changing) as server:
        run_archive(tiles, out, downloader(server, fits))
        asked = len(server.requests)
        assert run_archive(tiles, out, downloader(server, fits)) == []
        assert len(server.requests) == asked
        assert run_archive(tiles, out, downloader(server, fits), run=RunOptions(refresh=True)) == []
        # Only the lists of checksums were asked for, each twice.
        assert len(server.requests) == asked + 6
        redrock = changing / tiles[1].key("redrock")
        content = redrock.read_bytes().replace(b"LOZ", b"HIZ", 1)
        redrock.write_bytes(content)
        listed = changing / tiles[1].checksum_key
        lines = [line for line in listed.read_text().splitlines() if "redrock" not in line]
        listed.write_text("\n".join([*lines, f"{hashlib.sha256(content).hexdigest()}  {redrock.name}", ""]))
        entries = run_archive(tiles, out, downloader(server, fits), run=RunOptions(refresh=True))
    assert [entry.tile for entry in entries] == [str(tiles[1].healpix)]


def test_a_file_of_another_tile_is_refused(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    wrong = ArchiveTile("dr1", "main", "dark", 5)
    mixed = tmp_path / "mixed"
    (mixed / wrong.folder).mkdir(parents=True)
    for kind in ("coadd", "redrock"):
        (mixed / wrong.key(kind)).write_bytes((folder / tiles[0].key(kind)).read_bytes())
    with LocalServer(mixed) as server:
        entries = run_archive([wrong], tmp_path / "out", downloader(server, tmp_path / "fits"))
    assert entries[0].status == "failed"
    assert "9835" in entries[0].message
    # Nothing of it is left to be found by a glob.
    assert sums(tmp_path / "out") == {}


def test_batches_are_limited_and_downloads_run_ahead(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    with LocalServer(folder) as server:
        run = RunOptions(tiles_per_batch=1, max_batches=1)
        for number in range(1, 4):
            entries = run_archive(tiles, tmp_path / "out", downloader(server, tmp_path / "fits"), run=run)
            assert len(entries) == 1
            assert read_status(tmp_path / "out").converted == number
        assert run_archive(tiles, tmp_path / "out", downloader(server, tmp_path / "fits"), run=run) == []


@pytest.mark.parametrize("mode", ["whole", "ranges"])
def test_a_run_that_is_killed_time_and_again_ends_as_an_undisturbed_one(
    archive: Archive, known: dict[str, str], tmp_path: Path, mode: str
) -> None:
    folder, tiles = archive
    out = tmp_path / "out"
    pixels = [str(tile.healpix) for tile in tiles]
    left_over = []
    with LocalServer(folder, Manners(latency=0.02, drop=0.1, wrong_bytes=0.1, seed=3)) as server:
        command = [sys.executable, archive_run.__file__, server.url, str(out), mode, *pixels]
        # Killed when the third, fifth, ... request of the process has come: in the midst of a transfer.
        for count in (3, 5, 7, 9):
            seen = len(server.requests)
            process = subprocess.Popen(command, start_new_session=True)
            while process.poll() is None and len(server.requests) < seen + count:
                time.sleep(0.001)
            process.kill()
            was_killed = process.wait() == -signal.SIGKILL
            left_over.append(was_killed and any(archive_run.fits_folder(out).rglob("*.part")))
        assert subprocess.run(command, timeout=120).returncode == 0
    assert any(left_over), "no transfer was interrupted"
    assert sums(out) == known
    made = Counter(entry.key for entry in read_ledger(out) if entry.status == "converted")
    assert set(made.values()) == {1}
    assert len(made) == len(tiles)
    assert not [path for path in archive_run.fits_folder(out).rglob("*") if path.is_file()]
