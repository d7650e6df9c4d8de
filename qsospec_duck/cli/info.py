"""``qsospec-duck info``: what is installed and what it holds."""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib import metadata
from typing import Any

from qsospec_duck import __version__
from qsospec_duck.cli.exit_codes import DONE, REFUSED

SUMMARY = "versions, templates, recipes, readers, dust maps"
DESCRIPTION = "Tell what is installed, which templates and recipes there are, and which dust maps lie on this machine."
EXAMPLES = """\
  qsospec-duck info
  qsospec-duck info --options > fit.json      # every scientific option with its default, for fit --config
  qsospec-duck info --recipe my_lines.toml    # every mistake in a recipe of one's own
  qsospec-duck info --json"""

PACKAGES = (
    "duckdb",
    "pyarrow",
    "polars",
    "numpy",
    "scipy",
    "numba",
    "astropy",
    "dust_extinction",
    "ppxf",
    "matplotlib",
)
OPTIONAL = ("dustmaps", "dask", "distributed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="for programs")
    how.add_argument("--options", action="store_true", help="every scientific option with its default, as JSON")
    how.add_argument("--recipe", metavar="FILE", help="tell every mistake in a recipe file")
    parser.set_defaults(run=run_info)


def run_info(given: argparse.Namespace) -> int:
    """Print it."""
    if given.options:
        from qsospec_duck.fitting import FitConfig

        print(json.dumps(FitConfig().to_dict(), indent=2))
        return DONE
    if given.recipe:
        from qsospec_duck.models.recipe_check import explain_recipe

        problems = explain_recipe(given.recipe)
        print("\n".join(problems) if problems else f"{given.recipe}: a good recipe")
        return REFUSED if problems else DONE
    found = gather()
    if given.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return DONE
    for title, entries in found.items():
        print(title)
        for name, text in entries.items():
            print(f"  {name:22s} {text}")
    return DONE


def gather() -> dict[str, dict[str, str]]:
    """All facts by title and name."""
    from qsospec_duck.database import sql_files, sql_folder
    from qsospec_duck.models.line_groups import is_line_list, line_list_sha256
    from qsospec_duck.models.recipes import further_recipes, packaged_recipes
    from qsospec_duck.models.templates import packaged_templates, read_template
    from qsospec_duck.readers import readers

    templates = {}
    for name, row in packaged_templates().items():
        # Reading one compares its checksum.
        if is_line_list(name):
            line_list_sha256(name)
        elif row["kind"] != "balmer":
            read_template(name)
        templates[name] = f"{row['kind']}, {row['wave_min']}-{row['wave_max']} Å, {row['citation']}"
    recipes = {
        recipe_id: f"{recipe.label}, {recipe.window[0]:.0f}-{recipe.window[1]:.0f} Å"
        for recipe_id, recipe in {**packaged_recipes(), **further_recipes()}.items()
    }
    kinds = [file.kind for file in sql_files()]
    return {
        "versions": {
            "qsospec_duck": __version__,
            "python": platform.python_version(),
            **{name: _version(name) for name in (*PACKAGES, *OPTIONAL)},
        },
        "machine": {"platform": platform.platform(), "cores": str(os.cpu_count())},
        "readers": {
            name: "survey format" if not one.is_general else "general format" for name, one in readers().items()
        },
        "templates": templates,
        "recipes": recipes,
        "sql": {
            "folder": str(sql_folder()),
            "views": str(kinds.count("VIEW")),
            "macros": str(len(kinds) - kinds.count("VIEW")),
        },
        "dust maps": _dust_maps(),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _dust_maps() -> dict[str, Any]:
    """Ask every map at the north Galactic pole."""
    from qsospec_duck.spectra.dust_maps import DUST_MAPS, ebv_of_map

    found = {}
    for name in DUST_MAPS:
        value, why_not = ebv_of_map(name, 192.859, 27.128)
        found[name] = why_not if value is None else "ready"
    return found
