"""Derived quantities by functions of Python and by queries, through one door."""

import sys
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck.catalog import BatchCalculator, compute_derived_quantities, derived, recalibrate
from qsospec_duck.connect import connect
from qsospec_duck.errors import ConfigError

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from made_runs import commit

from qsospec_duck.runs import finalize_run, hold_store, open_run

WIDTHS = "SELECT object_key, 'width' AS quantity, fwhm_hb AS value, fwhm_hb_err AS statistical_error FROM catalog"
COLUMNS = "object_key, object_id, quantity, value, statistical_error, total_error, unit"


@pytest.fixture
def con(made_run):
    with connect(run=made_run) as connection:
        yield connection


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A finished run of seven fits in three shards."""
    path = tmp_path / "many"
    with hold_store(path, {"made": True}, "made") as store:
        for task, numbers in {"a": (0, 1, 2), "b": (3, 4), "c": (5, 6)}.items():
            commit(store, task, good=numbers)
    finalize_run(path)
    return path


def doubled(one):
    found = [row for row in one["measurements"] if row["quantity"] == "hb_broad_fwhm"]
    return [
        {"quantity": "double", "value": 2 * row["value"], "statistical_error": 2 * row["error"], "unit": "km/s"}
        for row in found
    ]


def doubled_in_polars(objects, measurements):
    return measurements.filter(pl.col("quantity") == "hb_broad_fwhm").select(
        "object_key",
        quantity=pl.lit("double"),
        value=2 * pl.col("value"),
        statistical_error=2 * pl.col("error").cast(pl.Float64),
        unit=pl.lit("km/s"),
    )


def doubled_in_arrow(objects, measurements):
    assert isinstance(objects, pa.Table)
    return doubled_in_polars(pl.from_arrow(objects), pl.from_arrow(measurements)).to_arrow()


DOUBLED_IN_SQL = """
SELECT
    object_key, 'double' AS quantity, 2 * value AS value, 2 * error::DOUBLE AS statistical_error, 'km/s' AS unit
