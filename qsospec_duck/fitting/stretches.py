"""Stretches of velocity where a spectrum lies below its model: compiled loops over pixels."""

from __future__ import annotations

import numba
import numpy as np

THRESHOLD = 0.9
"""Flux over model below which a pixel is absorbed."""

AVERAGE_ERROR = 0.05
"""Error that the average of flux over model is brought to."""

LONGEST_AVERAGE = 500.0
"""Longest stretch that is averaged [km/s]."""


@numba.njit(cache=True, nogil=True)
def averaged_ratio(velocity, ratio, weight):
    """Average r around each pixel over as few neighbours as bring its error to 0.05, at most 500 km/s.

    Parameters
    ----------
    velocity, ratio, weight : ndarray, shape (n,)
        Monotonic velocities [km/s], r, and 1/error² of r.

    Returns
    -------
    average, length : ndarray, shape (n,)
        Averaged r, and from where to where it was averaged [km/s].
    """
    average, length = np.empty(ratio.size), np.empty(ratio.size)
    enough = 1.0 / (AVERAGE_ERROR * AVERAGE_ERROR)
    for i in range(ratio.size):
        total, first = weight[i], weight[i] * ratio[i]
        low = high = i
        while total < enough:
            grown = False
            if low > 0 and abs(velocity[low - 1] - velocity[i]) <= 0.5 * LONGEST_AVERAGE:
                low -= 1
                total += weight[low]
                first += weight[low] * ratio[low]
                grown = True
            if high < ratio.size - 1 and abs(velocity[high + 1] - velocity[i]) <= 0.5 * LONGEST_AVERAGE:
                high += 1
                total += weight[high]
                first += weight[high] * ratio[high]
                grown = True
            if not grown:
                break
        average[i] = first / total
        length[i] = abs(velocity[high] - velocity[low])
    return average, length


@numba.njit(cache=True, nogil=True)
def find_stretches(velocity, ratio, weight, least_width):
    """Stretches of ``least_width`` [km/s] or more with averaged r below 0.9, first pixel and one past the last.

    Returns
    -------
    limits : ndarray of int, shape (k, 2)
    widths : ndarray, shape (k,)
        From first to last pixel, less the length of the average [km/s].
    """
    average, length = averaged_ratio(velocity, ratio, weight)
    limits = np.empty((ratio.size // 2 + 1, 2), np.int64)
    widths = np.empty(ratio.size // 2 + 1)
    count, start = 0, -1
    for i in range(ratio.size + 1):
        inside = i < ratio.size and average[i] < THRESHOLD
        if inside and start < 0:
            start = i
        if not inside and start >= 0:
            width = abs(velocity[i - 1] - velocity[start]) - 0.5 * (length[start] + length[i - 1])
            if width >= least_width:
                limits[count, 0], limits[count, 1], widths[count] = start, i, width
                count += 1
            start = -1
    return limits[:count].copy(), widths[:count].copy()


@numba.njit(cache=True, nogil=True)
def shoulders(velocity, ratio, weight, first, last):
    """Extend a trough to either side while averaged r is below 1; first pixel and one past the last."""
    average, _ = averaged_ratio(velocity, ratio, weight)
    while first > 0 and average[first - 1] < 1.0:
        first -= 1
    while last < ratio.size and average[last] < 1.0:
        last += 1
    return first, last
