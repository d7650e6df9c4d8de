"""Figures become files: the same figure, the same bytes."""

from __future__ import annotations

import io
import os
from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from qsospec_duck.errors import ConfigError

SUFFIXES = (".png", ".pdf", ".svg")
_TITLE = "qsospec_duck QA"


def figure_bytes(figure: Figure, kind: str, *, digest: str | None = None) -> bytes:
    """Contents of a figure's file, without any time or host in it.

    Parameters
    ----------
    figure : Figure
    kind : str
        ``png``, ``pdf`` or ``svg``.
    digest : str, optional
        Text to keep in the file, found there as it is.
    """
    buffer = io.BytesIO()
    mark = f"digest:{digest}" if digest else ""
    if kind == "png":
        canvas = FigureCanvasAgg(figure) if not isinstance(figure.canvas, FigureCanvasAgg) else figure.canvas
        canvas.draw()
        pixels = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        facts = PngInfo()
        facts.add_text("Title", _TITLE)
        if mark:
            facts.add_text("Comment", mark)
        dpi = (figure.dpi, figure.dpi)
        # Level 2 of deflate: two thirds of the time of the default 6 for a tenth more bytes.
        pixels.convert("RGB").save(buffer, "png", pnginfo=facts, dpi=dpi, compress_level=2)
    elif kind == "pdf":
        figure.savefig(buffer, format="pdf", metadata={"Title": _TITLE, "Keywords": mark, "CreationDate": None})
    else:
        # Without a salt the ids in an SVG are random.
        with rc_context({"svg.hashsalt": "qsospec_duck"}):
            figure.savefig(buffer, format="svg", metadata={"Title": _TITLE, "Description": mark, "Date": None})
    return buffer.getvalue()


def save_figure(figure: Figure, path: Path, *, digest: str | None = None) -> None:
    """Write a figure; a reader sees the old file or the new one, never a part.

    Raises
    ------
    ConfigError
        The suffix is not ``.png``, ``.pdf`` or ``.svg``.
    """
    kind = check_suffix(path).removeprefix(".")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:80]}.{os.getpid()}")
    temporary.write_bytes(figure_bytes(figure, kind, digest=digest))
    temporary.replace(path)


def check_suffix(path: Path) -> str:
    """Lower-case suffix of a figure's file.

    Raises
    ------
    ConfigError
        It is not one that figures are written as.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigError(
            f"{path}: figures are written as {', '.join(SUFFIXES)}, not as {suffix or 'a file without suffix'}."
        )
    return suffix
