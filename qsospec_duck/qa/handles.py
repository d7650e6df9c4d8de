"""A run and its objects, with their figures: what `open_run` and `load_model` give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from qsospec_duck.qa.digest import digest_of
from qsospec_duck.qa.figure import DPI, plot_qa
from qsospec_duck.qa.names import figure_name, figures_folder
from qsospec_duck.qa.render import render_qa
from qsospec_duck.qa.show import show_figure
from qsospec_duck.runs import ArchivedModel, RunBundle, load_archived_model


class Model(ArchivedModel):
    """One fitted object of a run, with its figure."""

    def plot_qa(
        self, path: Path | str | None = None, *, dpi: float = DPI, highlights: Mapping[str, str] | None = None
    ) -> Figure:
        """Draw the page of this object; saved where ``path`` says, else nowhere. See `qsospec_duck.qa.plot_qa`."""
        digest = digest_of(self.fit, dpi=dpi, highlights=highlights) if highlights else digest_of(self.fit, dpi=dpi)
        return plot_qa(self, path=path, dpi=dpi, highlights=highlights, digest=digest)

    def save_qa(self) -> Path:
        """Draw the page into the run's own folder of figures, unless it is there and unchanged."""
        return render_qa(self.run, object_ids=[self.object_key])[0]

    def show_qa(self) -> Figure:
        """Draw the page and show it: in a notebook, else in the viewer of the system."""
        return show_figure(self.plot_qa())

    @property
    def qa_path(self) -> Path | None:
        """File of the figure in the run; ``None`` where none was drawn."""
        folder = figures_folder(self.run.path)
        names = (figure_name(self.object_key, self.object_id, suffix) for suffix in (".png", ".pdf", ".svg"))
        return next((folder / name for name in names if (folder / name).is_file()), None)


class Run(RunBundle):
    """An opened run, with the figures of its objects."""

    def load_model(self, identifier: str) -> Model:
        """Load one object by its key or id."""
        return load_model(self, identifier)

    def plot_qa(self, identifier: str, path: Path | str | None = None, **options: Any) -> Figure:
        """Draw the page of one object; see `Model.plot_qa`."""
        return self.load_model(identifier).plot_qa(path, **options)

    def show_qa(self, identifier: str) -> Figure:
        """Draw the page of one object and show it."""
        return self.load_model(identifier).show_qa()

    def render_qa(self, *selection: Any, **options: Any) -> list[Path]:
        """Draw the figures of a selection; see `qsospec_duck.qa.render_qa`."""
        return render_qa(self, *selection, **options)


def open_run(path: Path | str) -> Run:
    """Open a run directory to read.

    Parameters
    ----------
    path : path
        Run directory, written by this package (finished or not) or by ``qsospec`` 0.1.1.

    Raises
    ------
    RunError
        It is no run, of another schema, or its manifest was changed by hand.
    """
    return Run(path)


def load_model(run: RunBundle | Path | str, identifier: str) -> Model:
    """Load one object of a run, ready to be plotted.

    Parameters
    ----------
    run : run or path
    identifier : str
        Its key, or its id where no other object has the same.

    Raises
    ------
    NotInRunError
        No object is called so, or several are.
    """
    return load_archived_model(run, identifier, Model)
