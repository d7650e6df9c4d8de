"""Arrays in Arrow's memory pool, which keeps what is freed for the next tile.

The C library gives large freed blocks back to the system, and every 4 kB of the next ones is then a page fault: a
seventh of the time of a conversion.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray


def pooled(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array of a shape and type, its values not set."""
    kind = np.dtype(dtype)
    return np.frombuffer(pa.allocate_buffer(math.prod(shape) * kind.itemsize), kind).reshape(shape)
