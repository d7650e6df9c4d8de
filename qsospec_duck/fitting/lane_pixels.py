"""Pixels of a complex as fits in lanes take them: in single precision, a whole number of chunks of them.

Single precision cannot tell neighbouring pixels of ln λ ≈ 8 apart: places are kept as distances from the first pixel of
their chunk. 1/σ is divided by its largest value: whatever the unit of the flux, its squares stay inside the range of
single precision and are rounded alike. Amplitudes are larger by as much, and χ² is what it was.
"""

from __future__ import annotations

import numba
import numpy as np

CHUNK = 16
"""Pixels at a time: what is used of them several times stays in the fastest memory."""


@numba.njit(cache=True, nogil=True)
def lane_pixels(pixels):
    """Pixels (ln λ, 1/σ, flux over σ), (n,) each, in chunks.

    Returns
    -------
    edges : ndarray, shape (n_chunk,)
        ln λ of the first pixel of each chunk.
    offset, s, y : ndarray of float32, shape (n_chunk · `CHUNK`,)
        ln λ − edge, 1/σ relative to the largest, and flux over σ; the last two are 0 behind the last pixel.
    """
    x, s, y = pixels
    n_chunk = (x.size + CHUNK - 1) // CHUNK
    edges = x[::CHUNK].copy()
    offset = np.empty(n_chunk * CHUNK, np.float32)
    scaled, data = np.zeros(n_chunk * CHUNK, np.float32), np.zeros(n_chunk * CHUNK, np.float32)
    largest = np.max(s)
    for i in range(offset.size):
        offset[i] = x[min(i, x.size - 1)] - edges[i // CHUNK]
    for i in range(x.size):
        scaled[i] = s[i] / largest
        data[i] = y[i]
    return edges, offset, scaled, data
