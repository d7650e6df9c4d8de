"""QA: a selection of a run becomes figures, and a page to look through them.

Enters: a fit, or a run and a selection of its objects. Leaves: PNG, PDF or SVG figures, contact sheets, HTML.
"""

from qsospec_duck.qa.contact import write_contact_sheets
from qsospec_duck.qa.failure import plot_failure
from qsospec_duck.qa.figure import plot_qa
from qsospec_duck.qa.handles import Model, Run, load_model, open_run
from qsospec_duck.qa.names import figure_name
from qsospec_duck.qa.page import write_page
from qsospec_duck.qa.render import Rendered, render_qa, render_selected
from qsospec_duck.qa.selection import Selected, select_objects

__all__ = [
    "Model",
    "Rendered",
    "Run",
    "Selected",
    "figure_name",
    "load_model",
    "open_run",
    "plot_failure",
    "plot_qa",
    "render_qa",
    "render_selected",
    "select_objects",
    "write_contact_sheets",
    "write_page",
]
