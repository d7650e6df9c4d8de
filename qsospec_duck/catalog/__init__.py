"""Catalogs: the long-form measurements of a run become wide tables, derived quantities and files.

Enters: a run. Leaves: Arrow tables with units, ``derived`` rows, a DuckDB file; the SQL of ``sql/views`` is made here.
"""

from qsospec_duck.catalog.calculators import BatchCalculator
from qsospec_duck.catalog.catalog_file import write_catalog_file
from qsospec_duck.catalog.columns import catalog_columns, catalog_lines
from qsospec_duck.catalog.derived import compute_derived_quantities
from qsospec_duck.catalog.export import to_astropy, write_table_file
from qsospec_duck.catalog.recalibration import recalibrate
from qsospec_duck.catalog.science_catalog import build_science_catalog
from qsospec_duck.catalog.wide_cache import build_wide_cache

__all__ = [
    "BatchCalculator",
    "build_science_catalog",
    "build_wide_cache",
    "catalog_columns",
    "catalog_lines",
    "compute_derived_quantities",
    "recalibrate",
    "to_astropy",
    "write_catalog_file",
    "write_table_file",
]
