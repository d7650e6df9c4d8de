"""Line-complex recipes: TOML files that say which lines are fitted together and how they are tied.

A recipe is data. A packaged one lies in ``data/recipes``; a user's own is given by its path. Keys:

``id``, ``label``, ``order``
    Name in tables, name in figures, place in the sequence of fits.
``windows``
    Rest wavelengths [Å] between which pixels are used.
``coverage``
    ``full``: every required line and ``min_coverage`` of the windows must be observed; ``any``: lines that
    are not covered are left out; ``lya``: the four states of Lyα (`qsospec_duck.fitting.coverage`).
``min_coverage``, ``min_pixels``, ``required``
    Smallest observed fraction of the windows, fewest usable pixels, lines without which it is not fitted.
``mask_absorption``, ``absorption_max_kms``
    Whether absorption troughs are looked for and masked, and the widest one that is, blueward of the first line.
``[[component]]``
    ``name``, ``lines`` and their fixed flux ``ratios``, ``role`` (broad, narrow, wing), ``count`` of Gaussians,
    ``fwhm`` one band [km/s] a Gaussian, ``velocity`` band [km/s], ``kinematics`` a name shared by components of
    one velocity and width, ``optional`` for a component that must earn its place,
    ``droppable`` for one that may lose it, ``profile`` (gaussian or lorentzian) of a component with one band,
    ``alternative = "lorentzian"`` for one that may be a single Lorentzian where that fits better.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.lines import line

_ROLES = ("broad", "narrow", "wing")
_COVERAGES = ("full", "any", "lya")
_PROFILES = ("gaussian", "lorentzian")


@dataclass(frozen=True)
class ComponentRecipe:
    """One row of components: ``count`` Gaussians at each of its lines."""

    name: str
    lines: tuple[str, ...]
    role: str
    fwhm: tuple[tuple[float, float], ...]
    """One band [km/s] for each Gaussian."""

    velocity: tuple[float, float]
    """Band of the velocity against the catalog redshift [km/s]."""

    ratios: tuple[float, ...]
    """Flux of each line relative to the first."""

    kinematics: str | None = None
    """Components of one name share velocity and width."""

    optional: bool = False
    """Kept only where it improves the fit significantly."""

    droppable: bool = False
    """Fitted first, and taken away where the fit without it is as good."""

    profile: str = "gaussian"
    """``gaussian``, or ``lorentzian`` (`qsospec_duck.models.lorentzian`)."""

    alternative: str | None = None
    """``lorentzian``: one Lorentzian is tried in place of its Gaussians."""

    def __hash__(self) -> int:
        """That of all fields, found once: compiled models are looked up by their components throughout a fit."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(astuple(self))

    @property
    def count(self) -> int:
        """Number of Gaussians at each line."""
        return len(self.fwhm)


@dataclass(frozen=True)
class ComplexRecipe:
    """One line complex."""

    recipe_id: str
    label: str
    order: int
    windows: tuple[tuple[float, float], ...]
    coverage: str
    min_coverage: float
    min_pixels: int
    required: tuple[str, ...]
    mask_absorption: bool
    absorption_max_kms: float
    """Widest trough that is masked blueward of the first component's line [km/s]."""

    components: tuple[ComponentRecipe, ...]

    def __hash__(self) -> int:
        """That of its name: recipes of one name differ seldom, and their hash is wanted throughout a fit."""
        return hash(self.recipe_id)

    @property
    def line_ids(self) -> frozenset[str]:
        """Lines that its components hold."""
        return frozenset(line_id for component in self.components for line_id in component.lines)

    @property
    def window(self) -> tuple[float, float]:
        """Outer limits of the windows [Å]."""
        return self.windows[0][0], self.windows[-1][1]


@cache
def packaged_recipes() -> Mapping[str, ComplexRecipe]:
    """The recipes that are fitted by default, of ``data/recipes``, by id in order of fitting."""
    return _recipes_in("data/recipes")


@cache
def further_recipes() -> Mapping[str, ComplexRecipe]:
    """Recipes of ``data/recipes/further``, fitted when they are named, by id in order of fitting."""
    return _recipes_in("data/recipes/further")


