"""Which reader reads a file, and the one call that reads it.

Every module of this package that has a ``READER`` is a reader: adding one is adding a file.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

import qsospec_duck.readers as package
from qsospec_duck.errors import ConfigError, ReaderError
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.contents import Reader, look_into
from qsospec_duck.readers.relation import Redshift, concat_relations


@cache
def readers() -> Mapping[str, Reader]:
    """All readers by name."""
    found: dict[str, Reader] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name == "detect":
            continue
        reader = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "READER", None)
        if reader is not None:
            found[reader.name] = reader
    return MappingProxyType(dict(sorted(found.items())))


def detect_reader(path: str | Path) -> str:
    """Name of the reader whose format a file has, judged by its content.

    Raises
    ------
    ReaderError
        The file cannot be opened, no reader recognises it, or more than one does.
    """
    contents = look_into(path)
    for is_general in (False, True):
        names = [
            name
            for name, reader in readers().items()
            if reader.is_general is is_general and reader.recognises(contents)
        ]
        if len(names) == 1:
            return names[0]
        if names:
            raise refusal(
                path, f"readers {' and '.join(names)} both recognise it", f"reader= one of {', '.join(names)}"
            )
    raise refusal(path, f"no reader recognises {contents.describe()}", f"spectra of {', '.join(readers())}")


def read_spectra(
    path: str | Path | Sequence[str | Path],
    *,
    reader: str = "auto",
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    **options: Any,
) -> pa.Table:
    """Read a survey file, or several, as the spectra relation.

    Parameters
    ----------
    path : str, Path or sequence of them
        Files; ``.gz`` is read as it is. Several must not share an ``object_key``.
    reader : str
        Name of a reader; ``auto`` finds it by content.
    rows : sequence of int, optional
        Rows of the file (DESI: of its FIBERMAP) to read; all where not given.
    redshift : float, mapping or sequence, optional
        Redshift for all rows, by ``target_id`` or ``object_id``, or one for each row; it takes the place of the file's.
    **options
        Options of the reader, such as ``redrock`` (desi) or ``flux_scale`` (table).

    Returns
    -------
    pyarrow.Table
        Columns of ``columns_of("spectra")``, then what else the survey tells (``columns_of("spectra_extra")``).

    Raises
    ------
    ReaderError
        A file cannot be read as spectra.
    ConfigError
        There is no such reader, or it has no such option.
    """
    if not isinstance(path, str | Path):
        paths = list(path)
        if not paths:
            raise ReaderError("read_spectra: no file was given; expected at least one.")
        tables = [read_spectra(one, reader=reader, rows=rows, redshift=redshift, **options) for one in paths]
        return concat_relations(tables, paths)
    name = detect_reader(path) if reader == "auto" else reader
    if name not in readers():
        raise ConfigError(f"reader {name!r} is not known; it should be auto or one of {', '.join(readers())}.")
    read = readers()[name].read
    known = set(inspect.signature(read).parameters) - {"path", "rows", "redshift"}
    if unknown := sorted(set(options) - known):
        raise ConfigError(
            f"reader {name!r} has no option {', '.join(unknown)}; it has {', '.join(sorted(known)) or 'none'}."
        )
    return read(path, rows=rows, redshift=redshift, **options)