FROM measurements
WHERE quantity = 'hb_broad_fwhm'; -- one row an object
"""


def test_every_kind_of_calculator_gives_the_same_rows_side_by_side(made_run, con, tmp_path):
    file = tmp_path / "double.sql"
    file.write_text(DOUBLED_IN_SQL)
    calculators = {
        "one": doubled,
        "polars": BatchCalculator(doubled_in_polars),
        "arrow": BatchCalculator(doubled_in_arrow, frames="arrow"),
        "sql": DOUBLED_IN_SQL,
        "file": file,
    }
    table = compute_derived_quantities(made_run, calculators)
    rows = {
        name: con.execute(f"SELECT {COLUMNS} FROM derived WHERE calibration_id = ? ORDER BY ALL", [name]).fetchall()
        for name in calculators
    }
    assert rows["one"] == [("k1", "q1", "double", 10000.0, 500.0, None, "km/s")]
    assert all(found == rows["one"] for found in rows.values())
    assert sorted(table["calibration_id"].to_pylist()) == sorted(calculators)
    assert table.schema.names == [name for name, *_ in con.execute("DESCRIBE derived").fetchall()]


def test_calibrations_keep_the_text_of_every_calculator(made_run, con, tmp_path):
    file = tmp_path / "double.sql"
    file.write_text(DOUBLED_IN_SQL)
    compute_derived_quantities(
        made_run, {"a": doubled, "b": BatchCalculator(doubled_in_polars), "c": WIDTHS, "d": file}
    )
    recalibrate(made_run, "e")
    rows = con.execute("SELECT calculator, definition FROM calibrations ORDER BY calibration_id").fetchall()
    assert rows[0][0].endswith("test_calculators.doubled")
    assert "def doubled(one):" in rows[0][1]
    assert "def doubled_in_polars" in rows[1][1]
    assert rows[2:] == [("sql", WIDTHS), ("sql double.sql", DOUBLED_IN_SQL), (None, None)]


def test_a_query_may_rest_on_statements_of_its_own_and_on_the_macros(made_run, con):
    text = """
    CREATE TEMP MACRO my_mass(fwhm, logl) AS 6.7 + 2 * log10(fwhm / 1000) + 0.53 * (logl - 44);
    SELECT object_key, 'logmbh_mine' AS quantity, my_mass(fwhm_hb, logl5100) AS value, 'dex(Msun)' AS unit,
        logmbh_hb_err AS statistical_error, 0.4 AS intrinsic_scatter
    FROM catalog WHERE fwhm_hb > 0
    """
    compute_derived_quantities(made_run, {"mine": text})
    value, error, scatter, total = con.execute(
        "SELECT value, statistical_error, intrinsic_scatter, total_error FROM derived"
    ).fetchone()
    fwhm, light = con.execute("SELECT fwhm_hb, logl5100 FROM catalog WHERE object_key = 'k1'").fetchone()
    assert value == pytest.approx(6.7 + 2 * np.log10(fwhm / 1000) + 0.53 * (light - 44), rel=1e-12)
    assert scatter == 0.4
    assert total == pytest.approx(np.hypot(error, 0.4), rel=1e-12)


def test_a_calibration_of_derived_masses_may_be_stored_as_it_comes(made_run, con):
    compute_derived_quantities(made_run, {"s11": "FROM derived_masses(mgii_mass := 's11')"})
    columns = "* EXCLUDE (calibration_id, metadata), len(metadata)"
    asked = con.execute(f"SELECT {columns} FROM derived_masses(mgii_mass := 's11') ORDER BY ALL").fetchall()
    assert con.execute(f"SELECT {columns} FROM derived ORDER BY ALL").fetchall() == asked
    assert con.execute("SELECT DISTINCT calibration_id FROM derived").fetchall() == [("s11",)]


def test_values_that_are_not_finite_are_null(made_run, con):
    def undefined(objects, measurements):
        return objects.select("object_key", quantity=pl.lit("x"), value=pl.lit(float("nan")), unit=pl.lit(""))

    query = "SELECT object_key, 'x' AS quantity, 'inf'::DOUBLE AS value FROM objects"
    compute_derived_quantities(made_run, {"polars": BatchCalculator(undefined), "sql": query})
    assert con.execute("SELECT count(*), count(value) FROM derived").fetchone() == (6, 0)


@pytest.mark.parametrize("size", [1, 10**9])
def test_batches_hold_whole_objects_and_every_object_once(many, monkeypatch, size):
    monkeypatch.setattr(derived, "ROWS_PER_BATCH", size)
    seen = []

    def count(objects, measurements):
        assert set(measurements["object_key"]) <= set(objects["object_key"])
        seen.append(len(objects))
        counted = measurements.group_by("object_key").len().select("object_key", value=pl.col("len").cast(pl.Float64))
        return counted.with_columns(quantity=pl.lit("n"))

    table = compute_derived_quantities(
        many,
        {
            "batch": BatchCalculator(count),
            "one": lambda one: {"quantity": "n", "value": len(one["measurements"])},
            "sql": "SELECT object_key, 'n' AS quantity, count(*) AS value FROM measurements GROUP BY ALL",
        },
    )
    assert sum(seen) == 7
    assert len(seen) == (3 if size == 1 else 1)
    counts = pl.from_arrow(table).pivot("calibration_id", index="object_key", values="value")
    assert len(counts) == 7
    assert counts["one"].equals(counts["batch"])
    assert counts["one"].equals(counts["sql"])


def test_the_run_is_read_once_for_all_calculators(many, monkeypatch):
    read = []
    original = derived._table
    monkeypatch.setattr(derived, "_table", lambda name, shards: read.append(name) or original(name, shards))
    calculators = {
        f"c{number}": lambda one: {"quantity": "z", "value": one["object"]["redshift"]} for number in range(5)
    }
    assert compute_derived_quantities(many, calculators).num_rows == 35
    assert sorted(read) == ["measurements", "objects"]


def table_of(**columns):
    return BatchCalculator(lambda objects, measurements: pa.table(columns))


KEYS, NAMES = ["k1", "k2"], ["a", "a"]


@pytest.mark.parametrize(
    ("calculator", "message"),
    [
        (table_of(object_key=KEYS, quantity=NAMES, value=["x", "y"]), "value is no double"),
        (table_of(object_key=KEYS, quantity=NAMES), "no column 'value'"),
        (table_of(object_key=KEYS, quantity=NAMES, value=[1.0, 2.0], error=[1.0, 1.0]), "unknown column 'error'"),
        (table_of(object_key=["k1", "k1"], quantity=NAMES, value=[1.0, 2.0]), "a second time"),
        (table_of(object_key=["k1", "k9"], quantity=NAMES, value=[1.0, 2.0]), "k9.*is of no object"),
        (table_of(object_key=KEYS, quantity=["a", None], value=[1.0, 2.0]), "names no quantity"),
        (table_of(object_key=KEYS, quantity=NAMES, value=[1.0, 2.0], statistical_error=[1.0, -1.0]), "negative error"),
        (BatchCalculator(lambda objects, measurements: 3), "gives a int; it should give a table"),
        (lambda one: {"quantity": "a", "valu": 1.0}, "unknown column 'valu'"),
        (lambda one: {"quantity": "a", "value": "many"}, "value is no double"),
        (lambda one: [{"quantity": "a", "value": 1.0}, {"quantity": "a", "value": 2.0}], "a second time"),
        ("SELECT object_key, 'a' AS quantity, 'many' AS value FROM objects", "many"),
        ("SELECT object_key, 'a' AS quantity FROM objects", "no column 'value'"),
        ("SELECT object_key, 'a' AS quantity, 1 AS value, 1 AS error FROM objects", "unknown column 'error'"),
        ("SELECT object_key, 'a' AS quantity, 1 AS value FROM objects, range(2)", "a second time"),
        ("SELECT 'k9' AS object_key, 'a' AS quantity, 1 AS value", "k9.*is of no object"),
        ("SELECT object_key, '' AS quantity, 1 AS value FROM objects", "names no quantity"),
        ("SELECT object_key, 'a' AS quantity, 1 AS value, -1 AS total_error FROM objects", "negative error"),
        ("CREATE TEMP TABLE t AS SELECT 1", "should end with a query"),
        ("", "should end with a query"),
    ],
)
def test_what_makes_no_records_is_refused_and_leaves_what_was_there(made_run, con, calculator, message):
    good = {"quantity": "kept", "value": 1.0}
    compute_derived_quantities(made_run, {"mine": lambda one: good, "other": lambda one: good})
    with pytest.raises(ConfigError, match=message):
        compute_derived_quantities(
            made_run, {"other": lambda one: {"quantity": "new", "value": 2.0}, "mine": calculator}
        )
    assert con.execute("SELECT DISTINCT quantity FROM derived").fetchall() == [("kept",)]
    assert not list((made_run / "data").rglob("*.writing"))


def test_a_wrong_query_is_an_error_of_duckdb(made_run):
    with pytest.raises(duckdb.BinderException, match="nonsense"):
        compute_derived_quantities(made_run, {"mine": "SELECT nonsense FROM objects"})


def test_frames_are_of_two_kinds():
    with pytest.raises(ConfigError, match="'polars' or 'arrow'"):
        BatchCalculator(print, frames="pandas")


def test_rows_of_a_calibration_are_replaced_and_metadata_kept(many):
    for value in (1.0, 2.0):
        compute_derived_quantities(
            many, {"mine": lambda one, value=value: {"quantity": "a", "value": value, "metadata": {"paper": "X 2020"}}}
        )
    rows = open_run(many).read_table("derived").to_pylist()
    assert [row["value"] for row in rows] == [2.0] * 7
    assert rows[0]["metadata"] == [{"key": "paper", "value": '"X 2020"'}]
    (file,) = (many / "data" / "derived").glob("*.parquet")
    assert pq.read_metadata(file).num_rows == 7
