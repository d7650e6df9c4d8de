"""The page of one quasar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from qsospec_duck import __version__
from qsospec_duck.fitting import FitResult
from qsospec_duck.qa import header, legend, overview, table, zoom
from qsospec_duck.qa.palette import FAINT_INK, SMALL_SIZE
from qsospec_duck.qa.pixels import classes_of_page
from qsospec_duck.qa.residuals import draw_residuals
from qsospec_duck.qa.save import save_figure
from qsospec_duck.qa.sheet import Sheet
from qsospec_duck.qa.view import View, view_of
from qsospec_duck.runs import ArchivedModel

WIDTH = 11.0
MARGIN = 0.25
LEFT = 0.72
"""Left edge of the panels [inches]: room for tick labels and the name of the axis."""

INNER_WIDTH = WIDTH - LEFT - MARGIN
OVERVIEW_HEIGHT = 2.9
RESIDUAL_HEIGHT = 0.7
DPI = 120.0

_LEGEND_ROWS = 2
_LEGEND_TOP = MARGIN + header.HEIGHT + 0.06
_OBSERVED_AXIS = 0.36
_OVERVIEW_TOP = _LEGEND_TOP + _LEGEND_ROWS * legend.ROW_HEIGHT + _OBSERVED_AXIS
_RESIDUAL_TOP = _OVERVIEW_TOP + overview.BAND_HEIGHT + OVERVIEW_HEIGHT
_COMPLEXES_TOP = _RESIDUAL_TOP + RESIDUAL_HEIGHT + 0.46
_COLUMNS_OF = {1: 1, 2: 2, 3: 3, 4: 2}
_COLUMN_GAP = 0.55
_ROW_GAP = 0.16


def plot_qa(
    result: FitResult | ArchivedModel,
    *,
    path: Path | str | None = None,
    dpi: float = DPI,
    highlights: Mapping[str, str] | None = None,
    digest: str | None = None,
) -> Figure:
    """Draw the page of one quasar.

    On top the whole spectrum with its model, continuum components and line names, then residuals in σ, then every
    fitted complex with its components, residuals and measurements. Shading tells apart pixels that were masked as
    absorption, that are unusable, and that nothing models.

    Parameters
    ----------
    result : FitResult or ArchivedModel
        A fit, or one that was loaded from a run. Anything may be missing: complexes, continuum, usable pixels.
    path : path, optional
        Where to save it; the suffix says how: ``.png``, ``.pdf`` or ``.svg``.
    dpi : float
        Pixels an inch of a PNG.
    highlights : mapping of str to str, optional
        Further results for the title block, for example ``{"log M(BH)": "8.12 ± 0.03"}``.
    digest : str, optional
        Kept in the file, to tell later whether it is still up to date; see `qsospec_duck.qa.digest`.

    Returns
    -------
    matplotlib.figure.Figure
        With an Agg canvas of its own; pyplot does not know it. Its axes are labelled ``overview``,
        ``residuals`` and ``zoom <recipe>``.

    Raises
    ------
    ConfigError
        The suffix of ``path`` is not one of the three.
    """
    fit = result.fit if isinstance(result, ArchivedModel) else result
    view = view_of(fit)
    rows = _in_rows(zoom.cells_of(fit))
    sheet = Sheet(WIDTH, _height(rows), dpi)
    header.draw_header(sheet, view, LEFT, MARGIN, INNER_WIDTH, highlights or {})
    names = overview.draw_overview(sheet, view, LEFT, _OVERVIEW_TOP, INNER_WIDTH, OVERVIEW_HEIGHT)
    _draw_page_residuals(sheet, view)
    names += _draw_complexes(sheet, view, rows)
    legend.draw_legend(sheet, legend.legend_rows(names, INNER_WIDTH), LEFT, _LEGEND_TOP)
    _write_foot(sheet, fit)
    figure = sheet.finish()
    if path is not None:
        save_figure(figure, Path(path), digest=digest)
    return figure


def _in_rows(cells: list[zoom.Cell]) -> list[list[zoom.Cell]]:
    columns = _COLUMNS_OF.get(len(cells), 3)
    return [cells[start : start + columns] for start in range(0, len(cells), columns)]


def _row_height(row: list[zoom.Cell]) -> float:
    return zoom.BODY_HEIGHT + table.table_height(max(len(cell.rows) for cell in row)) + _ROW_GAP


def _height(rows: list[list[zoom.Cell]]) -> float:
    complexes = sum(map(_row_height, rows)) + (zoom.LEGEND_HEIGHT if rows else 0.0)
    # Twentieths of an inch: whole pixels at the usual resolutions.
    return math.ceil((_COMPLEXES_TOP + complexes + 0.3) * 20.0) / 20.0


def _draw_complexes(sheet: Sheet, view: View, rows: list[list[zoom.Cell]]) -> list[str]:
    """Draw the complexes with a legend of their own; returns the classes of pixels that are seen in them."""
    if not rows:
        return []
    width = (INNER_WIDTH - _COLUMN_GAP * (len(rows[0]) - 1)) / len(rows[0])
    form = table.form_for([cell.rows for row in rows for cell in row], width)
    top = _COMPLEXES_TOP + zoom.LEGEND_HEIGHT
    middle = top + zoom.TITLE_HEIGHT + 0.5 * zoom.PANEL_HEIGHT
    sheet.write(LEFT - 0.52, middle, "f(λ) − continuum", align="center", rotation=90.0)
    names: list[str] = []
    for row in rows:
        for number, cell in enumerate(row):
            names += zoom.draw_zoom(sheet, view, cell, form, LEFT + number * (width + _COLUMN_GAP), top, width)
        top += _row_height(row)
    curves = [name for name in names if name not in legend.SHADE_NAMES]
    legend.draw_legend(sheet, legend.legend_rows(curves, INNER_WIDTH), LEFT, _COMPLEXES_TOP)
    middle = _COMPLEXES_TOP + 0.5 * legend.ROW_HEIGHT
    sheet.write(LEFT + INNER_WIDTH, middle, table.note(form), size=SMALL_SIZE, color=FAINT_INK, align="right")
    return [name for name in names if name in legend.SHADE_NAMES]


def _draw_page_residuals(sheet: Sheet, view: View) -> None:
    axes = sheet.panel(LEFT, _RESIDUAL_TOP, INNER_WIDTH, RESIDUAL_HEIGHT, "residuals")
    classes = classes_of_page(view.result)
    draw_residuals(sheet, axes, view, classes["continuum"] | classes["complex"], view.limits, INNER_WIDTH)
    sheet.x_ticks(axes, 11)
    sheet.y_ticks(axes, at=(-3.0, 0.0, 3.0))
    sheet.write(LEFT - 0.52, _RESIDUAL_TOP + 0.5 * RESIDUAL_HEIGHT, "residual [σ]", align="center", rotation=90.0)
    below = _RESIDUAL_TOP + RESIDUAL_HEIGHT + 0.31
    sheet.write(LEFT + 0.5 * INNER_WIDTH, below, "rest wavelength [Å]", align="center")


def _write_foot(sheet: Sheet, fit: FitResult) -> None:
    texts = [f"qsospec_duck {__version__}"]
    configuration = fit.metadata.get("configuration_hash") or fit.metadata.get("config_hash")
    if configuration:
        texts.append(f"configuration {str(configuration)[:12]}")
    missed = [f"{recipe} {status.replace('_', ' ')}" for recipe, status in fit.complex_statuses.items()]
    missed = [text for text in missed if not text.endswith((" fitted", " not covered"))]
    line = " · ".join(texts + missed)
    line = header.shortened(line, INNER_WIDTH, SMALL_SIZE)
    sheet.write(LEFT, sheet.height - 0.15, line, size=SMALL_SIZE, color=FAINT_INK)
    if not np.any(fit.spectrum.good):
        middle = _OVERVIEW_TOP + overview.BAND_HEIGHT + 0.5 * OVERVIEW_HEIGHT
        sheet.write(0.5 * WIDTH, middle, "no usable pixel", size=11.0, color=FAINT_INK, align="center")
