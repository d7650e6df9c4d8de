"""Galactic coordinates of a position."""

from __future__ import annotations

import numpy as np

_TO_GALACTIC = np.array(
    [
        [-0.0548755604162154, -0.8734370902348850, -0.4838350155487132],
        [+0.4941094278755837, -0.4448296299600112, +0.7469822444972189],
        [-0.8676661490190047, -0.1980763734312015, +0.4559837761750669],
    ]
)
"""ICRS to galactic axes (ESA 1997, The Hipparcos and Tycho Catalogues, section 1.5.3)."""


def galactic_direction(ra: float, dec: float) -> tuple[float, float, float]:
    """Unit vector (cos b cos l, cos b sin l, sin b) of a position in ICRS degrees."""
    a, d = np.radians((ra, dec))
    x, y, z = _TO_GALACTIC @ (np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d))
    return float(x), float(y), float(z)
