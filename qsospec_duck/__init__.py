"""Quasar spectra as a DuckDB product: tiles in Parquet, fast fits, catalogs and QA in SQL."""

__version__ = "0.1.0.dev0"
