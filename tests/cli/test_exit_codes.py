"""Exit codes that scripts can trust, and errors in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qsospec_duck.cli import main
from qsospec_duck.cli.exit_codes import DONE, REFUSED, SOME_FAILED, USAGE


def test_nonsense_on_the_command_line_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["fitt"])
    assert stop.value.code == USAGE
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fit", "nowhere.fits", "--run", "run"], "nowhere.fits: no such file"),
        (["fit", "SELECT * FROM spectra", "--tiles", "none/*.parquet", "--run", "run"], "none/*.parquet"),
        (["fit", ".", "--run", "run", "--complexes", "hbta"], "recipe 'hbta' is neither"),
        (["fit", ".", "--run", "run", "--qa", "many"], "--qa is 'many'"),
        (["sql", "nowhere", "SELECT 1"], "nowhere: no such run directory"),
        (["run", "status", "."], "manifest.json"),
        (["qa", "nowhere"], "manifest.json"),
        (["tiles", "convert", ".", "--out", "tiles"], "no coadd-*.fits"),
        (["tiles", "convert", ".", "--out", "tiles", "--precision", "half"], "precision is 'half'"),
        (
            ["tiles", "convert", ".", "--out", "tiles", "--wavelength-range", "4000"],
            "it should be MIN,MAX in Å, or none",
        ),
        (["catalog", ".", "--to", "x.duckdb"], "manifest.json"),
        (["export", ".", "--to", "x.txt"], "not .txt"),
    ],
)
def test_an_error_is_one_line_that_says_what_is_wrong(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == REFUSED
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[-1].startswith("qsospec-duck: ")
    assert words in lines[-1]
    assert not [line for line in lines if "Traceback" in line]


def test_an_error_of_sql_is_one_line(made, capsys):
    assert main(["sql", str(made / "run"), "FROM catalogg"]) == REFUSED
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("place", ["before", "after"])
def test_debug_shows_the_traceback_on_either_side_of_the_command(place, tmp_path):
    command = ["run", "status", str(tmp_path)]
    arguments = ["--debug", *command] if place == "before" else [*command, "--debug"]
    done = subprocess.run([sys.executable, "-m", "qsospec_duck", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_a_failed_spectrum_is_told_by_the_exit_code_and_kept_in_the_run(tmp_path, capsys):
    (tmp_path / "broken.fits").write_text("this is no FITS file")
    run = tmp_path / "run"
    assert main(["fit", str(tmp_path / "broken.fits"), "--z", "0.5", "--run", str(run), "--quiet"]) == SOME_FAILED
    assert "0 fitted, 1 failed" in capsys.readouterr().out
    assert main(["sql", str(run), "SELECT exception_type FROM failures", "--format", "csv"]) == DONE
    assert capsys.readouterr().out.splitlines() == ["exception_type", "ReaderError"]


def test_a_reader_that_has_seen_enough_is_no_error(made):
    command = f"{sys.executable} -m qsospec_duck sql {made / 'run'} 'FROM measurements' --format csv | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert done.stdout.startswith("run_id,")
    assert done.returncode == 0
    assert done.stderr == ""
