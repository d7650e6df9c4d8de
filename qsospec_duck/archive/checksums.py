"""Checksum files of a release: ``SHA256  NAME``, one a line."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from qsospec_duck.errors import ChecksumError

_LINE = re.compile(r"^(?P<sum>[0-9a-fA-F]{64})\s+\*?(?P<name>\S.*?)\s*$")
_PIECE = 1 << 22


def parse_checksums(text: str, where: str) -> dict[str, str]:
    """SHA-256 by file name (without folders).

    Raises
    ------
    ChecksumError
        A line is neither empty, a comment nor a checksum: the file is not what it should be.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise ChecksumError(f"{where}, line {number}: {line[:60]!r} is no checksum; expected SHA256  NAME.")
        found[match["name"].rsplit("/", 1)[-1]] = match["sum"].lower()
    return found


def sha256_of(path: str | Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
