"""The sheet of paper: places are in inches from its upper left corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from qsospec_duck.qa.lettering import Label, font, letter_ticks, text_width
from qsospec_duck.qa.palette import INK, PAPER, TEXT_SIZE, TICK_SIZE, Shade, Stroke

_POINTS = 72.0


class Sheet:
    """A figure with its own canvas: nothing of it is global, so that sheets may be drawn in parallel."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        self.width = width
        self.height = height
        self.figure = Figure(figsize=(width, height), dpi=dpi, facecolor=PAPER)
        FigureCanvasAgg(self.figure)
        self._panels: list[Axes] = []

    def write(
        self,
        x: float,
        top: float,
        text: str,
        *,
        size: float = TEXT_SIZE,
        color: str = INK,
        align: str = "left",
        weight: str = "normal",
        rotation: float = 0.0,
    ) -> float:
        """Write a line whose letters are centred at height ``top``; returns its length [inches]."""
        label = Label(
            x,
            self.height - top,
            text,
            fontproperties=font(size, weight),
            color=color,
            horizontalalignment=align,
            verticalalignment="center",
            rotation=rotation,
            transform=self.figure.dpi_scale_trans,
            parse_math=False,
        )
        self.figure.add_artist(label)
        return text_width(text, size, weight)

    def rule(self, segments: Sequence[tuple[tuple[float, float], tuple[float, float]]], **style: Any) -> None:
        """Draw straight lines between pairs of (x, top)."""
        flipped = [[(x, self.height - top) for x, top in segment] for segment in segments]
        self.figure.add_artist(LineCollection(flipped, transform=self.figure.dpi_scale_trans, **style))

    def stroke_sample(self, x: float, top: float, length: float, stroke: Stroke) -> None:
        """Draw a short piece of a curve, for a legend."""
        dashes = (0, stroke.dashes) if stroke.dashes else "solid"
        width = max(stroke.width, 0.9) * 1.4
        self.rule([((x, top), (x + length, top))], colors=stroke.color, linewidths=width, linestyles=[dashes])

    def shade_sample(self, x: float, top: float, length: float, height: float, shade: Shade) -> None:
        """Draw a small shaded box, for a legend."""
        box = Rectangle(
            (x, self.height - top - 0.5 * height),
            length,
            height,
            facecolor=shade.color,
            alpha=shade.alpha,
            hatch=shade.hatch or None,
            edgecolor=INK if shade.hatch else "none",
            linewidth=0.0,
            transform=self.figure.dpi_scale_trans,
        )
        self.figure.add_artist(box)

    def panel(self, left: float, top: float, width: float, height: float, name: str) -> Axes:
        """Add axes without ticks; ``name`` is their label in the figure."""
        rectangle = (
            left / self.width,
            1.0 - (top + height) / self.height,
            width / self.width,
            height / self.height,
        )
        axes = self.figure.add_axes(rectangle, label=name)
        axes.margins(0.0)
        for spine in axes.spines.values():
            spine.set_linewidth(0.6)
            spine.set_color(INK)
        axes.xaxis.set_major_locator(NullLocator())
        axes.yaxis.set_major_locator(NullLocator())
        self._panels.append(axes)
        return axes

    def ticks(self, axes: Axes, *, x: int = 0, y: int = 0, x_labels: bool = True, size: float = TICK_SIZE) -> None:
        """Put about ``x`` and ``y`` ticks at round numbers; none where the number is 0.

        Ticks at the very ends of an axis are left out, so that labels of neighbouring panels do not meet.
        """
        for axis, wanted, limits in ((axes.xaxis, x, axes.get_xlim()), (axes.yaxis, y, axes.get_ylim())):
            if not wanted:
                continue
            span = limits[1] - limits[0]
            places = MaxNLocator(wanted, steps=[1, 2, 2.5, 5, 10]).tick_values(*limits)
            edge = 0.06 if axis is axes.yaxis else 0.015
            places = places[(places >= limits[0] + edge * span) & (places <= limits[1] - edge * span)]
            decimals = decimals_of(places)
            axis.set_major_locator(FixedLocator(list(places)))
            axis.set_major_formatter(FuncFormatter(lambda value, _, decimals=decimals: tick_text(value, decimals)))
        axes.tick_params(
            labelsize=size, length=2.5, width=0.6, pad=2.0, direction="in", color=INK, labelcolor=INK, labelbottom=x_labels
        )

    def finish(self) -> Figure:
        """Have all tick labels lettered; the sheet is ready to be drawn."""
        letter_ticks(self._panels)
        return self.figure


def decimals_of(places: np.ndarray) -> int:
    """Decimals that tell ticks apart."""
    if len(places) < 2:
        return 0
    step = float(np.min(np.diff(places)))
    for decimals in range(0, 7):
        if abs(step * 10**decimals - round(step * 10**decimals)) < 1e-6 * 10**decimals * step + 1e-9:
            return decimals
    return 7


def tick_text(value: float, decimals: int) -> str:
    """Text of a tick: a true minus sign, powers of ten beyond six figures."""
    if value != 0.0 and (abs(value) >= 1e6 or abs(value) < 1e-4):
        mantissa, exponent = f"{value:.1e}".split("e")
        digits = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa.replace('-', '−')}×10{digits}"
    return f"{value:.{decimals}f}".replace("-", "−")
