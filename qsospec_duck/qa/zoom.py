"""One line complex: data less continuum, its components, residuals, measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from qsospec_duck.fitting import ComplexFit, FitResult
from qsospec_duck.qa.curves import draw, guides, limit_arrow
from qsospec_duck.qa.lettering import text_width
from qsospec_duck.qa.palette import DATA, FAINT_INK, LIMIT, LINES, OTHER_ROLE, ROLES, SMALL_SIZE, SMOOTHED, TEXT_SIZE
from qsospec_duck.qa.pixels import classes_of_complex, shade
from qsospec_duck.qa.residuals import draw_residuals
from qsospec_duck.qa.sheet import Sheet
from qsospec_duck.qa.smooth import smooth, smoothing_width
from qsospec_duck.qa.table import Form, Row, draw_table, rows_of
from qsospec_duck.qa.view import View

LEGEND_HEIGHT = 0.24
"""Of the legend above all complexes [inches]."""

TITLE_HEIGHT = 0.2
PANEL_HEIGHT = 1.5
RESIDUAL_HEIGHT = 0.42
TICKS_HEIGHT = 0.24
BODY_HEIGHT = TITLE_HEIGHT + PANEL_HEIGHT + RESIDUAL_HEIGHT + TICKS_HEIGHT
"""Height of all but the table [inches]."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One complex and the rows of its table."""

    fit: ComplexFit
    rows: Sequence[Row]
    more: int
    """Lines that are not in the table."""


def cells_of(result: FitResult) -> list[Cell]:
    """All fitted complexes, in order of wavelength."""
    return [Cell(fit, *rows_of(result, recipe_id)) for recipe_id, fit in result.complexes.items()]


def draw_zoom(sheet: Sheet, view: View, cell: Cell, form: Form, left: float, top: float, width: float) -> list[str]:
    """Draw one complex; returns the names of what a legend has to explain."""
    fit = cell.fit
    limits = _limits(view, fit)
    _write_title(sheet, fit, left, top + 0.5 * TITLE_HEIGHT, width)
    axes = sheet.panel(left, top + TITLE_HEIGHT, width, PANEL_HEIGHT, f"zoom {fit.recipe_id}")
    axes.set_xlim(*limits)
    inside = (view.wave >= limits[0]) & (view.wave <= limits[1])
    wave = view.wave[inside]
    flux = (view.flux - (view.model - _all_lines(view)))[inside] - _other_lines(view, fit)[inside]
    smoothed = smooth(np.nan_to_num(flux), view.ivar[inside], smoothing_width(_snr(view, fit, inside)))
    axes.set_ylim(*_flux_limits(flux, smoothed, view.ivar[inside], fit.model[inside]))
    seen = shade(
        axes,
        view.wave,
        classes_of_complex(view.result, fit),
        visible_width=1.2 * (limits[1] - limits[0]) / (width * sheet.figure.dpi),
    )
    guides(axes, [0.0])
    draw(axes, wave, flux, DATA, zorder=2.0, steps=True)
    draw(axes, wave, smoothed, SMOOTHED, zorder=3.0)
    roles = _draw_components(axes, fit, wave, inside)
    draw(axes, wave, np.where(fit.model[inside] != 0.0, fit.model[inside], np.nan), LINES, zorder=4.0)
    undetected = {row.wavelength for row in cell.rows if row.is_limit and limits[0] < row.wavelength < limits[1]}
    for wavelength in sorted(undetected):
        limit_arrow(axes, wavelength, LIMIT)
    sheet.x_ticks(axes, 5, labels="none")
    sheet.y_ticks(axes, 6)

    below = sheet.strip(left, top + TITLE_HEIGHT + PANEL_HEIGHT, width, RESIDUAL_HEIGHT)
    draw_residuals(sheet, below, view, fit.fit_mask & view.good, limits, width)
    sheet.x_ticks(below, 5)
    sheet.y_ticks(below, at=(-3.0, 3.0))
    draw_table(sheet, cell.rows, cell.more, form, left, top + BODY_HEIGHT, width)
    return [*seen, *roles, LINES.label, *([LIMIT.label] if undetected else [])]


def _limits(view: View, fit: ComplexFit) -> tuple[float, float]:
    """Window of the complex, with a margin, as far as the spectrum goes."""
    low, high = fit.window
    if not (np.isfinite(low) and np.isfinite(high) and high > low):
        used = view.wave[fit.fit_mask]
        low, high = (float(used[0]), float(used[-1])) if used.size > 1 else view.limits
    margin = 0.03 * (high - low)
    low, high = max(low - margin, view.limits[0]), min(high + margin, view.limits[1])
    return (low, high) if high > low else view.limits


def _snr(view: View, fit: ComplexFit, inside: NDArray[np.bool_]) -> float:
    """S/N per pixel of what is to be seen: of the strongest line, where it stands out more than the continuum."""
    peaks = np.nan_to_num(fit.model[inside]) * np.sqrt(view.ivar[inside])
    return max(view.snr, float(np.max(peaks, initial=0.0)))


def _all_lines(view: View) -> FloatArray:
    return np.sum([np.nan_to_num(fit.model) for fit in view.result.complexes.values()], axis=0)


def _other_lines(view: View, fit: ComplexFit) -> FloatArray:
    return _all_lines(view) - np.nan_to_num(fit.model)


def _flux_limits(flux: FloatArray, smoothed: FloatArray, ivar: FloatArray, model: FloatArray) -> tuple[float, float]:
    """Limits that show the whole model and the data around it, but no spike."""
    data = smoothed[np.isfinite(smoothed)]
    if data.size == 0:
        return -1.0, 1.0
    low, high = np.percentile(data, [1.0, 99.0])
    peak = float(np.max(np.nan_to_num(model))) if model.size else 0.0
    noise = 1.5 * float(np.median(ivar[ivar > 0]) ** -0.5) if np.any(ivar > 0) else 0.0
    high = max(peak + noise, min(high, 3.0 * peak) if peak > 0 else high, noise)
    # Troughs are cut where there is a line to be seen.
    low = max(min(low, -noise), -0.6 * high) if peak > 0.0 else min(low, -noise)
    span = high - low
    return float(low - 0.05 * span), float(high + 0.06 * span)


def _draw_components(axes: Axes, fit: ComplexFit, wave: FloatArray, inside: NDArray[np.bool_]) -> list[str]:
    roles = []
    for component in fit.components:
        values = np.nan_to_num(component.values[inside])
        shown = values > 2e-3 * np.max(values, initial=0.0)
        if not shown.any():
            continue
        stroke = ROLES.get(component.role, OTHER_ROLE)
        draw(axes, wave, np.where(shown, values, np.nan), stroke, zorder=3.5)
        if stroke.label not in roles:
            roles.append(stroke.label)
    return roles


def _write_title(sheet: Sheet, fit: ComplexFit, left: float, middle: float, width: float) -> None:
    used = sheet.write(left, middle, fit.label, size=TEXT_SIZE, weight="bold")
    verdict = "" if fit.success else "not converged" if fit.status == 0 else "failed"
    chi2 = f"χ²/dof {fit.reduced_chi2:.2f}" if np.isfinite(fit.reduced_chi2) else ""
    facts = [text for text in (verdict, chi2, f"{fit.dof} dof" if fit.dof else "", fit.selected_model) if text]
    while facts and used + 0.1 + text_width(" · ".join(facts), SMALL_SIZE) > width:
        facts.pop()
    if facts:
        sheet.write(left + width, middle, " · ".join(facts), size=SMALL_SIZE, color=FAINT_INK, align="right")
