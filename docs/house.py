"""The order of the house, and the page that says where everything lives."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from layout import join, table

import qsospec_duck

PACKAGE = Path(qsospec_duck.__file__).parent

ORDER = (
    "archive", "readers", "tiles", "spectra", "models", "fitting", "runs", "batch", "catalog", "qa", "service",
)  # fmt: skip
"""Packages in the order the data moves: each imports from those to its left and from the ground floor."""

GROUND = ("columns", "constants", "errors", "on_first_use", "air_vacuum", "cache_folder", "data", "fits", "database")
"""What every package may import."""

ROOF = ("connect", "fit_functions", "workflow", "simulate", "cli", "__main__")
"""What may import every package."""


def house_page() -> str:
    """Every module with the first line of its docstring."""
    parts = [
        "# Where does it live?",
        "Packages stand in the order the data moves. A package imports from those to its left and from the ground "
        "floor; `tests/test_import_direction.py` holds it.",
        f"```text\n{' → '.join(ORDER)}\nground floor: {', '.join(GROUND)}\nroof:         {', '.join(ROOF)}\n```",
        "Three truths stand in one place each: `data/columns.csv` (every column), `sql/` (every view and macro, one a "
        "file) and `data/recipes/*.toml` with `data/lines.csv` (every line complex).",
    ]
    for title, places in (("In the order the data moves", ORDER), ("Ground floor", GROUND), ("Roof", ROOF)):
        parts.append(f"## {title}")
        for place in places:
            folder = PACKAGE / place
            if folder.is_dir():
                modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
                about = docstring_of(folder / "__init__.py")
                rows = [(f"`{path.name}`", first_line(path)) for path in modules]
                parts.append(join([f"### {place}", about, *([table(("module", "answers"), rows)] if rows else [])]))
            elif folder.with_suffix(".py").is_file():
                parts.append(join([f"### {place}.py", first_line(folder.with_suffix(".py"))]))
    return join(parts)


def docstring_of(path: Path) -> str:
    """Docstring of a module that is not imported for it."""
    if not path.is_file():
        return ""
    return inspect.cleandoc(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")


def first_line(path: Path) -> str:
    """First line of a module's docstring."""
    return docstring_of(path).split("\n", 1)[0].replace("``", "`")
