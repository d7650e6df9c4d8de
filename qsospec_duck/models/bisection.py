"""Where a number belongs among ordered ones, for compiled loops."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, nogil=True)
def first_not_below(x: NDArray[np.float64], value: float) -> int:
    """Index of the first of the increasing ``x`` (n,) that is not below ``value``; n where there is none.

    What ``numpy.searchsorted`` gives, which compiles for half a second and looks for NaN at every call.
    """
    low, high = 0, x.size
    while low < high:
        middle = (low + high) >> 1
        if x[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low
