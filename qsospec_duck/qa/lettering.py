"""Text that is measured exactly and drawn fast.

FreeType hints and lays out every string anew, about one millisecond each; a page has two hundred. Here every
letter is drawn once a size, kept, and strings are put together from the kept letters. On a vector canvas (PDF,
SVG) a `Label` is drawn as any other text, so that it stays text.
"""

from __future__ import annotations

import math
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

FAMILY = "DejaVu Sans"
"""Comes with matplotlib, has every sign that is used here: figures look alike on all machines."""


@lru_cache(maxsize=64)
def font(size: float, weight: str = "normal") -> FontProperties:
    """Give the one font of the figures."""
    return FontProperties(family=FAMILY, size=size, weight=weight)


@lru_cache(maxsize=4096)
def printable(sign: str) -> str:
    """Give the sign itself where the font has it, else a question mark; any white space is a blank."""
    if sign.isspace():
        return " "
    return sign if get_font(findfont(font(10.0))).get_char_index(ord(sign)) else "?"


class Alphabet:
    """The letters of one font, size and resolution, each measured and drawn once.

    The pen starts at column ``margin`` of a letter's image and the baseline lies below its row ``ascent``.
    """

    def __init__(self, size: float, weight: str, dpi: float) -> None:
        pixels = size * dpi / 72.0
        self.margin = math.ceil(0.3 * pixels)
        self.ascent = math.ceil(1.05 * pixels)
        self.descent = math.ceil(0.32 * pixels)
        self._font = font(size, weight)
        self._canvas = RendererAgg(math.ceil(2.2 * pixels) + 2 * self.margin, self.ascent + self.descent, dpi)
        self._lock = Lock()
        self._advances: dict[str, float] = {}
        self._inks: dict[str, NDArray[np.uint8]] = {}

    def _width(self, text: str) -> float:
        return float(self._canvas.get_text_width_height_descent(text, self._font, False)[0])

    def advance(self, sign: str) -> float:
        """Pixels from one letter to the next."""
        found = self._advances.get(sign)
        if found is None:
            with self._lock:
                # Between two letters H no pair is kerned with the sign, so what it adds is its own advance.
                found = self._advances[sign] = self._width(f"H{sign}H") - self._width("HH")
        return found

    def ink(self, sign: str) -> NDArray[np.uint8]:
        """Coverage of one letter, 0 to 255."""
        found = self._inks.get(sign)
        if found is None:
            with self._lock:
                self._canvas.clear()
                if not sign.isspace():
                    self._canvas.draw_text(self._canvas.new_gc(), self.margin, self.ascent, sign, self._font, 0.0)
                found = self._inks[sign] = np.asarray(self._canvas.buffer_rgba())[..., 3].copy()
        return found

    def width(self, text: str) -> float:
        """Length of a line of text [pixels]."""
        return sum(self.advance(sign) for sign in text)

    def line(self, text: str) -> NDArray[np.uint8]:
        """Coverage of a line of text; the pen starts at column ``margin``."""
        ink = np.zeros((self.ascent + self.descent, math.ceil(self.width(text)) + int(self._canvas.width)), np.uint8)
        pen = 0.0
        for sign in text:
            letter = self.ink(sign)
            place = ink[:, round(pen) : round(pen) + letter.shape[1]]
            np.maximum(place, letter, out=place)
            pen += self.advance(sign)
        return ink


@lru_cache(maxsize=64)
def alphabet(size: float, weight: str, dpi: float) -> Alphabet:
    """Letters of a size, shared by all figures of a process."""
    return Alphabet(size, weight, dpi)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Length of a line of text [inches], measured at 144 dpi."""
    return alphabet(size, weight, 144.0).width("".join(map(printable, text))) / 144.0


class Label(Text):
    """One line of text, without mathematics; rotated by 0 or 90 degrees."""

    def _alphabet(self, renderer: Any) -> Alphabet | None:
        if not isinstance(renderer, RendererAgg) or self.get_rotation() not in (0.0, 90.0):
            return None
        return alphabet(self.get_fontsize(), str(self.get_fontweight()), renderer.dpi)

    def _origin(self, letters: Alphabet) -> tuple[float, float, float]:
        """Pixels of the left end of the baseline, and the length of the text (as if it were not rotated)."""
        x, y = self.get_transform().transform(self.get_position())
        length = letters.width(self.get_text())
        along = {"left": 0.0, "center": 0.5, "right": 1.0}[self.get_horizontalalignment()] * length
        # Lines are centred by their capitals, so that words and digits beside each other align.
        height = 0.7 * letters.ascent
        up = {"baseline": 0.0, "bottom": 0.0, "top": height, "center": 0.5 * height, "center_baseline": 0.5 * height}
        rise = up[self.get_verticalalignment()]
        if self.get_rotation() == 90.0:
            # matplotlib aligns the box after rotation; here labels that run upward are centred in both ways.
            return x + 0.5 * height, y - 0.5 * length, length
        return x - along, y - rise, length

    def get_window_extent(self, renderer: Any = None, dpi: float | None = None) -> Bbox:
        """Box of the letters on the canvas [pixels]."""
        figure = self.get_figure(root=True)
        renderer = renderer or (figure._get_renderer() if figure is not None else None)  # type: ignore[attr-defined]
        letters = self._alphabet(renderer)
        if letters is None or not self.get_text() or dpi is not None:
            return super().get_window_extent(renderer, dpi)
        x, y, length = self._origin(letters)
        height, depth = 0.9 * letters.ascent, 0.85 * letters.descent
        if self.get_rotation() == 90.0:
            return Bbox.from_extents(x - height, y, x + depth, y + length)
        return Bbox.from_extents(x, y - depth, x + length, y + height)

    def draw(self, renderer: Any) -> None:
        """Draw the text."""
        letters = self._alphabet(renderer)
        if letters is None:
            super().draw(renderer)
            return
        if not self.get_visible() or not self.get_text():
            return
        x, y, _ = self._origin(letters)
        ink = letters.line(self.get_text())
        image = np.empty((*ink.shape, 4), np.uint8)
        image[..., :3] = np.round(255 * np.array(to_rgb(self.get_color())))
        image[..., 3] = ink
        corner = (round(x) - letters.margin, round(y) - letters.descent)
        if self.get_rotation() == 90.0:
            image = np.ascontiguousarray(np.rot90(image))
            corner = (round(x) - letters.ascent, round(y) - letters.margin)
        graphics = renderer.new_gc()
        # draw_image takes rows from the bottom of the canvas up.
        renderer.draw_image(graphics, *corner, image[::-1])
        graphics.restore()
        self.stale = False
