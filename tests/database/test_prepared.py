"""Views and macros taken over from an earlier session: the same as those that the SQL files make."""

import duckdb
import pytest

from qsospec_duck.catalog.bundle_views import views_for_this_duckdb
from qsospec_duck.connect import connect
from qsospec_duck.database import load_prepared, load_sql
from qsospec_duck.database.prepared import KEPT, prepared_file

PARTS = ["macros", "run", "progress"]

OBJECTS = {
    "views": "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY 1",
    "columns": """
        SELECT table_name, column_name, data_type, comment FROM duckdb_columns()
        WHERE NOT internal AND database_name = current_database() ORDER BY table_name, column_index
    """,
    "macros": """
        SELECT function_name, function_type, parameters, parameter_types, comment
        FROM duckdb_functions() WHERE NOT internal ORDER BY ALL
    """,
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder of the test's own, still empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "qsospec_duck" / "sql"


def loaded(load, run):
    """All that a user can see of the objects that one of the two ways makes, and the answers of a view."""
    with duckdb.connect() as con:
        con.execute("SET VARIABLE qsospec_run = ?", [str(run)])
        load(con, PARTS, instead=views_for_this_duckdb(run))
        assert con.execute("SELECT count(*) FROM duckdb_databases() WHERE NOT internal").fetchone() == (1,)
        seen = {name: con.execute(query).fetchall() for name, query in OBJECTS.items()}
        return seen | {"rows": con.execute("FROM catalog ORDER BY object_key").fetchall()}


def test_objects_taken_over_are_those_that_the_sql_files_make(made_run, cache):
    made = loaded(load_sql, made_run)
    assert made["columns"]
    assert loaded(load_prepared, made_run) == made
    assert len(list(cache.iterdir())) == 1
    assert loaded(load_prepared, made_run) == made


def test_the_second_session_runs_no_sql_file(made_run, monkeypatch):
    with connect(run=made_run) as con:
        expected = con.execute("SELECT object_key, z FROM catalog ORDER BY 1").fetchall()

    def refuse(*args, **kwargs):
        raise AssertionError("an SQL file was run")

    monkeypatch.setattr("qsospec_duck.database.prepared.load_sql", refuse)
    with connect(run=made_run) as con:
        assert con.execute("SELECT object_key, z FROM catalog ORDER BY 1").fetchall() == expected
        assert con.execute("SELECT comment FROM duckdb_columns() WHERE table_name = 'catalog'").fetchone() != (None,)


def test_other_statements_or_another_duckdb_have_another_file(monkeypatch):
    first = prepared_file(PARTS, {})
    assert prepared_file(PARTS, {"catalog": "CREATE VIEW catalog AS SELECT 1"}) != first
    assert prepared_file(["macros"], {}) != first
    monkeypatch.setattr(duckdb, "__version__", "9.9.9")
    assert prepared_file(PARTS, {}) != first


def test_a_file_that_duckdb_cannot_read_is_made_anew(made_run, cache):
    expected = loaded(load_prepared, made_run)
    (path,) = cache.iterdir()
    path.write_bytes(b"torn")
    assert loaded(load_prepared, made_run) == expected
    (again,) = cache.iterdir()
    assert again == path
    assert path.stat().st_size > 100_000


def test_without_a_cache_folder_everything_is_made(made_run, tmp_path, monkeypatch):
    expected = loaded(load_prepared, made_run)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert loaded(load_prepared, made_run) == expected
    assert (tmp_path / "file").read_bytes() == b""


def test_old_files_make_room(cache, made_run):
    cache.mkdir(parents=True)
    for i in range(KEPT + 3):
        (cache / f"{i}.duckdb").touch()
    loaded(load_prepared, made_run)
    assert len(list(cache.iterdir())) == KEPT


def test_a_database_of_the_user_gets_its_objects_from_the_sql_files(made_run, cache, tmp_path):
    for _ in range(2):
        with connect(run=made_run, database=tmp_path / "mine.duckdb") as con:
            assert con.execute("SELECT count(*) FROM catalog").fetchone() == (3,)
    assert not cache.exists()
