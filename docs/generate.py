"""Pages of the reference, made from what the code reads: nobody writes a table of columns twice.

``pages()`` gives Markdown by path below ``docs/``; ``hooks.py`` hands it to mkdocs. On the command line,
``python docs/generate.py FOLDER`` writes the pages as files.
"""

from __future__ import annotations

import argparse
import ast
import csv
import inspect
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from house import PACKAGE, house_page
from layout import join, table

import qsospec_duck
from qsospec_duck.catalog.columns import FINER_SHAPES, catalog_lines, measures_of_line
from qsospec_duck.cli.main import parser
from qsospec_duck.columns import tables
from qsospec_duck.database import SqlFile, sql_files
from qsospec_duck.fitting import quality_bits
from qsospec_duck.models.recipes import ComplexRecipe, further_recipes, packaged_recipes
from qsospec_duck.models.templates import packaged_templates

CHECKOUT = Path(__file__).resolve().parents[1]

TABLES = {
    "spectra": "The spectra relation: what every reader yields and every fit reads, one row a spectrum.",
    "spectra_extra": "What some surveys tell beyond the relation.",
    "tiles": "What tile Parquet holds beyond the relation.",
    "inputs": "What was offered to a run, one row a spectrum.",
    "objects": "What was fitted, one row a spectrum.",
    "measurements": "Every number of every fit, long form.",
    "warnings": "Everything that did not go normally.",
    "models": "Data, masks and model components, one row an object.",
    "failures": "Spectra that could not be read or fitted.",
    "derived": "Quantities computed after the fit, by calibration.",
    "calibrations": "What the calibrations in `derived` rest on, one row a calibration.",
    "line_catalog": "One row a quasar, line and role.",
    "catalog": "The wide catalog, one row a quasar.",
    "tile_ledger": "What was made of each coadd, one row a conversion.",
    "tile_validation": "What the checks of tiles found.",
    "truth": "True values of synthetic quasars.",
}
"""One sentence a table; a table without one is described by its name alone."""

PARTS = {
    "macros": "Macros that need nothing",
    "tiles": "Over tile Parquet",
    "run": "Over a run",
    "python": "With the Python functions of `connect()`",
}


def pages() -> dict[str, str]:
    """Every generated page."""
    return {
        "reference/columns.md": columns_page(),
        "reference/warnings.md": warnings_page(),
        "reference/lines.md": lines_page(),
        "reference/recipes.md": recipes_page([*packaged_recipes().values(), *further_recipes().values()]),
        "reference/templates.md": templates_page(),
        "reference/sql.md": sql_page(sql_files()),
        "reference/cli.md": cli_page(),
        "reference/python.md": python_page(),
        "house.md": house_page(),
        "contributing.md": (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        "changelog.md": (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8"),
    }


def columns_page() -> str:
    """Data dictionary of all tables."""
    parts = [
        "# Columns",
        "Generated from `qsospec_duck/data/columns.csv`, from which Parquet schemas, SQL comments and exported units "
        "are made, too. Types are DuckDB's; UCDs are those of the IVOA.",
    ]
    for name, columns in tables().items():
        parts += [f"## {name}", TABLES.get(name, "")]
        parts.append(
            table(
                ("column", "type", "unit", "UCD", "meaning"),
                [(f"`{c.name}`", f"`{c.type}`", c.unit, c.ucd, c.meaning) for c in columns],
            )
        )
        if name == "catalog":
            parts.append(_wide_columns())
    return join(parts)


def _wide_columns() -> str:
    measures = ", ".join(f"`{measure.name}`" for measure in measures_of_line(catalog_lines()[0]))
    finer = ", ".join(f"`{name}`" for name in FINER_SHAPES)
    lines = table(
        ("line", "role", "ending", "also"),
        [(one.label, one.role, f"`_{one.suffix}`", finer if one.shapes == "all" else "") for one in catalog_lines()],
    )
    return join(
        [
            "After these, the columns of lines: a measure, an ending, and `_err` for the error, as in `fwhm_hb` and "
            f"`ew_civ_err`. Measures: {measures}. Endings:",
            lines,
        ]
    )


def warnings_page() -> str:
    """Warning codes with their bits."""
    rows = read_csv("warning_codes.csv")
    return join(
        [
            "# Warning codes",
            "A difficult spectrum is no error: it becomes rows of the table `warnings`, and bits of `fit_warn`. "
            "`qa_by_warning('parameter_at_bound')` selects by code. The column `quality bits` says which bits of "
            "`fit_quality` a warning sets for the quasar, and of `quality_hb` and its like for a line.",
            table(
                ("code", "severity", "section", "bit", "value", "quality bits", "meaning"),
                [
                    (
                        f"`{r['code']}`",
                        r["severity"],
                        r["section"],
                        r["bit"],
                        f"{1 << int(r['bit'])}",
                        _quality_bits_of(r["code"]),
                        r["meaning"],
                    )
                    for r in rows
                ],
            ),
            "## Bits of `fit_quality`",
            "0 is good. `quality_names(fit_quality)` names what is set, in SQL and in Python.",
            table(
                ("bit", "name", "meaning", "set for the quasar by", "set for a line by"),
                [
                    (str(one.bit), f"`{one.name}`", one.meaning, _codes(one.codes), _codes(one.line_codes))
                    for one in quality_bits()
                ],
            ),
        ]
    )


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes))


