"""``inventory``, ``download``, ``tiles run`` and what looks after tiles, against a server on this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qsospec_duck import __version__, connect
from qsospec_duck.archive.local_server import LocalServer
from qsospec_duck.cli import main

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from made_archive import write_archive

WHICH = ["--release", "dr1", "--survey", "main", "--program", "dark"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    write_archive(folder, [7, 8], n=2)
    with LocalServer(folder) as one:
        yield one


def test_files_are_downloaded_and_counted(server: LocalServer, tmp_path: Path, capsys) -> None:
    arguments = ["download", *WHICH, "--pixels", "7-8", "--to", str(tmp_path / "fits"), "--mirror", server.url]
    assert main([*arguments, "--events", str(tmp_path / "events.jsonl")]) == 0
    assert "2 tiles: 4 fetched, 0 present, 8 absent, 0 failed" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "0 fetched, 4 present" in capsys.readouterr().out
    assert json.loads((tmp_path / "events.jsonl").read_text().splitlines()[0])["event"] == "fetched"
    assert main(["download", *WHICH, "--to", str(tmp_path)]) == 1
    assert "which tiles?" in capsys.readouterr().err


def test_an_inventory_feeds_a_run_that_is_looked_after(server: LocalServer, tmp_path: Path, capsys) -> None:
    listing = tmp_path / "list.txt"
    listing.write_text(
        "s3://desi-public/dr1/spectro/redux/iron/healpix/main/dark/7/7/coadd-main-dark-7.fits\n"
        "https://data.desi.lbl.gov/public/dr1/spectro/redux/iron/healpix/main/dark/0/8/coadd-main-dark-8.fits\n"
    )
    inventory, out = str(tmp_path / "tiles.csv"), str(tmp_path / "tiles")
    assert main(["inventory", str(listing), "--out", inventory]) == 0
    assert "2 tiles" in capsys.readouterr().out
    run = ["tiles", "run", "--inventory", inventory, "--out", out, "--mirror", server.url, "--ranges", "--quiet"]
    assert main([*run, "--tiles-per-batch", "1", "--max-batches", "1"]) == 0
    told = capsys.readouterr()
    assert "1 of 2 made" in told.out
    assert "batch 1: 1 tiles, 0 failed, 2 spectra" in told.err
    assert main(run) == 0
    assert "2 of 2 made, 4 spectra" in capsys.readouterr().out
    assert main(["tiles", "status", out]) == 0
    assert "2 of 2 tiles, 0 failed, 4 spectra" in capsys.readouterr().out
    assert main(["tiles", "status", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left"] == 0
    assert main(["tiles", "validate", out, "--summary"]) == 0
    told = capsys.readouterr().out
    assert "2 tiles: 0 errors, 0 warnings" in told
    assert "spectra 4" in told
    assert main(["tiles", "dashboard", out]) == 0
    assert capsys.readouterr().out.strip().endswith("dashboard.html")
    assert main(["tiles", "compact", out, "--out", str(tmp_path / "shards")]) == 0
    assert "1 shards, 1 of them new" in capsys.readouterr().out
    assert main(["inventory", inventory, "--there", inventory]) == 0


def test_damage_and_failures_have_their_exit_code(server: LocalServer, tmp_path: Path, capsys) -> None:
    out = tmp_path / "tiles"
    arguments = ["tiles", "run", *WHICH, "--pixels", "7,9", "--out", str(out), "--mirror", server.url, "--quiet"]
    assert main(arguments) == 3
    assert "dr1/main/dark/9: absent_upstream" in capsys.readouterr().err
    tile = next(out.rglob("tile_*/*.parquet"))
    tile.write_bytes(tile.read_bytes()[:-10])
    assert main(["tiles", "validate", str(out), "--out", str(tmp_path / "found.parquet")]) == 3
    assert "readable" in capsys.readouterr().out
    assert pq.read_table(tmp_path / "found.parquet")["check_name"].to_pylist().count("readable") == 1
    assert main(["tiles", "status", str(tmp_path)]) == 1
    assert "there is no ledger" in capsys.readouterr().err


def test_a_transfer_is_measured_without_network(tmp_path: Path, capsys) -> None:
    arguments = ["bench", "transfer", "--local-server", "--files", "3", "--file-mb", "0.1", "--workers", "1,2"]
    assert main([*arguments, "--json", str(tmp_path / "t.json")]) == 0
    assert "--workers" in capsys.readouterr().out
    found = json.loads((tmp_path / "t.json").read_text())
    assert [one["workers"] for one in found["measurements"]] == [1, 2]
    assert all(one["files"] == 3 and one["failures"] == 0 for one in found["measurements"])
    assert found["recommended_workers"] in (1, 2)
    assert main(["bench", "transfer", "--local-server", "--workers", "x"]) == 1


def test_convert_notes_its_tiles_and_makes_only_what_changed(tmp_path: Path, capsys) -> None:
    write_archive(tmp_path / "served", [7, 8], n=2)
    out = tmp_path / "tiles"
    arguments = ["tiles", "convert", str(tmp_path / "served"), "--out", str(out)]
    assert main(arguments) == 0
    assert "2 tiles, 4 spectra" in capsys.readouterr().out
    with connect(tile_root=out, tiles=out / "**" / "*.parquet") as con:
        rows = con.execute(
            "SELECT tile, status, spectra, list_transform(sources, lambda one: one.kind), path, software "
            "FROM tile_ledger ORDER BY tile"
        ).fetchall()
        assert con.execute("SELECT count(*) FROM spectra").fetchone() == (4,)
    assert [row[:4] for row in rows] == [(tile, "converted", 2, ["coadd", "redrock"]) for tile in ("7", "8")]
    assert all((out / row[4]).is_file() and row[5] == f"qsospec_duck {__version__}" for row in rows)
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    assert main(arguments) == 0
    assert "0 tiles, 0 spectra, 0.0 MB" in (told := capsys.readouterr().out)
    assert told.strip().endswith("2 were up to date")
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == times
    assert main([*arguments, "--wavelength-range", "none"]) == 0
    assert pq.read_table(next(out.rglob("*.parquet")))["n_pix"].to_pylist() == [7781, 7781]
    assert main([*arguments, "--wavelength-range", "4000,9000"]) == 0
    assert pq.read_table(next(out.rglob("*.parquet")))["n_pix"].to_pylist() == [6251, 6251]
    arguments += ["--wavelength-range", "4000,9000"]
    capsys.readouterr()
    # A coadd that is damaged: it alone is tried, it fails with a reason, and its exit code says so.
    coadd = next((tmp_path / "served").rglob("coadd-main-dark-8.fits"))
    coadd.write_bytes(coadd.read_bytes()[:-10_000])
    assert main(arguments) == 3
    told = capsys.readouterr()
    assert "malformed_fits" in told.err
    assert "truncated" in told.err
    assert "1 failed, 1 were up to date" in told.out
