"""Which pixels were used for what, and how the others are shaded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from qsospec_duck.fitting import ComplexFit, FitResult
from qsospec_duck.qa.palette import INK, SHADES, STRIPS

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

_STRIP_HEIGHT = 0.022
"""Height of the strips at the foot of a panel, in heights of the panel."""


def classes_of_page(result: FitResult) -> dict[str, BoolArray]:
    """Pixels by class over the whole spectrum.

    Returns
    -------
    dict of ndarray of bool, shape (n_pix,)
        ``unusable``, ``clipped``, ``not_modelled``: of each pixel at most one is true.
        ``continuum``, ``complex``: pixels that were used there; both may be.
    """
    continuum = result.continuum
    good = result.spectrum.good
    used = continuum.fit_mask & continuum.clip_mask & good
    in_lines = np.zeros_like(good)
    excluded = np.zeros_like(good)
    for fit in result.complexes.values():
        in_lines |= fit.fit_mask & good
        excluded |= fit.excluded_mask
    clipped = ((continuum.fit_mask & ~continuum.clip_mask) | excluded) & good & ~in_lines
    return {
        "unusable": ~good,
        "clipped": clipped,
        "not_modelled": good & ~used & ~in_lines & ~clipped,
        "continuum": used,
        "complex": in_lines,
    }


def classes_of_complex(result: FitResult, fit: ComplexFit) -> dict[str, BoolArray]:
    """Pixels of one complex by class, as `classes_of_page` names them."""
    good = result.spectrum.good
    used = fit.fit_mask & good
    clipped = fit.excluded_mask & good & ~used
    return {"unusable": ~good, "clipped": clipped, "not_modelled": good & ~used & ~clipped}


def stretches(wave: FloatArray, mask: BoolArray) -> FloatArray:
    """Ranges of wavelength that runs of true pixels cover, from pixel edge to pixel edge.

    Returns
    -------
    ndarray, shape (n_runs, 2)
    """
    if not mask.any():
        return np.empty((0, 2))
    edges = np.concatenate([[wave[0]], 0.5 * (wave[1:] + wave[:-1]), [wave[-1]]])
    steps = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return np.column_stack([edges[np.flatnonzero(steps == 1)], edges[np.flatnonzero(steps == -1)]])


def shade(axes: Axes, wave: FloatArray, classes: Mapping[str, BoolArray], *, visible_width: float) -> list[str]:
    """Shade the pixels of a panel that no fit used, and mark those that one did along its foot.

    Parameters
    ----------
    axes : Axes
        With its limits set.
    wave : ndarray, shape (n_pix,)
    classes : mapping
        From `classes_of_page` or `classes_of_complex`.
    visible_width : float
        Least width of a shaded range [Å], so that a single masked pixel is seen.

    Returns
    -------
    list of str
        The classes that are seen in the panel.
    """
    low, high = axes.get_xlim()
    seen = []
    for name, style in {**SHADES, **STRIPS}.items():
        mask = classes.get(name)
        if mask is None:
            continue
        ranges = stretches(wave, mask)
        ranges = ranges[(ranges[:, 1] > low) & (ranges[:, 0] < high)]
        if not len(ranges):
            continue
        seen.append(name)
        bottom, top = (0.0, 1.0)
        if name in STRIPS:
            level = list(STRIPS).index(name)
            bottom, top = level * _STRIP_HEIGHT, (level + 1) * _STRIP_HEIGHT
        else:
            ranges = _widened(ranges, visible_width)
        boxes = [[(a, bottom), (a, top), (b, top), (b, bottom)] for a, b in np.clip(ranges, low, high)]
        axes.add_collection(
            PolyCollection(
                boxes,
                facecolors=style.color,
                alpha=style.alpha,
                linewidths=0.0,
                edgecolors=INK if style.hatch else "none",
                hatch=style.hatch or None,
                transform=axes.get_xaxis_transform(),
                zorder=0.5 if name in SHADES else 2.5,
                label=name,
            ),
            autolim=False,
        )
    return seen


def _widened(ranges: FloatArray, least: float) -> FloatArray:
    middle = ranges.mean(axis=1)
    half = np.maximum(0.5 * (ranges[:, 1] - ranges[:, 0]), 0.5 * least)
    return np.column_stack([middle - half, middle + half])
