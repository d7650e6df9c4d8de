"""``tiles``, ``run``, ``qa``, ``catalog``, ``export``, ``info`` and ``demo``."""

from __future__ import annotations

import json
import shutil

import duckdb
import pyarrow.parquet as pq
import pytest
from astropy.table import Table

from qsospec_duck.cli import main
from qsospec_duck.cli.demo import evenly


def only_object(made) -> str:
    return pq.read_table(next((made / "run" / "data" / "objects").glob("*.parquet")))["object_id"][0].as_py()


def test_tiles_tell_what_they_hold_and_what_was_missing(made, tmp_path, capsys):
    predicate = "spectype = 'STAR'"
    arguments = ["tiles", "convert", str(made / "fits"), "--out", str(tmp_path), "--selection", predicate]
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert "1 tiles, 1 spectra" in told.out
    assert "without emline" in told.err


def test_the_state_of_a_run_is_the_same_for_people_and_programs(made, capsys):
    assert main(["run", "status", str(made / "run")]) == 0
    assert "2 objects, 0 failures" in capsys.readouterr().out
    assert main(["run", "status", str(made / "run"), "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert state["objects"] == 2
    assert sum(state["fit_quality"].values()) == 2


@pytest.mark.parametrize(("verb", "done"), [("verify", "verified"), ("finalize", "sealed"), ("compact", "compacted")])
def test_a_run_is_verified_and_sealed(made, capsys, verb, done):
    assert main(["run", verb, str(made / "run")]) == 0
    out = capsys.readouterr().out
    assert "2 objects, 0 failures" in out
    assert done in out


def test_a_selection_becomes_figures_and_a_page(made, tmp_path, capsys):
    query = "SELECT object_key FROM catalog ORDER BY z LIMIT 1"
    assert main(["qa", str(made / "run"), "--query", query, "--out", str(tmp_path), "--html"]) == 0
    assert "1 figures" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*.png"))) == 2
    assert (tmp_path / "contact-001.png").is_file()
    assert (tmp_path / "index.html").is_file()


def test_a_selection_of_nothing_draws_nothing(made, tmp_path, capsys):
    arguments = ["qa", str(made / "run"), "--query", "FROM catalog WHERE z > 5", "--out", str(tmp_path), "--html"]
    assert main(arguments) == 0
    assert "0 figures" in capsys.readouterr().out


def test_an_object_that_the_run_does_not_hold_is_refused(made, tmp_path, capsys):
    assert main(["qa", str(made / "run"), "--object", "nobody", "--out", str(tmp_path)]) == 1
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize("copy", [True, False])
def test_the_catalog_file_opens_without_this_package(made, tmp_path, copy):
    path = tmp_path / "x.duckdb"
    assert main(["catalog", str(made / "run"), "--to", str(path), *(["--copy"] if copy else ["--absolute"])]) == 0
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM catalog WHERE logl5100 > 40").fetchone() == (2,)


@pytest.mark.parametrize("suffix", [".fits", ".ecsv", ".csv", ".json", ".parquet"])
def test_the_catalog_is_exported_with_units(made, tmp_path, suffix):
    path = tmp_path / "deep" / f"catalog{suffix}"
    query = "SELECT object_id, z, fwhm_hb, logmbh_from, fit_quality FROM catalog ORDER BY z"
    assert main(["export", str(made / "run"), "--query", query, "--to", str(path)]) == 0
    if suffix in (".fits", ".ecsv"):
        table = Table.read(path)
        assert len(table) == 2
        assert str(table["fwhm_hb"].unit) == "km / s"
    elif suffix == ".json":
        assert json.loads(path.read_text())[0]["fwhm_hb"] > 500
    elif suffix == ".csv":
        assert len(path.read_text().splitlines()) == 3
    else:
        assert pq.read_table(path).num_rows == 2


def test_one_object_is_exported_as_plain_files(made, tmp_path, capsys):
    assert main(["export", str(made / "run"), "--object", only_object(made), "--to", str(tmp_path)]) == 0
    written = capsys.readouterr().out.split()
    assert [name.rsplit("/", 1)[1] for name in written] == ["model.csv", "measurements.csv", "summary.json"]


def test_info_names_versions_templates_recipes_and_dust_maps(capsys):
    assert main(["info", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["versions"]["duckdb"] == duckdb.__version__
    assert {"veron04", "park22", "mejia16_uv"} <= found["templates"].keys()
    assert {"hbeta_oiii", "civ"} <= found["recipes"].keys()
    assert {"sfd", "planck"} <= found["dust maps"].keys()
    assert int(found["sql"]["macros"]) > 30


def test_files_of_the_demo_are_spread_over_the_folder():
    assert evenly(list("abcdefghij"), 5) == list("acegi")
    assert evenly(list("abc"), 5) == list("abc")


def test_the_demo_goes_the_whole_way(tmp_path, capsys, made):
    out = tmp_path / "demo"
    real = tmp_path / "real"
    real.mkdir()
    shutil.copy(next((made / "tiles").rglob("*.parquet")), real)
    (real / "broken.fits").write_text("no FITS file")
    arguments = ["demo", "--out", str(out), "--quasars", "2", "--figures", "1", "--spectra", str(real)]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "diff [σ]" in text
    assert "power_law_slope" in text
    assert "demo/real: 2 fitted, 1 failed" in text
    assert "broken.fits" in text
    assert (out / "run" / "manifest.json").is_file()
    assert len(list((out / "run" / "qa").glob("*.png"))) == 1
    assert (out / "real" / "manifest.json").is_file()
    with duckdb.connect(str(out / "catalog.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM catalog").fetchone() == (2,)
