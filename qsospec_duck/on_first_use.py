"""Names of a package that are imported when they are first used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def on_first_use(package: str, home: Mapping[str, str], names: dict[str, Any]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    home : mapping
        Module, seen from the package, of every such name.
    names : dict
        Its ``globals()``: a name that was imported stays there.
    """

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        names[name] = getattr(importlib.import_module(f"{package}.{home[name]}"), name)
        return names[name]

    return find
