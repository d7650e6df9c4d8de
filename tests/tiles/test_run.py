"""A queue of coadds becomes tiles and a ledger; the same call again does only what is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from qsospec_duck import connect
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.tiles import RunOptions, TileOptions, read_ledger, read_status, run_tiles
from qsospec_duck.tiles.dashboard import write_dashboard
from qsospec_duck.tiles.ledger import STARTED, Ledger, hold_root

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

import deadly
import endless


@pytest.fixture
def folder(make_fits, tmp_path: Path) -> Path:
    """Three tiles, the last without any quasar."""
    folder = tmp_path / "fits"
    folder.mkdir()
    for pixel, kind in ((1, "QSO"), (2, "QSO"), (3, "STAR")):
        ids = [100 * pixel + i for i in range(3)]
        name = f"main-dark-{pixel}.fits"
        cards = {"HPXPIXEL": pixel, "DEPNAM00": "SPECPROD", "DEPVER00": "iron"}
        make_fits.make_coadd(folder / f"coadd-{name}", ids, seed=pixel, cards=cards)
        make_fits.make_redrock(folder / f"redrock-{name}", ids, spectype=[kind] * 3)
    return folder


def made(folder: Path, out: Path, **options) -> list[str]:
    return [f"{entry.tile} {entry.status}" for entry in run_tiles(folder, out, **options)]


def test_each_tile_is_noted_with_its_files_options_and_bytes(folder: Path, tmp_path: Path) -> None:
    entries = run_tiles(folder, tmp_path / "out")
    assert [entry.status for entry in entries] == ["converted"] * 3
    first, _, last = entries
    assert (first.spectra, first.n_targets, first.cameras) == (3, 3, "BRZ")
    assert first.path == "dr1/main/dark/tile_1/qso_data_TILE1_3_qsos.parquet"
    assert first.parquet_bytes == (tmp_path / "out" / first.path).stat().st_size
    assert first.logical_bytes == 3 * 7751 * 12
    assert {source.kind: source.name for source in first.sources} == {
        "coadd": "coadd-main-dark-1.fits",
        "redrock": "redrock-main-dark-1.fits",
    }
    assert first.sources[0].checksum.startswith("datasum:")
    assert first.sources[1].checksum.startswith("sha256:")
    assert first.missing == ("emline", "rrdetails", "qso_qn", "qso_mgii")
    assert (last.spectra, last.reason) == (0, "zero_selected")
    assert read_ledger(tmp_path / "out")[1] == replace(first)
    copy = pq.read_table(tmp_path / "out" / "_ledger" / "ledger.pq")
    assert copy.schema.names == arrow_schema("tile_ledger").names
    assert copy.num_rows == 6


def test_a_second_run_makes_nothing_and_a_changed_one_only_what_changed(
    folder: Path, tmp_path: Path, make_fits
) -> None:
    out = tmp_path / "out"
    assert len(made(folder, out)) == 3
    assert made(folder, out) == []
    # A newer file of one tile.
    make_fits.make_redrock(tmp_path / "newer.fits", [200, 201, 202], z=[0.4, 0.5, 0.6])
    (folder / "redrock-main-dark-2.fits").write_bytes((tmp_path / "newer.fits").read_bytes())
    assert made(folder, out) == ["2 converted"]
    # A tile that was removed, and one that was cut short.
    tiles = sorted(out.rglob("tile_*/*.parquet"))
    tiles[0].unlink()
    tiles[2].write_bytes(tiles[2].read_bytes()[:-1])
    assert made(folder, out) == ["1 converted", "3 converted"]
    # Damage that leaves the size is found when asked.
    content = bytearray(tiles[1].read_bytes())
    content[len(content) // 2] ^= 1
    tiles[1].write_bytes(content)
    assert made(folder, out) == []
    assert made(folder, out, run=RunOptions(deep=True)) == ["2 converted"]
    # Other options.
    assert len(made(folder, out, options=TileOptions(precision="noise/16"))) == 3


def test_batches_can_be_limited_and_the_next_call_goes_on(folder: Path, tmp_path: Path) -> None:
    batches = []
    run = RunOptions(tiles_per_batch=2, max_batches=1)
    assert made(folder, tmp_path / "out", run=run, on_batch=batches.append) == ["1 converted", "2 converted"]
    status = read_status(tmp_path / "out")
    assert (status.n_tiles, status.converted, status.left) == (3, 2, 1)
    assert made(folder, tmp_path / "out", run=run, on_batch=batches.append) == ["3 converted"]
    assert [len(batch.entries) for batch in batches] == [2, 1]
    assert batches[0].mb_per_s > 0
    assert batches[0].status.reduction == pytest.approx(batches[0].status.fits_bytes / batches[0].status.parquet_bytes)
    with pytest.raises(ConfigError):
        RunOptions(tiles_per_batch=0)


def test_what_fails_is_noted_with_a_reason_and_tried_again(folder: Path, tmp_path: Path, make_fits) -> None:
    coadd = folder / "coadd-main-dark-2.fits"
    good = coadd.read_bytes()
    damaged = bytearray(good)
    damaged[good.index(b"R_FLUX") + 3 * 2880] ^= 1
    coadd.write_bytes(damaged)
    (folder / "redrock-main-dark-3.fits").unlink()
    make_fits.make_redrock(folder / "redrock-main-dark-4.fits", [200, 201, 202])
    (folder / "coadd-main-dark-4.fits").write_bytes(good[:30_000])
    out = tmp_path / "out"
    entries = {entry.tile: entry for entry in run_tiles(folder, out)}
    assert {tile: entry.reason for tile, entry in entries.items()} == {
        "1": None,
        "2": "checksum_mismatch",
        "3": "no_redshifts",
        "coadd-main-dark-4.fits": "malformed_fits",
    }
    assert "R_FLUX" in entries["2"].message
    coadd.write_bytes(good)
    assert sorted(made(folder, out)) == ["2 converted", "3 failed", "coadd-main-dark-4.fits failed"]
    assert read_status(out).reasons == {"no_redshifts": 1, "malformed_fits": 1}


def test_a_tile_that_a_run_died_of_is_made_last_and_in_its_own_process(
    folder: Path, tmp_path: Path, monkeypatch
) -> None:
    out = tmp_path / "out"
    entry = run_tiles(folder, tmp_path / "other")[0]
    with hold_root(out) as ledger:
        ledger.append(replace(entry, tile="1", status=STARTED, finished_at=None))
        assert ledger.deaths(("dr1", "main", "dark", "1")) == 1
    # A run that somebody ended is no proof: the tile is made.
    assert made(folder, out) == ["2 converted", "3 converted", "1 converted"]
    with hold_root(out) as ledger:
        ledger.append(replace(entry, tile="2", status=STARTED, finished_at=None, path=None))
    (out / "dr1/main/dark/tile_2/qso_data_TILE2_3_qsos.parquet").unlink()
    # The name of a function that ends its process travels to the child.
    monkeypatch.setattr("qsospec_duck.tiles.attempt.convert_tile", deadly.convert_tile)
    assert made(folder, out) == ["2 failed"]
    assert read_status(out).reasons == {"zero_selected": 1, "killed": 1}
    monkeypatch.undo()
    assert made(folder, out) == []
    assert made(folder, out, run=RunOptions(retry_killed=True)) == ["2 converted"]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_process_of_a_tile_ends_with_the_run_that_started_it(tmp_path: Path) -> None:
    told = tmp_path / "process"
    with subprocess.Popen([sys.executable, endless.__file__, str(told)]) as run:
        until = time.monotonic() + 60
        while not (told.is_file() and told.read_text()) and time.monotonic() < until:
            time.sleep(0.01)
        process = int(told.read_text())
        assert is_alive(process)
        run.kill()
    until = time.monotonic() + 60
    while is_alive(process) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_alive(process)


def test_the_ledger_survives_a_torn_line_and_refuses_a_damaged_one(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_tiles(folder, out)
    log = out / "_ledger" / "log.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[:-40])
    assert len(read_ledger(out)) == 5
    # The writer cuts the torn line off; the tile of it is made again.
    assert made(folder, out) == ["3 converted"]
    log.write_bytes(b"{]\n" + whole)
    with pytest.raises(TileError, match="line 1 is no ledger entry"):
        read_ledger(out)


def test_two_processes_cannot_hold_a_root(folder: Path, tmp_path: Path) -> None:
    with hold_root(tmp_path / "out"), pytest.raises(TileError, match="another process"):
        run_tiles(folder, tmp_path / "out")


def test_two_coadds_of_one_tile_are_refused_before_anything_is_made(folder: Path, tmp_path: Path) -> None:
    (folder / "copy").mkdir()
    for path in list(folder.glob("*-1.fits")):
        (folder / "copy" / path.name).write_bytes(path.read_bytes())
    with pytest.raises(TileError, match="is also that of"):
        run_tiles(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_sql_views_show_the_last_attempt_of_each_tile(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "redrock-main-dark-3.fits").unlink()
    run_tiles(folder, out)
    run_tiles(folder, out, options=TileOptions(precision="noise/16"))
    log = out / "_ledger" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b'{"tile": "torn", "sta')
    with connect(tile_root=out) as con:
        rows = con.execute("SELECT tile, status, reason, spectra FROM tile_ledger ORDER BY tile").fetchall()
        assert rows == [
            ("1", "converted", None, 3), ("2", "converted", None, 3), ("3", "failed", "no_redshifts", None),
        ]  # fmt: skip
        assert con.execute("SELECT tile, reason, tiles_with_reason FROM tile_failures").fetchall() == [
            ("3", "no_redshifts", 1)
        ]
        totals = con.execute("SELECT sum(tiles), sum(failures), sum(spectra) FROM tile_throughput").fetchone()
        assert totals == (2, 1, 6)
        names = [row[0] for row in con.execute("DESCRIBE tile_ledger").fetchall()]
        assert names == arrow_schema("tile_ledger").names
        latest = {entry.key: entry for entry in read_ledger(out) if entry.status != STARTED}
        known = con.execute("SELECT tile, sha256, sources[1].name FROM tile_ledger WHERE status = 'converted'")
        assert {row[0]: row[1:] for row in known.fetchall()} == {
            key[3]: (entry.sha256, entry.sources[0].name)
            for key, entry in latest.items()
            if entry.status == "converted"
        }
        silent = con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name LIKE 'tile_%' AND comment IS NULL"
        )
        assert silent.fetchall() == []


def test_rate_and_time_left_come_from_the_last_tiles(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.write_plan(10)
    for number in range(4):
        line = {"release": "dr1", "survey": "main", "program": "dark", "tile": str(number), "status": "converted"}
        line |= {"finished_at": f"2026-01-01T00:00:{10 * number:02d}+00:00", "spectra": 5}
        with ledger.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
    status = read_status(tmp_path)
    assert status.tiles_per_hour == pytest.approx(360.0)
    assert status.left == 6
    assert status.seconds_left == pytest.approx(60.0)
    assert status.spectra == 20


def test_the_dashboard_is_one_file_that_needs_nothing_else(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "redrock-main-dark-3.fits").unlink()
    run_tiles(folder, out)
    page = write_dashboard(out).read_text(encoding="utf-8")
    assert "<svg" in page
    assert "no_redshifts" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    with duckdb.connect() as con:
        # The page is no tile.
        assert con.execute("SELECT count(*) FROM glob(?)", [f"{out}/**/*.parquet"]).fetchone() == (2,)
