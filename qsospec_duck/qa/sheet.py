"""The sheet of paper: places are in inches from its upper left corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from qsospec_duck.qa.bare_axes import BareAxes
from qsospec_duck.qa.lettering import Label, font, printable, text_width
from qsospec_duck.qa.palette import INK, PAPER, TEXT_SIZE, TICK_SIZE, Shade, Stroke
from qsospec_duck.qa.strip import Panel, Strip

_FRAME = 0.6
"""Width of frames and ticks [points]."""

_TICK = 0.035
"""Length of a tick [inches]."""

_Segment = tuple[tuple[float, float], tuple[float, float]]


class Sheet:
    """A figure with its own canvas: nothing of it is global, so that sheets may be drawn in parallel."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        self.width = width
        self.height = height
        self.figure = Figure(figsize=(width, height), dpi=dpi, facecolor=PAPER)
        FigureCanvasAgg(self.figure)
        self._places: dict[Panel, tuple[float, float, float, float]] = {}
        self._marks: list[_Segment] = []
        self._rules: list[list[tuple[float, float]]] = []
        self._rule_styles: list[tuple[str, float, Any]] = []

    def write(
        self,
        x: float,
        top: float,
        text: str,
        *,
        size: float = TEXT_SIZE,
        color: str = INK,
        align: Literal["left", "center", "right"] = "left",
        weight: str = "normal",
        rotation: float = 0.0,
    ) -> float:
        """Write a line whose letters are centred at height ``top``; returns its length [inches]."""
        text = "".join(map(printable, text))
        label = Label(
            x,
            self.height - top,
            text,
            fontproperties=font(size, weight),
            color=color,
            horizontalalignment=align,
            verticalalignment="center",
            rotation=rotation,
            parse_math=False,
        )
        label.set_transform(self.figure.dpi_scale_trans)
        self.figure.add_artist(label)
        return text_width(text, size, weight)

    def rule(self, segments: Sequence[_Segment], *, color: str, width: float, dashes: Sequence[float] = ()) -> None:
        """Draw straight lines between pairs of (x, top); ``width`` in points, ``dashes`` in widths."""
        style = (color, width, (0.0, tuple(dashes)) if dashes else "solid")
        for segment in segments:
            self._rules.append([(x, self.height - top) for x, top in segment])
            self._rule_styles.append(style)

    def stroke_sample(self, x: float, top: float, length: float, stroke: Stroke) -> None:
        """Draw a short piece of a curve, for a legend."""
        width = max(stroke.width, 0.9) * 1.4
        self.rule([((x, top), (x + length, top))], color=stroke.color, width=width, dashes=stroke.dashes)

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

    def _place(self, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
        """Turn inches into parts of the figure, from below."""
        bottom = 1.0 - (top + height) / self.height
        return left / self.width, bottom, width / self.width, height / self.height

    def strip(self, left: float, top: float, width: float, height: float, *, framed: bool = True) -> Strip:
        """Add a small panel that is no axes of the figure."""
        place = self._place(left, top, width, height)
        strip = Strip(self.figure, place, color=INK, width=_FRAME if framed else 0.0)
        self._places[strip] = (left, top, width, height)
        return strip

    def panel(self, left: float, top: float, width: float, height: float, name: str) -> Axes:
        """Add a framed panel without ticks; ``name`` is the label of its axes in the figure."""
        place = self._place(left, top, width, height)
        axes = self.figure.add_axes(place, label=name, axes_class=BareAxes)
        axes.xaxis.set_visible(False)
        axes.yaxis.set_visible(False)
        for spine in axes.spines.values():
            spine.set_linewidth(_FRAME)
            spine.set_color(INK)
        self._places[axes] = (left, top, width, height)
        return axes

    def x_ticks(
        self, axes: Panel, count: int, *, labels: str = "bottom", marks: Sequence[str] = ("bottom", "top")
    ) -> None:
        """Draw about ``count`` ticks at round numbers along a horizontal side.

        Parameters
        ----------
        axes : Axes or Strip
            Panel with its limits set. Ticks are drawn for these limits: changing them later does not move the ticks.
        count : int
        labels : str
            ``bottom``, ``top`` or ``none``: the side where the numbers are written.
        marks : sequence of str
            Sides that bear marks.
        """
        left, top, width, height = self._places[axes]
        low, high = axes.get_xlim()
        values, texts = round_ticks(low, high, count, edge=0.015)
        for value, text in zip(values, texts, strict=True):
            x = left + width * (value - low) / (high - low)
            for side in marks:
                edge, inward = (top, _TICK) if side == "top" else (top + height, -_TICK)
                self._marks.append(((x, edge), (x, edge + inward)))
            if labels != "none":
                self.write(
                    x, top - 0.09 if labels == "top" else top + height + 0.1, text, size=TICK_SIZE, align="center"
                )

    def y_ticks(self, axes: Panel, count: int = 0, *, at: Sequence[float] = ()) -> None:
        """Draw about ``count`` ticks at round numbers, or those ``at`` given values, along the vertical sides."""
        left, top, width, height = self._places[axes]
        low, high = axes.get_ylim()
        values, texts = round_ticks(low, high, count, edge=0.06) if count else (list(at), tick_texts(at))
        for value, text in zip(values, texts, strict=True):
            y = top + height * (high - value) / (high - low)
            self._marks += [((left, y), (left + _TICK, y)), ((left + width - _TICK, y), (left + width, y))]
            self.write(left - 0.05, y, text, size=TICK_SIZE, align="right")

    def finish(self) -> Figure:
        """Draw what was collected; the sheet is complete."""
        self.rule(self._marks, color=INK, width=_FRAME)
        lines = LineCollection(
            self._rules,
            colors=[color for color, _, _ in self._rule_styles],
            linewidths=[width for _, width, _ in self._rule_styles],
            linestyles=[dashes for _, _, dashes in self._rule_styles] or "solid",
            transform=self.figure.dpi_scale_trans,
        )
        self.figure.add_artist(lines)
        return self.figure


def round_ticks(low: float, high: float, count: int, *, edge: float) -> tuple[list[float], list[str]]:
    """Round numbers between two limits and their texts.

    Ticks within the part ``edge`` of the span from either end are left out, so that the numbers of neighbouring
    panels do not meet.
    """
    inner = edge * (high - low)
    values = np.asarray(MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    values = values[(values >= low + inner) & (values <= high - inner)]
    return [float(value) for value in values], tick_texts(values)


def tick_texts(values: Sequence[float] | np.ndarray) -> list[str]:
    """Texts of ticks: as many decimals as tell them apart, a true minus sign, powers of ten for great numbers."""
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e6 or 0.0 < largest < 1e-3:
        return [_power_of_ten(value) for value in values]
    decimals = 0
    while decimals < 8 and any(abs(value - round(value, decimals)) > 1e-9 * largest for value in values):
        decimals += 1
    return [f"{value:.{decimals}f}".replace("-", "−") for value in values]


def _power_of_ten(value: float) -> str:
    if value == 0.0:
        return "0"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}".replace("-", "−")
