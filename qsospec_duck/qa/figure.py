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

OVERVIEW_HEIGHT = 2.9
RESIDUAL_HEIGHT = 0.7
DPI = 120.0

_COLUMNS_OF = {1: 1, 2: 2, 3: 3, 4: 2}
_LEGEND_ROWS = 2
_OBSERVED_AXIS = 0.36
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
        With an Agg canvas of its own; pyplot does not know it. Its axes are labelled ``overview``, ``observed``,
        ``residuals``, ``zoom <recipe>`` and ``residual <recipe>``.

    Raises
    ------
    ConfigError
        The suffix of ``path`` is not one of the three.
    """
    fit = result.fit if isinstance(result, ArchivedModel) else result
    view = view_of(fit)
    cells = _cells(fit)
    sheet = Sheet(WIDTH, _height(cells), dpi)
    width = WIDTH - LEFT - MARGIN
    top = MARGIN
    header.draw_header(sheet, view, LEFT, top, width, highlights or {})
    legend_top = top + header.HEIGHT + 0.06
    top = legend_top + _LEGEND_ROWS * legend.ROW_HEIGHT + _OBSERVED_AXIS
    names = overview.draw_overview(sheet, view, LEFT, top, width, OVERVIEW_HEIGHT)
    top += overview.BAND_HEIGHT + OVERVIEW_HEIGHT
    _draw_page_residuals(sheet, view, top, width)
    top += RESIDUAL_HEIGHT + 0.5
    for row in cells:
        cell_width = (width - _COLUMN_GAP * (_n_columns(cells) - 1)) / _n_columns(cells)
        for number, (recipe_id, rows, more) in enumerate(row):
            left = LEFT + number * (cell_width + _COLUMN_GAP)
            names += zoom.draw_zoom(sheet, view, fit.complexes[recipe_id], rows, more, left, top, cell_width)
        if row is cells[0]:
            middle = top + zoom.TITLE_HEIGHT + 0.5 * zoom.PANEL_HEIGHT
            sheet.write(LEFT - 0.52, middle, "f(λ) − continuum", align="center", rotation=90.0)
        top += _row_height(row)
    legend.draw_legend(sheet, legend.legend_rows(names, width), LEFT, legend_top)
    _write_foot(sheet, fit)
    figure = sheet.finish()
    if path is not None:
        save_figure(figure, Path(path), digest=digest)
    return figure


_Cell = tuple[str, list[table.Row], int]


def _cells(fit: FitResult) -> list[list[_Cell]]:
    """Fitted complexes with the rows of their tables, line by line of the page."""
    cells = [(recipe_id, *table.rows_of(fit, recipe_id)) for recipe_id in fit.complexes]
    columns = _COLUMNS_OF.get(len(cells), 3)
    return [cells[start : start + columns] for start in range(0, len(cells), columns)]


def _n_columns(cells: list[list[_Cell]]) -> int:
    return len(cells[0])


def _row_height(row: list[_Cell]) -> float:
    return zoom.BODY_HEIGHT + table.table_height(max(len(rows) for _, rows, _ in row)) + _ROW_GAP


def _height(cells: list[list[_Cell]]) -> float:
    head = MARGIN + header.HEIGHT + 0.06 + _LEGEND_ROWS * legend.ROW_HEIGHT + _OBSERVED_AXIS
    panels = overview.BAND_HEIGHT + OVERVIEW_HEIGHT + RESIDUAL_HEIGHT + 0.5
    # Whole pixels at any even resolution keep a PNG from ending in half a row.
    return math.ceil((head + panels + sum(map(_row_height, cells)) + 0.3) * 20.0) / 20.0


def _draw_page_residuals(sheet: Sheet, view: View, top: float, width: float) -> None:
    axes = sheet.panel(LEFT, top, width, RESIDUAL_HEIGHT, "residuals")
    classes = classes_of_page(view.result)
    draw_residuals(sheet, axes, view, classes["continuum"] | classes["complex"], view.limits, width)
    sheet.ticks(axes, x=11)
    axes.set_yticks([-3.0, 0.0, 3.0], ["−3", "0", "3"])
    sheet.write(LEFT - 0.52, top + 0.5 * RESIDUAL_HEIGHT, "residual [σ]", align="center", rotation=90.0)
    sheet.write(LEFT + 0.5 * width, top + RESIDUAL_HEIGHT + 0.31, "rest wavelength [Å]", align="center")


def _write_foot(sheet: Sheet, fit: FitResult) -> None:
    texts = [f"qsospec_duck {__version__}"]
    configuration = fit.metadata.get("configuration_hash") or fit.metadata.get("config_hash")
    if configuration:
        texts.append(f"configuration {str(configuration)[:12]}")
    missed = [f"{recipe} {status.replace('_', ' ')}" for recipe, status in fit.complex_statuses.items()]
    missed = [text for text in missed if not text.endswith((" fitted", " not covered"))]
    line = " · ".join(texts + missed)
    width = WIDTH - LEFT - MARGIN
    sheet.write(LEFT, sheet.height - 0.15, header.shortened(line, width, SMALL_SIZE), size=SMALL_SIZE, color=FAINT_INK)
    if not np.any(fit.spectrum.good):
        sheet.write(0.5 * WIDTH, MARGIN + 3.6, "no usable pixel", size=11.0, color=FAINT_INK, align="center")
