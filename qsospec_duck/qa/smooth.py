"""What of a noisy spectrum is shown: smoothed flux, robust limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def smooth(flux: FloatArray, ivar: FloatArray, width: int) -> FloatArray:
    """Average the flux over a running window, weighted by inverse variance.

    Parameters
    ----------
    flux, ivar : ndarray, shape (n_pix,)
    width : int
        Pixels of the window; made odd.

    Returns
    -------
    ndarray, shape (n_pix,)
        NaN where no pixel of the window is usable or the pixel itself is not.
    """
    half = max(int(width), 1) // 2
    weight = np.where((ivar > 0) & np.isfinite(flux), ivar, 0.0)
    # An equal share of the weight keeps a single pixel of huge ivar from printing itself over the window.
    weight = np.minimum(weight, 20.0 * np.median(weight[weight > 0])) if np.any(weight > 0) else weight
    value = np.where(weight > 0, flux, 0.0)
    start = np.maximum(np.arange(flux.size) - half, 0)
    stop = np.minimum(np.arange(flux.size) + half + 1, flux.size)
    total = np.concatenate([[0.0], np.cumsum(weight * value)])
    norm = np.concatenate([[0.0], np.cumsum(weight)])
    weights = norm[stop] - norm[start]
    usable = (weight > 0) & (weights > 0)
    out = np.full(flux.size, np.nan)
    out[usable] = (total[stop] - total[start])[usable] / weights[usable]
    return out


def smoothing_width(snr: float) -> int:
    """Pixels of the smoothing window at a median S/N per pixel: 3 for good spectra, 21 for the faintest."""
    if not np.isfinite(snr) or snr <= 0:
        return 21
    return int(np.clip(2 * round(12.0 / snr) + 3, 3, 21))


def flux_limits(smoothed: FloatArray, model: FloatArray, steady: FloatArray, shown: BoolArray) -> tuple[float, float]:
    """Limits of the flux axis in which lines are seen and spikes are cut.

    Parameters
    ----------
    smoothed : ndarray, shape (n_pix,)
        Smoothed data, NaN where unusable.
    model : ndarray, shape (n_pix,)
        Total model.
    steady : ndarray, shape (n_pix,)
        The model without narrow lines: what must be well seen.
    shown : ndarray of bool, shape (n_pix,)
        Usable pixels; the limits follow these alone.

    Returns
    -------
    low, high : float
        Finite, low < high.
    """
    data = smoothed[shown & np.isfinite(smoothed)]
    if data.size == 0:
        return -1.0, 1.0
    low, below, middle, bulk = np.percentile(data, [0.5, 16.0, 50.0, 98.0])
    inside = shown & np.isfinite(model) & np.isfinite(steady)
    broad = float(np.max(steady[inside], initial=bulk))
    peak = float(np.max(model[inside], initial=broad))
    if not np.any(model[inside]):
        peak = broad = float(np.percentile(data, 99.7))
    noise = middle - below
    # Broad lines are shown whole up to six times the typical flux (or eight times the noise), narrow ones up to
    # 1.6 times what is beside them.
    base = min(max(bulk, broad), max(6.0 * middle, middle + 8.0 * noise))
    high = max(base, min(peak, 1.6 * base), middle + 4.0 * noise)
    low = max(min(low, 0.0), -max(0.4 * abs(high), 3.0 * noise))
    span = high - low
    if not np.isfinite(span) or span <= 0:
        return float(low) - 1.0, float(low) + 1.0
    return float(low - 0.07 * span), float(high + 0.07 * span)
