"""A figure on the screen."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from importlib import import_module
from pathlib import Path

from matplotlib.figure import Figure

from qsospec_duck.qa.save import figure_bytes, save_figure


def show_figure(figure: Figure) -> Figure:
    """Show a figure in the notebook that runs this, else in the system's viewer of PNG files; returns it."""
    if "ipykernel" in sys.modules:
        notebook = import_module("IPython.display")
        notebook.display(notebook.Image(figure_bytes(figure, "png"), width=int(figure.get_figwidth() * 90)))
        return figure
    path = Path(tempfile.mkdtemp(prefix="qsospec-duck-")) / "qa.png"
    save_figure(figure, path)
    webbrowser.open(path.as_uri())
    return figure
