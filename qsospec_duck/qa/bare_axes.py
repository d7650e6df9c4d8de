"""Axes that make no ticks: a `Sheet` draws its own, and those of matplotlib took a sixth of the time of a page."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis


class _NoTicks(Axis):
    """An axis whose lists of ticks are empty: nothing makes the first tick, from which others would be copied."""

    majorTicks = minorTicks = ()  # type: ignore[assignment]  # noqa: N815

    def get_major_ticks(self, numticks: int | None = None) -> list[Any]:
        return []

    def get_minor_ticks(self, numticks: int | None = None) -> list[Any]:
        return []


class _BareXAxis(_NoTicks, XAxis):
    pass


class _BareYAxis(_NoTicks, YAxis):
    pass


class BareAxes(Axes):
    """Axes with limits, spines and a clip box."""

    def _init_axis(self) -> None:
        # The hook by which polar and geographic axes get axes of their own; where it is not called, ticks are made.
        self.xaxis = _BareXAxis(self, clear=False)
        self.yaxis = _BareYAxis(self, clear=False)
        for side, axis in {"bottom": self.xaxis, "top": self.xaxis, "left": self.yaxis, "right": self.yaxis}.items():
            self.spines[side].register_axis(axis)
            # else the first tick would do it
            self.spines[side].set_position(("outward", 0.0))
