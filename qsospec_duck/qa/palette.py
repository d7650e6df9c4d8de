"""Colours, line widths and letter sizes of the figures.

The hues are those of Okabe & Ito (2008, "Color Universal Design"), which people with any of the common
colour-vision deficiencies can tell apart; lightness differs as well, so that a grey print stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass

INK = "#1a1a1a"
"""Letters, frames, ticks."""

FAINT_INK = "#6b6b6b"
"""Letters of lesser weight."""

GUIDE = "#9a9a9a"
"""Zero lines, residual guides, line markers."""

PAPER = "#ffffff"


@dataclass(frozen=True)
class Stroke:
    """How a curve is drawn and called."""

    label: str
    color: str
    width: float
    """Points."""

    dashes: tuple[float, ...] = ()
    """On and off lengths in units of the width; empty for a solid line."""


DATA = Stroke("data", "#c4c4c4", 0.55)
SMOOTHED = Stroke("smoothed", "#4d4d4d", 0.75)
TOTAL = Stroke("total model", "#d55e00", 1.25)
LINES = Stroke("sum of lines", "#d55e00", 1.25)

COMPONENTS = {
    "power_law": Stroke("power law", "#0072b2", 1.1),
    "iron_uv": Stroke("Fe II, UV", "#009e73", 1.0),
    "iron_optical": Stroke("Fe II, optical", "#56b4e9", 1.0),
    "iron_iii": Stroke("Fe III", "#007a5a", 1.0, (4.0, 1.6)),
    "polynomial": Stroke("polynomial", "#7a7a00", 1.0, (2.0, 1.5)),
    "balmer": Stroke("Balmer", "#cc79a7", 1.0),
    "host": Stroke("host galaxy", "#8a6d00", 1.1, (5.0, 1.5, 1.0, 1.5)),
}
"""Continuum components by name."""

OTHER_COMPONENT = Stroke("other continuum", "#b59f00", 1.0, (2.0, 1.5))
"""A continuum component of a name that is not listed above."""

ROLES = {
    "broad": Stroke("broad", "#0072b2", 0.95),
    "narrow": Stroke("narrow", "#009e73", 0.95),
    "wing": Stroke("wing", "#cc79a7", 0.95, (4.0, 1.6)),
}
"""Line components by role."""

OTHER_ROLE = Stroke("other line", "#b59f00", 0.95)
"""A line component of a role that is not listed above."""

LIMIT = Stroke("↓ below 3 σ: limit", "#6b6b6b", 0.9, (1.5, 1.2))
"""An arrow at a line that is not detected."""


@dataclass(frozen=True)
class Shade:
    """How a class of pixels is shaded and called."""

    label: str
    color: str
    alpha: float
    hatch: str = ""


SHADES = {
    "not_modelled": Shade("not modelled", "#ececec", 1.0),
    "clipped": Shade("masked as absorption", "#f0a35e", 0.55),
    "unusable": Shade("unusable", "#9d9d9d", 0.75, "////"),
}
"""Pixels that no fit used, by class; fitted pixels stay white."""

STRIPS = {
    "continuum": Shade("fitted: continuum", "#0072b2", 1.0),
    "complex": Shade("fitted: lines", "#e69f00", 1.0),
}
"""Fitted pixels are marked by a thin strip along the foot of the panel."""

TITLE_SIZE = 13.0
TEXT_SIZE = 8.0
TICK_SIZE = 7.5
TABLE_SIZE = 7.0
SMALL_SIZE = 6.5
"""Letter sizes [points]."""
