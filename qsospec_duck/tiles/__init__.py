"""The files of one tile become one Parquet tile."""
