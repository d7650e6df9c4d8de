"""The writer of the model tables: other programs read from its files what was given to it."""

from __future__ import annotations

from contextlib import suppress

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import RunError
from qsospec_duck.runs import list_writer
from qsospec_duck.runs.list_writer import ListWriter

SCHEMA = pa.schema(
    {
        "name": pa.string(),
        "number": pa.int64(),
        "pixels": pa.list_(pa.float32()),
        "wave": pa.list_(pa.float64()),
        "mask": pa.list_(pa.bool_()),
        "parts": pa.list_(
            pa.struct({"role": pa.string(), "dof": pa.int32(), "values": pa.list_(pa.float32()), "use": pa.bool_()})
        ),
    }
)


def maybe(strategy):
    return st.none() | strategy


def rows():
    """Rows of the table, with everything that may be NULL or empty being so at times."""
    numbers = st.floats(width=32, allow_nan=False)
    part = st.fixed_dictionaries(
        {
            "role": maybe(st.text(max_size=5)),
            "dof": maybe(st.integers(-(2**31), 2**31 - 1)),
            "values": maybe(st.lists(maybe(numbers), max_size=9)),
            "use": maybe(st.booleans()),
        }
    )
    row = st.fixed_dictionaries(
        {
            "name": maybe(st.text(max_size=5)),
            "number": maybe(st.integers(-(2**63), 2**63 - 1)),
            "pixels": maybe(st.lists(numbers, max_size=300)),
            "wave": maybe(st.lists(maybe(st.floats(allow_nan=False)), max_size=9)),
            "mask": maybe(st.lists(maybe(st.booleans()), max_size=40)),
            "parts": maybe(st.lists(maybe(part), max_size=4)),
        }
    )
    return st.lists(row, max_size=20)


def write(table, path, group=8):
    with ListWriter(path, table.schema, compression_level=1) as writer:
        writer.write_table(table, group)
    return path


def read_by_others(path):
    """The table as pyarrow, which checks the checksums, as DuckDB and as polars read it."""
    arrow = pq.read_table(path, page_checksum_verification=True)
    with duckdb.connect() as con:
        duck = con.read_parquet(str(path)).to_arrow_table()
    return arrow, duck.cast(arrow.schema), pl.read_parquet(path).to_arrow().cast(arrow.schema)


@settings(max_examples=60, deadline=None)
@given(rows(), st.integers(1, 9), st.sampled_from([1, 200, 1 << 20]))
def test_every_reader_finds_what_was_written(tmp_path_factory, given_rows, group, page_bytes):
    table = pa.Table.from_pylist(given_rows, schema=SCHEMA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(list_writer, "PAGE_BYTES", page_bytes)
        path = write(table, tmp_path_factory.mktemp("lists") / "lists.parquet", group)
    for found in read_by_others(path):
        assert found.to_pylist() == given_rows
    assert pq.read_schema(path).equals(SCHEMA)
    footer = pq.read_metadata(path)
    assert footer.num_rows == len(given_rows)
    assert footer.num_row_groups == -(-len(given_rows) // group)


def test_a_part_of_an_array_is_written_and_nothing_around_it(tmp_path):
    flags = [bool(i % 3) for i in range(40)]
    row = {"name": "a", "number": 1, "pixels": [1.5, 0.0], "wave": [3.0], "mask": flags, "parts": []}
    whole = pa.Table.from_pylist([row | {"name": str(i), "mask": flags[i:]} for i in range(12)], schema=SCHEMA)
    for found in read_by_others(write(whole.slice(3, 7), tmp_path / "lists.parquet", 4)):
        assert found.to_pylist() == whole.slice(3, 7).to_pylist()


def test_not_a_number_and_infinities_come_back_bit_for_bit(tmp_path):
    pixels = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4e38], np.float32)
    table = pa.table({"pixels": pa.array([pixels], pa.list_(pa.float32()))})
    for found in read_by_others(write(table, tmp_path / "lists.parquet")):
        values = found["pixels"][0].values.to_numpy()
        np.testing.assert_array_equal(values.view(np.uint32), pixels.view(np.uint32))


def test_row_groups_are_skipped_by_the_texts_in_them(tmp_path):
    table = pa.table({"object_key": [f"k{i:02d}" for i in range(24)], "z": pa.array([1.0] * 23 + [None])})
    footer = pq.read_metadata(write(table, tmp_path / "lists.parquet"))
    ends = [footer.row_group(group).column(0).statistics for group in range(3)]
    assert [(one.min, one.max, one.null_count) for one in ends] == [
        ("k00", "k07", 0), ("k08", "k15", 0), ("k16", "k23", 0)
    ]  # fmt: skip
    assert footer.row_group(2).column(1).statistics.null_count == 1


def test_every_flipped_byte_of_a_page_is_found(tmp_path):
    row = {"name": "a", "number": 1, "pixels": [1.5] * 90, "wave": [3.0], "mask": [True] * 9, "parts": [{"dof": 3}]}
    path = write(pa.Table.from_pylist([row] * 3, schema=SCHEMA), tmp_path / "lists.parquet")
    good, footer = path.read_bytes(), pq.read_metadata(path)
    for column in map(footer.row_group(0).column, range(footer.num_columns)):
        last = column.data_page_offset + column.total_compressed_size - 1
        for at in range(last - 3, last + 1):
            path.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
            with pytest.raises(OSError, match=r"CRC|checksum|Couldn't deserialize"):
                pq.read_table(path, page_checksum_verification=True)


def test_a_file_that_was_not_finished_is_no_table(tmp_path):
    table = pa.Table.from_pylist([{"name": "a", "pixels": [1.0, 2.0]}] * 5, schema=SCHEMA)
    with suppress(KeyError), ListWriter(tmp_path / "a.parquet", SCHEMA, compression_level=1) as writer:
        writer.write_table(table, 8)
        raise KeyError
    with pytest.raises(pa.ArrowInvalid, match="magic bytes"):
        pq.read_table(tmp_path / "a.parquet")


def test_the_same_rows_give_the_same_bytes(tmp_path):
    table = pa.Table.from_pylist([{"name": "a", "pixels": [1.0, 2.0]}] * 5, schema=SCHEMA)
    assert write(table, tmp_path / "a.parquet").read_bytes() == write(table, tmp_path / "b.parquet").read_bytes()


def test_a_type_that_is_not_written_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"timestamp.*should be one of string"):
        ListWriter(tmp_path / "lists.parquet", pa.schema({"at": pa.timestamp("us")}), compression_level=1)


def test_the_models_of_a_run_can_be_written(tmp_path):
    path = write(arrow_schema("models").empty_table(), tmp_path / "models.parquet")
    assert pq.read_schema(path).equals(arrow_schema("models"))
