"""One number that says whether a fit can be used: ``fit_quality`` of a quasar and ``quality`` of each of its lines.

Both are 0 where nothing speaks against the fit, else a sum of bits. ``data/quality_bits.csv`` names the bits and says
which warnings set them: ``codes`` for the quasar (``continuum:`` before a code means only there), ``line_codes`` for a
line, where they belong to its complex and, when they name lines, to that line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from qsospec_duck.fitting.line_features import Features
from qsospec_duck.fitting.measurement_rows import Label, Rows
from qsospec_duck.fitting.result import FitWarning, FloatArray

_Concern = tuple[str | None, str | None]
"""A line and a role; ``None`` stands for all of them."""


@dataclass(frozen=True)
class QualityBit:
    """One row of ``quality_bits.csv``."""

    bit: int
    name: str
    codes: frozenset[str]
    """Warnings that set it in ``fit_quality``."""

    line_codes: frozenset[str]
    """Warnings that set it in the ``quality`` of a line."""

    meaning: str


@cache
def quality_bits() -> tuple[QualityBit, ...]:
    """Every bit, in rising order."""
    text = resources.files("qsospec_duck").joinpath("data/quality_bits.csv").read_text(encoding="utf-8")
    return tuple(
        QualityBit(
            int(row["bit"]), row["name"], frozenset(row["codes"].split()), frozenset(row["line_codes"].split()),
            row["meaning"],
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def fit_quality(warnings: Iterable[FitWarning]) -> int:
    """Quality of a quasar's fit from all its warnings; 0 is good."""
    said = {name for warning in warnings for name in (warning.code, f"{warning.section}:{warning.code}")}
    return sum(one.bit for one in quality_bits() if one.codes & said)


def line_qualities(complexes: Iterable[Features], warnings: Sequence[FitWarning]) -> list[Rows]:
    """A row ``quality`` for every line of some complexes in each of its roles."""
    line_bits = _line_bits()
    everywhere = 0
    said_of: dict[str | None, list[FitWarning]] = {}
    for warning in warnings:
        if warning.code == "redshift_suspect":
            everywhere = line_bits.get(warning.code, 0)
        elif warning.code in line_bits:
            said_of.setdefault(warning.recipe_id, []).append(warning)
    found = []
    for features in complexes:
        layout = _layout(features)
        qualities = [everywhere] * len(layout.labels)
        for warning in said_of.get(features.recipe_id, ()):
            for key in _concerned(warning):
                for place in layout.places.get(key, ()):
                    qualities[place] |= line_bits[warning.code]
        found.append(Rows(layout.labels, np.array(qualities, dtype=float), layout.no_errors))
    return found


class _Layout(NamedTuple):
    """The rows of a complex."""

    labels: tuple[Label, ...]
    no_errors: FloatArray
    places: Mapping[_Concern, list[int]]
    """Of the rows that a warning concerns."""


@cache
def _layout(features: Features) -> _Layout:
    places: dict[_Concern, list[int]] = {}
    for place, (line_id, role) in enumerate(features.lines_and_roles):
        for key in ((None, None), (line_id, None), (line_id, role)):
            places.setdefault(key, []).append(place)
    labels = tuple(
        Label("complex_metric", f"{line_id}_{role}_quality", "", features.recipe_id, line_id, role, "quality", "none")
        for line_id, role in features.lines_and_roles
    )
    return _Layout(labels, np.full(len(labels), np.nan), places)


@cache
def _line_bits() -> Mapping[str, int]:
    """Bits that each warning sets in the ``quality`` of a line."""
    codes = {code for one in quality_bits() for code in one.line_codes}
    return {code: sum(one.bit for one in quality_bits() if code in one.line_codes) for code in codes}


def quality_names(bits: int) -> list[str]:
    """Names of the bits that are set."""
    return [one.name for one in quality_bits() if bits & one.bit]


def _concerned(warning: FitWarning) -> Iterator[_Concern]:
    """What a warning about a complex is about.

    It names the line, or ``profiles``, lines with their roles; a total is that of all profiles of its line.
    """
    context = warning.context
    profiles = context.get("profiles")
    if isinstance(profiles, list):
        for profile in profiles:
            line_id, _, role = profile.rpartition("_")
            yield line_id, role
            yield line_id, "total"
    else:
        yield context.get("line_id"), context.get("role")
