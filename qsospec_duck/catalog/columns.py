"""Which columns the wide catalogs have: measures of ``columns.csv`` times lines of ``catalog_lines.csv``.

A measure is described once, as a column of ``line_catalog``; the column ``fwhm_hb`` of ``catalog`` is made of the
measure ``fwhm`` and the suffix ``hb``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from qsospec_duck.columns import Column, columns_of

LINE_KEYS = ("run_id", "object_key", "object_id", "z", "recipe_id", "line_id", "role")
"""Columns of ``line_catalog`` that name its row; all others are measures and their errors."""

_MEASURES_BY_COLUMN = {"asym": "asymmetry"}
"""Catalog columns whose published name differs from the ``measure`` of the measurements table."""


FINER_SHAPES = ("w50", "kurtosis", "peak", "c50", "voff_sys")
"""Measures that ``catalog`` has for some lines only: a FITS table holds 999 columns. ``line_catalog`` has them all."""

_LINE_CATALOG_ONLY = ("w90", "c80")


@dataclass(frozen=True)
class CatalogLine:
    """One line profile that has columns in ``catalog``."""

    line_id: str
    """Line of ``lines.csv``."""

    role: str
    """``broad``, ``narrow``, ``wing`` or ``total``."""

    suffix: str
    """End of its column names: ``hb`` in ``fwhm_hb``."""

    shapes: str
    """``all`` measures of shape for the lines that are studied by their profiles, or the ``main`` ones."""

    @property
    def label(self) -> str:
        """Readable name, for example ``Hβ, broad``."""
        return f"{_labels().get(self.line_id, self.line_id)}, {self.role}"


@cache
def catalog_lines() -> tuple[CatalogLine, ...]:
    """Line profiles of the wide catalog, in order of wavelength."""
    return tuple(CatalogLine(**row) for row in _rows("catalog_lines.csv"))


@cache
def line_measures() -> tuple[Column, ...]:
    """Columns of ``line_catalog`` that hold a measure, without the error columns."""
    return tuple(
        column
        for column in columns_of("line_catalog")
        if column.name not in LINE_KEYS and not column.name.endswith("_err")
    )


def measures_of_line(line: CatalogLine) -> tuple[Column, ...]:
    """Measures that ``catalog`` has for a line."""
    left_out = _LINE_CATALOG_ONLY if line.shapes == "all" else (*_LINE_CATALOG_ONLY, *FINER_SHAPES)
    return tuple(measure for measure in line_measures() if measure.name not in left_out)


def measure_of(column: Column) -> str:
    """Name the ``measure`` of the measurements table behind a column of ``line_catalog``."""
    return _MEASURES_BY_COLUMN.get(column.name, column.name)


def has_error(column: Column) -> bool:
    """Whether a measure of ``line_catalog`` has an error column beside it."""
    return any(other.name == f"{column.name}_err" for other in columns_of("line_catalog"))


@cache
def catalog_columns() -> tuple[Column, ...]:
    """Every column of ``catalog``: those of ``columns.csv``, then the measures of every catalog line."""
    return (*columns_of("catalog"), *(column for line in catalog_lines() for column in line_columns(line)))


def line_columns(line: CatalogLine) -> tuple[Column, ...]:
    """Columns of ``catalog`` for one line: every measure, each followed by its error."""
    found = []
    for measure in measures_of_line(line):
        name = f"{measure.name}_{line.suffix}"
        found.append(replace(measure, table="catalog", name=name, meaning=f"{line.label}: {measure.meaning}"))
        if has_error(measure):
            found.append(
                replace(
                    measure,
                    table="catalog",
                    name=f"{measure.name}_{line.suffix}_err",
                    ucd=f"stat.error;{measure.ucd}",
                    meaning=f"{line.label}: 1 sigma error of {name}",
                )
            )
    return tuple(found)


@cache
def _labels() -> dict[str, str]:
    return {row["line_id"]: row["label"] for row in _rows("lines.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("qsospec_duck").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
