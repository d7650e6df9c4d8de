"""One number that says whether a fit can be used: ``fit_quality`` of a quasar and ``quality`` of each of its lines.

Both are 0 where nothing speaks against the fit, else a sum of bits. ``data/quality_bits.csv`` names the bits and says
which warnings set them: ``codes`` for the quasar (``continuum:`` before a code means only there), ``line_codes`` for a
line, where they belong to its complex and, when they name lines, to that line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from qsospec_duck.fitting.result import FitWarning, Measurement


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


def line_qualities(rows: Sequence[Measurement], warnings: Sequence[FitWarning]) -> list[Measurement]:
    """A row ``quality`` for every line and role that has a flux."""
    everywhere = 0
    of_complex: dict[str | None, list[tuple[FitWarning, int]]] = {}
    for warning in warnings:
        bits = _line_bits().get(warning.code, 0)
        if bits and warning.code == "redshift_suspect":
            everywhere = bits
        elif bits:
            of_complex.setdefault(warning.recipe_id, []).append((warning, bits))
    found = []
    for row in rows:
        if row.measure == "flux" and row.section == "complex_metric":
            quality = everywhere
            for warning, bits in of_complex.get(row.recipe_id, ()):
                if _concerns(warning, row):
                    quality |= bits
            found.append(
                Measurement(
                    "complex_metric", f"{row.feature_id}_{row.role}_quality", float(quality), None, "", row.recipe_id,
                    row.feature_id, row.role, "quality", "none",
                )
            )  # fmt: skip
    return found


@cache
def _line_bits() -> Mapping[str, int]:
    """Bits that each warning sets in the ``quality`` of a line."""
    codes = {code for one in quality_bits() for code in one.line_codes}
    return {code: sum(one.bit for one in quality_bits() if code in one.line_codes) for code in codes}


def quality_names(bits: int) -> list[str]:
    """Names of the bits that are set."""
    return [one.name for one in quality_bits() if bits & one.bit]


def _concerns(warning: FitWarning, row: Measurement) -> bool:
    """Whether a warning about a complex is about one of its lines, and not about another.

    It names the line, or ``profiles``, lines with their roles; a total is that of all profiles of its line.
    """
    context = warning.context
    profiles = context.get("profiles")
    if isinstance(profiles, list):
        own = f"{row.feature_id}_"
        is_named = (one.startswith(own) if row.role == "total" else one == own + str(row.role) for one in profiles)
        return any(is_named)
    return context.get("line_id", row.feature_id) == row.feature_id and context.get("role", row.role) == row.role
