"""Banks as the compiled loops read them: the broader a template is, the fewer points it is given by.

A template that is broadened by a Gaussian of FWHM w needs a point every w/16. The grid of a bank
(`qsospec_duck.models.bank`) is that fine for the narrowest width; of broader ones every second, fourth, ... point
is as good. The four widths that an interpolation takes are laid out together on the grid that the narrowest of
them needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS
from qsospec_duck.models.bank import TemplateBank

POINTS_A_WIDTH = 16.0
"""Grid points that a FWHM has at least."""

MOST_POINTS = 16
"""Largest number of grid points of a bank that are one point of a coarser grid."""

WIDTHS_TAKEN = 4
"""Widths that an interpolation takes."""

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@cache
def flatten_banks(banks: tuple[TemplateBank, ...]) -> tuple[IntArray, FloatArray, FloatArray]:
    """Banks in arrays; kept, since programs of one selection share them.

    Returns
    -------
    layout : ndarray of int, shape (n_bank, n_first, 3)
        For each first width of an interpolation: where its values begin (those of the next widths follow), number of
        grid points, and grid points of the bank from one of them to the next. Where a bank has fewer widths than
        others, its last row is repeated.
    axes : ndarray, shape (n_bank, 4)
        First ln λ and step of ln λ of the bank's grid, first ln FWHM and step of ln FWHM.
    values : ndarray
        All values.
    """
    n_first = max((max(len(bank.values) - WIDTHS_TAKEN + 1, 1) for bank in banks), default=1)
    layout = np.zeros((len(banks), n_first, 3), dtype=np.int64)
    parts: list[FloatArray] = []
    size = 0
    for own, bank in zip(layout, banks, strict=True):
        strides = _strides(bank)
        for stride in dict.fromkeys(strides):
            (firsts,) = np.nonzero(np.array(strides) == stride)
            # Points of ln λ from the first one, for the widths of all these interpolations.
            part = bank.values[firsts[0] : firsts[-1] + WIDTHS_TAKEN, ::stride]
            n_grid = part.shape[1]
            own[firsts, 0] = size + (firsts - firsts[0]) * n_grid
            own[firsts, 1], own[firsts, 2] = n_grid, stride
            parts.append(part.ravel())
            size += part.size
        own[len(strides) :] = own[len(strides) - 1]
    axes = [(bank.log_wave_start, bank.log_wave_step, bank.log_fwhm_start, bank.log_fwhm_step) for bank in banks]
    values = np.concatenate(parts) if parts else np.zeros(0)
    return layout, np.array(axes, dtype=float).reshape(-1, 4), values


def _strides(bank: TemplateBank) -> Sequence[int]:
    """Grid points to a step for each first width: a power of two that leaves the points a FWHM needs."""
    n_width = len(bank.values)
    if n_width < WIDTHS_TAKEN:
        return [1]
    fwhm = np.exp(bank.log_fwhm_start + bank.log_fwhm_step * np.arange(n_width - WIDTHS_TAKEN + 1))
    finest = fwhm / POINTS_A_WIDTH / (bank.log_wave_step * C_KMS)
    return [int(2 ** np.floor(np.log2(step))) for step in np.clip(finest, 1.0, MOST_POINTS)]
