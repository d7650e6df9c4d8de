"""Wide tables of the columns that a run has, and files with more columns than one table of FITS holds."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table

from qsospec_duck.catalog import build_science_catalog, write_table_file
from qsospec_duck.catalog.columns import catalog_columns
from qsospec_duck.cli import main
from qsospec_duck.columns import arrow_schema
from qsospec_duck.connect import connect
from qsospec_duck.errors import ConfigError

ADDED = [
    ("k1", "oi8449", "oi8449", "broad", "flux", 12.5, 0.5),
    ("k3", "oi8449", "oi8449", "broad", "flux", 7.0, 0.25),
    ("k1", "hbeta_oiii", "oiii4960", "narrow", "fwhm", 440.0, 20.0),
    ("k2", "mine", "my_line", "broad", "ew", 3.0, 1.0),
]


def add_measurements(run, rows):
    about = {"run_id": "made", "section": "complex_metric", "method": "covariance"}
    table = pa.Table.from_pylist(
        [
            about | {"object_key": key, "object_number": int(key[1:]), "recipe_id": recipe, "feature_id": line}
            | {"role": role, "quantity": f"{line}_{role}_{measure}", "measure": measure, "value": value, "error": error}
            for key, recipe, line, role, measure, value, error in rows
        ],
        schema=arrow_schema("measurements"),
    )  # fmt: skip
    pq.write_table(table, run / "data" / "measurements" / "part-00001.parquet")


@pytest.fixture
def run(made_run):
    add_measurements(made_run, ADDED)
    return made_run


def test_measured_columns_are_those_with_a_value_and_those_of_further_lines(run):
    table = build_science_catalog(run, columns="measured")
    assert table["flux_oi8449"].to_pylist() == [12.5, None, 7.0]
    assert table["flux_oi8449_err"].to_pylist() == [0.5, None, 0.25]
    assert table["fwhm_oiii4960_na"].to_pylist() == [440.0, None, None]
    assert table["ew_my_line"].to_pylist() == [None, 3.0, None]
    assert table.schema.field("fwhm_oiii4960_na").metadata[b"unit"] == b"km/s"
    assert "fwhm_ha" not in table.column_names
    assert all(table[name].null_count < 3 for name in table.column_names if name not in ("ra", "dec"))


def test_no_value_of_line_catalog_is_lost_among_measured_columns(run):
    table = build_science_catalog(run, columns="measured")
    found = {(key, value) for name in table.column_names[1:] for key, value in zip(
        table["object_key"].to_pylist(), table[name].to_pylist(), strict=True) if isinstance(value, float)}  # fmt: skip
    with connect(run=run) as con:
        rows = con.sql("SELECT * EXCLUDE (run_id, object_id, z, recipe_id, line_id, role) FROM line_catalog")
        lines = rows.to_arrow_table().to_pylist()
    wanted = {(row["object_key"], value) for row in lines for value in row.values() if isinstance(value, float)}
    assert len(wanted) > 20
    assert wanted <= found


def test_the_standard_catalog_is_the_same_whatever_a_run_holds(run):
    assert build_science_catalog(run).column_names == [column.name for column in catalog_columns()]


def test_columns_are_chosen_by_name(run):
    names = ["object_id", "fwhm_hb", "flux_oi8449"]
    table = build_science_catalog(run, columns=names)
    assert table.column_names == names
    assert table["fwhm_hb"].to_pylist() == [5000.0, None, None]
    assert build_science_catalog(run, columns=["fwhm_ha", "z"]).column_names == ["fwhm_ha", "z"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["fwhm_h"], "no column 'fwhm_h'; did you mean fwhm_h"),
        (["qqqqqqqqqqqq"], "no column 'qqqqqqqqqqqq'"),
        (["z", "z"], "named once"),
        (["flux_oi8449", "flux_oi8449"], "named once"),
        ([], "named once"),
        ("all", "'catalog', 'measured' or a list"),
    ],
)
def test_columns_that_are_not_there_are_refused(run, columns, message):
    with pytest.raises(ConfigError, match=message):
        build_science_catalog(run, columns=columns)


def test_columns_and_a_specification_exclude_each_other(run):
    with pytest.raises(ConfigError, match="not both"):
        build_science_catalog(run, {"w": {"quantity": "hb_broad_fwhm"}}, columns="measured")


def test_a_line_of_two_complexes_makes_no_column(made_run):
    add_measurements(made_run, [("k1", name, "oi8449", "broad", "flux", 1.0, 0.1) for name in ("one", "two")])
    with pytest.raises(ConfigError, match=r"oi8449, broad.*\(one, two\)"):
        build_science_catalog(made_run, columns="measured")


@pytest.mark.parametrize("count", [998, 999, 1000, 2500])
def test_more_columns_than_a_fits_table_holds_go_into_several(tmp_path, count):
    rng = np.random.default_rng(1)
    columns = {f"c{number:04d}": rng.normal(size=2) for number in range(count - 1)}
    table = pa.table({"c": [1.0, 2.0], "object_key": ["a", "b"], **dict(list(columns.items())[:-1])})
    assert table.num_columns == count
    path = write_table_file(table, tmp_path / "wide.fits")
    with fits.open(path) as hdus:
        names = [hdu.name for hdu in hdus[1:]]
    assert names == (
        ["CATALOG"] if count <= 999 else [f"CATALOG{n}" if n else "CATALOG" for n in (0, 2, 3)[: len(names)]]
    )
    assert len(names) == -(-(count - 1) // 998)
    parts = [Table.read(path, hdu=name) for name in names]
    assert all(list(part["object_key"]) == ["a", "b"] for part in parts)
    back = {name: list(part[name]) for part in parts for name in part.colnames}
    assert back == table.to_pydict()


# FITS has no logarithmic units, and astropy says so of dex(erg/s) at reading
@pytest.mark.filterwarnings("ignore:'dex:astropy.units.UnitsWarning")
@pytest.mark.parametrize("suffix", ["fits", "vot", "ecsv", "parquet"])
def test_the_command_writes_measured_columns(run, tmp_path, suffix):
    path = tmp_path / f"catalog.{suffix}"
    assert main(["export", str(run), "--columns", "measured", "--to", str(path)]) == 0
    back = pq.read_table(path) if suffix == "parquet" else Table.read(path)
    names = back.column_names if suffix == "parquet" else back.colnames
    assert "flux_oi8449" in names
    assert "fwhm_ha" not in names


def test_the_command_takes_names_of_columns_and_refuses_a_query_beside_them(run, tmp_path, capsys):
    path = tmp_path / "catalog.ecsv"
    assert main(["export", str(run), "--columns", "object_id, fwhm_hb", "--to", str(path)]) == 0
    assert Table.read(path).colnames == ["object_id", "fwhm_hb"]
    assert main(["export", str(run), "--columns", "z", "--query", "FROM catalog", "--to", str(path)]) != 0
    assert "--columns" in capsys.readouterr().err
