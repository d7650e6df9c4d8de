"""Residuals in units of the error, with guides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.qa.curves import draw, draw_noise, guides
from qsospec_duck.qa.palette import SMOOTHED, Stroke
from qsospec_duck.qa.sheet import Sheet
from qsospec_duck.qa.strip import Panel
from qsospec_duck.qa.view import View

RANGE = 6.0
"""Residuals are shown up to so many σ; what lies beyond is drawn at the edge."""

_FITTED = Stroke("residual", SMOOTHED.color, 0.5)
_OTHER = Stroke("residual, not fitted", "#bdbdbd", 0.5)


def draw_residuals(
    sheet: Sheet, axes: Panel, view: View, fitted: NDArray[np.bool_], limits: tuple[float, float], width: float
) -> None:
    """Fill a residual panel: pixels of the fit dark, others light.

    Parameters
    ----------
    sheet : Sheet
    axes : Axes or Strip
        Empty panel of the sheet.
    view : View
    fitted : ndarray of bool, shape (n_pix,)
    limits : float, float
        Rest wavelengths [Å].
    width : float
        Of the panel [inches].
    """
    axes.set_xlim(*limits)
    axes.set_ylim(-RANGE, RANGE)
    guides(axes, [-3.0, -1.0, 0.0, 1.0, 3.0])
    inside = (view.wave >= limits[0]) & (view.wave <= limits[1])
    sigma = np.clip((view.flux - view.model)[inside] * np.sqrt(view.ivar[inside]), -0.98 * RANGE, 0.98 * RANGE)
    columns = int(width * sheet.figure.dpi)
    for mask, stroke, zorder in ((~fitted[inside], _OTHER, 2.0), (fitted[inside], _FITTED, 2.1)):
        values = np.where(mask, sigma, np.nan)
        if view.has_model and np.isfinite(values).any():
            if sigma.size > 2 * columns:
                draw_noise(axes, view.wave[inside], values, stroke, columns, zorder=zorder)
            else:
                draw(axes, view.wave[inside], values, stroke, zorder=zorder, steps=True)
