"""What is wrong with a recipe of one's own, all of it at once, and what would be right.

`qsospec_duck.models.recipes.load_recipe` refuses a file at its first mistake. Here every mistake is told that can be,
also those that a fit would run with but nobody means: a line outside the windows, a required line that no component
has.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.lines import line, lines
from qsospec_duck.models.recipes import ComplexRecipe, further_recipes, packaged_recipes, parse_recipe

KEYS = (
    "id", "label", "order", "windows", "coverage", "min_coverage", "min_pixels", "required", "mask_absorption",
    "absorption_max_kms", "component",
)  # fmt: skip
COMPONENT_KEYS = (
    "name", "lines", "role", "count", "fwhm", "velocity", "ratios", "kinematics", "optional", "droppable", "profile",
    "alternative",
)  # fmt: skip

WIDEST = 30_000.0
"""An FWHM above this [km/s] is no emission line."""


def explain_recipe(path: str | Path) -> tuple[str, ...]:
    """Every mistake in a recipe file, one sentence each; empty for a good one.

    Parameters
    ----------
    path : path
        A TOML file.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        return (f"{file}: there is no such file.",)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return (f"{file.name}: not a TOML file: {error}.",)
    told = [*_near_misses(file.name, content)]
    try:
        recipe = parse_recipe(file.name, content)
    except ConfigError as error:
        return tuple(dict.fromkeys([*told, str(error)]))
    return tuple([*told, *(f"{file.name}: {problem}" for problem in _doubts(recipe))])


def _near_misses(where: str, content: Mapping[str, Any]) -> Iterable[str]:
    """Keys and lines that are misspelt."""
    for key in set(content) - set(KEYS):
        yield f"{where}: unknown key {key!r}{_suggestion(key, KEYS)}."
    components = content.get("component", [])
    if not isinstance(components, list):
        yield f"{where}: component should be written [[component]], once for each."
        return
    known = tuple(lines())
    for number, component in enumerate(components, start=1):
        if not isinstance(component, dict):
            yield f"{where}: component should be written [[component]], once for each."
            continue
        here = f"{where}, component {component.get('name', number)!r}"
        for key in set(component) - set(COMPONENT_KEYS):
            yield f"{here}: unknown key {key!r}{_suggestion(key, COMPONENT_KEYS)}."
        for name in component.get("lines", []):
            if name not in known:
                yield f"{here}: the line list has no {name!r}{_suggestion(str(name), known)}."


def _suggestion(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=3)
    return f"; did you mean {' or '.join(near)}?" if near else f"; known are {', '.join(known)}"


def _doubts(recipe: ComplexRecipe) -> Iterable[str]:
    """What a fit would take and nobody means."""
    if recipe.recipe_id in packaged_recipes() or recipe.recipe_id in further_recipes():
        yield f"id {recipe.recipe_id!r} is that of a packaged recipe; give yours another."
    fitted = {name for component in recipe.components for name in component.lines}
    for name in recipe.required:
        if name not in fitted:
            yield f"required line {name!r} is in no component."
    for component in recipe.components:
        here = f"component {component.name!r}"
        for name in component.lines:
            wavelength = line(name).wavelength
            if not any(low < wavelength < high for low, high in recipe.windows):
                yield f"{here}: {name} at {wavelength:.1f} Å lies in none of the windows."
        if component.fwhm[-1][1] > WIDEST:
            yield f"{here}: an FWHM up to {component.fwhm[-1][1]:.0f} km/s is no emission line; at most {WIDEST:.0f}."
        for narrower, wider in pairwise(component.fwhm):
            if wider[0] < narrower[0] or wider[1] < narrower[1]:
                yield f"{here}: fwhm bands should go from narrow to wide; {wider} comes after {narrower}."
    groups: dict[str, list[Any]] = {}
    for component in recipe.components:
        if component.kinematics:
            groups.setdefault(component.kinematics, []).append(component)
    for name, members in groups.items():
        first = members[0]
        for other in members[1:]:
            if (other.fwhm, other.velocity) != (first.fwhm, first.velocity):
                yield (
                    f"kinematics {name!r}: components {first.name!r} and {other.name!r} give different bands of fwhm "
                    f"or velocity; those of {first.name!r} count for both."
                )
