"""Whatever names or holds spectra becomes items."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck.batch import Item, expand_inputs
from qsospec_duck.batch.inputs import require_unique, with_known
from qsospec_duck.errors import ReaderError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(items: list[Item]) -> list[str]:
    return [Path(item.path).name for item in items]


def test_a_directory_gives_its_spectra_and_not_their_companions(tmp_path):
    touch(tmp_path, "b/coadd-main-dark-1.fits", "b/redrock-main-dark-1.fits", "a.fits.gz", "notes.txt", ".hidden.fits")
    assert names(expand_inputs(tmp_path, tmp_path)) == ["a.fits.gz", "coadd-main-dark-1.fits"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReaderError, match="no spectra in this directory"):
        expand_inputs(tmp_path / "empty", tmp_path)


def test_a_glob_gives_what_matches_in_order(tmp_path):
    touch(tmp_path, "x/2.fits", "x/1.fits", "y/3.fits", "y/redrock-3.fits")
    assert names(expand_inputs(f"{tmp_path}/**/*.fits", tmp_path)) == ["1.fits", "2.fits", "3.fits"]
    with pytest.raises(ReaderError, match="no file matches"):
        expand_inputs(f"{tmp_path}/*.nothing", tmp_path)
    with pytest.raises(ReaderError, match="no such file"):
        expand_inputs(tmp_path / "absent.fits", tmp_path)


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path):
    touch(tmp_path, "spec[1].fits")
    assert names(expand_inputs(tmp_path / "spec[1].fits", tmp_path)) == ["spec[1].fits"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_manifest_names_files_under_the_usual_aliases(tmp_path, suffix):
    table = pa.table(
        {
            "FILENAME": ["a.fits", str(tmp_path / "b.fits")],
            "Redshift": [0.5, None],
            "RA": [10.0, 11.0],
            "name": ["A", "B"],
            "row": [3, None],
            "comment": ["x", "y"],
        }
    )
    path = tmp_path / f"list.{suffix}"
    (pq.write_table if suffix == "parquet" else pa.csv.write_csv)(table, path)
    first, second = expand_inputs(path, tmp_path)
    assert (first.path, first.rows) == (str(tmp_path / "a.fits"), (3,))
    assert first.known == {"z": 0.5, "ra": 10.0, "object_id": "A"}
    assert (second.path, second.rows) == (str(tmp_path / "b.fits"), None)
    assert second.known == {"ra": 11.0, "object_id": "B"}


def test_a_manifest_that_says_a_thing_twice_or_not_at_all_is_refused(tmp_path):
    with pytest.raises(ReaderError, match="columns file, filename all mean 'path'"):
        expand_inputs(pa.table({"file": ["a"], "filename": ["a"]}), tmp_path)
    with pytest.raises(ReaderError, match="row 1 has no 'path'"):
        expand_inputs(pa.table({"path": ["a", None]}), tmp_path)
    with pytest.raises(ReaderError, match=r"row 0, 'z' is 'high'; it should be a number"):
        expand_inputs(pa.table({"path": ["a"], "z": ["high"]}), tmp_path)


@pytest.mark.parametrize("kind", ["parquet", "arrow", "polars", "duckdb", "reader"])
def test_a_relation_of_spectra_becomes_rows_of_bounded_items_with_their_keys(tmp_path, relation, kind):
    spill = tmp_path / "spill"
    if kind == "parquet":
        pq.write_table(relation, tmp_path / "tile.parquet")
        inputs = tmp_path / "tile.parquet"
    elif kind == "duckdb":
        with duckdb.connect() as con:
            con.register("spectra", relation)
            items = expand_inputs(con.sql("SELECT * FROM spectra WHERE z < 0.335"), spill, 4)
        assert [item.keys for item in items] == [("made-0000", "made-0001", "made-0002", "made-0003")]
        return
    else:
        inputs = {"arrow": relation, "polars": pl.from_arrow(relation), "reader": relation.to_reader()}[kind]
    items = expand_inputs(inputs, spill, 4)
    assert [item.rows for item in items] == [(0, 1, 2, 3), (4, 5)]
    assert items[1].keys == ("made-0004", "made-0005")


def test_a_relation_without_keys_gets_them_from_file_and_row(tmp_path, relation):
    pq.write_table(relation.drop_columns(["object_key"]), tmp_path / "tile.parquet")
    (item,) = expand_inputs(tmp_path / "tile.parquet", tmp_path)
    assert item.keys == tuple(f"tile.parquet#{row}" for row in range(6))


def test_a_table_that_is_neither_is_refused(tmp_path):
    with pytest.raises(ReaderError, match="a table with the columns a, b"):
        expand_inputs(pa.table({"a": [1], "b": [2]}), tmp_path)
    with pytest.raises(ReaderError, match="a int; it should be a path"):
        expand_inputs(3, tmp_path)


def test_a_spectrum_without_a_key_gets_one_from_its_content(tmp_path, spectra):
    bare = replace(spectra[0], object_key="", object_id="")
    (item,) = expand_inputs(bare, tmp_path)
    (again,) = expand_inputs(replace(bare, flux=bare.flux.copy()), tmp_path)
    (other,) = expand_inputs(replace(bare, flux=bare.flux + 1e-9), tmp_path)
    assert item.keys == again.keys != other.keys


def test_two_inputs_that_share_a_key_are_refused_naming_both(tmp_path, spectra):
    touch(tmp_path, "x/spec.fits", "y/spec.fits.gz")
    with pytest.raises(ReaderError, match=r"x/spec\.fits and .*y/spec\.fits\.gz would both be stored as 'spec\.fits"):
        require_unique(with_known(expand_inputs(tmp_path, tmp_path), {}, {}))
    with pytest.raises(ReaderError, match=r"would both be stored as 'made-0000\.fits#0'"):
        require_unique(expand_inputs([spectra[0], spectra[0]], tmp_path))
    (tmp_path / "x" / "spec.fits").write_text("another release")
    require_unique(with_known(expand_inputs(tmp_path, tmp_path), {}, {}))
    manifest = pa.table({"path": ["coadd.fits", "coadd.fits"], "row": [1, 2]})
    require_unique(expand_inputs(manifest, tmp_path))
