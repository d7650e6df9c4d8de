"""Views over a bundle: typed, filled, wide."""

import math
import shutil

import duckdb
import pytest

from qsospec_duck.catalog.bundle_views import views_for_this_duckdb
from qsospec_duck.catalog.columns import catalog_columns
from qsospec_duck.columns import columns_of
from qsospec_duck.database import load_sql
from qsospec_duck.runs import TABLES


@pytest.fixture
def con(made_run):
    with duckdb.connect() as connection:
        connection.execute("SET VARIABLE qsospec_run = ?", [str(made_run)])
        load_sql(connection, ["macros", "run"], instead=views_for_this_duckdb(made_run), column_comments=False)
        yield connection


@pytest.mark.parametrize("table", TABLES)
def test_view_has_the_columns_and_types_of_its_table(con, table):
    described = [(name, kind.replace('"', "")) for name, kind, *_ in con.execute(f"DESCRIBE {table}").fetchall()]
    assert described == [(column.name, column.type) for column in columns_of(table)]


def test_catalog_has_the_described_columns_in_order(con):
    described = [(name, kind) for name, kind, *_ in con.execute("DESCRIBE catalog").fetchall()]
    assert described == [(column.name, column.type) for column in catalog_columns()]


def test_line_catalog_has_the_described_columns_in_order(con):
    described = [(name, kind) for name, kind, *_ in con.execute("DESCRIBE line_catalog").fetchall()]
    assert described == [(column.name, column.type) for column in columns_of("line_catalog")]


def test_a_run_without_derived_rows_has_an_empty_view(con):
    assert con.execute("SELECT count(*), sum(value) FROM derived").fetchone() == (0, None)


def test_catalog_has_one_row_a_fitted_object(con):
    assert con.execute("SELECT object_key FROM catalog ORDER BY object_key").fetchall() == [("k1",), ("k2",), ("k3",)]


def test_catalog_shows_what_was_measured_and_null_for_the_rest(con):
    row = con.execute(
        "SELECT fwhm_hb, fwhm_hb_err, ew_hb, fwhm_oiii5008, snr_mgii, flux5100, flux5100_err, fwhm_civ "
        "FROM catalog WHERE object_key = 'k1'"
    ).fetchone()
    # errors are stored as FLOAT: 6e-8 relative
    assert row[:-1] == pytest.approx((5000.0, 250.0, 40.0, 450.0, 33.0, 6.0, 0.06), rel=1e-6)
    assert row[-1] is None


def test_masses_in_catalog_are_those_of_the_macros(con):
    row = con.execute(
        "SELECT fwhm_hb, logl5100, logmbh_hb, fwhm_mgii, logl3000, logmbh_mgii FROM catalog WHERE object_key = 'k1'"
    )
    fwhm_hb, l5100, m_hb, fwhm_mgii, l3000, m_mgii = row.fetchone()
    assert m_hb == pytest.approx(6.91 + 2 * math.log10(fwhm_hb / 1000) + 0.5 * (l5100 - 44), abs=1e-9)
    assert m_mgii == pytest.approx(6.86 + 2 * math.log10(fwhm_mgii / 1000) + 0.5 * (l3000 - 44), abs=1e-9)


def test_fiducial_mass_and_luminosity_follow_redshift(con):
    rows = con.execute("SELECT logmbh_from, loglbol_from, logmbh, logledd FROM catalog ORDER BY object_key").fetchall()
    assert [row[:2] for row in rows] == [("logmbh_hb", "logl5100"), ("logmbh_civ", "logl1350"), (None, None)]
    assert rows[2][2:] == (None, None)
    low, error = con.execute(
        "SELECT logledd - (loglbol - logmbh - log10(1.26e38)), logledd_err FROM catalog WHERE object_key = 'k1'"
    ).fetchone()
    assert low == pytest.approx(0.0, abs=1e-12)
    assert error > 0


