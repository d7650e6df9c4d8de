"""A grid of shapes as eight models at a time: values of all its columns, and moments with them.

Block k holds the options 8 k to 8 k + 7 of every group, one in each lane (`qsospec_duck.models.lanes`); a group whose
options end before repeats its last one. So a block is filled as eight models of a fit are, and brings the moments of
columns of one group, which only ever meet at the same option. Moments with columns of other groups are taken where a
descent comes to: most of a grid's pairs never meet.

Arguments are those of `qsospec_duck.fitting.search_loop`.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.fitting.lane_lines import place_profiles
from qsospec_duck.fitting.lane_moments import add_to, lane_moments, make_rows
from qsospec_duck.fitting.lane_pixels import CHUNK
from qsospec_duck.models.lanes import LANES, in_all_lanes, lane_rows, load, store

OWN_MOMENT = 1.0 + 1e-5
"""Moments of columns with themselves are larger by this. Single precision knows moments to some 1e-7: what one column
adds to others that nearly repeat it would be noise."""

_ZERO = np.float32(0.0)


@numba.njit(cache=True, nogil=True)
def grid_columns(chunks, tables, room, shapes, slots, options):
    """Fill all blocks.

    Parameters
    ----------
    chunks : tuple
        Of `qsospec_duck.fitting.lane_pixels`.
    room : tuple
        Of `qsospec_duck.fitting.lane_fits.make_lane_room`, in which no fit runs.

    Returns
    -------
    A : ndarray of float32, shape (n_block · rows of a block, lanes)
        Values, block after block, each as `qsospec_duck.fitting.lane_moments` has them.
    seen : ndarray, shape (n_block, n_chunk, q + 3)
        How many columns reach each chunk, and which.
    G, b : ndarray, shape (n_block · q², lanes) and (n_block · q, lanes)
        Moments of columns of one lane, and those with the data.
    """
    profiles, sums = room[0], room[1]
    theta = room[5][1]
    q, n_rows = room[2][1].shape[0], sums[1].shape[0]
    n_block = (np.max(options[:, 1]) + LANES - 1) // LANES
    A = make_rows(n_block, chunks[0].size, sums[0][1], q)
    seen = np.empty((n_block, chunks[0].size, q + 3), np.int64)
    G, b = lane_rows(n_block * q * q), lane_rows(n_block * q)
    for k in range(n_block):
        for group in range(slots.shape[0]):
            for lane in range(LANES):
                option = options[group, 0] + min(k * LANES + lane, options[group, 1] - 1)
                theta[slots[group, 0], lane] = shapes[option, 0]
                theta[slots[group, 1], lane] = shapes[option, 1]
        own = A[k * n_rows : (k + 1) * n_rows]
        place_profiles(chunks[0], theta, tables[0], profiles)
        lane_moments(
            chunks, tables[0], profiles, (sums[0], own, (seen[k], sums[2][1]), sums[3], sums[4], sums[5]),
            G[k * q * q : (k + 1) * q * q], b[k * q : (k + 1) * q],
        )  # fmt: skip
    for k in range(n_block):
        for j in range(q):
            at = (k * q + j) * q + j
            store(G, at, load(G, at) * OWN_MOMENT)
    return A, seen, G, b


@numba.njit(cache=True, nogil=True)
def cross_moments(A, base, seen, n_rows, column, lane, grid_A, grid_seen, group_of, options, cross):
    """Fill what a column of one lane has in common with every column of the grid.

    Parameters
    ----------
    A : ndarray of float32, shape (n, lanes)
    base : int
        Where the block of the column begins in A.
    seen : ndarray, shape (n_chunk, q + 3)
        Which columns of that block reach each chunk.
    n_rows : int
        Rows of A for every pixel of a chunk.
    column, lane : int
    grid_A, grid_seen : ndarray
        The first two of `grid_columns`.
    cross : ndarray of float32, shape (q, n_block · q, lanes)
        Filled at ``column``.
    """
    n_block, n_chunk, q = grid_seen.shape[0], grid_seen.shape[1], cross.shape[0]
    own = cross[column]
    for row in range(own.shape[0]):
        store(own, row, in_all_lanes(_ZERO))
    for chunk in range(n_chunk):
        if not _reaches(seen, chunk, column):
            continue
        first = base + (chunk * n_rows + column) * CHUNK
        for k in range(n_block):
            start = (k * n_chunk + chunk) * n_rows * CHUNK
            for m in range(1, grid_seen[k, chunk, 0] + 1):
                other = grid_seen[k, chunk, m]
                if group_of[other] == group_of[column] or k * LANES >= options[group_of[other], 1]:
                    continue
                total = in_all_lanes(_ZERO)
                for i in range(CHUNK):
                    total = total + load(grid_A, start + other * CHUNK + i) * A[first + i, lane]
                add_to(own, k * q + other, total)


@numba.njit(cache=True, nogil=True)
def _reaches(seen, chunk, column):
    """Whether a column is among those that reach a chunk."""
    found = False
    for k in range(1, seen[chunk, 0] + 1):
        found = found or seen[chunk, k] == column
    return found
