"""The progress bar of a connection."""

import duckdb
import pytest

from qsospec_duck.database import progress_bar
from qsospec_duck.database.progress_bar import without_progress_bar


class Kernel:
    """A connection as it is in a Jupyter kernel without widgets."""

    def execute(self, statement):
        raise duckdb.InvalidInputException("Could not change the progress bar setting")


def test_the_bar_is_off():
    with duckdb.connect() as con:
        without_progress_bar(con)
        assert con.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)


def test_a_kernel_without_widgets_has_no_bar_to_turn_off(monkeypatch):
    monkeypatch.setattr(progress_bar, "find_spec", lambda name: None)
    without_progress_bar(Kernel())


def test_another_refusal_is_not_hidden(monkeypatch):
    monkeypatch.setattr(progress_bar, "find_spec", lambda name: name)
    with pytest.raises(duckdb.InvalidInputException):
        without_progress_bar(Kernel())