def test_line_catalog_has_one_row_an_object_line_and_role(con):
    rows = con.execute("SELECT object_key, line_id, role, fwhm, ew_err FROM line_catalog ORDER BY ALL").fetchall()
    assert [row[:3] for row in rows] == [
        ("k1", "hb", "broad"), ("k1", "mgii", "broad"), ("k1", "oiii5008", "total"),
        ("k2", "civ", "broad"), ("k2", "mgii", "broad"),
    ]  # fmt: skip
    assert rows[0][3:] == (5000.0, 2.0)


def test_a_value_that_is_not_finite_is_not_published(con, made_run):
    part = made_run / "data" / "measurements" / "part-00000.parquet"
    con.execute(f"CREATE TABLE m AS FROM '{part}'")
    con.execute("UPDATE m SET value = 'nan' WHERE quantity = 'hb_broad_fwhm'")
    con.execute("UPDATE m SET error = 'inf' WHERE quantity = 'hb_broad_ew'")
    con.execute(f"COPY m TO '{part}'")
    query = "SELECT fwhm_hb, fwhm_hb_err, ew_hb, ew_hb_err, logmbh_hb FROM catalog WHERE object_key = 'k1'"
    assert con.execute(query).fetchone() == (
        None, None, 40.0, None, None,
    )  # fmt: skip


def test_columns_that_an_older_bundle_lacks_are_null(con, made_run):
    part = made_run / "data" / "objects" / "part-00000.parquet"
    con.execute(f"CREATE TABLE o AS SELECT * EXCLUDE (object_number, fit_warn, fit_quality, zwarn, ebv) FROM '{part}'")
    con.execute(f"COPY o TO '{part}'")
    assert con.execute("SELECT fit_quality, zwarn, object_id FROM objects WHERE object_key = 'k1'").fetchone() == (
        None,
        None,
        "q1",
    )


def test_measurements_of_qsospec_011_come_under_our_names(con, made_run):
    shutil.rmtree(made_run / "data" / "measurements")
    (made_run / "data" / "measurements").mkdir()
    con.execute(
        "COPY (SELECT 'made' AS run_id, 'k1' AS object_key, 'q1' AS object_id, section, recipe_id, "
        "quantity, value, error "
        "FROM (VALUES ('complex_metric', 'hbeta_oiii', 'Hb_broad_flux_cgs', 2e-14, 1e-16), "
        "('complex_metric', 'hbeta_oiii', 'Hb_broad_flux_input', 2e3, 1e1), "
        "('complex_metric', 'hbeta_oiii', 'Hb_broad_fwhm_kms', 4000e0, 100e0), "
        ""
        "('continuum_sample', NULL, 'fAGN_5100', 7e0, 0.1e0), "
        "('continuum_parameter', NULL, 'power_law.slope', -1.5e0, 0.1e0)) "
        f"AS r(section, recipe_id, quantity, value, error)) TO '{made_run}/data/measurements/part-0.parquet'"
    )
    row = con.execute(
        "SELECT flux_hb, fwhm_hb, fwhm_hb_err, flux5100, power_law_slope, logl5100 - logl_lambda(7, 5100, 0.5), "
        "logl_hb - logl_line(2000, 0.5), logmbh_hb > 7 FROM catalog WHERE object_key = 'k1'"
    ).fetchone()
    assert row == pytest.approx((2000.0, 4000.0, 100.0, 7.0, -1.5, 0.0, 0.0, True), abs=1e-9)
    for name in ("hb_broad_fwhm", "Hb_broad_fwhm_kms"):
        extremes = con.execute("SELECT object_key, object_id, value FROM qa_extremes(?)", [name]).fetchall()
        assert extremes == [("k1", "q1", 4000.0)]


def test_a_missing_run_is_an_error_and_not_an_empty_view(con, tmp_path):
    con.execute("SET VARIABLE qsospec_run = ?", [str(tmp_path / "nowhere")])
    with pytest.raises(duckdb.IOException, match=r"nowhere/manifest\.json"):
        con.execute("FROM objects")


def test_three_columns_of_catalog_compute_three_aggregates(con):
    (plan,) = (text for _, text in con.execute("EXPLAIN SELECT object_key, fwhm_civ, ew_hb FROM catalog").fetchall())
    # the view holds more than 750
    assert 1 <= plan.count("max(") < 8
