"""Values of a Parquet page in the encodings of ``models``: byte-stream-split for floating point, plain for the others.

References
----------
Apache Parquet, Encodings.md.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numba
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.errors import RunError


class Encoding(IntEnum):
    """Encodings that are written, by their numbers in the format."""

    PLAIN = 0
    RLE = 3
    BYTE_STREAM_SPLIT = 9


class Physical(IntEnum):
    """Types that Parquet knows, by their numbers in the format."""

    BOOLEAN = 0
    INT32 = 1
    INT64 = 2
    FLOAT = 4
    DOUBLE = 5
    BYTE_ARRAY = 6


_KINDS = {
    pa.string(): (Physical.BYTE_ARRAY, Encoding.PLAIN),
    pa.bool_(): (Physical.BOOLEAN, Encoding.PLAIN),
    pa.int32(): (Physical.INT32, Encoding.PLAIN),
    pa.int64(): (Physical.INT64, Encoding.PLAIN),
    pa.float32(): (Physical.FLOAT, Encoding.BYTE_STREAM_SPLIT),
    pa.float64(): (Physical.DOUBLE, Encoding.BYTE_STREAM_SPLIT),
}


def kind_of(type_: pa.DataType) -> tuple[Physical, Encoding]:
    """How Parquet stores a type, and how it is encoded here.

    Raises
    ------
    RunError
        The type is not one that is written here.
    """
    if type_ not in _KINDS:
        raise RunError(f"type {type_} in a table of lists; it should be one of {', '.join(map(str, _KINDS))}.")
    return _KINDS[type_]


class ValueEncoder:
    """Makes the bytes of the values of pages, one page after the other in the same memory.

    Fresh memory for each would cost as much as the work in it: the system hands it out page by page, zeroed.
    """

    def __init__(self) -> None:
        self._memory = np.empty(0, np.uint8)

    def encode(self, values: pa.Array) -> memoryview:
        """Values in the encoding that `kind_of` says, until the next call; NULL is left to the levels."""
        present = values.drop_null() if values.null_count else values
        if pa.types.is_string(present.type):
            return _plain_texts(present).data
        if pa.types.is_boolean(present.type):
            return _plain_flags(present).data
        numbers = present.to_numpy(zero_copy_only=False)
        if pa.types.is_floating(present.type):
            if self._memory.size < numbers.nbytes:
                self._memory = np.empty(numbers.nbytes, np.uint8)
            planes = self._memory[: numbers.nbytes].reshape(numbers.itemsize, numbers.size)
            (_split4 if numbers.itemsize == 4 else _split8)(numbers.view(f"u{numbers.itemsize}"), planes)
            return planes.reshape(-1).data
        return memoryview(numbers.astype(numbers.dtype.newbyteorder("<"), copy=False).tobytes())


def _plain_flags(flags: pa.Array) -> NDArray[np.uint8]:
    """Eight flags to the byte, the first in the lowest bit, which is how Arrow has them; the last bits are 0."""
    bits = np.frombuffer(flags.buffers()[1], np.uint8) if len(flags) else np.empty(0, np.uint8)
    if flags.offset % 8 or len(flags) % 8:
        first = flags.offset // 8
        some = np.unpackbits(bits[first : (flags.offset + len(flags) + 7) // 8], bitorder="little")
        return np.packbits(some[flags.offset % 8 :][: len(flags)], bitorder="little")
    return bits[flags.offset // 8 : (flags.offset + len(flags)) // 8]


def _plain_texts(texts: pa.Array) -> NDArray[np.uint8]:
    """Each text with its number of bytes before it."""
    _, offsets, content = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    out = np.empty(int(ends[-1] - ends[0]) + 4 * len(texts), np.uint8)
    _put_texts(ends, np.frombuffer(content or b"", np.uint8), out)
    return out


@numba.njit(cache=True, nogil=True)
def _put_texts(ends: NDArray[np.int32], content: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    at = 0
    for i in range(ends.size - 1):
        length = ends[i + 1] - ends[i]
        for k in range(4):
            out[at + k] = length >> (8 * k) & 255
        at += 4
        for j in range(ends[i], ends[i + 1]):
            out[at] = content[j]
            at += 1


@numba.njit(cache=True, nogil=True)
def _split4(numbers: NDArray[Any], planes: NDArray[np.uint8]) -> None:
    """The first byte of each number of four, then the second of each, and so on."""
    a, b, c, d = planes[0], planes[1], planes[2], planes[3]
    for i in range(numbers.size):
        bits = numbers[i]
        a[i] = bits & 255
        b[i] = bits >> 8 & 255
        c[i] = bits >> 16 & 255
        d[i] = bits >> 24


@numba.njit(cache=True, nogil=True)
def _split8(numbers: NDArray[Any], planes: NDArray[np.uint8]) -> None:
    """The same for numbers of eight bytes, which are few."""
    for k in range(8):
        for i in range(numbers.size):
            planes[k, i] = numbers[i] >> np.uint64(8 * k) & np.uint64(255)
