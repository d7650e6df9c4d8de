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
    Whether absorption troughs are looked for and masked, and the widest one that is.
``[[component]]``
    ``name``, ``lines`` and their fixed flux ``ratios``, ``role`` (broad, narrow, wing), ``count`` of Gaussians,
    ``fwhm`` one band [km/s] a Gaussian, ``velocity`` band [km/s], ``kinematics`` a name shared by components of
    one velocity and width, ``optional`` for a component that must earn its place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.lines import line

_ROLES = ("broad", "narrow", "wing")
_COVERAGES = ("full", "any", "lya")


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
    """Widest trough that is masked [km/s]."""

    components: tuple[ComponentRecipe, ...]

    @property
    def window(self) -> tuple[float, float]:
        """Outer limits of the windows [Å]."""
        return self.windows[0][0], self.windows[-1][1]


@cache
def packaged_recipes() -> Mapping[str, ComplexRecipe]:
    """All recipes of ``data/recipes`` by id, in order of fitting."""
    folder = resources.files("qsospec_duck").joinpath("data/recipes")
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
    packaged = packaged_recipes().get(name)
    if packaged is not None:
        return packaged
    path = Path(name).expanduser()
    if not path.is_file():
        raise ConfigError(f"recipe {name!r} is neither a file nor packaged; those are {', '.join(packaged_recipes())}.")
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
    coverage = content.get("coverage", "full")
    if coverage not in _COVERAGES:
        raise ConfigError(f"{where}: coverage is {coverage!r}; it should be one of {', '.join(_COVERAGES)}.")
    components = tuple(_component(where, entry) for entry in _get(where, content, "component", list))
    names = [component.name for component in components]
    if len(set(names)) != len(names) or not names:
        raise ConfigError(f"{where}: component names should be one or more and unique; they are {names}.")
    required = tuple(content.get("required", ()))
    for line_id in required:
        line(line_id)
    return ComplexRecipe(
        recipe_id=_get(where, content, "id", str),
        label=content.get("label", content["id"]),
        order=int(content.get("order", 1000)),
        windows=windows,
        coverage=coverage,
        min_coverage=float(content.get("min_coverage", 0.8)),
        min_pixels=int(content.get("min_pixels", 30)),
        required=required,
        mask_absorption=bool(content.get("mask_absorption", False)),
        absorption_max_kms=float(content.get("absorption_max_kms", 30_000.0)),
        components=components,
    )


def _component(where: str, entry: Mapping[str, Any]) -> ComponentRecipe:
    known = {"name", "lines", "role", "count", "fwhm", "velocity", "ratios", "kinematics", "optional"}
    name = _get(where, entry, "name", str)
    here = f"{where}, component {name!r}"
    _refuse_unknown(here, entry, known)
    lines = tuple(_get(here, entry, "lines", list))
    for line_id in lines:
        line(line_id)
    role = _get(here, entry, "role", str)
    if role not in _ROLES:
        raise ConfigError(f"{here}: role is {role!r}; it should be one of {', '.join(_ROLES)}.")
    fwhm = tuple(_band(here, "fwhm", band) for band in _get(here, entry, "fwhm", list))
    count = int(entry.get("count", len(fwhm)))
    if count != len(fwhm) or any(band[0] <= 0 for band in fwhm):
        raise ConfigError(f"{here}: fwhm has {len(fwhm)} bands for {count} Gaussians; one positive band each is right.")
    ratios = tuple(float(ratio) for ratio in entry.get("ratios", [1.0] * len(lines)))
    if len(ratios) != len(lines) or ratios[0] != 1.0 or min(ratios) <= 0:
        raise ConfigError(f"{here}: ratios are {ratios}; they should be positive, one a line, the first 1.")
    return ComponentRecipe(
        name=name,
        lines=lines,
        role=role,
        fwhm=fwhm,
        velocity=_band(here, "velocity", entry.get("velocity", [-1000.0, 1000.0])),
        ratios=ratios,
        kinematics=entry.get("kinematics"),
        optional=bool(entry.get("optional", False)),
    )


def _get(where: str, content: Mapping[str, Any], key: str, kind: type) -> Any:
    value = content.get(key)
    if not isinstance(value, kind):
        raise ConfigError(f"{where}: {key} is {value!r}; it should be given as a {kind.__name__}.")
    return value


def _band(where: str, key: str, value: Any) -> tuple[float, float]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(edge, int | float) for edge in value)
        or not value[0] < value[1]
    ):
        raise ConfigError(f"{where}: {key} holds {value!r}; it should be two increasing numbers.")
    return float(value[0]), float(value[1])


def _refuse_unknown(where: str, content: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(content) - known
    if unknown:
        raise ConfigError(f"{where}: unknown key {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}.")
