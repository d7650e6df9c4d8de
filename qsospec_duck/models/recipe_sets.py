"""Which line complexes are fitted together: names that stand for several, and complexes that exclude each other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.recipes import further_recipes, load_recipe, packaged_recipes

ALL = "all"
"""Name that stands for every default recipe, and for every further one that fits none of their lines."""

SERIES = {"hd": 6, "he": 7, "h8": 8}
"""Upper levels of the Balmer lines that the pseudo-continuum may hold, or a complex."""


def expanded(names: Iterable[str]) -> tuple[str, ...]:
    """Names of recipes with `ALL` written out.

    Raises
    ------
    ConfigError
        A recipe is named twice, or two packaged ones fit the same line.
    """
    written = tuple(one for name in names for one in (_all() if name == ALL else (name,)))
    if len(set(written)) != len(written):
        raise ConfigError(f"FitConfig.complexes is {written}; every recipe should be named once.")
    packaged = {**packaged_recipes(), **further_recipes()}
    owner: dict[str, str] = {}
    for name in written:
        for line_id in sorted(packaged[name].line_ids) if name in packaged else ():
            if line_id in owner:
                raise ConfigError(
                    f"FitConfig.complexes: {owner[line_id]!r} and {name!r} both fit {line_id}; one of them should go."
                )
            owner[line_id] = name
    return written


def check_series(names: Iterable[str], lowest_level: int) -> None:
    """Refuse Balmer lines that both a complex and the pseudo-continuum would fit.

    Parameters
    ----------
    names : iterable of str
        Recipes: packaged ids or paths.
    lowest_level : int
        First upper level of the pseudo-continuum (`qsospec_duck.fitting.config.BalmerConfig`).

    Raises
    ------
    ConfigError
        A complex names a line of that level or a higher one.
    """
    packaged = {**packaged_recipes(), **further_recipes()}
    for name in names:
        if name not in packaged and not Path(name).is_file():
            continue
        twice = [line_id for line_id in SERIES if line_id in load_recipe(name).line_ids]
        highest = max((SERIES[line_id] for line_id in twice), default=0)
        if highest >= lowest_level:
            raise ConfigError(
                f"FitConfig.complexes: {name!r} fits {', '.join(twice)}, and so does the Balmer pseudo-continuum with "
                f"continuum.balmer.lowest_level = {lowest_level}; it should be {highest + 1}."
            )


@cache
def _all() -> tuple[str, ...]:
    usual = frozenset(line_id for recipe in packaged_recipes().values() for line_id in recipe.line_ids)
    more = [recipe for recipe in further_recipes().values() if not usual & recipe.line_ids]
    return tuple(
        recipe.recipe_id for recipe in sorted([*packaged_recipes().values(), *more], key=lambda one: one.order)
    )
