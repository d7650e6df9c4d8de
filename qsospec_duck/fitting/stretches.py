"""Stretches of velocity where a spectrum lies below its model: compiled loops over pixels."""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.medians import median
from qsospec_duck.models.bisection import first_not_below

THRESHOLD = 0.9
"""Flux over model below which a pixel is absorbed."""

AVERAGE_ERROR = 0.05
"""Error that the average of flux over model is brought to."""

LONGEST_AVERAGE = 500.0
"""Longest stretch that is averaged [km/s]."""

_LONGEST_GAP = 3.5
"""Step between pixels, in usual steps, beyond which nothing was observed between them."""


@numba.njit(cache=True, nogil=True)
def ratio_to_model(log_wave, flux, ivar, model, log_line, fastest):
    """Flux over model where it is known, between a fastest outflow velocity and the line.

    Parameters
    ----------
    log_wave, flux, ivar, model : ndarray, shape (n_pix,)
        ln λ, flux, 1/σ² and what the flux would be without absorption.
    log_line : float
        ln λ of the line at rest.
    fastest : float
        [km/s].

    Returns
    -------
    pixels : ndarray of int, shape (n,)
        From the blue.
    velocity, ratio, weight : ndarray, shape (n,)
        Outflow velocity [km/s], r and 1/error² of r.
    covered : float
        Range of velocities that these pixels cover, without gaps [km/s].
    """
    first, last = first_not_below(log_wave, log_line - fastest / C_KMS), first_not_below(log_wave, log_line)
    pixels = np.empty(last - first, np.int64)
    velocity, ratio, weight = np.empty(last - first), np.empty(last - first), np.empty(last - first)
    n = 0
    for i in range(first, last):
        if ivar[i] > 0.0 and model[i] > 0.0:
            pixels[n], velocity[n] = i, C_KMS * (log_line - log_wave[i])
            ratio[n], weight[n] = flux[i] / model[i], ivar[i] * model[i] ** 2
            n += 1
    pixels, velocity, ratio, weight = pixels[:n].copy(), velocity[:n].copy(), ratio[:n].copy(), weight[:n].copy()
    covered = 0.0
    if n > 1:
        longest = _LONGEST_GAP * usual_step(velocity)
        for k in range(1, n):
            step = velocity[k - 1] - velocity[k]
            if step < longest:
                covered += step
    return pixels, velocity, ratio, weight, covered


@numba.njit(cache=True, nogil=True)
def usual_step(velocity):
    """Median difference of falling velocities, of which there are two or more."""
    return median(velocity[:-1] - velocity[1:])


@numba.njit(cache=True, nogil=True)
def pixel_widths(velocity):
    """(n,) width of every pixel of falling velocities, of which there are two or more; neighbours share gaps."""
    last = velocity.size - 1
    out = np.empty(velocity.size)
    out[0], out[last] = velocity[0] - velocity[1], velocity[last - 1] - velocity[last]
    for i in range(1, last):
        out[i] = 0.5 * (velocity[i - 1] - velocity[i + 1])
    return out


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
def find_stretches(velocity, average, length, least_width):
    """Stretches of ``least_width`` [km/s] or more with averaged r below 0.9, first pixel and one past the last.

    Parameters
    ----------
    velocity, average, length : ndarray, shape (n,)
        Monotonic velocities [km/s], and what `averaged_ratio` gives.

    Returns
    -------
    limits : ndarray of int, shape (k, 2)
    widths : ndarray, shape (k,)
        From first to last pixel, less the length of the average [km/s].
    """
    limits = np.empty((average.size // 2 + 1, 2), np.int64)
    widths = np.empty(average.size // 2 + 1)
    count, start = 0, -1
    for i in range(average.size + 1):
        inside = i < average.size and average[i] < THRESHOLD
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
def shoulders(average, first, last):
    """Extend a trough to either side while averaged r (n,) is below 1; first pixel and one past the last."""
    while first > 0 and average[first - 1] < 1.0:
        first -= 1
    while last < average.size and average[last] < 1.0:
        last += 1
    return first, last
