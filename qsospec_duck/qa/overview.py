"""The panel of the whole spectrum, with line names above it and the observed wavelength on top."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from qsospec_duck.models.lines import Line, lines
from qsospec_duck.qa.curves import draw, draw_noise, guides
from qsospec_duck.qa.labels import Wish, place_labels
from qsospec_duck.qa.lettering import text_width
from qsospec_duck.qa.palette import (
    COMPONENTS,
    DATA,
    FAINT_INK,
    GUIDE,
    INK,
    OTHER_COMPONENT,
    SMALL_SIZE,
    SMOOTHED,
    TEXT_SIZE,
    TOTAL,
    Stroke,
)
from qsospec_duck.qa.pixels import classes_of_page, shade, stretches
from qsospec_duck.qa.sheet import Sheet
from qsospec_duck.qa.smooth import flux_limits
from qsospec_duck.qa.view import View

LABEL_ROWS = 3
ROW_HEIGHT = 0.125
"""Height of a row of line names [inches]."""

BAND_HEIGHT = LABEL_ROWS * ROW_HEIGHT + 0.06

FAMOUS = ("lya", "civ", "ciii", "mgii", "hb", "ha", "oiii5008", "siiv_oiv", "pab", "hei10833")
"""Lines whose names are placed before all others."""


def draw_overview(sheet: Sheet, view: View, left: float, top: float, width: float, height: float) -> list[str]:
    """Draw the panel with its label band; returns the names of what a legend has to explain."""
    axes = sheet.panel(left, top + BAND_HEIGHT, width, height, "overview")
    axes.set_xlim(*view.limits)
    axes.set_ylim(*flux_limits(view.smoothed, view.model, view.steady, view.good))
    span = view.limits[1] - view.limits[0]
    seen = shade(axes, view.wave, classes_of_page(view.result), visible_width=1.2 * span / (width * sheet.figure.dpi))
    if axes.get_ylim()[0] < 0 < axes.get_ylim()[1]:
        guides(axes, [0.0])
    columns = int(width * sheet.figure.dpi)
    draw_noise(axes, view.wave, view.flux, DATA, columns, zorder=2.0)
    draw(axes, view.wave, view.smoothed, SMOOTHED, zorder=3.0)
    strokes = [DATA, SMOOTHED]
    if view.has_model:
        strokes += _draw_model(axes, view)
    _mark_cut_lines(sheet, axes, view, left, top + BAND_HEIGHT, width)
    _draw_line_names(sheet, axes, view, left, top, width)
    _label_axes(sheet, axes, view, left, top, width, height)
    return [stroke.label for stroke in strokes] + seen


def _draw_model(axes: Axes, view: View) -> list[Stroke]:
    drawn = []
    for component in view.result.continuum.components:
        values = np.where(component.values != 0.0, component.values, np.nan)
        if np.isfinite(values).any():
            stroke = COMPONENTS.get(component.name, OTHER_COMPONENT)
            draw(axes, view.wave, values, stroke, zorder=3.5)
            drawn.append(stroke)
    if view.result.host_model is not None:
        draw(axes, view.wave, view.result.host_model, COMPONENTS["host"], zorder=3.6)
        drawn.append(COMPONENTS["host"])
    draw(axes, view.wave, np.where(view.model != 0.0, view.model, np.nan), TOTAL, zorder=4.0)
    return [*drawn, TOTAL]


def _mark_cut_lines(sheet: Sheet, axes: Axes, view: View, left: float, top: float, width: float) -> None:
    """Put an arrowhead at the top of the panel where the model leaves it."""
    high = axes.get_ylim()[1]
    low, red = view.limits
    for start, stop in stretches(view.wave, (view.model > high) & view.good):
        x = left + width * (0.5 * (start + stop) - low) / (red - low)
        tip = (x, top + 0.03)
        sheet.rule([((x - 0.04, top + 0.09), tip), (tip, (x + 0.04, top + 0.09))], color=TOTAL.color, width=1.2)


def lines_to_name(view: View) -> list[Line]:
    """Lines in the shown range, famous ones first; of close lines of one species only the first."""
    low, high = view.limits
    inside = [line for line in lines().values() if low < line.wavelength < high]
    chosen: list[Line] = []
    for line in sorted(inside, key=lambda line: (_rank(line), line.wavelength)):
        twins = (one for one in chosen if one.species == line.species)
        if all(abs(one.wavelength / line.wavelength - 1.0) > 0.007 for one in twins):
            chosen.append(line)
    return chosen


def _rank(line: Line) -> int:
    if line.line_id in FAMOUS:
        return FAMOUS.index(line.line_id)
    return len(FAMOUS) + ("permitted", "forbidden", "semi-forbidden").index(line.kind)


def _draw_line_names(sheet: Sheet, axes: Axes, view: View, left: float, top: float, width: float) -> None:
    low, high = view.limits
    scale = width / (high - low)
    named = lines_to_name(view)
    by_text = {line.label: line for line in named}
    wishes = [
        Wish(line.label, (line.wavelength - low) * scale, text_width(line.label, SMALL_SIZE), -float(order))
        for order, line in enumerate(named)
    ]
    detected = {
        row.feature_id for row in view.result.measurements if row.measure == "snr" and np.nan_to_num(row.value) >= 3.0
    }
    foot = top + BAND_HEIGHT
    leaders = []
    for placed in place_labels(wishes, width, LABEL_ROWS):
        middle = foot - 0.04 - (placed.row + 0.5) * ROW_HEIGHT
        color = INK if by_text[placed.wish.text].line_id in detected else FAINT_INK
        sheet.write(left + placed.center, middle, placed.wish.text, size=SMALL_SIZE, color=color, align="center")
        leaders.append(((left + placed.wish.x, foot), (left + placed.wish.x, middle + 0.5 * ROW_HEIGHT)))
    sheet.rule(leaders, color=GUIDE, width=0.5)
    marks = LineCollection(
        [[(line.wavelength, 0.0), (line.wavelength, 1.0)] for line in named],
        colors=GUIDE,
        linewidths=0.45,
        linestyles=[(0, (1.5, 3.0))],
        transform=axes.get_xaxis_transform(),
        zorder=1.2,
    )
    axes.add_collection(marks, autolim=False)


def _label_axes(sheet: Sheet, axes: Axes, view: View, left: float, top: float, width: float, height: float) -> None:
    sheet.x_ticks(axes, 11, labels="none")
    sheet.y_ticks(axes, 6)
    middle = top + BAND_HEIGHT + 0.5 * height
    sheet.write(left - 0.52, middle, flux_label(view), align="center", rotation=90.0)
    # The observed wavelength lies on top of the label band, so that names stand between ticks and data.
    observed = sheet.strip(left, top, width, BAND_HEIGHT, framed=False)
    factor = 1.0 + view.result.spectrum.z
    observed.set_xlim(view.limits[0] * factor, view.limits[1] * factor)
    sheet.rule([((left, top), (left + width, top))], color=INK, width=0.6)
    sheet.x_ticks(observed, 11, labels="top", marks=("top",))
    sheet.write(left + width, top - 0.27, "observed wavelength [Å]", align="right", color=FAINT_INK, size=TEXT_SIZE)


def flux_label(view: View) -> str:
    """Axis label of a flux density, with its unit."""
    if view.result.spectrum.flux_unit == "relative":
        return "f(λ), rest frame [relative]"
    return "f(λ), rest frame [10⁻¹⁷ erg s⁻¹ cm⁻² Å⁻¹]"
