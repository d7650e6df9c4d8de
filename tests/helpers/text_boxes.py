"""Boxes of the texts of a figure."""

from __future__ import annotations

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def text_boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every visible text with its box on the canvas [pixels]."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    texts = [text for text in texts if text.axes is None or text.axes.axison]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


def collisions(figure: Figure) -> list[str]:
    """Say which texts meet each other or leave the sheet, by more than half a pixel."""
    boxes = text_boxes(figure)
    found = [
        f"{a!r} meets {b!r}"
        for (a, box), (b, other) in combinations(boxes, 2)
        if min(box.x1, other.x1) - max(box.x0, other.x0) > 0.5 and min(box.y1, other.y1) - max(box.y0, other.y0) > 0.5
    ]
    sheet = figure.bbox
    for text, box in boxes:
        if box.x0 < sheet.x0 or box.x1 > sheet.x1 or box.y0 < sheet.y0 or box.y1 > sheet.y1:
            found.append(f"{text!r} leaves the sheet")
    return found
