"""Thrift's compact protocol, written: what the headers and the footer of a Parquet file are made of.

A struct is a mapping of field number to value, in rising order. An int is a number of 32 bits or a member of an
enumeration; an `I64`, text, bytes, a bool, a list of one kind and a struct are what they are called. ``None`` is a
field that is left out. In lists, and of 64 bits, numbers are not negative.

References
----------
Apache Thrift, doc/specs/thrift-compact-protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class I64(NamedTuple):
    """A number of 64 bits."""

    value: int


class Encoded(NamedTuple):
    """A struct that is encoded already."""

    value: bytes


Struct = Mapping[int, object]

_KINDS = {I64: 6, bytes: 8, str: 8, list: 9, dict: 12, Encoded: 12}
_ONE_BYTE = [bytes((number,)) for number in range(256)]


def varint(number: int) -> bytes:
    """ULEB128 of a number that is not negative."""
    if number < 0x80:
        return _ONE_BYTE[number]
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def encode_struct(fields: Struct) -> bytes:
    """Bytes of a struct."""
    return encode_fields(fields) + b"\0"


def encode_fields(fields: Struct, *, after: int = 0) -> bytes:
    """Bytes of some fields of a struct, the last of those before them being number ``after``; without its end."""
    out: list[bytes] = []
    for number, value in fields.items():
        if value is None:
            continue
        # All fields of Parquet's structs are within 15 of each other, which is what the short header can say.
        step = number - after << 4
        after = number
        if isinstance(value, bool):
            out.append(_ONE_BYTE[step | (1 if value else 2)])
        elif isinstance(value, int):
            out += (_ONE_BYTE[step | 5], varint(value << 1 if value >= 0 else (~value << 1) + 1))
        else:
            out += (_ONE_BYTE[step | _KINDS[type(value)]], _encode(value))
    return b"".join(out)


def _encode(value: object) -> bytes:
    if isinstance(value, I64):
        return varint(value.value << 1)
    if isinstance(value, int):
        return varint(value << 1)
    if isinstance(value, Encoded):
        return value.value
    if isinstance(value, bytes | str):
        content = value.encode() if isinstance(value, str) else value
        return varint(len(content)) + content
    if isinstance(value, list):
        kind = 5 if value and isinstance(value[0], int) else _KINDS[type(value[0])] if value else 12
        head = bytes([len(value) << 4 | kind]) if len(value) < 15 else bytes([0xF0 | kind]) + varint(len(value))
        return head + b"".join(map(_encode, value))
    assert isinstance(value, dict)
    return encode_struct(value)
