"""A coadd and its companions become one tile, and no defect of earlier converters is in it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError, ReaderError, TileError
from qsospec_duck.readers import read_spectra
from qsospec_duck.tiles import TileOptions, convert_tile, count_in_name, find_coadds

COADD = "coadd-main-dark-23040.fits"


def column(table, name: str) -> np.ndarray:
    return np.array([one.values.to_numpy() for one in table[name]])


def test_a_tile_has_its_name_its_order_and_its_columns(tile_folder_in: Path, tmp_path: Path) -> None:
    receipt = convert_tile(tile_folder_in / COADD, tmp_path / "out")
    assert receipt.path == tmp_path / "out/dr1/main/dark/tile_23040/qso_data_TILE23040_2_qsos.parquet"
    assert (receipt.count, receipt.n_targets, receipt.n_without_redshift) == (2, 5, 0)
    assert count_in_name(receipt.path) == 2
    assert receipt.missing == ("emline", "rrdetails", "qso_qn", "qso_mgii")
    table = pq.read_table(receipt.path)
    assert table["target_id"].to_pylist() == [10, 40]
    assert table["z"].to_pylist() == [0.5, 2.0]
    assert table.schema.names == [*arrow_schema("spectra").names, *arrow_schema("tiles").names]
    assert table.schema.types == [*arrow_schema("spectra").types, *arrow_schema("tiles").types]
    assert [path.name for path in receipt.path.parent.iterdir()] == [receipt.path.name]


def test_pixels_of_a_tile_are_those_of_the_coadd_to_the_bit(tile_folder_in: Path, tmp_path: Path) -> None:
    options = TileOptions(selection="all", wavelength_range=None)
    table = pq.read_table(convert_tile(tile_folder_in / COADD, tmp_path / "out", options=options).path)
    known = read_spectra(tile_folder_in / COADD)
    order = np.argsort(known["target_id"].to_numpy())
    for name in ("wavelength", "flux", "ivar", "mask_array"):
        assert np.array_equal(column(table, name), column(known, name)[order])
    cut = pq.read_table(
        convert_tile(tile_folder_in / COADD, tmp_path / "cut", options=TileOptions(selection="all")).path
    )
    assert cut["n_pix"].to_pylist() == [7751] * 5
    assert np.array_equal(column(cut, "flux"), column(table, "flux")[:, :7751])
    assert column(cut, "wavelength")[:, -1] == pytest.approx(9800.0, abs=1e-6)


def test_defects_of_earlier_converters_are_absent(tile_folder_in: Path, tmp_path: Path) -> None:
    """Breaks at pixels 2750 and 5076, 177 doubled wavelengths, rr_chi2 missing (audit of an earlier archive)."""
    options = TileOptions(selection="all", wavelength_range=None)
    table = pq.read_table(convert_tile(tile_folder_in / COADD, tmp_path / "out", options=options).path)
    for wavelength in column(table, "wavelength"):
        steps = np.diff(wavelength)
        assert (steps > 0).all()
        assert np.unique(np.round(wavelength, 3)).size == wavelength.size == 7781
        assert np.allclose(steps, 0.8, atol=1e-6)
    assert table["rr_chi2"].null_count == 0
    assert set(table["dwave"].to_pylist()) == {0.8}
    assert len(set(table["target_id"].to_pylist())) == table.num_rows == 5


def test_no_target_selected_is_a_valid_tile(tile_folder_in: Path, tmp_path: Path) -> None:
    con = duckdb.connect()
    receipt = convert_tile(tile_folder_in / COADD, tmp_path, options=TileOptions(selection="z > 9"), con=con)
    assert receipt.path.name == "qso_data_TILE23040_0_qsos.parquet"
    table = pq.read_table(receipt.path)
    assert table.num_rows == 0
    assert table.schema.names[:3] == ["object_key", "object_id", "target_id"]
    assert con.execute("SELECT count(*) FROM read_parquet(?)", [str(receipt.path)]).fetchone() == (0,)


def test_the_same_input_gives_the_same_bytes_and_a_new_count_takes_the_place_of_the_old(
    tile_folder_in: Path, tmp_path: Path
) -> None:
    first = convert_tile(tile_folder_in / COADD, tmp_path / "out")
    content = first.path.read_bytes()
    again = convert_tile(tile_folder_in / COADD, tmp_path / "out")
    other = convert_tile(tile_folder_in / COADD, tmp_path / "other")
    assert again.sha256 == other.sha256 == first.sha256
    assert again.path.read_bytes() == content
    everything = convert_tile(tile_folder_in / COADD, tmp_path / "out", options=TileOptions(selection="all"))
    assert not first.path.exists()
    assert list(everything.path.parent.iterdir()) == [everything.path]


def test_row_groups_and_statistics_let_queries_skip(make_fits, tmp_path: Path) -> None:
    ids = list(range(100, 250))
    make_fits.make_coadd(tmp_path / COADD, ids)
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", ids)
    meta = pq.read_metadata(convert_tile(tmp_path / COADD, tmp_path / "out").path)
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [64, 64, 22]
    places = {meta.row_group(0).column(i).path_in_schema: i for i in range(meta.num_columns)}
    assert meta.row_group(1).column(places["target_id"]).statistics.min == 164
    assert meta.row_group(0).column(places["z"]).statistics.max == 1.5
    for name in ("flux", "ivar", "wavelength"):
        assert "BYTE_STREAM_SPLIT" in meta.row_group(0).column(places[f"{name}.list.element"]).encodings
    wavelength = meta.row_group(0).column(places["wavelength.list.element"])
    assert wavelength.total_compressed_size < 64 * 1000
    assert meta.row_group(0).column(places["flux.list.element"]).compression == "ZSTD"


def test_a_damaged_image_is_noticed_by_its_checksum(tile_folder_in: Path, tmp_path: Path) -> None:
    path = tile_folder_in / COADD
    content = bytearray(path.read_bytes())
    content[content.index(b"R_FLUX") + 3 * 2880] ^= 1
    path.write_bytes(content)
    with pytest.raises(TileError, match=r"R_FLUX\): DATASUM"):
        convert_tile(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert convert_tile(path, tmp_path / "out", options=TileOptions(verify="read")).count == 2


def test_real_coadds_become_tiles_of_their_own_identity(shared_data: Path, tmp_path: Path) -> None:
    desi = shared_data / "desi"
    galaxy = convert_tile(desi / "coadd-4-80613-thru20210324.fits", tmp_path, options=TileOptions(selection="galaxy"))
    assert galaxy.path.parent.name == "tile_80613-4-thru20210324"
    assert (galaxy.release, galaxy.count) == ("dr1", 1)
    row = pq.read_table(galaxy.path).to_pylist()[0]
    assert row["ebv"] == pytest.approx(0.0514118, abs=1e-7)
    assert row["n_exposures"] == len(row["exposures"]) == 30
    assert row["mjd_min"] <= row["mjd_mean"] <= row["mjd_max"]
    assert row["mjd_min"] == row["exposures"][0]["mjd"]
    assert row["exptime"] == pytest.approx(sum(one["exptime"] for one in row["exposures"]))
    redrock = desi / "derived" / "redrock-1-80693-thru20210204.fits"
    quasars = convert_tile(desi / "coadd-1-80693-thru20210204.fits", tmp_path, redrock=redrock)
    assert quasars.count == 5
    found = duckdb.connect().execute(
        "SELECT count(*) FROM read_parquet(?, union_by_name = false)", [f"{tmp_path}/**/tile_*/qso_*.parquet"]
    )
    assert found.fetchone() == (6,)


def test_coadds_are_found_in_folders_below_and_a_folder_without_any_is_refused(
    tile_folder_in: Path, tmp_path: Path
) -> None:
    assert find_coadds(tmp_path) == [tile_folder_in / COADD]
    assert find_coadds([tile_folder_in, tile_folder_in / COADD]) == [tile_folder_in / COADD]
    with pytest.raises(TileError, match="no coadd"):
        find_coadds(tmp_path / "out")


def test_what_cannot_be_converted_is_refused(shared_data: Path, tile_folder_in: Path, tmp_path: Path) -> None:
    with pytest.raises(TileError, match="no redrock file"):
        convert_tile(shared_data / "desi" / "coadd-5-169-thru20210419.fits", tmp_path)
    redrock = tile_folder_in / "redrock-main-dark-23040.fits"
    with pytest.raises(ReaderError, match="camera B lacks"):
        convert_tile(shared_data / "desi" / "badformat_missing_b_color.fits", tmp_path, redrock=redrock)
    for options in ({"precision": "none"}, {"verify": "yes"}, {"wavelength_range": (9000.0, 4000.0)}):
        with pytest.raises(ConfigError):
            TileOptions(**options)
    with pytest.raises(ConfigError, match="should overlap"):
        convert_tile(tile_folder_in / COADD, tmp_path, options=TileOptions(wavelength_range=(100.0, 200.0)))
