"""The small table of measurements below a complex."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qsospec_duck.fitting import FitResult, Measurement
from qsospec_duck.models.lines import lines
from qsospec_duck.qa.lettering import text_width
from qsospec_duck.qa.numbers import NONE, with_error
from qsospec_duck.qa.palette import FAINT_INK, GUIDE, INK, ROLES, TABLE_SIZE
from qsospec_duck.qa.sheet import Sheet

ROW_HEIGHT = 0.135
"""Height of a row [inches]."""

MAX_ROWS = 6
COLUMNS = (("fwhm", "FWHM"), ("ew", "EW"), ("flux", "flux"), ("voff", "Δv"))
UNITS = {"fwhm": "km/s", "ew": "Å", "flux": "10⁻¹⁷ cgs", "voff": "km/s"}
_GAP = 0.1


@dataclass(frozen=True)
class Row:
    """Measurements of one line and role."""

    feature_id: str
    role: str
    values: dict[str, Measurement]

    @property
    def wavelength(self) -> float:
        """Rest wavelength [Å]."""
        line = lines().get(self.feature_id)
        return line.wavelength if line else math.inf

    @property
    def snr(self) -> float:
        """Flux over its error."""
        flux = self.values.get("flux")
        if flux is None or not flux.error or not math.isfinite(flux.value):
            return 0.0
        return flux.value / flux.error

    @property
    def is_limit(self) -> bool:
        """Whether the flux is an upper limit."""
        return "flux_limit" in self.values

    def name(self, *, short: bool) -> str:
        """Line and role."""
        line = lines().get(self.feature_id)
        return f"{line.label if line else self.feature_id} {self.role[:1] if short else self.role}"

    def cells(self) -> list[str]:
        """Texts of the columns of measurements."""
        texts = []
        limit = self.values.get("flux_limit")
        for measure, _ in COLUMNS:
            row = self.values.get(measure)
            if measure == "flux" and limit is not None:
                texts.append(f"< {limit.value:.2g}" if limit.value < 100 else f"< {limit.value:.0f}")
            else:
                texts.append(NONE if row is None else with_error(row.value, row.error))
        return texts


def rows_of(result: FitResult, recipe_id: str) -> tuple[list[Row], int]:
    """Lines of one complex, by wavelength, and how many others there are.

    Shown are lines with flux, broad before narrow and wing, the more significant first; ``total`` only where
    a line has no other role.
    """
    found: dict[tuple[str, str], dict[str, Measurement]] = {}
    for measurement in result.measurements:
        if measurement.section != "complex_metric" or measurement.recipe_id != recipe_id:
            continue
        if measurement.feature_id and measurement.role and measurement.measure:
            found.setdefault((measurement.feature_id, measurement.role), {})[measurement.measure] = measurement
    features = {feature for feature, role in found if role != "total"}
    rows = [
        Row(feature, role, values)
        for (feature, role), values in found.items()
        if (role != "total" or feature not in features) and "flux" in values and values["flux"].value != 0.0
    ]
    rows.sort(key=lambda row: (row.snr < 3.0, row.role != "broad", -row.snr))
    kept = rows[:MAX_ROWS]
    roles = list(ROLES)
    kept.sort(key=lambda row: (row.wavelength, roles.index(row.role) if row.role in roles else len(roles)))
    return kept, len(rows) - len(kept)


def table_height(n_rows: int) -> float:
    """Height of a table with its head [inches]."""
    return (n_rows + 2) * ROW_HEIGHT + 0.04


@dataclass(frozen=True)
class Form:
    """How tables are written: alike on the whole page."""

    size: float
    short: bool
    """Whether roles are written as their first letter."""


_FORMS = tuple(Form(size, short) for size, short in ((7.0, False), (7.0, True), (6.5, True), (6.0, True), (5.5, True)))


def form_for(tables: Sequence[Sequence[Row]], width: float) -> Form:
    """Give the largest form in which every table is at most ``width`` inches wide, the smallest where none is."""
    for form in _FORMS:
        if all(sum(_widths(_columns(rows, 0, form), form)) + _GAP * len(COLUMNS) <= width for rows in tables if rows):
            return form
    return _FORMS[-1]


def note(form: Form) -> str:
    """Explain what the heads of the tables leave out."""
    roles = "b broad, n narrow, w wing; " if form.short else ""
    return f"tables: {roles}rest frame, 1 σ errors, < 3 σ limits, cgs = erg s⁻¹ cm⁻²"


def _columns(rows: Sequence[Row], more: int, form: Form) -> list[tuple[str, ...]]:
    heads = ["line", *(head for _, head in COLUMNS)]
    units = [f"+ {more} fainter" if more else "", *(UNITS[measure] for measure, _ in COLUMNS)]
    return list(zip(heads, units, *([row.name(short=form.short), *row.cells()] for row in rows), strict=True))


def _widths(columns: Sequence[Sequence[str]], form: Form) -> list[float]:
    return [max(text_width(text, form.size) for text in column) for column in columns]


def draw_table(sheet: Sheet, rows: Sequence[Row], more: int, form: Form, left: float, top: float, width: float) -> None:
    """Write the table of one complex, with the number of lines that are not in it."""
    if not rows:
        sheet.write(left, top + 0.5 * ROW_HEIGHT, "no line with measured flux", size=TABLE_SIZE, color=FAINT_INK)
        return
    columns = _columns(rows, more, form)
    widths = _widths(columns, form)
    gap = max(min((width - sum(widths)) / (len(widths) - 1), 4 * _GAP), 0.02)
    right = left
    for number, (column, column_width) in enumerate(zip(columns, widths, strict=True)):
        right += column_width + (gap if number else 0.0)
        for line, text in enumerate(column):
            color = FAINT_INK if line < 2 else INK
            if number == 0 and line >= 2:
                stroke = ROLES.get(rows[line - 2].role)
                color = stroke.color if stroke else INK
            middle = top + (line + 0.5) * ROW_HEIGHT
            if number == 0:
                sheet.write(left, middle, text, size=form.size, color=color)
            else:
                sheet.write(right, middle, text, size=form.size, color=color, align="right")
    below_head = top + 2 * ROW_HEIGHT + 0.005
    sheet.rule([((left, below_head), (right, below_head))], color=GUIDE, width=0.5)
