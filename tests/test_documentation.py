"""The documentation is complete, and what it shows works."""

from __future__ import annotations

import importlib
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import pytest

from qsospec_duck import connect
from qsospec_duck.archive.local_server import LocalServer
from qsospec_duck.cli import main
from qsospec_duck.cli.main import COMMANDS, parser
from qsospec_duck.columns import tables
from qsospec_duck.database import sql_files, sql_folder
from qsospec_duck.models.recipes import packaged_recipes
from qsospec_duck.models.templates import packaged_templates

sys.path.insert(0, str(Path(__file__).parent / "helpers"))

from made_archive import write_archive

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"
WRITTEN = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def blocks_of(path: Path) -> list[tuple[str, str]]:
    """Fenced blocks of a page: language and text."""
    return re.findall(r"^```(\w+)\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def pages_with(language: str) -> list[str]:
    """Written pages that hold blocks of a language."""
    pages = [*(f"docs/{name}" for name in WRITTEN), "README.md", "CONTRIBUTING.md"]
    return [page for page in pages if language in {one for one, _ in blocks_of(CHECKOUT / page)}]


def commands_of(text: str) -> list[str]:
    """Command lines of a console block."""
    return [line.removeprefix("$ ").strip() for line in text.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """``docs/generate.py``."""
    return importlib.import_module("generate")


@pytest.fixture(scope="module")
def pages(generate) -> dict[str, str]:
    """Every generated page."""
    return generate.pages()


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> Path:
    """Folder in which the command lines of the tutorials were run, in order."""
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.stdin", io.StringIO())
        for language, text in blocks_of(DOCS / "tutorials/tile-to-catalog.md"):
            for command in commands_of(text) if language == "console" else ():
                assert main(shlex.split(command)[1:]) == 0, command
    (folder / "visual.csv").write_text("target_id,z_vi\n39627023040000000,0.5\n")
    return folder


def test_python_of_the_first_tutorial_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "\n".join(text for language, text in blocks_of(DOCS / "tutorials/first-spectrum.md") if language == "python")
    exec(compile(code, "first-spectrum.md", "exec"), {"__name__": "tutorial"})
    assert list((tmp_path / "runs" / "first" / "qa").glob("*.png"))


def test_commands_of_the_second_tutorial_leave_what_it_says(walked):
    assert (walked / "runs/hb/qa/index.html").is_file()
    assert (walked / "runs/hb.duckdb").is_file()
    assert (walked / "catalog.fits").is_file()


def test_commands_of_the_tiles_page_run_against_an_archive_on_this_machine(tmp_path, monkeypatch, capsys):
    served = tmp_path / "served"
    tiles = write_archive(served, [23040, 23041], n=2)
    monkeypatch.chdir(tmp_path)
    Path("listing.txt").write_text("".join(f"s3://desi-public/{tile.key('coadd')}\n" for tile in tiles))
    commands = [
        command
        for language, text in blocks_of(DOCS / "how-to/tiles.md")
        for command in (commands_of(text) if language == "console" else ())
    ]
    with LocalServer(served) as server:
        for command in commands:
            words = shlex.split(command)[1:]
            asks_the_archive = words[0] == "download" or words[:2] == ["tiles", "run"]
            assert main([*words, "--mirror", server.url, "--quiet"] if asks_the_archive else words) == 0, command
    said = capsys.readouterr().out
    assert "2 tiles: 4 fetched, 0 present" in said
    assert "2 tiles, 4 spectra" in said
    assert "23040001" in said
    assert "2 tiles: 0 errors" in said
    assert Path("dashboard.html").is_file()


@pytest.mark.parametrize("page", pages_with("sql"))
def test_every_sql_block_runs_on_the_tutorial(page, walked, monkeypatch):
    monkeypatch.chdir(walked)
    texts = [text for language, text in blocks_of(CHECKOUT / page) if language == "sql"]
    with connect(run="runs/hb", tiles="tiles/**/*.parquet") as con:
        for text in texts:
            for statement in con.extract_statements(text):
                con.execute(statement).fetchall()


def test_the_plain_duckdb_shell_answers_the_cookbook(walked):
    shell = Path(sys.executable).with_name("duckdb")
    if not shell.is_file():
        pytest.skip("no duckdb shell in this environment; pip install duckdb-cli")
    questions = [text for language, text in blocks_of(DOCS / "how-to/cookbook.md") if language == "sql"]
    assert len(questions) == 30
    # an error ends the shell; a catalog file names its run relative to its own folder
    answered = subprocess.run(
        [shell, "-bail", "-csv", "hb.duckdb"], input="\n".join(questions), cwd=walked / "runs",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (answered.stderr, answered.returncode) == ("", 0)
    assert len(answered.stdout.splitlines()) > 100


@pytest.mark.parametrize("page", [page for page in pages_with("python") if "first-spectrum" not in page])
def test_every_python_block_runs_on_the_tutorial(page, walked, monkeypatch):
    monkeypatch.chdir(walked)
    for language, text in blocks_of(CHECKOUT / page):
        if language == "python":
            exec(compile(text, page, "exec"), {"__name__": "page"})


@pytest.mark.slow
def test_the_notebook_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    plt.switch_backend("agg")
    book = json.loads((DOCS / "tutorials/tile-to-paper.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in book["cells"] if cell["cell_type"] == "code"), "clear its outputs"
    exec(compile("\n".join(cells), "tile-to-paper.ipynb", "exec"), {"__name__": "notebook"})
    assert len(plt.get_fignums()) == 4
    plt.close("all")


@pytest.mark.parametrize("page", pages_with("console"))
def test_every_command_that_a_page_shows_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for _, text in blocks_of(CHECKOUT / page):
        for command in commands_of(text):
            words = shlex.split(command, comments=True)
            words = words[: words.index(">")] if ">" in words else words
            if words[0] == "qsospec-duck":
                assert parser().parse_args(words[1:]).run, command
            elif words[0] == "make":
                assert {word for word in words[1:] if "=" not in word} <= targets, command


def test_every_command_stands_in_the_reference_with_its_help(pages, generate):
    page = pages["reference/cli.md"]
    for words, one in generate.parsers().items():
        assert f"# {words}\n" in page
        assert one.format_help().rstrip() in page
    assert len(generate.parsers()) > len(COMMANDS)


def test_every_sql_file_stands_in_the_reference_with_its_header(pages):
    page = pages["reference/sql.md"]
    for file in sql_files():
        assert f"### {file.name}\n" in page
        assert file.comment in page


def test_every_sql_file_of_the_folder_is_listed_to_load():
    folder = sql_folder()
    on_disk = {path for path in folder.rglob("*.sql") if path.parent not in (folder, folder / "checks")}
    assert on_disk == {file.path for file in sql_files()}


def test_every_column_stands_in_the_dictionary(pages):
    page = pages["reference/columns.md"]
    for table, columns in tables().items():
        section = page.split(f"\n## {table}\n")[1].split("\n## ")[0]
        for column in columns:
            assert f"| `{column.name}` |" in section


def test_every_column_of_every_view_stands_in_the_reference(pages):
    for file in sql_files():
        if file.kind == "VIEW":
            section = pages["reference/sql.md"].split(f"### {file.name}\n")[1].split("\n### ")[0]
            columns = re.findall(rf"^COMMENT ON COLUMN {file.name}\.(\w+) IS", file.statement, re.MULTILINE)
            link = f"columns.md#{file.name}"
            assert link in section or all(f"| `{column}` |" in section for column in columns), file.name
            assert columns or file.name == "wide_measurements", file.name


def test_every_table_is_described(generate):
    assert tables().keys() <= generate.TABLES.keys()


def test_every_recipe_template_line_and_warning_has_its_place(pages, generate):
    for recipe in packaged_recipes().values():
        section = pages["reference/recipes.md"].split(f"## {recipe.recipe_id}\n")[1]
        for component in recipe.components:
            assert f"`{component.name}`" in section
    for name, row in packaged_templates().items():
        section = pages["reference/templates.md"].split(f"## {name}\n")[1]
        assert row["sha256"] in section
        assert row["citation"] in section
    for name, key, page in (("lines.csv", "line_id", "lines"), ("warning_codes.csv", "code", "warnings")):
        for row in generate.read_csv(name):
            assert f"| `{row[key]}` |" in pages[f"reference/{page}.md"]


def test_every_module_stands_in_the_house_with_what_it_answers(pages):
    page = pages["house.md"]
    package = CHECKOUT / "qsospec_duck"
    modules = [path for path in package.glob("*/*.py") if path.name != "__init__.py"]
    assert modules
    for path in modules:
        assert f"| `{path.name}` |" in page, path


def test_every_public_name_stands_in_the_python_reference(pages):
    import qsospec_duck

    for name in set(qsospec_duck.__all__) - {"__version__"}:
        assert f"## {name}\n" in pages["reference/python.md"]


def test_links_between_pages_lead_somewhere(pages):
    known = {*pages, *WRITTEN}
    for name in WRITTEN:
        text = (DOCS / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+\.md)", text):
            resolved = (DOCS / name).parent.joinpath(target).resolve().relative_to(DOCS).as_posix()
            assert resolved in known, f"{name} links to {target}"


def test_every_page_is_in_the_navigation(pages):
    navigation = (CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8")
    books = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.ipynb")}
    for name in {*pages, *WRITTEN, *books}:
        assert f"- {name}\n" in navigation
