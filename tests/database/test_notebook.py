"""Connections and results in a notebook."""

import types

import duckdb

from qsospec_duck.connect import connect
from qsospec_duck.database import show_in_notebook
from qsospec_duck.database.notebook import ROWS_SHOWN, connection_html, relation_html


class Formatter(dict):
    def for_type(self, kind, show):
        self[kind] = show


def test_outside_of_a_notebook_nothing_is_registered():
    assert show_in_notebook() is False


def test_in_a_notebook_a_connection_lists_its_views_and_macros(kept_made_run, monkeypatch):
    html = Formatter()
    shell = types.SimpleNamespace(display_formatter=types.SimpleNamespace(formatters={"text/html": html}))
    monkeypatch.setitem(__import__("sys").modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    with connect(run=kept_made_run) as con:
        text = html[duckdb.DuckDBPyConnection](con)
        assert "<td>catalog</td><td>the wide catalog, one row a fitted quasar.</td>" in text
        assert "<code>logmbh_hb</code>" in text
        assert "<td>q1</td>" in html[duckdb.DuckDBPyRelation](con.sql("SELECT object_id FROM catalog"))


def test_a_result_is_cut_and_escaped():
    with duckdb.connect() as con:
        text = relation_html(con.sql("SELECT '<b>' AS \"a&b\", range(100) AS many, NULL AS nothing FROM range(50)"))
        assert text.count("<tr>") == ROWS_SHOWN + 1
        assert "<th>a&amp;b</th>" in text
        assert "&lt;b&gt;" in text
        assert "…</td><td></td>" in text
        assert "first 20 rows" in text
        con.execute("CREATE TABLE own(x INTEGER)")
        assert "<td>own</td>" in connection_html(con)
