"""``qsospec-duck fit`` and what it leaves."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

import pytest

from qsospec_duck.cli import main
from qsospec_duck.cli.fit import is_query
from qsospec_duck.cli.fit_options import add_fit_options, config_of, with_options
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting import FitConfig
from qsospec_duck.runs import open_run


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_fit_options(parser)
    return parser.parse_args(arguments)


def test_a_query_over_tiles_becomes_a_run(made):
    run = open_run(made / "run")
    assert run.is_complete
    assert run.read_table("objects").num_rows == 2


def test_the_same_command_again_fits_nothing(made, capsys):
    arguments = ["fit", str(made / "tiles"), "--run", str(made / "run"), "--no-qa", "--quiet"]
    assert main(arguments) == 0
    assert "0 fitted, 0 failed, 2 done before" in capsys.readouterr().out


def test_progress_off_a_terminal_is_plain_lines(made, tmp_path, capsys):
    assert (
        main(["fit", str(made / "tiles"), "--run", str(tmp_path / "run"), "--complexes", "hbeta_oiii", "--no-qa"]) == 0
    )
    told = capsys.readouterr().err
    assert "2 of 2 done, 0 failed" in told
    assert "spectra/s" in told
    assert "\x1b" not in told


def test_a_fit_draws_the_figures_that_were_asked_for(made, tmp_path):
    run = tmp_path / "run"
    tiles = str(made / "tiles")
    assert main(["fit", tiles, "--run", str(run), "--complexes", "hbeta_oiii", "--quiet", "--qa", "1"]) == 0
    assert len(list((run / "qa").glob("*.png"))) == 1


def test_the_redshift_of_the_command_line_goes_to_files_and_not_to_tables(made, tmp_path, capsys):
    assert main(["fit", str(made / "tiles"), "--z", "0.5", "--run", str(tmp_path / "run"), "--quiet"]) == 1
    assert "holds its own z" in capsys.readouterr().err
    query = "SELECT * FROM spectra"
    tiles = str(made / "tiles" / "**" / "*.parquet")
    assert main(["fit", query, "--tiles", tiles, "--ebv", "0.1", "--run", str(tmp_path / "run"), "--quiet"]) == 1
    assert "REPLACE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["SELECT * FROM spectra"], True),
        (["from spectra"], True),
        (["WITH a AS (FROM spectra) FROM a"], True),
        (["from"], False),
        (["selected/*.fits"], False),
        (["select me.fits", "b.fits"], False),
    ],
)
def test_a_query_is_told_from_file_names(inputs, expected):
    assert is_query(inputs) is expected


def test_no_options_are_the_defaults():
    assert config_of(parsed()) == FitConfig()


def test_options_change_what_they_name_and_nothing_else():
    config = config_of(
        parsed(
            "--complexes", "hbeta_oiii, mgii", "--power-law", "single", "--iron-uv", "none", "--iron-optical", "park22",
            "--no-balmer", "--no-dereddening", "--monte-carlo", "20", "--reddening", "auto", "--polynomial", "multiply",
            "--iron-iii", "feiii_uv48",
        )
    )  # fmt: skip
    default = FitConfig()
    continuum = replace(
        default.continuum,
        power_law=replace(default.continuum.power_law, mode="single"),
        iron_uv=replace(default.continuum.iron_uv, enabled=False),
        iron_optical=replace(default.continuum.iron_optical, template="park22"),
        balmer=replace(default.continuum.balmer, enabled=False),
        iron_iii=replace(default.continuum.iron_iii, enabled=True),
        reddening=replace(default.continuum.reddening, mode="auto"),
        polynomial=replace(default.continuum.polynomial, mode="multiply"),
    )
    assert config == replace(
        default,
        complexes=("hbeta_oiii", "mgii"),
        continuum=continuum,
        extinction=replace(default.extinction, enabled=False),
        uncertainty=replace(default.uncertainty, method="monte_carlo", draws=20),
    )


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_file_of_options_is_read_and_the_command_line_wins(tmp_path, suffix):
    path = tmp_path / f"fit{suffix}"
    toml = 'complexes = ["civ"]\n[continuum.power_law]\nmode = "broken"\nslope_bounds = [-4, 2]\n'
    text = json.dumps({"complexes": ["civ"], "continuum": {"power_law": {"mode": "broken", "slope_bounds": [-4, 2]}}})
    path.write_text(toml if suffix == ".toml" else text)
    config = config_of(parsed("--config", str(path), "--complexes", "ciii"))
    assert config.complexes == ("ciii",)
    assert config.continuum.power_law.mode == "broken"
    assert config.continuum.power_law.slope_bounds == (-4, 2)


def test_the_manifest_of_a_run_repeats_its_options(made):
    assert config_of(parsed("--config", str(made / "run" / "manifest.json"))).hash() == FitConfig().hash()


def test_printed_options_are_those_that_are_read_back(tmp_path, capsys):
    assert main(["info", "--options"]) == 0
    path = tmp_path / "fit.json"
    path.write_text(capsys.readouterr().out)
    assert config_of(parsed("--config", str(path))) == FitConfig()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"continum": {}}, "no option 'continum'"),
        ({"continuum": 3}, "should be a table"),
        ({"continuum": {"power_law": {"mode": "bent"}}}, "mode is 'bent'"),
        ({"complexes": "civ"}, "should be a list"),
        ({"optional_delta_chi2": "much"}, "should be a float"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_name(options, message):
    with pytest.raises(ConfigError, match=message):
        with_options(FitConfig(), options, "test")