def _quality_bits_of(code: str) -> str:
    """Which quality bits a warning sets."""
    return ", ".join(
        f"`{one.name}`" for one in quality_bits() if any(c.endswith(code) for c in one.codes | one.line_codes)
    )


def lines_page() -> str:
    """Line list."""
    rows = read_csv("lines.csv")
    return join(
        [
            "# Lines",
            "Vacuum rest wavelengths. Generated from `qsospec_duck/data/lines.csv`.",
            table(
                ("id", "line", "wavelength [Å]", "kind", "source", "note"),
                [(f"`{r['line_id']}`", r["label"], r["wavelength"], r["kind"], r["source"], r["note"]) for r in rows],
            ),
        ]
    )


def recipes_page(recipes: Iterable[ComplexRecipe]) -> str:
    """Line complexes with their components."""
    parts = [
        "# Line complexes",
        "Which lines are fitted together and how they are tied, from `qsospec_duck/data/recipes`. Bands of FWHM and "
        "velocity are bounds [km/s]; components of one kinematics share velocity and width; an optional component "
        "must earn its place. Those after `paschen_nir` are fitted when they are named; `--complexes all` names "
        "all but `ciii_feiii`. [A complex of one's own](../how-to/own-complex.md) is a file of the same kind.",
    ]
    for recipe in recipes:
        windows = ", ".join(f"{low:.0f}-{high:.0f}" for low, high in recipe.windows)
        parts += [
            f"## {recipe.recipe_id}",
            f"{recipe.label}. Rest wavelengths {windows} Å, coverage `{recipe.coverage}`"
            + (", narrow absorption is masked." if recipe.mask_absorption else "."),
            table(
                ("component", "role", "lines and flux ratios", "Gaussians, FWHM", "velocity", "kinematics", ""),
                [
                    (
                        f"`{c.name}`",
                        c.role,
                        ", ".join(
                            f"`{line}`" + (f" × {ratio:.4g}" if len(c.lines) > 1 else "")
                            for line, ratio in zip(c.lines, c.ratios, strict=True)
                        ),
                        "; ".join(f"{low:.0f} to {high:.0f}" for low, high in c.fwhm),
                        f"{c.velocity[0]:.0f} to {c.velocity[1]:.0f}",
                        c.kinematics or "its own",
                        "optional" if c.optional else "",
                    )
                    for c in recipe.components
                ],
            ),
        ]
    return join(parts)


