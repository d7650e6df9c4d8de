"""Values that one stage of a fit hands to the next: made once, changed by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(eq_default=False, frozen_default=True)
def fit_value(cls: type[T]) -> type[T]:
    """A dataclass that is compared by identity, and whose fields no type checker lets anybody set.

    Nothing else forbids it: a dataclass that is frozen at run time takes four times as long to make, and a fit makes
    more than a hundred. What users set or are given is frozen at run time as well.
    """
    return dataclass(eq=False)(cls)
