"""A tile run over a server on this machine, as a process of its own that may be killed.

python archive_run.py URL OUT whole|ranges PIXEL...
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from qsospec_duck.archive import ArchiveTile, Downloader, DownloadOptions, Patience
from qsospec_duck.tiles import run_archive


def fits_folder(out: Path) -> Path:
    """Where the downloads of a run go."""
    return out.with_name(f"{out.name}-fits")


def run_pixels(url: str, out: Path, pixels: Sequence[int], *, ranges: bool) -> None:
    """Make the tiles of some pixels."""
    patience = Patience(tries=50, base=0.001, most=0.01, mismatches=50)
    options = DownloadOptions(mirrors=(url,), ranges=ranges, patience=patience, workers=4, timeout=5.0)
    tiles = [ArchiveTile("dr1", "main", "dark", pixel) for pixel in pixels]
    run_archive(tiles, out, Downloader(fits_folder(out), options))


if __name__ == "__main__":
    run_pixels(sys.argv[1], Path(sys.argv[2]), [int(one) for one in sys.argv[4:]], ranges=sys.argv[3] == "ranges")
