"""DuckDB ground floor: the SQL files are found, read, loaded and commented here.

Enters: a connection and the files of ``sql/``. Leaves: the connection with macros and views that explain
themselves through ``COMMENT ON``.
"""

from qsospec_duck.database.files import SqlFile, sql_files, sql_folder
from qsospec_duck.database.load import load_sql
from qsospec_duck.database.notebook import show_in_notebook
from qsospec_duck.database.prepared import load_prepared
from qsospec_duck.database.progress_bar import without_progress_bar
from qsospec_duck.database.quote import identifier, literal

__all__ = [
    "SqlFile",
    "identifier",
    "literal",
    "load_prepared",
    "load_sql",
    "show_in_notebook",
    "sql_files",
    "sql_folder",
    "without_progress_bar",
]
