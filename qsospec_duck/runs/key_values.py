"""``metadata``-like columns: lists of (key, JSON text) pairs."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

import numpy as np

KeyValues = list[dict[str, str]]


def to_key_values(mapping: Mapping[str, Any]) -> KeyValues:
    """Pairs sorted by key, values as JSON text."""
    return [{"key": key, "value": to_json(mapping[key])} for key in sorted(mapping)]


def from_key_values(pairs: Iterable[Mapping[str, str]] | None) -> dict[str, Any]:
    """Give back the mapping that `to_key_values` was given; an absent list is an empty mapping."""
    return {pair["key"]: json.loads(pair["value"]) for pair in pairs or ()}


def to_json(value: Any) -> str:
    """JSON text of a value with numpy numbers, arrays, paths or dataclasses in it; NaN and infinities become null."""
    if isinstance(value, str):
        return encode_basestring(value)
    # The encoder costs more than a number does.
    if type(value) is float:
        return repr(value) if math.isfinite(value) else "null"
    if type(value) is int:
        return repr(value)
    try:
        return _ENCODER.encode(value)
    except (ValueError, TypeError):
        # NaN, an infinity, or a key that is no text.
        return _ENCODER.encode(plain(value))


def plain(value: Any) -> Any:
    """Express a value in what JSON knows."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return str(value)


# One encoder for all values: json.dumps would make one for each.
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, default=plain)
