"""Options whose hash is found once: what belongs to them is looked up by them throughout a fit."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import Any


class HashedOnce:
    """A frozen dataclass that also says ``__hash__ = HashedOnce.__hash__``: its decorator would make another one."""

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, one.name) for one in fields(self)))  # type: ignore[arg-type]

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, Any]:
        # Another process hashes strings otherwise.
        return {name: value for name, value in vars(self).items() if name != "_hash"}
