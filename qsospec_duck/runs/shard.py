"""A shard: the Parquet files that one task stages, many objects a file."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.columns import arrow_schema
from qsospec_duck.fitting.result import FitResult
from qsospec_duck.runs.layout import object_number, sha256_of
from qsospec_duck.runs.list_writer import ListWriter
from qsospec_duck.runs.portable_failures import portable_failure
from qsospec_duck.runs.receipts import Part
from qsospec_duck.runs.rows import Failure, Origin, failures_table, inputs_table, tables_from_results

MODEL_ROW_GROUP = 8
"""Objects in a row group of ``models``: what reading one model decodes (about 0.5 MB an object)."""

AT_ONCE = 2 * MODEL_ROW_GROUP
"""Fits that wait until their tables are made: some 2 MB each, and a tenth of the time for the smaller tables."""

ROW_GROUP = 20_480
"""Rows in a row group of the other tables: of measurements, about 80 objects, which is what reading one decodes."""

FAILED_INPUTS = "inputs_of_failures"
"""Staged name of the ``inputs`` rows of failed objects, which are replaced together with their failures."""

FAILED_MARK = "-failed"
"""Ends the name of their file in the run."""

_UNIQUE_NUMBERS = ("value", "error", "object_number", "redshift", "ra", "dec", "snr_median", "continuum_reduced_chi2")


class ShardWriter:
    """Writes the results of one task into ``<run>/.staging/<task>``, a row group of models at a time."""

    def __init__(self, folder: Path, run_id: str) -> None:
        self.folder = folder
        self.run_id = run_id
        self._waiting: list[tuple[FitResult, Origin]] = []
        self._light: dict[str, list[pa.Table]] = {}
        self._keys: list[str] = []
        self._failures: list[Failure] = []
        self._models: ListWriter | None = None
        # What an earlier attempt at this task left is worth nothing: no receipt names it.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._models is not None:
            self._models.__exit__(kind, error, trace)

    def add(self, result: FitResult, origin: Origin) -> None:
        """Take one fitted spectrum."""
        self._waiting.append((result, origin))
        if len(self._waiting) == AT_ONCE:
            self._flush()

    def add_failure(self, failure: Failure) -> None:
        """Take one spectrum that could not be fitted."""
        self._failures.append(failure)

    def close(self) -> tuple[Part, ...]:
        """Write what is left and give back the receipt of every staged file."""
        self._flush()
        if self._models is not None:
            self._models.close()
            self._models = None
        staged = {}
        if self._keys:
            staged["models"] = len(self._keys)
        for table, pieces in self._light.items():
            whole = sorted_by_object(pa.concat_tables(pieces))
            if whole.num_rows:
                staged[table] = write_table(table, whole, self.folder / f"{table}.parquet")
        if self._failures:
            run = self.folder.parents[1]
            portable = [portable_failure(failure, run) for failure in self._failures]
            failures = failures_table(portable, self.run_id)
            staged["failures"] = write_table("failures", failures, self.folder / "failures.parquet")
            inputs = inputs_table([failure.origin for failure in portable], self.run_id)
            staged[FAILED_INPUTS] = write_table("inputs", inputs, self.folder / f"{FAILED_INPUTS}.parquet")
        return tuple(stage_part(self.folder, name, rows) for name, rows in staged.items())

    def _flush(self) -> None:
        if not self._waiting:
            return
        results: Sequence[FitResult] = [result for result, _ in self._waiting]
        origins: Sequence[Origin] = [origin for _, origin in self._waiting]
        tables = tables_from_results(results, origins, self.run_id)
        models = tables.pop("models")
        if self._models is None:
            self._models = open_model_writer(self.folder / "models.parquet")
        self._models.write_table(models, row_group_size=MODEL_ROW_GROUP)
        for table, piece in tables.items():
            self._light.setdefault(table, []).append(piece)
        self._keys.extend(origin.object_key for origin in origins)
        self._waiting.clear()


def stage_part(folder: Path, name: str, rows: int) -> Part:
    """Make the receipt of a staged file, called as its table or ``<table>-carried-<number>``."""
    path = folder / f"{name}.parquet"
    table = name.partition("-")[0]
    table = "inputs" if table == FAILED_INPUTS else table
    return Part(table, path.name, rows, path.stat().st_size, sha256_of(path))


def write_table(table: str, rows: pa.Table, path: Path) -> int:
    """Write one table as a shard; returns its number of rows."""
    with open_writer(table, path) as writer:
        writer.write_table(rows, row_group_size=ROW_GROUP)
    return int(rows.num_rows)


def open_model_writer(path: Path) -> ListWriter:
    """Open a shard of ``models`` to write."""
    return ListWriter(path, arrow_schema("models"), compression_level=1)


def open_writer(table: str, path: Path) -> pq.ParquetWriter:
    """Open a shard of another table to write, in the encodings that suit its columns."""
    schema = arrow_schema(table)
    leaves = _leaf_paths(schema)
    encodings = {name: "BYTE_STREAM_SPLIT" for name in _UNIQUE_NUMBERS if name in schema.names}
    encodings.pop("object_number", None)
    return pq.ParquetWriter(
        path,
        schema,
        version="2.6",
        data_page_version="2.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=[name for name in leaves if name not in encodings],
        column_encoding=encodings,
        write_statistics=[name for name in leaves if ".list." not in name],
        write_page_index=True,
        # So that a reader of one object finds a flipped byte without reading the rest of the file.
        write_page_checksum=True,
    )


def _leaf_paths(schema: pa.Schema) -> list[str]:
    """Parquet paths of all columns without children, as pyarrow's options name them."""

    def walk(name: str, kind: pa.DataType) -> list[str]:
        if pa.types.is_list(kind):
            return walk(f"{name}.list.element", kind.value_type)
        if pa.types.is_struct(kind):
            return [path for field in kind for path in walk(f"{name}.{field.name}", field.type)]
        return [name]

    return [path for field in schema for path in walk(field.name, field.type)]


def sorted_by_object(table: pa.Table) -> pa.Table:
    """Order rows by object, keeping the order within an object."""
    if "object_number" in table.column_names:
        numbers = table.column("object_number").to_numpy()
    else:
        keys = table.column("object_key").combine_chunks().dictionary_encode()
        numbers = np.array([object_number(key) for key in keys.dictionary.to_pylist()], np.int64)[keys.indices]
    order = np.argsort(numbers, kind="stable")
    return table if np.array_equal(order, np.arange(order.size)) else table.take(pa.array(order))
