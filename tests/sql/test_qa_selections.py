"""Selections for QA: the same objects wherever they are drawn."""

import pytest

from qsospec_duck.connect import connect


@pytest.fixture
def con(made_run):
    with connect(run=made_run) as connection:
        yield connection


def keys(con, query):
    return [row[0] for row in con.execute(f"SELECT object_key FROM {query}").fetchall()]


def test_objects_by_warning_code(con):
    assert keys(con, "qa_by_warning('low_snr')") == ["k2"]
    assert keys(con, "qa_by_warning('high_chi2')") == []


def test_failures_say_what_happened(con):
    assert con.execute("SELECT object_key, exception_type, message FROM qa_failures()").fetchall() == [
        ("k4", "FitError", "dark")
    ]


def test_a_sample_is_deterministic_and_changes_with_the_seed(con):
    con.execute(
        "CREATE TEMP VIEW objects AS SELECT 'k' || i AS object_key, 'o' || i AS object_id, 1.0 AS "
        "redshift FROM range(500) AS r(i)"
    )
    first = keys(con, "qa_sample(n := 20, seed := 7)")
    assert len(first) == 20
    assert keys(con, "qa_sample(n := 20, seed := 7)") == first
    assert keys(con, "qa_sample(n := 20, seed := 8)") != first


def test_extremes_come_from_both_ends(con):
    found = con.execute("SELECT object_key, value, side FROM qa_extremes('mgii_broad_fwhm', n := 1)").fetchall()
    assert sorted(found) == [("k1", 4200.0, "low"), ("k2", 4729.812569514398, "high")]


def test_a_query_selects_fitted_objects_once(con):
    con.execute("CREATE TABLE mine AS SELECT unnest(['k2', 'k2', 'unknown', 'k1']) AS object_key")
    assert keys(con, "qa_query(mine)") == ["k1", "k2"]


def test_bins_hold_at_most_n_of_rising_score(con):
    con.execute("CREATE TABLE many AS SELECT 'k' || i AS object_key, i * 1.0 AS width FROM range(100) AS r(i)")
    rows = con.execute("SELECT qa_bin, width FROM qa_bins(many, width, n := 3, bins := 4)").fetchall()
    assert [sum(1 for row in rows if row[0] == number) for number in (1, 2, 3, 4)] == [3, 3, 3, 3]
    assert max(w for number, w in rows if number == 1) < min(w for number, w in rows if number == 4)
