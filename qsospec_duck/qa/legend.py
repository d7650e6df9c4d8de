"""The legend: rows of samples above the panels, never over data."""

from __future__ import annotations

from collections.abc import Sequence

from qsospec_duck.qa.lettering import text_width
from qsospec_duck.qa.palette import (
    COMPONENTS,
    DATA,
    LIMIT,
    LINES,
    OTHER_COMPONENT,
    OTHER_ROLE,
    ROLES,
    SHADES,
    SMALL_SIZE,
    SMOOTHED,
    STRIPS,
    TOTAL,
    Shade,
    Stroke,
)
from qsospec_duck.qa.sheet import Sheet

ROW_HEIGHT = 0.16
_SAMPLE = 0.22
_SPACE = 0.12
_HINTING = 1.03
"""Letters on a pixel grid come out wider than their outlines, by this much at most."""

_STROKES = {
    stroke.label: stroke
    for stroke in (
        DATA,
        SMOOTHED,
        TOTAL,
        *COMPONENTS.values(),
        OTHER_COMPONENT,
        *ROLES.values(),
        OTHER_ROLE,
        LINES,
        LIMIT,
    )
}
_SHADES = {**SHADES, **STRIPS}

SHADE_NAMES = tuple(_SHADES)
"""Names of classes of pixels; all other names are those of curves."""


def legend_rows(names: Sequence[str], width: float) -> list[list[str]]:
    """Break the names of what is drawn into rows of at most ``width`` inches, in the order of the palette."""
    order = [*_STROKES, *_SHADES]
    rows: list[list[str]] = [[]]
    used = 0.0
    for name in sorted(set(names), key=order.index):
        length = _length(name)
        if rows[-1] and used + length > width:
            rows.append([])
            used = 0.0
        rows[-1].append(name)
        used += length
    return rows


def draw_legend(sheet: Sheet, rows: Sequence[Sequence[str]], left: float, top: float) -> None:
    """Draw the rows from ``top`` down."""
    for number, row in enumerate(rows):
        x = left
        middle = top + (number + 0.5) * ROW_HEIGHT
        for name in row:
            style = _style(name)
            if isinstance(style, Stroke):
                sheet.stroke_sample(x, middle, _SAMPLE, style)
            else:
                thin = name in STRIPS
                sheet.shade_sample(x, middle, _SAMPLE, 0.04 if thin else 0.1, style)
            sheet.write(x + _SAMPLE + 0.05, middle, style.label, size=SMALL_SIZE)
            x += _length(name)


def _style(name: str) -> Stroke | Shade:
    return _STROKES[name] if name in _STROKES else _SHADES[name]


def _length(name: str) -> float:
    return _SAMPLE + 0.05 + _HINTING * text_width(_style(name).label, SMALL_SIZE) + _SPACE
