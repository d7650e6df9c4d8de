"""Bytes from a position: of a plain file, of a decompressed one, later of a remote one."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import Protocol

from qsospec_duck.fits.refusal import refusal


class ByteSource(Protocol):
    """Anything with a length that gives bytes from a position: a file, memory, a remote object."""

    path: str | Path

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read_at(self, start: int, count: int) -> bytes:
        """Bytes from ``start``; fewer than ``count`` only at the end."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class LocalFile:
    """A plain file."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self._file = Path(path).open("rb", buffering=0)  # noqa: SIM115 (closed by close())
        self.size = os.fstat(self._file.fileno()).st_size

    def read_at(self, start: int, count: int) -> bytes:
        """Bytes from ``start``; fewer than ``count`` only at the end."""
        return os.pread(self._file.fileno(), count, start)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class MemoryFile:
    """Bytes that are already in memory, such as a decompressed file."""

    def __init__(self, path: str | Path, content: bytes) -> None:
        self.path = path
        self._content = content
        self.size = len(content)

    def read_at(self, start: int, count: int) -> bytes:
        """Bytes from ``start``; fewer than ``count`` only at the end."""
        return self._content[start : start + count]

    def close(self) -> None:
        """Nothing is open."""


def open_source(path: str | Path) -> ByteSource:
    """Open a file by content: gzip is decompressed into memory, anything else is read in place.

    Raises
    ------
    ReaderError
        The file is absent, unreadable or a damaged gzip file.
    """
    try:
        source = LocalFile(path)
    except OSError as error:
        raise refusal(path, f"cannot be opened ({error.strerror})", "a readable file") from error
    if source.read_at(0, 2) != b"\x1f\x8b":
        return source
    packed = source.read_at(0, source.size)
    source.close()
    try:
        return MemoryFile(path, gzip.decompress(packed))
    except (OSError, EOFError, zlib.error) as error:
        raise refusal(path, f"gzip data are damaged ({error})", "a complete gzip file") from error
