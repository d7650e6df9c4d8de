"""Small pictures of figures."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

WIDTH = 330
HEIGHT = 250
"""Pixels of a thumbnail: the title block and the overview of the page."""


def thumbnail(figure: Path) -> Image.Image:
    """Make a small picture of the upper part of a PNG figure, which shows the whole spectrum."""
    with Image.open(figure) as opened:
        whole = opened.convert("RGB")
    part = whole.crop((0, 0, whole.width, min(whole.height, round(whole.width * HEIGHT / WIDTH))))
    small = Image.new("RGB", (WIDTH, HEIGHT), "white")
    part.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.paste(part, (0, 0))
    return small


def write_thumbnail(figure: Path, folder: Path) -> Path:
    """Keep the thumbnail of a PNG figure as JPEG in a folder, unless one is there that is not older than it."""
    path = folder / f"{figure.stem}.jpg"
    if not path.is_file() or path.stat().st_mtime_ns < figure.stat().st_mtime_ns:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name[:80]}.{os.getpid()}")
        thumbnail(figure).save(temporary, "jpeg", quality=80)
        temporary.replace(path)
    return path
