"""Runs: Arrow tables of fitted spectra become a run bundle, and a run bundle is opened again.

Enters: `FitResult` objects or staged shards. Leaves: a run directory of schema version 5, or an object of it.
"""

from qsospec_duck.runs.archived import ArchivedModel, Measurements, load_archived_model
from qsospec_duck.runs.bundle import RunBundle, open_run
from qsospec_duck.runs.compact import compact_run
from qsospec_duck.runs.finalize import RunCounts, finalize_run, verify_run, verify_shards
from qsospec_duck.runs.layout import SCHEMA_VERSION, TABLES, object_number
from qsospec_duck.runs.products import products_folder, write_products
from qsospec_duck.runs.receipts import Part
from qsospec_duck.runs.rows import Failure, Origin, tables_from_results
from qsospec_duck.runs.shard import ShardWriter
from qsospec_duck.runs.state import RunState
from qsospec_duck.runs.store import RunStore, hold_store

__all__ = [
    "SCHEMA_VERSION",
    "TABLES",
    "ArchivedModel",
    "Failure",
    "Measurements",
    "Origin",
    "Part",
    "RunBundle",
    "RunCounts",
    "RunState",
    "RunStore",
    "ShardWriter",
    "compact_run",
    "finalize_run",
    "hold_store",
    "load_archived_model",
    "object_number",
    "open_run",
    "products_folder",
    "tables_from_results",
    "verify_run",
    "verify_shards",
    "write_products",
]
