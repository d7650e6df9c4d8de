"""The line list: vacuum wavelengths of every line that a recipe may name."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from qsospec_duck.errors import ConfigError


@dataclass(frozen=True)
class Line:
    """One emission line or unresolved blend."""

    line_id: str
    label: str
    """Name as it is written in figures."""

    wavelength: float
    """Rest wavelength, vacuum Å."""

    species: str
    kind: str
    """``permitted``, ``semi-forbidden`` or ``forbidden``."""

    source: str
    """Where the wavelength comes from."""

    note: str


@cache
def lines() -> Mapping[str, Line]:
    """Every line of ``data/lines.csv`` by its id."""
    text = resources.files("qsospec_duck").joinpath("data/lines.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        wavelength = float(row.pop("wavelength"))
        found[row["line_id"]] = Line(wavelength=wavelength, **row)
    return MappingProxyType(found)


def line(line_id: str) -> Line:
    """One line by its id.

    Raises
    ------
    ConfigError
        ``lines.csv`` has no such line.
    """
    try:
        return lines()[line_id]
    except KeyError:
        raise ConfigError(f"lines.csv has no line {line_id!r}; it has {', '.join(lines())}.") from None
