"""The DuckDB file that opens without this package."""

import subprocess
import sys

import duckdb
import pytest

from qsospec_duck.catalog import write_catalog_file
from qsospec_duck.errors import ConfigError, RunError

QUESTIONS = (
    "SELECT object_id, logmbh_hb FROM catalog ORDER BY object_key",
    "SELECT count(*) FROM derived_masses(h0 := 67.66, om0 := 0.3111)",
    "SELECT object_key FROM qa_by_warning('low_snr')",
    "SELECT luminosity_distance_mpc(1.0)",
    "SELECT count(*) FROM derived",
)


def ask(file, folder):
    """Answers of another process that knows nothing of this package."""
    script = (
        "import sys, duckdb\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print([con.execute(q).fetchall() for q in sys.argv[2:]])\n"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", script, str(file), *QUESTIONS],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return eval(run.stdout)


@pytest.mark.parametrize("name", ["qsospec.duckdb", "my quasars.db"])
def test_another_process_opens_the_file_in_its_folder(made_run, name):
    file = write_catalog_file(made_run, made_run / name)
    masses, derived, warned, distance, empty = ask(file, made_run)
    assert [row[0] for row in masses] == ["q1", "q2", "q3"]
    assert masses[0][1] > 8
    assert derived[0][0] > 10
    assert warned == [("k2",)]
    assert distance[0][0] == pytest.approx(6607.6576, abs=1e-3)
    assert empty == [(0,)]


def test_absolute_paths_work_from_anywhere(made_run, tmp_path):
    file = write_catalog_file(made_run, tmp_path / "anywhere.duckdb", paths="absolute")
    (tmp_path / "elsewhere").mkdir()
    assert ask(file, tmp_path / "elsewhere")[0][0][0] == "q1"


def test_a_materialised_file_stands_alone(made_run, tmp_path):
    file = write_catalog_file(made_run, tmp_path / "alone.duckdb", materialise=True)
    made_run.rename(tmp_path / "gone")
    assert ask(file, tmp_path)[0][0][0] == "q1"
    with duckdb.connect(str(file), read_only=True) as con:
        comment = con.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'catalog' AND column_name = 'fwhm_hb'"
        ).fetchone()
    assert comment == ("Hβ, broad: Full width at half maximum of the summed profile [km/s]",)


def test_an_attached_file_answers_views_and_after_use_macros(made_run, tmp_path):
    file = write_catalog_file(made_run, tmp_path / "other.duckdb", paths="absolute")
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{file}' AS q (READ_ONLY)")
        assert con.execute("SELECT count(*) FROM q.catalog WHERE logmbh IS NOT NULL").fetchone() == (2,)
        con.execute("USE q")
        assert con.execute("SELECT count(*) > 0 FROM derived_masses()").fetchone() == (True,)


def test_an_older_duckdb_can_read_the_storage(made_run, tmp_path):
    file = write_catalog_file(made_run, tmp_path / "old.duckdb")
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{file}' AS q (READ_ONLY)")
        tags = con.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'q'").fetchone()
    assert "v1.4" in str(tags)


def test_writing_again_replaces_the_file_and_leaves_nothing_beside_it(made_run, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    for _ in range(2):
        write_catalog_file(made_run, folder / "q.duckdb")
    assert [path.name for path in folder.iterdir()] == ["q.duckdb"]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"manifest\.json"):
        write_catalog_file(tmp_path, tmp_path / "q.duckdb")


def test_unknown_kind_of_paths_is_refused(made_run, tmp_path):
    with pytest.raises(ConfigError, match="relative"):
        write_catalog_file(made_run, tmp_path / "q.duckdb", paths="clever")
