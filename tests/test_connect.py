"""connect(): views, variables, and fit_quasar inside a query."""

import shutil
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck.batch import fit_batch
from qsospec_duck.columns import arrow_schema, columns_of
from qsospec_duck.connect import connect
from qsospec_duck.errors import ConfigError, RunError


def made_spectrum(key, z=0.4):
    """A power law with a broad Hβ, S/N 30."""
    rng = np.random.default_rng(8)
    wavelength = np.arange(3800.0, 9200.0, 2.0)
    rest = wavelength / (1 + z)
    flux = 10.0 * (rest / 3000.0) ** -1.5 + 6.0 * np.exp(-0.5 * ((rest - 4862.683) / 30.0) ** 2)
    error = np.full(wavelength.size, flux.mean() / 30.0)
    return {
        "object_key": key, "object_id": key, "survey": "table", "ra": 10.0, "dec": 0.0, "z": z, "ebv": 0.0,
        "wavelength": wavelength.tolist(), "flux": (flux + rng.normal(0, error)).tolist(), "ivar": (error**-2).tolist(),
        "mask_array": [0] * wavelength.size,
    }  # fmt: skip


def write_tile(path, rows, without=(), extra=None):
    table = pa.Table.from_pylist(rows, schema=arrow_schema("spectra")).drop_columns(list(without))
    for name, values in (extra or {}).items():
        table = table.append_column(name, values)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=2)


def test_spectra_is_the_relation_over_the_tiles(tmp_path):
    write_tile(tmp_path / "a" / "tile_1.parquet", [made_spectrum("x"), made_spectrum("y")])
    write_tile(
        tmp_path / "b" / "tile_2.parquet",
        [made_spectrum("z")],
        without=["ebv", "survey"],
        extra={"rr_chi2": pa.array([1.5])},
    )
    write_tile(tmp_path / "b" / "tile_3.parquet", [])
    with connect(tiles=f"{tmp_path}/**/*.parquet") as con:
        described = [(row[0], row[1]) for row in con.execute("DESCRIBE spectra").fetchall()]
        assert described == [*((column.name, column.type) for column in columns_of("spectra")), ("rr_chi2", "DOUBLE")]
        rows = con.execute("SELECT object_key, ebv, rr_chi2, len(flux) FROM spectra ORDER BY 1").fetchall()
    assert rows == [("x", 0.0, None, 2700), ("y", 0.0, None, 2700), ("z", None, 1.5, 2700)]


def test_several_globs_are_one_relation(tmp_path):
    for name in "xy":
        write_tile(tmp_path / name / "t.parquet", [made_spectrum(name)])
    with connect(tiles=[tmp_path / "x" / "*.parquet", tmp_path / "y" / "*.parquet"]) as con:
        assert con.execute("SELECT count(*) FROM spectra").fetchone() == (2,)


def test_a_filter_on_a_key_reaches_the_parquet_reader(tmp_path):
    write_tile(tmp_path / "t.parquet", [made_spectrum(f"k{i}") for i in range(8)])
    with connect(tiles=tmp_path / "t.parquet") as con:
        ((_, plan),) = con.execute("EXPLAIN SELECT z FROM spectra WHERE object_key = 'k3'").fetchall()
    scan = plan[plan.index("READ_PARQUET") :]
    assert "Filters: object_key" in scan
    assert "flux" not in scan


def test_tiles_that_match_nothing_are_an_error(tmp_path):
    with pytest.raises(duckdb.IOException, match="No files found"):
        connect(tiles=f"{tmp_path}/*.parquet")


def test_a_directory_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"manifest\.json"):
        connect(run=tmp_path)


def test_no_workers_are_refused():
    with pytest.raises(ConfigError, match="workers"):
        connect(workers=0)


def test_an_opened_run_and_odd_letters_in_its_path_work(made_run, tmp_path):
    odd = tmp_path / "it's a run"
    made_run.rename(odd)

    class Opened:
        path = odd

    with connect(run=Opened()) as con:
        assert con.sql("SELECT object_id FROM catalog WHERE fwhm_hb > 4000").pl()["object_id"].to_list() == ["q1"]


def test_a_database_on_disk_can_be_connected_again(made_run, tmp_path):
    for _ in range(2):
        with connect(run=made_run, database=tmp_path / "mine.duckdb") as con:
            assert con.execute("SELECT count(*) FROM catalog").fetchone() == (3,)


