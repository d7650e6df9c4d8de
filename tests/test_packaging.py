"""What travels in the wheel."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest

import qsospec_duck

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Contents of a wheel, built here with the project's own backend."""
    builders = pytest.importorskip("hatchling.builders.wheel", reason="hatchling comes with the test extra")
    builder = builders.WheelBuilder(str(CHECKOUT))
    (path,) = builder.build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    with zipfile.ZipFile(path) as file:
        yield Path(path).name, {name: file.read(name) for name in file.namelist()}


def test_the_wheel_holds_every_sql_file_inside_the_package(wheel):
    _, contents = wheel
    of_checkout = {f"qsospec_duck/{path.relative_to(CHECKOUT).as_posix()}" for path in CHECKOUT.glob("sql/**/*.sql")}
    assert of_checkout
    assert of_checkout <= contents.keys()


def test_the_wheel_holds_every_data_file(wheel):
    _, contents = wheel
    data = {path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("qsospec_duck/data/**/*") if path.is_file()}
    assert "qsospec_duck/data/columns.csv" in data
    assert data <= contents.keys()


def test_the_wheel_holds_the_marker_of_types_and_no_tests(wheel):
    _, contents = wheel
    assert "qsospec_duck/py.typed" in contents
    assert not [name for name in contents if name.startswith(("tests/", "docs/", "benchmarks/"))]


def test_the_wheel_has_the_version_and_command_of_the_package(wheel):
    name, contents = wheel
    assert re.match(rf"qsospec_duck-{re.escape(qsospec_duck.__version__)}-py3-none-any\.whl", name)
    (entries,) = [text for path, text in contents.items() if path.endswith("entry_points.txt")]
    assert "qsospec-duck = qsospec_duck.cli:main" in entries.decode()


def test_the_wheel_is_small(wheel):
    _, contents = wheel
    assert sum(map(len, contents.values())) < 6e6


def test_every_extra_that_messages_and_docs_name_exists():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = set()
    for path in [*CHECKOUT.glob("qsospec_duck/**/*.py"), *CHECKOUT.glob("docs/**/*.md"), CHECKOUT / "README.md"]:
        for found in re.findall(r"qsospec_duck\[([a-z,]+)\]", path.read_text(encoding="utf-8")):
            named |= set(found.split(","))
    assert named
    assert named <= project["optional-dependencies"].keys()
