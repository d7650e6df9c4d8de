"""The house reads in the order the data moves: a package imports only what stands to its left, and the ground floor."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from house import GROUND, ORDER, ROOF

import qsospec_duck

FOLDER = Path(qsospec_duck.__file__).parent


def places() -> list[str]:
    """Every package and module directly below the root."""
    found = {path.name for path in FOLDER.iterdir() if path.is_dir() and any(path.glob("**/*.py"))}
    found |= {path.stem for path in FOLDER.glob("*.py")}
    return sorted(found - {"__init__"})


def imports_of(path: Path) -> set[str]:
    """Packages of this house that a file imports, anywhere in it, inside functions and for types as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: a relative import; imports are absolute here"
            module = node.module or ""
            if module == "qsospec_duck":
                found |= {alias.name for alias in node.names}
            elif module.startswith("qsospec_duck."):
                found.add(module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1] for alias in node.names if alias.name.startswith("qsospec_duck.")
            }  # fmt: skip
    return found - {"__version__"}


def files_of(place: str) -> list[Path]:
    """Python files of a package or module."""
    folder = FOLDER / place
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def allowed(place: str) -> set[str]:
    """What a place may import."""
    if place in ROOF:
        return {*ORDER, *GROUND, *ROOF}
    if place in GROUND:
        return set(GROUND)
    return {*GROUND, *ORDER[: ORDER.index(place) + 1]}


@pytest.mark.parametrize("place", places())
def test_every_package_has_its_place_in_the_house(place):
    assert place in {*ORDER, *GROUND, *ROOF}, (
        f"{place} stands nowhere: add it to the order, the ground floor or the roof"
    )


@pytest.mark.parametrize("place", [place for place in places() if place in {*ORDER, *GROUND, *ROOF}])
def test_a_package_imports_only_from_its_left_and_the_ground_floor(place):
    wrong = {
        f"{path.relative_to(FOLDER)} imports {name}"
        for path in files_of(place)
        for name in imports_of(path)
        if name not in allowed(place)
    }
    assert not wrong, "; ".join(sorted(wrong))


def test_the_reading_of_imports_sees_every_way_to_write_one(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import qsospec_duck.qa\n"
        "from qsospec_duck import runs, __version__\n"
        "def late():\n    from qsospec_duck.batch.plan import Plan\n"
        "import numpy\n"
    )
    assert imports_of(path) == {"qa", "runs", "batch"}


def test_only_connect_opens_a_connection_for_users():
    opened = [
        f"{path.relative_to(FOLDER)}, line {node.lineno}"
        for place in places()
        if place not in ("connect", "cli")
        for path in files_of(place)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("sql", "execute")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "duckdb"
    ]
    assert not opened, f"the default connection of duckdb is used in {', '.join(opened)}; con is passed"
