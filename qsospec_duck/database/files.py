"""Where the SQL files are, in which order they load, and what each of them makes.

``sql/install.sql`` is the one list: a line ``.read sql/<folder>/<object>.sql`` for every file, so the
``duckdb`` shell and Python build the same database. A line ``-- part: <name>`` opens a part:

========== ============================================================================
part       needs
========== ============================================================================
macros     nothing
tiles      the variable ``qsospec_tiles``: a glob, or a list of globs, over tile Parquet
ledger     the variable ``qsospec_tile_root``: a folder of tiles with its ``_ledger``
run        the variable ``qsospec_run``: a run directory
progress   the variable ``qsospec_run``: a run directory, with the logs of its batches
python     the functions that ``connect()`` registers; listed in ``install_python.sql``
python_run ``render_qa_udf``, which ``connect()`` registers when it is given a run
========== ============================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qsospec_duck.errors import ConfigError

PARTS = ("macros", "tiles", "ledger", "run", "progress", "python", "python_run")
"""Parts of the lists in the order they load."""

LISTS = ("install.sql", "install_python.sql")
"""Lists of files below ``sql/``."""

_CREATE = re.compile(
    r"^CREATE\s+OR\s+REPLACE\s+(?P<kind>MACRO|VIEW)\s+(?P<name>[a-z_][a-z0-9_]*)", re.IGNORECASE | re.MULTILINE
)
_TABLE_MACRO = re.compile(r"\)\s*AS\s+TABLE\b", re.IGNORECASE)


@dataclass(frozen=True)
class SqlFile:
    """One file of ``sql/``: one object."""

    path: Path
    part: str
    """Part of ``install.sql`` that lists it."""

    name: str
    """Name of the object, which is also the name of the file."""

    kind: str
    """``MACRO``, ``MACRO TABLE`` or ``VIEW``, as ``COMMENT ON`` calls it."""

    statement: str
    """The whole text of the file."""

    comment: str
    """The header comment without its dashes."""


def sql_folder() -> Path:
    """Folder of the SQL files: inside an installed package, else at the top of the checkout.

    Raises
    ------
    ConfigError
        Neither place holds ``install.sql``.
    """
    package = Path(__file__).resolve().parents[1]
    places = (package / "sql", package.parent / "sql")
    for place in places:
        if (place / "install.sql").is_file():
            return place
    raise ConfigError(
        f"no install.sql in {places[0]} or {places[1]}; the SQL files should be inside the installed package "
        "or at the top of the checkout."
    )


def sql_files() -> tuple[SqlFile, ...]:
    """Every file that ``install.sql`` and ``install_python.sql`` list, in their order.

    Raises
    ------
    ConfigError
        A listed file is missing, makes no object or one with another name, or stands in no part.
    """
    folder = sql_folder()
    found = []
    for name in LISTS:
        found += _listed(folder, name)
    return tuple(found)


def _listed(folder: Path, name: str) -> list[SqlFile]:
    found, part = [], ""
    for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("-- part:"):
            part = line.removeprefix("-- part:").split()[0]
            if part not in PARTS:
                raise ConfigError(f"{name}, line {number}: part {part!r}; it should be one of {', '.join(PARTS)}.")
        elif line.startswith(".read "):
            relative = line.removeprefix(".read ").strip()
            if not part:
                raise ConfigError(f"{name}, line {number}: {relative} stands before the first '-- part:' line.")
            found.append(_read(folder / relative.removeprefix("sql/"), part))
    return found


def _read(path: Path, part: str) -> SqlFile:
    if not path.is_file():
        raise ConfigError(f"{path}: listed to load, but there is no such file.")
    text = path.read_text(encoding="utf-8")
    made = list(_CREATE.finditer(text))
    if len(made) != 1 or made[0]["name"] != path.stem:
        names = ", ".join(match["name"] for match in made) or "nothing"
        raise ConfigError(f"{path}: makes {names}; it should CREATE OR REPLACE exactly one object named {path.stem}.")
    kind = made[0]["kind"].upper()
    if kind == "MACRO" and _TABLE_MACRO.search(text):
        kind = "MACRO TABLE"
    return SqlFile(path, part, path.stem, kind, text, header_of(text))


def header_of(text: str) -> str:
    """Read the comment lines on top of an SQL file, without their dashes."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").removeprefix(" ").rstrip())
    return "\n".join(lines).strip()
