"""Curves on a panel, drawn with few points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from qsospec_duck.qa.palette import GUIDE, Stroke
from qsospec_duck.qa.strip import Panel

FloatArray = NDArray[np.float64]


def draw(axes: Panel, x: FloatArray, y: FloatArray, stroke: Stroke, *, zorder: float, steps: bool = False) -> None:
    """Draw one curve; NaN leaves a gap."""
    line = Line2D(
        x,
        y,
        color=stroke.color,
        linewidth=stroke.width,
        linestyle=(0, stroke.dashes) if stroke.dashes else "solid",
        drawstyle="steps-mid" if steps else "default",
        solid_joinstyle="round",
        zorder=zorder,
        label=stroke.label,
    )
    line.set_transform(axes.transData)
    line.set_clip_path(axes.patch)
    axes.add_artist(line)


def draw_noise(axes: Panel, x: FloatArray, y: FloatArray, stroke: Stroke, columns: int, *, zorder: float) -> None:
    """Draw a noisy curve of many more points than the panel has columns of pixels.

    Each column is filled from the lowest to the highest value in it, as the curve itself would.
    """
    if x.size <= 2 * columns:
        draw(axes, x, y, stroke, zorder=zorder, steps=True)
        return
    low, high = axes.get_xlim()
    finite = np.flatnonzero(np.isfinite(y) & (x >= low) & (x <= high))
    if finite.size == 0:
        return
    column = ((x[finite] - low) / (high - low) * columns).astype(int)
    first = np.flatnonzero(np.diff(column, prepend=-1))
    bottom, top = np.minimum.reduceat(y[finite], first), np.maximum.reduceat(y[finite], first)
    middle = low + (column[first] + 0.5) / columns * (high - low)
    # Neighbouring columns are joined, so that no gap opens in a steep slope.
    touching = np.diff(column[first]) == 1
    top[1:][touching] = np.maximum(top[1:], bottom[:-1])[touching]
    bottom[1:][touching] = np.minimum(bottom[1:], top[:-1])[touching]
    points = np.empty((2 * middle.size, 2))
    points[0::2] = np.column_stack([middle, bottom])
    points[1::2] = np.column_stack([middle, top])
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), middle.size)
    patch = PathPatch(
        Path(points, codes),
        fill=False,
        edgecolor=stroke.color,
        linewidth=stroke.width,
        zorder=zorder,
        label=stroke.label,
    )
    patch.set_transform(axes.transData)
    patch.set_clip_path(axes.patch)
    axes.add_artist(patch)


def limit_arrow(axes: Panel, x: float, stroke: Stroke) -> None:
    """Draw an arrow that points down from the top of the panel at ``x``."""
    arrow = Line2D([x, x], [0.97, 0.86], color=stroke.color, linewidth=stroke.width, zorder=4.5)
    arrow.set_linestyle((0, stroke.dashes) if stroke.dashes else "solid")
    arrow.set(marker="v", markevery=[1], markersize=3.2, markeredgewidth=0.0, label=stroke.label)
    arrow.set_transform(axes.get_xaxis_transform())
    arrow.set_clip_path(axes.patch)
    axes.add_artist(arrow)


def guides(axes: Panel, levels: Sequence[float]) -> None:
    """Draw horizontal lines across the panel: a solid one at zero, dashed ones elsewhere, fainter the nearer."""
    low, high = axes.get_xlim()
    axes.add_collection(
        LineCollection(
            [[(low, level), (high, level)] for level in levels],
            colors=GUIDE,
            linewidths=[0.8 if level == 0.0 else 0.4 if abs(level) < 2.0 else 0.6 for level in levels],
            linestyles=["solid" if level == 0.0 else (0, (4.0, 3.0)) for level in levels],
            zorder=1.0,
        ),
        autolim=False,
    )