def test_fit_all_gives_one_row_a_spectrum_and_failures_as_fields(tmp_path):
    dark = made_spectrum("dark") | {"ivar": [0.0] * 2700}
    write_tile(tmp_path / "t.parquet", [made_spectrum("good"), dark, made_spectrum("no z") | {"z": None}])
    with connect(tiles=tmp_path / "t.parquet") as con:
        rows = con.execute(
            "SELECT object_key, status, message, len(measurements) FROM fit_all(spectra) ORDER BY 1"
        ).fetchall()
    assert [row[:2] for row in rows] == [("dark", "failed"), ("good", "fitted"), ("no z", "failed")]
    assert "FitError" in rows[0][2]
    assert "z missing or NULL" in rows[2][2]
    assert rows[1][3] > 50


def test_fit_measurements_recovers_a_known_spectrum(tmp_path):
    write_tile(tmp_path / "t.parquet", [made_spectrum("good")])
    with connect(tiles=tmp_path / "t.parquet") as con:
        con.execute("CREATE TABLE found AS FROM fit_measurements(spectra)")
        found = dict(con.execute("SELECT quantity, (value, error) FROM found WHERE quantity IS NOT NULL").fetchall())
    slope, slope_error = found["power_law_slope"]
    assert abs(slope + 1.5) < 5 * slope_error
    fwhm, fwhm_error = found["hb_broad_fwhm"]
    truth = 2.354820045 * 30.0 / 4862.683 * 299792.458
    assert abs(fwhm - truth) < 5 * fwhm_error


def test_fit_quasar_takes_any_relation_with_lists(tmp_path):
    row = made_spectrum("good")
    with connect() as con:
        con.register("mine", pa.Table.from_pylist([{name: row[name] for name in ("wavelength", "flux", "ivar", "z")}]))
        status = con.execute(
            "SELECT f.status FROM (SELECT fit_quasar(wavelength, flux, ivar, z) AS f FROM mine)"
        ).fetchone()
        all_of_it = con.execute("SELECT status, object_key FROM fit_all(mine)").fetchone()
    assert status == ("fitted",)
    assert all_of_it == ("fitted", None)


@pytest.mark.slow
def test_worker_processes_give_the_same_answer(tmp_path):
    write_tile(tmp_path / "t.parquet", [made_spectrum("a"), made_spectrum("b", z=0.45)])
    answers = []
    for workers in (1, 2):
        with connect(tiles=tmp_path / "t.parquet", workers=workers) as con:
            answers.append(
                con.execute("SELECT object_key, quantity, value FROM fit_measurements(spectra) ORDER BY ALL").fetchall()
            )
    assert answers[0] == answers[1]


@pytest.fixture(scope="module")
def fitted_run(tmp_path_factory):
    """A run of one real fit and one failure, as fit_batch writes it."""
    folder = tmp_path_factory.mktemp("fitted")
    write_tile(folder / "t.parquet", [made_spectrum("good"), made_spectrum("dark") | {"ivar": [0.0] * 2700}])
    fit_batch(folder / "t.parquet", folder / "run")
    return folder / "run"


def test_a_run_whose_manifest_was_edited_is_refused(fitted_run, tmp_path):
    run = Path(shutil.copytree(fitted_run, tmp_path / "edited"))
    manifest = run / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"status": "complete"', '"status": "running"'))
    with pytest.raises(RunError, match="was changed after it was written"):
        connect(run=run)


def test_catalog_of_a_real_run_holds_measured_values_with_errors(fitted_run):
    with connect(run=fitted_run) as con:
        row = con.execute(
            "SELECT z, fwhm_hb, fwhm_hb_err, logl5100, logl5100_err, logmbh, logmbh_err, loglbol, "
            "logledd, flux_hb FROM catalog"
        ).fetchall()
    assert len(row) == 1
    assert all(value is not None and np.isfinite(value) for value in row[0])


def test_luminosity_of_the_fit_is_that_of_the_sql_macro(fitted_run):
    with connect(run=fitted_run) as con:
        rows = con.execute(
            "SELECT logl5100 - logl_lambda(flux5100, 5100, z), logl_hb - logl_line(flux_hb, z), "
            "logl5100_err - logl_err(flux5100, flux5100_err) FROM catalog"
        ).fetchall()
    # errors are stored as FLOAT
    assert rows[0] == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


def test_render_qa_draws_what_a_selection_holds(fitted_run):
    with connect(run=fitted_run) as con:
        paths = con.execute("SELECT render_qa(object_key) FROM qa_sample(n := 5)").fetchall()
        assert con.execute("SELECT render_qa(object_key) FROM qa_failures()").fetchall() != paths
        assert con.execute("SELECT render_qa(NULL)").fetchall() == [(None,)]
        with pytest.raises(duckdb.InvalidInputException, match="nobody"):
            con.execute("SELECT render_qa('nobody')").fetchall()
    assert len(paths) == 1
    assert all(Path(path).is_file() for (path,) in paths)
