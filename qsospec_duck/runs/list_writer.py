"""A Parquet writer for tables whose weight is in long lists: pixels.

The writer of pyarrow states for every number that it belongs to its list, which takes longer than all else; this one
writes runs (`qsospec_duck.runs.levels`). It knows what the table ``models`` has: texts, booleans, numbers, lists and
structs, all of them optional, as data pages of version 2 with zstd and a checksum. Any reader of Parquet reads them.

References
----------
Apache Parquet, parquet.thrift, of which the numbers of the fields are.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from qsospec_duck.runs.levels import Levels, row_levels
from qsospec_duck.runs.page_values import Encoding, ValueEncoder, kind_of
from qsospec_duck.runs.thrift import I64, Encoded, encode_fields, encode_struct

MAGIC = b"PAR1"
PAGE_BYTES = 1 << 21
"""Size before compression from which a column of a row group takes several pages: each should fit into a cache."""

SMALL = 64
"""Bytes that are not worth compressing."""

_DATA_PAGE_V2, _ZSTD, _OPTIONAL, _REPEATED, _UTF8, _LIST = 3, 6, 1, 2, 0, 3


class ListWriter:
    """Writes a table, a row group at a time; used in a ``with`` block, or closed."""

    def __init__(self, path: Path, schema: pa.Schema, *, compression_level: int) -> None:
        self._schema = schema
        self._leaves = {field.name: [_Leaf(*leaf) for leaf in _leaves((field.name,), field.type)] for field in schema}
        self._codec = pa.Codec("zstd", compression_level=compression_level)
        self._values = ValueEncoder()
        self._groups: list[Encoded] = []
        self._rows = 0
        self._file = path.open("wb")
        self._at = self._file.write(MAGIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            # Without its footer nobody takes it for a table.
            self._file.close()

    def write_table(self, table: pa.Table, row_group_size: int) -> None:
        """Write the rows of a table in row groups of at most this size."""
        for start in range(0, table.num_rows, row_group_size):
            self._write_group(table.slice(start, row_group_size))

    def close(self) -> None:
        """Write the footer; a second call does nothing."""
        if self._file.closed:
            return
        schema_text = base64.b64encode(self._schema.serialize().to_pybytes()).decode()
        root = {4: "schema", 5: len(self._schema)}
        elements = [root, *(one for field in self._schema for one in _schema_elements(field.name, field.type))]
        footer = encode_struct(
            {
                1: 2,
                2: elements,
                3: I64(self._rows),
                4: self._groups,
                5: [{1: "ARROW:schema", 2: schema_text}],
                6: "qsospec_duck",
                # Smallest and largest values are in the order of the type.
                7: [{1: {}} for one in elements if 1 in one],
            }
        )
        try:
            self._file.write(footer + len(footer).to_bytes(4, "little") + MAGIC)
        finally:
            self._file.close()

    def _write_group(self, rows: pa.Table) -> None:
        chunks, plain_bytes, began = [], 0, self._at
        levels: dict[int, Levels] = {}
        for name, column in zip(rows.column_names, rows.columns, strict=True):
            array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
            each = max(1, PAGE_BYTES * rows.num_rows // max(1, array.nbytes))
            parts = [array.slice(start, each) for start in range(0, rows.num_rows, each)]
            pages = [_flat(part, levels.setdefault(len(part), row_levels(len(part)))) for part in parts]
            for leaf, *of_parts in zip(self._leaves[name], *pages, strict=True):
                start, plain = self._at, 0
                for (deepest, values), part in zip(of_parts, parts, strict=True):
                    plain += self._write_page(leaf, deepest, values, len(part))
                about = {
                    5: I64(sum(deepest.size for deepest, _ in of_parts)),
                    6: I64(plain),
                    7: I64(self._at - start),
                    9: I64(start),
                    12: _statistics(array),
                }
                chunks.append(Encoded(leaf.head + encode_fields(about, after=4) + b"\0\0"))
                plain_bytes += plain
        group = {1: chunks, 2: I64(plain_bytes), 3: I64(rows.num_rows), 5: I64(began), 6: I64(self._at - began)}
        self._groups.append(Encoded(encode_struct(group)))
        self._rows += rows.num_rows

    def _write_page(self, leaf: _Leaf, levels: Levels, values: pa.Array, n_rows: int) -> int:
        """Write one page; returns its size before compression, header included."""
        repetition, definition = levels.encoded
        plain = self._values.encode(values)
        packed = self._codec.compress(plain, asbytes=True) if len(plain) > SMALL else b""
        is_packed = 0 < len(packed) < len(plain)
        body = b"".join((repetition, definition, packed if is_packed else plain))
        size = len(repetition) + len(definition) + len(plain)
        checksum = zlib.crc32(body)
        about = {
            1: levels.size,
            2: levels.size - len(values) + values.null_count,
            3: n_rows,
            4: leaf.encoding,
            5: len(definition),
            6: len(repetition),
            7: is_packed,
        }
        # The field of the checksum is a signed number.
        signed = checksum - (checksum >> 31 << 32)
        header = encode_struct({1: _DATA_PAGE_V2, 2: size, 3: len(body), 4: signed, 8: about})
        self._at += self._file.write(header) + self._file.write(body)
        return len(header) + size


class _Leaf:
    """What is the same of a part of a column, one without parts, in all row groups."""

    def __init__(self, path: tuple[str, ...], kind: pa.DataType) -> None:
        physical, self.encoding = kind_of(kind)
        about = encode_fields({1: physical, 2: [self.encoding, Encoding.RLE], 3: list(path), 4: _ZSTD})
        # A chunk: its place in another file, of which there is none, and the struct that begins with this.
        self.head = encode_fields({2: I64(0), 3: Encoded(about)})


def _leaves(path: tuple[str, ...], kind: pa.DataType) -> Iterator[tuple[tuple[str, ...], pa.DataType]]:
    """Path and type of the parts without parts."""
    if pa.types.is_list(kind):
        yield from _leaves((*path, "list", "element"), kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves((*path, field.name), field.type)
    else:
        yield path, kind


def _flat(array: pa.Array, above: Levels) -> Iterator[tuple[Levels, pa.Array]]:
    """Levels and values of the parts without parts of an array that has one entry for each living pair of levels."""
    levels = above.into_field(array)
    if pa.types.is_list(array.type):
        offsets = array.offsets.to_numpy()
        lengths = offsets[1:] - offsets[:-1]
        if array.null_count:
            lengths = lengths[array.is_valid().to_numpy(zero_copy_only=False)]
            entries = array.flatten()
        else:
            entries = array.values.slice(offsets[0], offsets[-1] - offsets[0])
        yield from _flat(entries, levels.into_list(lengths))
    elif pa.types.is_struct(array.type):
        present = array.drop_null() if array.null_count else array
        for i in range(array.type.num_fields):
            yield from _flat(present.field(i), levels)
    else:
        yield levels, array


def _schema_elements(name: str, kind: pa.DataType) -> Iterator[dict[int, Any]]:
    """Elements of the schema of a field and of its parts, depth first."""
    if pa.types.is_list(kind):
        yield {3: _OPTIONAL, 4: name, 5: 1, 6: _LIST, 10: {3: {}}}
        yield {3: _REPEATED, 4: "list", 5: 1}
        yield from _schema_elements("element", kind.value_type)
    elif pa.types.is_struct(kind):
        yield {3: _OPTIONAL, 4: name, 5: kind.num_fields}
        for field in kind:
            yield from _schema_elements(field.name, field.type)
    else:
        element: dict[int, Any] = {1: kind_of(kind)[0], 3: _OPTIONAL, 4: name}
        yield element | ({6: _UTF8, 10: {1: {}}} if pa.types.is_string(kind) else {})


def _statistics(column: pa.Array) -> dict[int, Any] | None:
    """Smallest and largest text, by which readers skip row groups; nobody looks for a spectrum by a flux in it."""
    if pa.types.is_nested(column.type):
        return None
    texts = column.drop_null().to_pylist() if pa.types.is_string(column.type) else []
    # UTF-8 sorts as its characters do.
    ends: dict[int, Any] = {5: max(texts), 6: min(texts), 7: True, 8: True} if texts else {}
    return {3: I64(column.null_count), **ends}
