"""How every reader says that it cannot read a file: where, what was found, what would be right."""

from __future__ import annotations

from pathlib import Path

from qsospec_duck.errors import ReaderError


def refusal(path: str | Path, found: str, expected: str, *, where: str = "") -> ReaderError:
    """Make the one error of a file that cannot be read.

    Parameters
    ----------
    path : str or Path
        The file as the caller named it.
    found, expected : str
        What the file holds and what would be right.
    where : str
        HDU, table or column inside the file.
    """
    place = f"{path}: {where}: " if where else f"{path}: "
    return ReaderError(f"{place}{found}; expected {expected}.")
