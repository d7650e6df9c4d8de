"""Shards hold what tiles hold, scalars say where it lies, and only what changed is written again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck import connect
from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.tiles import compact_tiles, look_up, run_tiles


@pytest.fixture(scope="module")
def made(tmp_path_factory, make_fits) -> Path:
    """Five tiles in two programs, one of them without spectra."""
    folder = tmp_path_factory.mktemp("many")
    for pixel, program, kind in ((7, "dark", "QSO"), (12, "dark", "QSO"), (100, "dark", "QSO"), (9, "dark", "STAR"),
                                 (7, "bright", "QSO")):  # fmt: skip
        ids = [1000 * pixel + i + (500 if program == "bright" else 0) for i in range(3)]
        place = folder / program
        place.mkdir(exist_ok=True)
        cards = {"HPXPIXEL": pixel, "PROGRAM": program, "DEPNAM00": "SPECPROD", "DEPVER00": "iron"}
        make_fits.make_coadd(place / f"coadd-main-{program}-{pixel}.fits", ids, seed=pixel, cards=cards)
        make_fits.make_redrock(place / f"redrock-main-{program}-{pixel}.fits", ids, spectype=[kind] * 3)
    run_tiles(folder, folder / "tiles")
    return folder / "tiles"


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "tiles"))


@pytest.fixture
def con():
    with duckdb.connect() as one:
        yield one


def test_shards_hold_every_spectrum_of_the_tiles(root: Path, tmp_path: Path, con) -> None:
    out = tmp_path / "shards"
    shards = compact_tiles(root, out, con)
    names = [shard.path.relative_to(out).as_posix() for shard in shards]
    assert names == ["dr1/main/bright/shard_7_7.parquet", "dr1/main/dark/shard_7_100.parquet"]
    assert [(shard.tiles, shard.spectra) for shard in shards] == [(1, 3), (4, 9)]
    both = "SELECT * FROM read_parquet(?) ORDER BY object_key"
    tiles, again = (con.sql(both, params=[f"{folder}/**/*.parquet"]).to_arrow_table() for folder in (root, out))
    assert tiles.equals(again)
    meta = pq.read_metadata(shards[1].path)
    places = {meta.row_group(0).column(i).path_in_schema: i for i in range(meta.num_columns)}
    assert "BYTE_STREAM_SPLIT" in meta.row_group(0).column(places["flux.list.element"]).encodings


def test_scalars_are_sorted_and_a_target_is_found_through_them(root: Path, tmp_path: Path, con) -> None:
    out = tmp_path / "shards"
    compact_tiles(root, out, con)
    scalars = pq.read_table(out / "_scalars" / "scalars_00000.pq")
    ids = scalars["target_id"].to_pylist()
    assert ids == sorted(ids)
    assert len(ids) == 12
    assert not {"flux", "ivar", "wavelength", "mask_array", "exposures", "rr_nbest"} & set(scalars.schema.names)
    found = look_up(out, 12001)
    assert found["object_key"].to_pylist() == ["dr1/main/dark/12/12001"]
    assert len(found["flux"][0]) == 7751
    assert look_up(out, 5).num_rows == 0
    # Scalars alone serve as the spectra relation, for queries that need no pixels.
    with connect(tiles=out / "_scalars" / "*.pq") as session:
        assert session.execute("SELECT count(*), count(flux) FROM spectra WHERE z > 1").fetchone() == (12, 0)


def test_a_look_up_does_not_import_pandas(root: Path, tmp_path: Path, con) -> None:
    out = tmp_path / "shards"
    compact_tiles(root, out, con)
    look = "import sys; from qsospec_duck.tiles import look_up; print(look_up(sys.argv[1], 12001).num_rows)"
    code = f"{look}; assert 'pyarrow' in sys.modules and 'pandas' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code, str(out)], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("1", "")


def test_a_column_that_shards_of_another_version_lack_is_null(root: Path, tmp_path: Path, con) -> None:
    out = tmp_path / "shards"
    compact_tiles(root, out, con)
    asked = "SELECT count(*), count(ebv), count(flux) FROM spectra"
    with connect(tiles=out) as session:
        assert session.execute(asked).fetchone() == (12, 12, 12)
    for shard in out.rglob("*.parquet"):
        pq.write_table(pq.read_table(shard, partitioning=None).drop_columns("ebv"), shard)
    with connect(tiles=out) as session:
        assert session.execute(asked).fetchone() == (12, 0, 12)


def test_small_targets_make_many_shards_and_nothing_is_written_twice(root: Path, tmp_path: Path, con) -> None:
    out = tmp_path / "shards"
    assert len(compact_tiles(root, out, con, target_mb=0.001)) == 5
    first = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    again = compact_tiles(root, out, con, target_mb=0.001)
    assert not any(shard.is_new for shard in again)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.*")} == first
    tile = next((root / "dr1/main/dark/tile_12").glob("*.parquet"))
    shutil.rmtree(root / "_ledger")
    pq.write_table(pq.read_table(tile).slice(0, 2), tile)
    assert [shard.path.name for shard in compact_tiles(root, out, con, target_mb=0.001) if shard.is_new] == [
        "shard_12_12.parquet"
    ]
    assert look_up(out, 12002).num_rows == 0
    # Tiles that are gone take their shards with them.
    shutil.rmtree(root / "dr1/main/bright")
    compact_tiles(root, out, con)
    assert sorted(path.name for path in out.rglob("*.parquet")) == ["shard_7_100.parquet"]


def test_what_is_too_little_for_a_shard_joins_the_one_before(root: Path, tmp_path: Path, con) -> None:
    tiles = sorted((root / "dr1/main/dark").rglob("*.parquet"), key=lambda path: int(path.parent.name[5:]))
    sizes = [path.stat().st_size for path in tiles]
    assert len(tiles) > 2
    # All but the last tile make a shard.
    target = (sum(sizes[:-1]) + 0.25 * sizes[-1]) / 1e6
    shards = [
        shard for shard in compact_tiles(root, tmp_path / "shards", con, target_mb=target) if "dark" in str(shard.path)
    ]
    assert [shard.tiles for shard in shards] == [len(tiles)]
    # With the first tile alone as target, each but the last two begins a shard.
    shards = [
        shard for shard in compact_tiles(root, tmp_path / "more", con, target_mb=1e-6) if "dark" in str(shard.path)
    ]
    assert [shard.tiles for shard in shards] == [1] * len(tiles)


def test_places_that_make_no_sense_are_refused(root: Path, tmp_path: Path, con) -> None:
    with pytest.raises(ConfigError, match="outside"):
        compact_tiles(root, root / "shards", con)
    with pytest.raises(TileError, match="no tile"):
        compact_tiles(tmp_path / "empty", tmp_path / "shards", con)


def test_the_view_over_shards_holds_every_row_and_opens_only_the_shard_of_a_target(
    root: Path, tmp_path: Path, con
) -> None:
    out = tmp_path / "shards"
    shards = compact_tiles(root, out, con, target_mb=0.001)
    with connect(tiles=out) as session, connect(tiles=root / "**" / "*.parquet") as known:
        everything = "SELECT * FROM spectra ORDER BY object_key"
        assert session.sql(everything).to_arrow_table().equals(known.sql(everything).to_arrow_table())
        some = "SELECT count(*), sum(z), count(DISTINCT program) FROM spectra WHERE z > 1 AND target_id > 7001"
        assert session.execute(some).fetchone() == known.execute(some).fetchone()
        one = "SELECT target_id, program, len(flux) FROM spectra WHERE target_id = 12001"
        assert session.execute(one).fetchall() == [(12001, "dark", 7751)]
    # Files that are no Parquet at all harm nobody who does not open them; the first one tells the columns.
    for shard in sorted(shard.path for shard in shards)[1:]:
        if shard.name != "shard_12_12.parquet":
            shard.write_bytes(b"nothing")
    with connect(tiles=out) as session:
        assert session.execute(one).fetchall() == [(12001, "dark", 7751)]
        with pytest.raises(duckdb.Error):
            session.execute("SELECT sum(z) FROM spectra").fetchall()


def test_after_a_compaction_that_was_interrupted_nothing_is_believed(
    root: Path, tmp_path: Path, con, monkeypatch
) -> None:
    out = tmp_path / "shards"
    compact_tiles(root, out, con)
    tile = next((root / "dr1/main/dark/tile_12").glob("*.parquet"))
    shutil.rmtree(root / "_ledger")
    content = tile.read_bytes()
    pq.write_table(pq.read_table(tile).slice(0, 2), tile)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("qsospec_duck.tiles.compact.write_index", stop)
        with pytest.raises(KeyboardInterrupt):
            compact_tiles(root, out, con)
    # The shard is new, its index old: rows would be missing without a word.
    for ask in (lambda: connect(tiles=out), lambda: look_up(out, 12001)):
        with pytest.raises(TileError, match="interrupted"):
            ask()
    # The manifest of before agrees with the tile of before, the shard does not.
    tile.write_bytes(content)
    assert all(shard.is_new for shard in compact_tiles(root, out, con))
    assert look_up(out, 12002).num_rows == 1


def test_tiles_that_do_not_belong_together_are_refused(root: Path, tmp_path: Path, con) -> None:
    tile = next((root / "dr1/main/dark/tile_100").glob("*.parquet"))
    whole = pq.read_table(tile)
    pq.write_table(whole.drop_columns(["hbeta_flux"]), tile)
    with pytest.raises(TileError, match="its columns are not those of the other tiles"):
        compact_tiles(root, tmp_path / "a", con)
    nobody = pa.nulls(whole.num_rows, pa.int64())
    pq.write_table(whole.set_column(whole.schema.get_field_index("target_id"), "target_id", nobody), tile)
    with pytest.raises(TileError, match="3 spectra have no target_id"):
        compact_tiles(root, tmp_path / "b", con)
