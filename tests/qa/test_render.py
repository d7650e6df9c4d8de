"""Selections become figures, and only those that changed are drawn."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from PIL import Image

import qsospec_duck
from qsospec_duck.batch import fit_batch
from qsospec_duck.errors import ConfigError, FitError, NotInRunError
from qsospec_duck.qa import (
    figure_name,
    load_model,
    open_run,
    render_qa,
    render_selected,
    select_objects,
    write_contact_sheets,
    write_page,
)
from qsospec_duck.qa.render import read_failed_spectrum


def keys(selected) -> list[str]:
    return [one.object_key for one in selected]


FITTED = [f"made-{number:04d}.fits#0" for number in range(5)]


def test_nothing_given_means_all_fitted_objects(qa_run):
    assert keys(select_objects(open_run(qa_run))) == FITTED


def test_keys_and_ids_choose_objects_and_a_shared_id_all_that_have_it(qa_run):
    run = open_run(qa_run)
    assert keys(select_objects(run, object_ids=["made-0002", FITTED[0]])) == [FITTED[2], FITTED[0]]
    assert keys(select_objects(run, object_ids="twin")) == FITTED[3:]
    assert [one.failed for one in select_objects(run, object_ids=["bad"])] == [True]
    with pytest.raises(NotInRunError, match="'nobody'"):
        select_objects(run, object_ids=["made-0002", "nobody"])


def test_warning_codes_choose_their_bearers(qa_run):
    run = open_run(qa_run)
    assert keys(select_objects(run, warning_codes="parameter_at_bound")) == FITTED
    assert keys(select_objects(run, warning_codes=["low_snr"])) == []
    assert keys(select_objects(run, object_ids="twin", warning_codes=["parameter_at_bound"])) == FITTED[3:]
    with pytest.raises(ConfigError, match="'no_such_code'"):
        select_objects(run, warning_codes=["no_such_code"])


def test_failures_alone_are_only_failures(qa_run):
    run = open_run(qa_run)
    assert keys(select_objects(run, failures=True)) == ["bad.fits#0"]
    assert set(keys(select_objects(run, warning_codes="parameter_at_bound", failures=True))) == {*FITTED, "bad.fits#0"}


def test_a_sample_is_the_same_each_time_and_as_the_sql_macro_draws_it(qa_run):
    run = open_run(qa_run)
    drawn = keys(select_objects(run, sample=3, seed=7))
    assert drawn == keys(select_objects(run, sample=3, seed=7))
    assert len(drawn) == 3
    con = duckdb.connect()
    con.register("objects", run.read_table("objects"))
    macro = (Path(__file__).parents[2] / "sql" / "qa" / "qa_sample.sql").read_text(encoding="utf-8")
    con.execute(macro)
    assert drawn == [key for (key,) in con.execute("SELECT object_key FROM qa_sample(n := 3, seed := 7)").fetchall()]
    con.close()


def test_a_query_chooses_what_it_returns(qa_run):
    run = open_run(qa_run)
    con = duckdb.connect()
    con.register("objects", run.read_table("objects"))
    text = "SELECT object_key FROM objects WHERE redshift > 0.325 ORDER BY redshift DESC"
    wanted = [FITTED[4], FITTED[3]]
    assert keys(select_objects(run, query=text, con=con)) == wanted
    assert keys(select_objects(run, query=con.sql(text))) == wanted
    assert keys(select_objects(run, query=pa.table({"object_key": wanted}))) == wanted
    with pytest.raises(ConfigError, match="object_key or object_id"):
        select_objects(run, query="SELECT redshift FROM objects", con=con)
    con.close()


def test_sql_text_needs_no_connection_and_knows_the_views_and_macros_of_the_run(qa_run):
    run = open_run(qa_run)
    assert (
        keys(select_objects(run, query="SELECT object_key FROM objects WHERE redshift > 0.325 ORDER BY ALL"))
        == FITTED[3:]
    )
    drawn = run.render_qa(query="FROM qa_sample(n := 2, seed := 7) ORDER BY object_key")
    assert drawn == render_qa(qa_run, sample=2, seed=7)
    with pytest.raises(duckdb.BinderException, match="no_such_column"):
        select_objects(run, query="SELECT no_such_column FROM catalog")


def test_exactly_the_chosen_figures_are_drawn(qa_run):
    paths = render_qa(qa_run, object_ids=[FITTED[1], FITTED[3]])
    assert [path.name for path in paths] == [figure_name(FITTED[1], "made-0001"), figure_name(FITTED[3], "twin")]
    assert sorted((qa_run / "qa").iterdir()) == sorted(paths)
    with Image.open(paths[0]) as image:
        assert image.width == 1320


def test_an_unchanged_figure_is_not_drawn_again(qa_run, tmp_path):
    run = open_run(qa_run)
    chosen = select_objects(run, object_ids=FITTED[:2])
    assert [one.drawn for one in render_selected(run, chosen, out=tmp_path)] == [True, True]
    first = render_selected(run, chosen, out=tmp_path)
    assert [one.drawn for one in first] == [False, False]
    content = first[0].path.read_bytes()
    first[0].path.write_bytes(b"damaged")
    assert [one.drawn for one in render_selected(run, chosen, out=tmp_path)] == [True, False]
    assert first[0].path.read_bytes() == content
    assert [one.drawn for one in render_selected(run, chosen, out=tmp_path, dpi=60.0)] == [True, True]
    assert [one.drawn for one in render_selected(run, chosen, out=tmp_path, dpi=60.0, again=True)] == [True, True]


@pytest.mark.parametrize("suffix", [".pdf", ".svg"])
def test_vector_figures_are_recognised_as_unchanged_as_well(qa_run, tmp_path, suffix):
    run = open_run(qa_run)
    chosen = select_objects(run, object_ids=FITTED[0])
    drawn = [render_selected(run, chosen, out=tmp_path, suffix=suffix)[0].drawn for _ in range(2)]
    assert drawn == [True, False]


def test_processes_draw_the_same_bytes_as_one(qa_run, tmp_path):
    alone = render_qa(qa_run, out=tmp_path / "alone")
    together = render_qa(qa_run, out=tmp_path / "together", n_workers=2)
    assert [path.name for path in alone] == [path.name for path in together]
    assert [path.read_bytes() for path in alone] == [path.read_bytes() for path in together]


def test_senseless_options_are_refused_before_anything_is_drawn(qa_run, tmp_path):
    for options in ({"n_workers": 0}, {"suffix": ".gif"}, {"sample": -1}):
        with pytest.raises(ConfigError):
            render_qa(qa_run, out=tmp_path / "none", **options)
    assert not (tmp_path / "none").exists()


def test_a_failure_has_a_figure(qa_run, tmp_path):
    (path,) = render_qa(qa_run, failures=True, out=tmp_path)
    assert path.name == figure_name("bad.fits#0", "bad")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bad.fits").write_text("no FITS file")
    content = path.read_bytes()
    render_qa(qa_run, failures=True, out=tmp_path, sources=tmp_path / "data")
    assert path.read_bytes() != content


def refuse(spectrum, config):
    raise FitError(f"{spectrum.object_id}: no fit; there should be one.")


def test_a_failure_finds_its_data_where_they_lay_and_the_redshift_it_was_given(tmp_path):
    table = tmp_path / "survey" / "one.csv"
    table.parent.mkdir()
    rows = "".join(f"{4000 + pixel},{1 + pixel % 3},0.25\n" for pixel in range(300))
    table.write_text(f"wavelength,flux,error\n{rows}", encoding="utf-8")
    (tmp_path / "list.csv").write_text("path,z\nsurvey/one.csv,0.625\n", encoding="utf-8")
    batch = fit_batch(tmp_path / "list.csv", tmp_path / "run", fit=refuse, finalize=False, progress=False)
    assert batch.failed == 1
    row = batch.run.read_table("failures").to_pylist()[0]
    spectrum, why = read_failed_spectrum(row, batch.run.path, redshift=0.625)
    assert why == ""
    assert (spectrum.z, spectrum.flux.size) == (0.625, 300)
    (figure,) = render_qa(batch.run, failures=True)
    with_data = figure.read_bytes()
    table.rename(tmp_path / "one.csv")
    assert read_failed_spectrum(row, batch.run.path)[0] is None
    render_qa(batch.run, failures=True)
    assert figure.read_bytes() != with_data
    render_qa(batch.run, failures=True, sources=tmp_path)
    assert figure.read_bytes() == with_data


def test_a_shared_run_names_no_folder_of_its_maker_and_finds_its_data_beside_it(tmp_path):
    made = tmp_path / "secret"
    (made / "data").mkdir(parents=True)
    pixels = "".join(f"{4000 + pixel},{1 + pixel % 3},0.25\n" for pixel in range(300))
    (made / "data" / "one.csv").write_text(f"wavelength,flux,error\n{pixels}", encoding="utf-8")
    (made / "data" / "two.fits").write_bytes(b"no FITS file")
    (made / "list.csv").write_text("path,z\ndata/one.csv,0.625\ndata/two.fits,0.5\n", encoding="utf-8")
    batch = fit_batch(made / "list.csv", made / "run", fit=refuse, finalize=False, progress=False)
    assert batch.failed == 2
    for table in ("failures", "inputs"):
        assert "secret" not in str(batch.run.read_table(table).to_pylist())
    moved = tmp_path / "elsewhere"
    made.rename(moved)
    run = open_run(moved / "run")
    rows = {row["source"]: row for row in run.read_table("failures").to_pylist()}
    assert set(rows) == {"one.csv", "two.fits"}
    assert "qsospec_duck/batch/worker.py" in rows["two.fits"]["traceback"]
    assert str(Path(qsospec_duck.__file__).parents[1]) not in rows["two.fits"]["traceback"]
    spectrum, why = read_failed_spectrum(rows["one.csv"], run.path, redshift=0.625)
    assert (why, spectrum.flux.size) == ("", 300)


@pytest.mark.parametrize(
    "name", ["a/b", "..", ".hidden", "-rf", "CON", "x" * 400, "é ü 类", "a\nb", "", "SDSS J0001+01", "a:b*c?"]
)
def test_file_names_are_safe(name, tmp_path):
    made = figure_name(f"{name}#0", name)
    assert Path(made).name == made
    assert made.isascii()
    assert not made.startswith((".", "-"))
    assert len(made) < 100
    assert made != figure_name(f"{name}#1", name)
    (tmp_path / made).touch()
    assert [path.name for path in tmp_path.iterdir()] == [made]


def test_handles_plot_and_find_their_figures(qa_run, tmp_path):
    run = open_run(qa_run)
    model = run.load_model("made-0001")
    assert model.qa_path is None
    figure = model.plot_qa(tmp_path / "one.png")
    assert figure.axes[0].get_label() == "overview"
    assert (tmp_path / "one.png").is_file()
    assert model.qa_path is None
    assert model.save_qa() == model.qa_path == qa_run / "qa" / figure_name(FITTED[1], "made-0001")
    assert load_model(qa_run, FITTED[1]).qa_path == model.qa_path
    assert run.plot_qa("made-0001").axes[0].get_label() == "overview"


def test_the_page_has_a_row_a_figure_with_links_that_lead_somewhere(qa_run, tmp_path):
    run = open_run(qa_run)
    rendered = render_selected(run, select_objects(run) + select_objects(run, failures=True), out=tmp_path / "figures")
    sheets = write_contact_sheets([one.path for one in rendered], tmp_path / "page", columns=1, rows=4)
    page = write_page(run, rendered, tmp_path / "page", title="<a> & b", sheets=sheets)
    text = page.read_text(encoding="utf-8")
    assert "<title>&lt;a&gt; &amp; b</title>" in text
    assert text.count("<tr>") == 1 + 6
    assert "ReaderError: bad.fits: no flux; it should have one." in text
    assert "parameter_<wbr>at_<wbr>bound" in text  # a line may end after an underscore
    assert '<a href="contact-001.png">1</a> <a href="contact-002.png">2</a>' in text
    assert all((page.parent / sheet.name).is_file() for sheet in sheets)
    for one in rendered:
        link = f"../figures/{one.path.name}"
        assert f'href="{link}"' in text
        assert (page.parent / link).is_file()
        assert (page.parent / "thumbnails" / f"{one.path.stem}.jpg").is_file()
    assert "@" not in text.split("<body>")[1].split("<script>")[0]


def test_contact_sheets_hold_all_figures(qa_run, tmp_path):
    paths = render_qa(qa_run, out=tmp_path)
    sheets = write_contact_sheets(paths, tmp_path / "sheets", columns=2, rows=2)
    assert [path.name for path in sheets] == ["contact-001.png", "contact-002.png"]
    with Image.open(sheets[0]) as first, Image.open(sheets[1]) as second:
        assert first.height > second.height
        assert first.width == second.width
    # those of a larger selection do not stay behind
    write_contact_sheets(paths[:1], tmp_path / "sheets")
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["contact-001.png"]
    with pytest.raises(ConfigError):
        write_contact_sheets(paths, tmp_path, columns=0)


def test_a_page_of_no_figures_is_a_page(qa_run, tmp_path):
    page = write_page(open_run(qa_run), [], tmp_path / "page")
    text = page.read_text(encoding="utf-8")
    assert "<tbody>" in text
    assert "<img" not in text