def _recipes_in(place: str) -> Mapping[str, ComplexRecipe]:
    folder = resources.files("qsospec_duck").joinpath(place)
    found = [
        parse_recipe(entry.name, tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return {recipe.recipe_id: recipe for recipe in sorted(found, key=lambda recipe: recipe.order)}


@cache
def load_recipe(name: str) -> ComplexRecipe:
    """A packaged recipe by its id, or a user's recipe by the path of its TOML file.

    Raises
    ------
    ConfigError
        There is no such recipe or file, or the file is no recipe.
    """
    packaged = packaged_recipes().get(name) or further_recipes().get(name)
    if packaged is not None:
        return packaged
    path = Path(name).expanduser()
    if not path.is_file():
        known = ", ".join([*packaged_recipes(), *further_recipes()])
        raise ConfigError(f"recipe {name!r} is neither a file nor packaged; those are {known}.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}.") from error
    return parse_recipe(path.name, content)


def parse_recipe(where: str, content: Mapping[str, Any]) -> ComplexRecipe:
    """Check the content of a recipe file and build the recipe.

    Raises
    ------
    ConfigError
        Naming the key, what was found and what would be right.
    """
    known = {"id", "label", "order", "windows", "coverage", "min_coverage", "min_pixels", "required",
             "mask_absorption", "absorption_max_kms", "component"}  # fmt: skip
    _refuse_unknown(where, content, known)
    windows = tuple(_band(where, "windows", window) for window in _get(where, content, "windows", list))
    if not windows or any(a[1] > b[0] for a, b in pairwise(windows)):
        raise ConfigError(
            f"{where}: windows should be one or more bands [low, high] in increasing order, not {windows}."
        )
    coverage = _get(where, content, "coverage", str, "full")
    if coverage not in _COVERAGES:
        raise ConfigError(f"{where}: coverage is {coverage!r}; it should be one of {', '.join(_COVERAGES)}.")
    components = tuple(_component(where, entry) for entry in _list(where, content, "component", dict))
    names = [component.name for component in components]
    if len(set(names)) != len(names) or not names:
        raise ConfigError(f"{where}: component names should be one or more and unique; they are {names}.")
    required = _lines(where, content, "required", [])
    recipe_id = _get(where, content, "id", str)
    return ComplexRecipe(
        recipe_id=recipe_id,
        label=_get(where, content, "label", str, recipe_id),
        order=_get(where, content, "order", int, 1000),
        windows=windows,
        coverage=coverage,
        min_coverage=float(_get(where, content, "min_coverage", (int, float), 0.8)),
        min_pixels=_get(where, content, "min_pixels", int, 30),
        required=required,
        mask_absorption=_get(where, content, "mask_absorption", bool, False),
        absorption_max_kms=float(_get(where, content, "absorption_max_kms", (int, float), 30_000.0)),
        components=components,
    )


def _component(where: str, entry: Mapping[str, Any]) -> ComponentRecipe:
    known = {"name", "lines", "role", "count", "fwhm", "velocity", "ratios", "kinematics", "optional", "droppable",
             "profile", "alternative"}  # fmt: skip
    name = _get(where, entry, "name", str)
    here = f"{where}, component {name!r}"
    _refuse_unknown(here, entry, known)
    lines = _lines(here, entry, "lines")
    if not lines:
        raise ConfigError(f"{here}: lines is empty; it should name one or more lines of lines.csv.")
    role = _get(here, entry, "role", str)
    if role not in _ROLES:
        raise ConfigError(f"{here}: role is {role!r}; it should be one of {', '.join(_ROLES)}.")
    fwhm = tuple(_band(here, "fwhm", band) for band in _get(here, entry, "fwhm", list))
    count = _get(here, entry, "count", int, max(len(fwhm), 1))
    if count != len(fwhm) or any(band[0] <= 0 for band in fwhm):
        raise ConfigError(f"{here}: fwhm has {len(fwhm)} bands for {count} Gaussians; one positive band each is right.")
    ratios = tuple(float(ratio) for ratio in _list(here, entry, "ratios", (int, float), [1.0] * len(lines)))
    if len(ratios) != len(lines) or ratios[0] != 1.0 or not all(0 < ratio < math.inf for ratio in ratios):
        raise ConfigError(f"{here}: ratios are {ratios}; they should be positive, one a line, the first 1.")
    profile = _get(here, entry, "profile", str, "gaussian")
    if profile not in _PROFILES:
        raise ConfigError(f"{here}: profile is {profile!r}; it should be one of {', '.join(_PROFILES)}.")
    alternative = _get(here, entry, "alternative", str) if "alternative" in entry else None
    if alternative not in (None, "lorentzian") or (alternative and (profile != "gaussian" or "kinematics" in entry)):
        raise ConfigError(
            f"{here}: alternative is {alternative!r}; it should be 'lorentzian', for a component of Gaussians that "
            "shares its kinematics with none."
        )
    return ComponentRecipe(
        name=name,
        lines=lines,
        role=role,
        fwhm=fwhm,
        velocity=_band(here, "velocity", entry.get("velocity", [-1000.0, 1000.0])),
        ratios=ratios,
        kinematics=_get(here, entry, "kinematics", str) if "kinematics" in entry else None,
        optional=_get(here, entry, "optional", bool, False),
        droppable=_get(here, entry, "droppable", bool, False),
        profile=profile,
        alternative=alternative,
    )


Kind = type | tuple[type, ...]


def _get(where: str, content: Mapping[str, Any], key: str, kind: Kind, default: Any = None) -> Any:
    """A value of one kind; ``default`` where the key is absent."""
    value = content.get(key, default)
    if not _is_a(value, kind):
        raise ConfigError(f"{where}: {key} is {value!r}; it should be given as a {_name(kind)}.")
    return value


def _list(where: str, content: Mapping[str, Any], key: str, kind: Kind, default: list[Any] | None = None) -> list[Any]:
    """A list whose members are of one kind."""
    values = _get(where, content, key, list, default)
    for value in values:
        if not _is_a(value, kind):
            raise ConfigError(f"{where}: {key} holds {value!r}; each member should be a {_name(kind)}.")
    return values


def _lines(where: str, content: Mapping[str, Any], key: str, default: list[str] | None = None) -> tuple[str, ...]:
    """Ids of lines that exist."""
    names = _list(where, content, key, str, default)
    for name in names:
        line(name)
    return tuple(names)


def _is_a(value: Any, kind: Kind) -> bool:
    # A bool counts as an int in Python, but ``count = true`` is a slip.
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _name(kind: Kind) -> str:
    return (
        "number"
        if isinstance(kind, tuple)
        else {"dict": "table", "int": "whole number"}.get(kind.__name__, kind.__name__)
    )


def _band(where: str, key: str, value: Any) -> tuple[float, float]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(_is_a(edge, (int, float)) for edge in value)
        or not -math.inf < value[0] < value[1] < math.inf
    ):
        raise ConfigError(f"{where}: {key} holds {value!r}; it should be two increasing numbers.")
    return float(value[0]), float(value[1])


def _refuse_unknown(where: str, content: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(content) - known
    if unknown:
        raise ConfigError(f"{where}: unknown key {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}.")
