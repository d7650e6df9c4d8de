"""quality_names() in SQL names the bits that Python sets."""

import duckdb
import pytest

from qsospec_duck.database import sql_files
from qsospec_duck.fitting import quality_bits, quality_names


@pytest.fixture(scope="module")
def con():
    con = duckdb.connect()
    file = next(file for file in sql_files() if file.path.name == "quality_names.sql")
    con.execute(file.path.read_text(encoding="utf-8"))
    return con


@pytest.mark.parametrize("quality", [0, 255, *(one.bit for one in quality_bits()), 5, 130])
def test_sql_names_the_bits_that_python_names(con, quality):
    assert con.execute("SELECT quality_names(?)", [float(quality)]).fetchone()[0] == quality_names(quality)


def test_nothing_is_known_of_nothing(con):
    assert con.execute("SELECT quality_names(NULL)").fetchone()[0] is None
