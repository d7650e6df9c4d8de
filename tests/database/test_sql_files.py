"""The SQL files: found, listed once, named as what they make, commented."""

import duckdb
import pytest

from qsospec_duck.catalog.bundle_views import views_for_this_duckdb
from qsospec_duck.database import literal, load_sql, sql_files, sql_folder
from qsospec_duck.database.files import header_of
from qsospec_duck.errors import ConfigError


def test_every_sql_file_is_listed_exactly_once():
    on_disk = sorted(path for path in sql_folder().rglob("*.sql") if not path.name.startswith("install"))
    assert sorted(file.path for file in sql_files() if file.path.parent.name != "checks") == [
        path for path in on_disk if path.parent.name != "checks"
    ]
    names = [file.name for file in sql_files()]
    assert len(names) == len(set(names))


def test_every_header_starts_with_the_name_and_says_something():
    for file in sql_files():
        assert file.comment.startswith(file.name), f"{file.path}: the header should start with {file.name}"
        assert len(file.comment.splitlines()[0]) > len(file.name) + 10


def test_relations_of_luminosity_and_mass_name_a_source():
    for file in sql_files():
        if file.path.parent.name in ("cosmology", "luminosity", "mass") and not file.name.endswith("_err"):
            assert "Source" in file.comment, file.path


def test_mass_macros_use_double_literals():
    # 6.91 alone would be a DECIMAL and drag the arithmetic along
    with duckdb.connect() as con:
        load_sql(con, ["macros"])
        kinds = con.execute(
            "SELECT typeof(logmbh_hb(3000::FLOAT, 44.5)), typeof(logl_lambda(3, 5100, 0.5)), typeof(logledd(46.1, 8.5))"
        ).fetchone()
    assert kinds == ("DOUBLE", "DOUBLE", "DOUBLE")


def test_loading_twice_changes_nothing(made_run):
    with duckdb.connect() as con:
        con.execute("SET VARIABLE qsospec_run = ?", [str(made_run)])
        load_sql(con, ["macros", "run"], instead=views_for_this_duckdb(made_run))
        count = "SELECT count(*) FROM duckdb_functions() WHERE NOT internal"
        before = con.execute(count).fetchone(), con.execute("FROM catalog ORDER BY object_key").fetchall()
        load_sql(con, ["macros", "run"], instead=views_for_this_duckdb(made_run))
        assert (con.execute(count).fetchone(), con.execute("FROM catalog ORDER BY object_key").fetchall()) == before


def test_every_view_column_and_macro_has_a_comment(made_run):
    with duckdb.connect() as con:
        con.execute("SET VARIABLE qsospec_run = ?", [str(made_run)])
        load_sql(con, ["macros", "run"], instead=views_for_this_duckdb(made_run))
        silent = con.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NULL"
        )
        assert silent.fetchall() == []
        silent = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL")
        assert silent.fetchall() == []
        inner = ("wide_measurements",)  # its columns are those of catalog
        silent = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL"
        ).fetchall()
        assert [row for row in silent if row[0] not in inner] == []


def test_a_failing_file_leaves_the_database_as_it_was(made_run, tmp_path):
    with duckdb.connect() as con:
        con.execute("SET VARIABLE qsospec_run = ?", [str(tmp_path)])
        with pytest.raises(duckdb.IOException, match=r"manifest\.json"):
            load_sql(con, ["macros", "run"], instead=views_for_this_duckdb(made_run))
        assert con.execute("SELECT count(*) FROM duckdb_functions() WHERE NOT internal").fetchone() == (0,)


def test_an_unknown_part_is_refused():
    with duckdb.connect() as con, pytest.raises(ConfigError, match="macros, tiles"):
        load_sql(con, ["everything"])


def test_a_quote_inside_a_comment_survives():
    with duckdb.connect() as con:
        assert con.execute(f"SELECT {literal(chr(39) + 'a' + chr(39))}").fetchone() == ("'a'",)


def test_the_header_ends_at_the_first_line_that_is_no_comment():
    assert header_of("-- one\n--\n-- two\nSELECT 1; -- three\n") == "one\n\ntwo"
