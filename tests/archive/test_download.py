"""Every file ends verified or reported, whatever the archive does; nothing is fetched twice or lost."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qsospec_duck.archive import ArchiveTile, Downloader, DownloadOptions, Events, Patience, download
from qsospec_duck.archive.fetch import fetch_file, read_note
from qsospec_duck.archive.local_server import LocalServer, Manners
from qsospec_duck.archive.ranges import fetch_needed
from qsospec_duck.archive.remote import HttpRemote, pause, retry_after
from qsospec_duck.archive.verify import verify_fits
from qsospec_duck.archive.workers import Slots
from qsospec_duck.errors import AbsentError, ChecksumError, ConfigError, TransferError
from qsospec_duck.tiles import convert_tile

QUICK = Patience(tries=25, base=0.001, most=0.01, mismatches=25)
Archive = tuple[Path, list[ArchiveTile]]


def options(*urls: str, **more) -> DownloadOptions:
    return DownloadOptions(mirrors=urls, patience=QUICK, timeout=5.0, **more)


def line_to(server: LocalServer, tmp_path: Path, **more):
    return Downloader(tmp_path, options(server.url, **more)).line


def assert_equal_to_archive(folder: Path, receipts) -> None:
    for receipt in receipts:
        if receipt.status in ("fetched", "present"):
            assert receipt.path.read_bytes() == (folder / receipt.tile.key(receipt.kind)).read_bytes()
        else:
            assert not receipt.path.exists()


def test_files_arrive_verified_and_absent_ones_are_told(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    with LocalServer(folder) as server:
        receipts = download(tiles, tmp_path, options=options(server.url))
        assert len(receipts) == 3 * 6
        assert [one.status for one in receipts[:6]] == ["fetched", "fetched", *["absent"] * 4]
        assert {one.verified for one in receipts if one.status == "fetched"} == {"sha256"}
        assert_equal_to_archive(folder, receipts)
        # What the folder's own list lacks is not asked for: the list twice, a coadd and a redrock for each tile.
        assert len(server.requests) == 12
        again = download(tiles, tmp_path, options=options(server.url))
        assert {one.status for one in again} == {"present", "absent"}
        assert len(server.requests) == 18
    assert not list(tmp_path.rglob("*.part*"))


@pytest.mark.parametrize("seed", range(3))
def test_a_server_that_misbehaves_in_every_way_gives_the_right_bytes_in_the_end(
    archive: Archive, tmp_path: Path, seed: int
) -> None:
    folder, tiles = archive
    bad = Manners(slow_down=0.2, drop=0.2, truncate=0.1, wrong_bytes=0.1, page=0.1, retry_after=0.0, seed=seed)
    with LocalServer(folder, bad) as server:
        receipts = download(tiles, tmp_path, options=options(server.url))
    assert [one.status for one in receipts] == ["fetched", "fetched", *["absent"] * 4] * 3
    assert_equal_to_archive(folder, receipts)
    assert server.counts["slow_down"] > 0
    assert server.counts["drop"] > 0


@pytest.mark.parametrize("fault", ["slow_down", "drop", "truncate", "wrong_bytes", "page"])
def test_each_fault_alone_is_overcome(archive: Archive, tmp_path: Path, fault: str) -> None:
    folder, tiles = archive
    key, sha256 = tiles[0].key("coadd"), hashlib.sha256((folder / tiles[0].key("coadd")).read_bytes()).hexdigest()
    with LocalServer(folder, Manners(**{fault: 0.7}, seed=4)) as server:
        fetch_file(line_to(server, tmp_path), key, tmp_path / "coadd.fits", sha256=sha256)
    assert server.counts[fault] > 0
    assert (tmp_path / "coadd.fits").read_bytes() == (folder / key).read_bytes()


def test_without_a_published_list_the_sums_of_the_file_itself_decide(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    bare = tmp_path / "bare"
    for kind in ("coadd", "redrock"):
        (bare / tiles[0].folder).mkdir(parents=True, exist_ok=True)
        (bare / tiles[0].key(kind)).write_bytes((folder / tiles[0].key(kind)).read_bytes())
    with LocalServer(bare, Manners(wrong_bytes=0.5, seed=7)) as server:
        receipts = download(tiles[:1], tmp_path / "to", options=options(server.url, kinds=("coadd",)))
        assert server.counts["wrong_bytes"] > 0
        plain = download(tiles[:1], tmp_path / "to", options=options(server.url, kinds=("coadd", "redrock")))
    assert [(one.status, one.verified) for one in receipts] == [("fetched", "datasum")]
    # The made redrock has no DATASUM, and nobody vouches for it: that is told.
    assert [(one.status, one.verified) for one in plain] == [("present", "datasum"), ("fetched", "size")]
    assert receipts[0].path.read_bytes() == (folder / tiles[0].key("coadd")).read_bytes()


def test_bytes_that_are_wrong_every_time_are_reported_and_not_kept(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    with LocalServer(folder, Manners(wrong_bytes=1.0)) as server:
        line = Downloader(tmp_path, DownloadOptions(mirrors=(server.url,), patience=Patience(3, 0.001, 0.01, 2))).line
        with pytest.raises(ChecksumError, match="2 times in a row"):
            fetch_file(line, tiles[0].key("coadd"), tmp_path / "x.fits", sha256="0" * 64)
        with pytest.raises(ChecksumError, match="2 times in a row"):
            fetch_needed(line, tiles[0].key("coadd"), tmp_path / "y.fits")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_transfer_goes_on_where_it_stopped(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    key = tiles[0].key("coadd")
    whole = (folder / key).read_bytes()
    with LocalServer(folder) as server:
        line = line_to(server, tmp_path)
        part = tmp_path / "c.fits.part"
        part.write_bytes(whole[:1_000_000])
        etag = f'"{hashlib.md5(whole, usedforsecurity=False).hexdigest()}"'
        (tmp_path / "c.fits.part.json").write_text(json.dumps({"etag": etag, "size": len(whole)}))
        travelled, _ = fetch_file(line, key, tmp_path / "c.fits")
        assert travelled == len(whole) - 1_000_000
        assert server.requests == [(f"/{key}", "bytes=1000000-")]
        assert (tmp_path / "c.fits").read_bytes() == whole
        # Another version of the file since: the part is of no use.
        part.write_bytes(b"x" * 1000)
        (tmp_path / "c.fits.part.json").write_text(json.dumps({"etag": '"old"', "size": 5000}))
        assert fetch_file(line, key, tmp_path / "c.fits")[0] == len(whole)
        # A part that is longer than the file, and one that nothing is known of.
        for note in ({"etag": etag, "size": 10 * len(whole)}, {}):
            part.write_bytes(b"x" * (len(whole) + 7))
            (tmp_path / "c.fits.part.json").write_text(json.dumps(note))
            fetch_file(line, key, tmp_path / "c.fits")
            assert (tmp_path / "c.fits").read_bytes() == whole
    assert read_note(part) == {}


def test_range_mode_fetches_a_fifth_and_gives_the_same_tile(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    tile = tiles[1]
    whole_size = (folder / tile.key("coadd")).stat().st_size
    with LocalServer(folder) as server:
        receipt = Downloader(tmp_path, options(server.url, ranges=True)).fetch_tile(tile)[0]
        asked = [span for path, span in server.requests if "coadd" in path]
    assert (receipt.status, receipt.verified) == ("fetched", "datasum")
    assert verify_fits(receipt.path) is None
    assert len(asked) == 4
    # A small tile: the first request and the neighbours of cameras weigh more than in a real one.
    assert receipt.fetched_bytes < 0.45 * whole_size
    whole = convert_tile(folder / tile.key("coadd"), tmp_path / "whole")
    small = convert_tile(receipt.path, tmp_path / "small")
    assert small.sha256 == whole.sha256
    assert small.count == 4
    assert pq.read_table(small.path)["n_exposures"].to_pylist() == [1] * 4


@pytest.mark.parametrize("seed", range(4))
def test_range_mode_overcomes_faults(archive: Archive, tmp_path: Path, seed: int) -> None:
    folder, tiles = archive
    bad = Manners(slow_down=0.2, drop=0.3, wrong_bytes=0.1, truncate=0.1, page=0.05, seed=seed)
    with LocalServer(folder, bad) as server:
        fetch_needed(line_to(server, tmp_path), tiles[0].key("coadd"), tmp_path / "good.fits")
    with LocalServer(folder) as server:
        fetch_needed(line_to(server, tmp_path), tiles[0].key("coadd"), tmp_path / "known.fits")
    assert (tmp_path / "good.fits").read_bytes() == (tmp_path / "known.fits").read_bytes()
    assert not list(tmp_path.glob("*.part*"))


def test_a_wrong_byte_in_any_header_is_noticed(archive: Archive, tmp_path: Path) -> None:
    """A camera whose MASK had a wrong byte in its name was left out in silence, and its tile was refused."""
    folder, tiles = archive
    key = tiles[0].key("coadd")
    good = (folder / key).read_bytes()
    served = tmp_path / "served" / key
    served.parent.mkdir(parents=True)
    for text in (b"R_MASK", b"XTENSION= 'IMAGE   '           / Image", b"NAXIS2  =", b"B_RESOLUTION", b"FIBERMAP"):
        damaged = bytearray(good)
        damaged[good.index(text) + 3] ^= 8
        served.write_bytes(damaged)
        with LocalServer(tmp_path / "served") as server:
            line = Downloader(
                tmp_path, DownloadOptions(mirrors=(server.url,), patience=Patience(2, 0.001, 0.01, 2))
            ).line
            with pytest.raises(ChecksumError, match="2 times in a row"):
                fetch_needed(line, key, tmp_path / "small.fits")
        assert not (tmp_path / "small.fits").exists()
        assert verify_fits(served) is not None
    assert verify_fits(folder / key) is None


def test_mirrors_are_tried_in_order_and_absence_needs_all_of_them(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    (tmp_path / "empty").mkdir()
    said: list[dict] = []
    with LocalServer(tmp_path / "empty") as first, LocalServer(folder) as second:
        downloader = Downloader(tmp_path / "to", options(first.url, second.url), events=Events(None, said.append))
        assert downloader.fetch_tile(tiles[0])[0].status == "fetched"
        assert {one["mirror"] for one in said if one["event"] == "not_here"} == {first.url}
        with pytest.raises(AbsentError, match="no mirror has it"):
            fetch_file(downloader.line, "dr1/nothing.fits", tmp_path / "n.fits")
    # Both servers are gone.
    with pytest.raises(TransferError, match="given up after 25 attempts"):
        fetch_file(downloader.line, "dr1/nothing.fits", tmp_path / "n.fits")


def test_events_are_lines_of_json(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    with LocalServer(folder, Manners(slow_down=0.5, retry_after=0.001, seed=1)) as server:
        download(tiles, tmp_path / "to", options=options(server.url), events=Events(tmp_path / "log" / "events.jsonl"))
    events = [json.loads(line) for line in (tmp_path / "log" / "events.jsonl").read_text().splitlines()]
    assert {"fetched", "retry"} <= {one["event"] for one in events}
    assert all(one["at"].endswith("+00:00") for one in events)
    assert all(one["why"] == "HTTP 503" for one in events if one["event"] == "retry")


def test_slots_halve_once_for_a_window_and_grow_when_clean() -> None:
    slots = Slots(start=8, most=10)
    with slots.hold() as first, slots.hold() as second:
        slots.throttled(first)
        slots.throttled(second)
    assert slots.limit == 4
    with slots.hold() as later:
        slots.throttled(later)
    assert slots.limit == 2
    for _ in range(2 + 3 + 4):
        slots.succeeded()
    assert slots.limit == 5
    for _ in range(200):
        slots.succeeded()
    assert slots.limit == slots.peak == 10


def test_no_more_requests_run_at_once_than_there_are_slots() -> None:
    slots, most, running, lock = Slots(start=2, most=2), 0, 0, threading.Lock()

    def work() -> None:
        nonlocal most, running
        with slots.hold():
            with lock:
                running += 1
                most = max(most, running)
            with lock:
                running -= 1

    threads = [threading.Thread(target=work) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most <= 2


def test_a_crowded_server_brings_the_number_of_requests_down(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    with LocalServer(folder, Manners(most_at_once=2, latency=0.01)) as server:
        downloader = Downloader(tmp_path, options(server.url, workers=8, start_workers=8))
        receipts = downloader.fetch_tiles(tiles)
    assert_equal_to_archive(folder, receipts)
    assert server.counts["slow_down"] > 0
    assert downloader.slots.limit < 8


def test_pauses_follow_the_archive_or_grow_at_random() -> None:
    assert 7.0 <= pause(0, 7.0, base=0.5, most=60.0) <= 7.5
    assert pause(3, 1e9, base=0.5, most=60.0) <= 60.5
    drawn = [pause(4, None, base=0.5, most=60.0) for _ in range(200)]
    assert 0 <= min(drawn) < 2 < 6 < max(drawn) <= 8
    assert retry_after({"Retry-After": "12"}) == 12
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"Retry-After": "soon"}) is None


def test_options_that_make_no_sense_are_refused() -> None:
    for wrong in ({"kinds": ("coadds",)}, {"mirrors": ()}, {"workers": 0}, {"timeout": 0.0}):
        with pytest.raises(ConfigError):
            DownloadOptions(**wrong)


def test_a_connection_without_bytes_counts_as_broken(archive: Archive, tmp_path: Path) -> None:
    folder, tiles = archive
    from qsospec_duck.archive.remote import TryLater

    with LocalServer(folder, Manners(latency=1.0)) as server:
        remote = HttpRemote(server.url, timeout=0.1)
        with pytest.raises(TryLater, match="no answer"), remote.open(tiles[0].key("coadd")):
            raise AssertionError("an answer came")
