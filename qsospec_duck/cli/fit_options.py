"""Scientific options of a fit on the command line, and in a TOML or JSON file."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qsospec_duck.fitting import FitConfig


def add_fit_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that change numbers."""
    group = parser.add_argument_group("the fit (every option: qsospec-duck info --options)")
    group.add_argument(
        "--config", metavar="FILE", help="TOML or JSON with options by name, or the manifest.json of a run to repeat it"
    )
    group.add_argument(
        "--complexes", metavar="IDS", help="line complexes, divided by commas; all adds weak lines to the default"
    )
    group.add_argument("--power-law", choices=("single", "broken", "auto"), help="default auto")
    group.add_argument("--iron-optical", metavar="TEMPLATE", help="template id or file, or none; default veron04")
    group.add_argument("--iron-uv", metavar="TEMPLATE", help="template id or file, or none; default mejia16_uv")
    group.add_argument("--iron-iii", metavar="TEMPLATE", help="template or line list of Fe III, feiii_uv48 is packaged")
    group.add_argument("--reddening", choices=("off", "on", "auto"), help="SMC-like dust before the power law")
    group.add_argument("--polynomial", choices=("off", "multiply", "add"), help="on the power law, or beside it")
    group.add_argument("--no-balmer", action="store_true", help="leave out the Balmer pseudo-continuum")
    group.add_argument("--no-dereddening", action="store_true", help="leave Galactic extinction uncorrected")
    group.add_argument("--dust-map", metavar="MAP", help="sfd or planck, where neither row nor --ebv knows E(B-V)")
    group.add_argument(
        "--monte-carlo", type=int, metavar="N", help="errors from N noise draws in place of the covariance"
    )


def config_of(given: argparse.Namespace) -> FitConfig:
    """Options of the command line, over those of ``--config``, over the defaults.

    Raises
    ------
    ConfigError
        An option is unknown, or makes no sense.
    """
    from qsospec_duck.fitting import FitConfig

    changes: dict[str, Any] = {}
    if given.complexes:
        changes["complexes"] = [name.strip() for name in given.complexes.split(",") if name.strip()]
    continuum: dict[str, Any] = {}
    if given.power_law:
        continuum["power_law"] = {"mode": given.power_law}
    for name in ("iron_uv", "iron_optical"):
        template = getattr(given, name)
        if template:
            continuum[name] = {"enabled": False} if template == "none" else {"template": template}
    if given.iron_iii:
        continuum["iron_iii"] = {"enabled": True, "template": given.iron_iii}
    for name in ("reddening", "polynomial"):
        if getattr(given, name):
            continuum[name] = {"mode": getattr(given, name)}
    if given.no_balmer:
        continuum["balmer"] = {"enabled": False}
    if continuum:
        changes["continuum"] = continuum
    extinction: dict[str, Any] = {"enabled": False} if given.no_dereddening else {}
    if given.dust_map:
        extinction["map_name"] = given.dust_map
    if extinction:
        changes["extinction"] = extinction
    if given.monte_carlo is not None:
        changes["uncertainty"] = {"method": "monte_carlo", "draws": given.monte_carlo}
    config = with_options(FitConfig(), read_options(Path(given.config)), given.config) if given.config else FitConfig()
    config = with_options(config, changes, "command line")
    _require_known(config)
    return config


def read_options(path: Path) -> Mapping[str, Any]:
    """Options of a TOML or JSON file; of a run's manifest, its configuration.

    Raises
    ------
    ConfigError
        It is no such file.
    """
    from qsospec_duck.errors import ConfigError

    if not path.is_file():
        raise ConfigError(f"{path}: no such file; --config takes a TOML or JSON file.")
    try:
        text = path.read_text(encoding="utf-8")
        options = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: neither TOML nor JSON: {error}.") from None
    if not isinstance(options, dict):
        raise ConfigError(f"{path}: holds a {type(options).__name__}; it should hold options by name.")
    return options["configuration"] if "schema_version" in options and "configuration" in options else options


def with_options(config: Any, options: Mapping[str, Any], where: str) -> Any:
    """Copy a frozen dataclass with some fields changed, those of nested dataclasses too.

    Raises
    ------
    ConfigError
        An option is unknown, is no table where one is needed, or is not accepted.
    """
    from qsospec_duck.errors import ConfigError

    names = {field.name for field in fields(config)}
    changed = {}
    for name, value in options.items():
        if name not in names:
            raise ConfigError(f"{where}: there is no option {name!r}; there are {', '.join(sorted(names))}.")
        old = getattr(config, name)
        if is_dataclass(old):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{where}: {name} is {value!r}; it should be a table of options.")
            changed[name] = with_options(old, value, f"{where}, {name}")
        else:
            changed[name] = _like(old, value, f"{where}: {name}")
    return replace(config, **changed)


def _like(old: Any, value: Any, where: str) -> Any:
    """Value in the type of the one that it replaces."""
    from qsospec_duck.errors import ConfigError

    if isinstance(old, tuple):
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{where} is {value!r}; it should be a list.")
        return tuple(tuple(one) if isinstance(one, list) else one for one in value)
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if old is not None and value is not None and type(old) is not type(value):
        raise ConfigError(f"{where} is {value!r}; it should be a {type(old).__name__}, such as {old!r}.")
    return value


def _require_known(config: FitConfig) -> None:
    """Refuse recipes and templates that do not exist before any spectrum is read."""
    from qsospec_duck.models.line_groups import is_line_list
    from qsospec_duck.models.recipes import load_recipe
    from qsospec_duck.models.templates import read_template

    for name in config.complexes:
        load_recipe(name)
    for iron in (config.continuum.iron_uv, config.continuum.iron_optical, config.continuum.iron_iii):
        for template in (iron.template, *iron.alternatives) if iron.enabled else ():
            if not is_line_list(template):
                read_template(template)
