"""A panel without the machinery of axes: a frame, limits and a clip box.

Axes of matplotlib take four milliseconds each, a third of the time of a page with one for every residual
strip. A strip has what drawing curves into it needs, under the names that `Axes` gives it.
"""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import (
    Bbox,
    BboxTransformFrom,
    BboxTransformTo,
    Transform,
    TransformedBbox,
    blended_transform_factory,
)


class Strip:
    """A panel at ``place`` = (left, bottom, width, height) in parts of the figure."""

    def __init__(self, figure: Figure, place: tuple[float, float, float, float], *, color: str, width: float) -> None:
        self.figure = figure
        self._limits = Bbox.unit()
        self.transAxes: Transform = BboxTransformTo(TransformedBbox(Bbox.from_bounds(*place), figure.transFigure))
        self.transData: Transform = BboxTransformFrom(self._limits) + self.transAxes
        self.patch = Rectangle((0.0, 0.0), 1.0, 1.0, transform=self.transAxes, facecolor="none", edgecolor="none")
        frame = Rectangle((0.0, 0.0), 1.0, 1.0, fill=False, edgecolor=color, linewidth=width, zorder=2.5)
        frame.set_transform(self.transAxes)
        figure.add_artist(frame)
        figure.add_artist(self.patch)

    def set_xlim(self, low: float, high: float) -> None:
        """Set the limits of the horizontal axis."""
        self._limits.intervalx = (low, high)

    def set_ylim(self, low: float, high: float) -> None:
        """Set the limits of the vertical axis."""
        self._limits.intervaly = (low, high)

    def get_xlim(self) -> tuple[float, float]:
        """Limits of the horizontal axis."""
        return float(self._limits.x0), float(self._limits.x1)

    def get_ylim(self) -> tuple[float, float]:
        """Limits of the vertical axis."""
        return float(self._limits.y0), float(self._limits.y1)

    def get_xaxis_transform(self) -> Transform:
        """Horizontal data, vertical parts of the panel."""
        return blended_transform_factory(self.transData, self.transAxes)

    def add_artist(self, artist: Artist) -> None:
        """Add an artist that has its transform; it is clipped to the panel."""
        self.figure.add_artist(artist)
        artist.set_clip_path(self.patch)

    def add_collection(self, collection: Collection, autolim: bool = False) -> None:
        """Add a collection, in data coordinates unless it has a transform."""
        if not collection.is_transform_set():
            collection.set_transform(self.transData)
        self.add_artist(collection)


Panel = Axes | Strip
"""What curves are drawn on."""
