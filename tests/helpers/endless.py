"""A run whose tile is never finished, in a process of its own.

    python endless.py FILE

The process that is to make the tile writes its number into the file.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from qsospec_duck.tiles import TileOptions, attempt


def convert_tile(coadd: Path, *_: Any, **__: Any) -> None:
    """Say who this is, and go on for ever."""
    coadd.write_text(str(os.getpid()))
    while True:
        time.sleep(1)


if __name__ == "__main__":
    attempt.convert_tile = convert_tile
    attempt.convert_apart(Path(sys.argv[1]), Path(), TileOptions(), {})
