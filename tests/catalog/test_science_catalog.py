"""Wide tables for Python and for files."""

import polars as pl
import pyarrow.parquet as pq
import pytest
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table

from qsospec_duck.catalog import build_science_catalog, to_astropy, write_table_file
from qsospec_duck.catalog.columns import catalog_columns
from qsospec_duck.columns import tables
from qsospec_duck.connect import connect
from qsospec_duck.errors import ConfigError


def test_standard_catalog_is_the_view_with_units(made_run):
    table = build_science_catalog(made_run)
    assert table["object_key"].to_pylist() == ["k1", "k2", "k3"]
    assert table.schema.field("fwhm_hb").metadata[b"unit"] == b"km/s"
    assert table.schema.field("logl5100_err").metadata[b"ucd"].startswith(b"stat.error")


def test_specification_makes_columns_of_the_users_own(made_run):
    table = build_science_catalog(
        made_run,
        {
            "width": {"feature_id": "hb", "role": "broad", "measure": "fwhm"},
            "f5100": {"section": "continuum_sample", "quantity": "flux_5100", "include_error": False},
        },
    )
    frame = pl.from_arrow(table)
    assert frame["width"].to_list() == [5000.0, None, None]
    assert frame["width_err"].to_list() == [250.0, None, None]
    assert frame["f5100"].to_list() == [6.0, None, 2.0]
    assert "f5100_err" not in frame.columns


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        ({"x": {"role": "broad", "measure": "fwhm"}}, "several measurements"),
        ({"x": {"quantiti": "hb_broad_fwhm"}}, "quantiti"),
        ({"x": {}}, "no selector"),
        ({"redshift": {"quantity": "hb_broad_fwhm"}}, "there already"),
        ({"x": {"quantity": "hb_broad_fwhm"}, "x_err": {"quantity": "hb_broad_ew"}}, "there already"),
    ],
)
def test_a_specification_that_makes_no_sense_is_refused(made_run, specification, message):
    with pytest.raises(ConfigError, match=message):
        build_science_catalog(made_run, specification)


# FITS has no logarithmic units, and astropy says so of dex(erg/s) at reading
@pytest.mark.filterwarnings("ignore:'dex:astropy.units.UnitsWarning")
@pytest.mark.parametrize("suffix", ["parquet", "fits", "vot", "ecsv"])
def test_every_file_format_gives_values_and_units_back(made_run, tmp_path, suffix):
    path = tmp_path / f"catalog.{suffix}"
    table = build_science_catalog(made_run, output_path=path)
    if suffix == "parquet":
        assert pq.read_table(path).equals(table)
        assert pq.read_schema(path).field("fwhm_hb").metadata[b"unit"] == b"km/s"
        return
    back = Table.read(path)
    assert list(back["object_id"]) == ["q1", "q2", "q3"]
    assert back["fwhm_hb"][0] == 5000.0
    assert back["fwhm_hb"].mask.tolist() == [False, True, True] or back["fwhm_hb"][1] != back["fwhm_hb"][1]
    assert str(back["fwhm_hb"].unit) == "km / s"
    assert len(back.colnames) == table.num_columns
    assert back["ew_hb"].unit.is_equivalent("Angstrom")
    assert back["ew_hb"].unit.to("Angstrom") == pytest.approx(1.0, rel=1e-12)
    assert back["flux_hb"].unit.to("erg/(s cm2)") == pytest.approx(1e-17, rel=1e-12)


def test_units_that_votable_lacks_stand_in_the_description(made_run, tmp_path):
    path = tmp_path / "catalog.vot"
    build_science_catalog(made_run, output_path=path)
    back = Table.read(path)
    assert back["logl5100"].unit is None
    assert back["logl5100"].description.endswith("[dex(erg / s)]")
    assert back["ew_hb"].description.endswith("[Angstrom]")


def test_ucds_are_words_of_the_controlled_vocabulary():
    columns = [column for of_table in tables().values() for column in of_table]
    wrong = [
        (column.table, column.name, column.ucd)
        for column in (*columns, *catalog_columns())
        if not check_ucd(column.ucd, check_controlled_vocabulary=True)
    ]
    assert wrong == []


def test_astropy_table_carries_ucds_and_masks_null(made_run):
    table = to_astropy(build_science_catalog(made_run))
    assert table["ra"].meta["ucd"] == "pos.eq.ra;meta.main"
    assert table["fwhm_hb"].mask.tolist() == [False, True, True]
    assert str(table["ew_hb"].unit) == "Angstrom"


def test_the_result_of_a_query_has_units_where_its_columns_are_known(made_run):
    with connect(run=made_run) as con:
        table = to_astropy(con.sql("SELECT object_id, fwhm_hb, 2 * fwhm_hb AS twice FROM catalog ORDER BY object_key"))
    assert str(table["fwhm_hb"].unit) == "km / s"
    assert table["twice"].unit is None
    assert table["twice"][0] == 10000.0


def test_an_unknown_suffix_is_refused(made_run, tmp_path):
    with pytest.raises(ConfigError, match=r"\.parquet, \.fits"):
        write_table_file(build_science_catalog(made_run), tmp_path / "catalog.xlsx")
