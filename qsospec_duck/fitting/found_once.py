"""Properties of the values of a fit that are found when somebody first asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class found_once(Generic[T]):  # noqa: N801 (a decorator, as `functools.cached_property`)
    """A property that is found once and then kept in its object.

    ``functools.cached_property`` does the same behind a lock until Python 3.12, which takes as long as many a finding.
    """

    def __init__(self, find: Callable[[Any], T]) -> None:
        self._find, self.__doc__ = find, find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, value: Any, owner: type) -> T:
        if value is None:
            return self  # type: ignore[return-value]  # asked of the class
        found = value.__dict__[self._name] = self._find(value)
        return found