def templates_page() -> str:
    """Packaged templates with citation and checksum."""
    parts = [
        "# Templates",
        "Packaged tables, each checked against its SHA-256 when it is read. Any two-column text file (vacuum Å, flux "
        "per Å) can take the place of an Fe II template: `--iron-optical my_template.txt`.",
    ]
    for name, row in packaged_templates().items():
        parts.append(
            join(
                [
                    f"## {name}",
                    table(
                        ("", ""),
                        [
                            ("kind", row["kind"]),
                            ("coverage", f"{row['wave_min']}-{row['wave_max']} Å (vacuum, rest)"),
                            ("citation", row["citation"]),
                            ("note", row["note"]),
                            ("file", f"`data/templates/{row['file']}`"),
                            ("SHA-256", f"`{row['sha256']}`"),
                            *(
                                [("SHA-256 of the published table", f"`{row['source_sha256']}`")]
                                if row["source_sha256"]
                                else []
                            ),
                        ],
                    ),
                ]
            )
        )
    return join(parts)


def sql_page(files: Sequence[SqlFile]) -> str:
    """Every view and macro with the header of its file."""
    parts = [
        "# SQL",
        "Every object of `sql/`, one a file, in the order of `sql/install.sql`. In DuckDB the same text is the "
        "object's comment: `SELECT comment FROM duckdb_functions() WHERE function_name = 'logmbh_hb'`.",
    ]
    for part in dict.fromkeys(file.part for file in files):
        parts.append(f"## {PARTS.get(part, part)}")
        for file in files:
            if file.part == part:
                kind = {"MACRO": "macro", "MACRO TABLE": "table macro", "VIEW": "view"}[file.kind]
                parts.append(f"### {file.name}\n\n*{kind}*\n\n```text\n{file.comment}\n```")
                parts += _columns_of_view(file)
    return join(parts)


def _columns_of_view(file: SqlFile) -> list[str]:
    """Columns of a view with their meaning, or where they are described."""
    if file.name in tables():
        return [f"Columns: [{file.name}](columns.md#{file.name})."]
    said = re.findall(rf"^COMMENT ON COLUMN {file.name}\.(\w+) IS '((?:[^']|'')*)';", file.statement, re.MULTILINE)
    return (
        [table(("column", "meaning"), [(f"`{name}`", text.replace("''", "'")) for name, text in said])] if said else []
    )


def cli_page() -> str:
    """Help texts of all commands."""
    parts = ["# Command line", "`qsospec-duck`, or `python -m qsospec_duck`."]
    for words, one in parsers().items():
        parts += [f"{'##' if words.count(' ') < 2 else '###'} {words}", f"```text\n{one.format_help().rstrip()}\n```"]
    return join(parts)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Parsers of all commands by the words that lead to them."""

    def below(words: str, one: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
        found = {words: one}
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, child in action.choices.items():
                    found |= below(f"{words} {name}", child)
        return found

    return below("qsospec-duck", parser())


def python_page() -> str:
    """Public names with signature and docstring."""
    parts = [
        "# Python",
        "Public names of `qsospec_duck`; each is imported when it is first used. The packages below offer more, listed "
        "in their `__all__` ([where what lives](../house.md)).",
    ]
    for name in sorted(set(qsospec_duck.__all__) - {"__version__"}, key=str.lower):
        value = getattr(qsospec_duck, name)
        text = inspect.cleandoc(value.__doc__ or "")
        parts.append(f"## {name}\n\n```text\n{name}{inspect.signature(value)}\n\n{text}\n```")
        if inspect.isclass(value) and (options := attribute_docs(value)):
            parts.append(table(("field", "meaning"), [(f"`{field}`", doc) for field, doc in options.items()]))
    return join(parts)


def attribute_docs(cls: type) -> dict[str, str]:
    """Strings that stand below the fields of a dataclass."""
    tree = ast.parse(inspect.cleandoc(inspect.getsource(cls)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for field, doc in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            is_doc = (
                isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant) and isinstance(doc.value.value, str)
            )
            found[field.target.id] = " ".join(doc.value.value.split()) if is_doc else ""  # type: ignore[union-attr,attr-defined]
    return found


def read_csv(name: str) -> list[dict[str, str]]:
    """Rows of a packaged CSV file."""
    with (PACKAGE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, made: Mapping[str, str]) -> None:
    """Write pages as files."""
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "pages"), pages())
