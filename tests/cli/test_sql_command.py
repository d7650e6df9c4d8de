"""``qsospec-duck sql``, its formats and its prompt."""

from __future__ import annotations

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from qsospec_duck.cli import main
from qsospec_duck.cli.prompt import open_prompt
from qsospec_duck.cli.show import table_text
from qsospec_duck.connect import connect


def test_a_table_has_names_units_and_a_count(made, capsys):
    query = "SELECT object_id, z, logl5100, fwhm_hb FROM catalog ORDER BY z"
    assert main(["sql", str(made / "run"), query]) == 0
    names, units, rule, *rows, count = capsys.readouterr().out.splitlines()
    assert names.split() == ["object_id", "z", "logl5100", "fwhm_hb"]
    assert units.split() == ["dex(erg/s)", "km/s"]
    assert set(rule) == {"─", " "}
    assert len(rows) == 2
    assert count == "(2 rows)"


def test_a_table_that_is_too_wide_becomes_one_line_a_column():
    text = table_text(["fwhm_hb", "b"], [(5000.0, "x" * 50)], width=40)
    assert "fwhm_hb [km/s]  5000" in text
    assert max(map(len, text.splitlines()[1:3])) < 80


def test_arrays_null_and_nan_are_short_in_a_table():
    text = table_text(["a", "b", "c"], [([1.0] * 4000, None, float("nan"))])
    assert "[1, 1, 1, … 4000 values]" in text
    assert "NULL" in text
    assert "NaN" in text


def test_long_results_are_cut_and_say_so(made, capsys):
    assert main(["sql", str(made / "run"), "FROM range(10)", "--max-rows", "4"]) == 0
    assert "only the first 4 rows" in capsys.readouterr().out


def test_csv_is_what_a_csv_reader_reads(made, capsys):
    query = "SELECT object_id, z, NULL AS nothing, 'a,\"b\"' AS text FROM catalog ORDER BY z"
    assert main(["sql", str(made / "run"), query, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 2
    assert rows[0]["nothing"] == ""
    assert rows[0]["text"] == 'a,"b"'
    assert 0.4 <= float(rows[0]["z"]) <= 0.6


def test_json_has_no_nan(made, capsys):
    query = "SELECT 'nan'::DOUBLE AS a, [1.5, 'inf'::DOUBLE] AS b, {'c': 2} AS d"
    assert main(["sql", str(made / "run"), query, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"a": None, "b": [1.5, None], "d": {"c": 2}}]


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_a_result_goes_to_a_file_in_the_format_of_its_suffix(made, tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    assert main(["sql", str(made / "run"), "SELECT object_id, z FROM catalog", "--to", str(path)]) == 0
    if suffix == "parquet":
        assert pq.read_table(path).num_rows == 2
    elif suffix == "json":
        assert len(json.loads(path.read_text())) == 2
    else:
        assert path.read_text().splitlines()[0] == "object_id,z"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_several_statements_run_in_order(made, capsys):
    text = "CREATE TEMP TABLE t AS SELECT 7 AS x; SET VARIABLE a = 1; SELECT x FROM t; PIVOT t ON x"
    assert main(["sql", str(made / "run"), text]) == 0
    out = capsys.readouterr().out
    assert "7" in out
    assert "Count" not in out
    assert "Success" not in out


def test_statements_come_from_standard_input_where_it_is_no_terminal(made, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT count(*) AS n FROM objects;"))
    assert main(["sql", str(made / "run"), "--format", "csv"]) == 0
    assert capsys.readouterr().out == "n\n2\n"


def test_tiles_can_be_asked_without_a_run(made, capsys):
    tiles = str(made / "tiles" / "**" / "*.parquet")
    assert main(["sql", "SELECT count(*) AS n FROM spectra", "--tiles", tiles, "--format", "csv"]) == 0
    assert capsys.readouterr().out == "n\n2\n"


def test_the_prompt_answers_survives_errors_and_ends(made, capsys, monkeypatch):
    lines = iter(
        ["SELECT count(*) AS n", "FROM objects;", "FROM nothing;", ".views", ".columns catalog", ".what", "", ".quit"]
    )
    prompts = []

    def typed(prompt: str) -> str:
        prompts.append(prompt.strip())
        return next(lines)

    monkeypatch.setattr("builtins.input", typed)
    with connect(run=made / "run") as con:
        open_prompt(con)
    out = capsys.readouterr().out
    assert prompts[:2] == ["qsospec>", "...>"]
    assert "(1 row)" in out
    assert "nothing does not exist" in out
    assert "line_catalog" in out
    assert "fwhm_hb" in out
    assert ".macros" in out


def test_the_end_of_input_ends_the_prompt(made, capsys, monkeypatch):
    def typed(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", typed)
    with connect(run=made / "run") as con:
        open_prompt(con)
    assert capsys.readouterr().out.endswith("\n")
