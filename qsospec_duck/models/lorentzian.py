"""A Lorentzian line profile as a sum of Gaussians.

L(X) ∝ 1/(1 + (2X/w)²) of FWHM w is within 0.5 % of its peak a sum of concentric Gaussians whose widths and flux shares
stand in fixed ratios. So it is fitted and measured by the same loops as Gaussians are, with one width and one velocity.
The wings end where the broadest Gaussian ends, at about `REACH` · w: beyond, a Lorentzian holds 1/(π · REACH) of its
flux, and its second moment does not exist.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.optimize import brentq, nnls

REACH = 8.0
"""Offset, in units of the FWHM, out to which the sum follows the Lorentzian."""

_WIDTHS = 0.55 * 1.75 ** np.arange(8)
"""FWHM of the Gaussians in units of that of the Lorentzian."""


@cache
def lorentzian_gaussians() -> tuple[tuple[float, float], ...]:
    """(flux share, FWHM relative to the profile's) of each Gaussian; shares sum up to 1 and the FWHM is exact."""
    offset = np.linspace(0.0, REACH, 1601)
    gaussians = np.exp(-4.0 * np.log(2.0) * (offset[:, None] / _WIDTHS) ** 2)
    target = 1.0 / (1.0 + 4.0 * offset**2)
    # Relative weight in the wings, so that they are followed too.
    weight = 1.0 / np.sqrt(target)
    heights, _ = nnls(gaussians * weight[:, None], target * weight)
    kept = heights > 0
    heights, widths = heights[kept], _WIDTHS[kept]

    def above_half(half_width: float) -> float:
        profile = heights @ np.exp(-4.0 * np.log(2.0) * (half_width / widths) ** 2)
        return float(profile - 0.5 * heights.sum())

    widths = widths / (2.0 * brentq(above_half, 0.1, 2.0))
    shares = heights * widths
    return tuple(zip((shares / shares.sum()).tolist(), widths.tolist(), strict=True))
