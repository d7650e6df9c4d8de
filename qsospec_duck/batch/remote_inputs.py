"""Inputs in an object store: the files that an address means, and one of them at hand for as long as it is read.

Parquet is read by ranges: footers for the plan, row groups and columns for a worker. FITS and other files are
downloaded one at a time by the worker that reads them, a coadd of DESI with its redshifts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import Path

import pyarrow.parquet as pq

from qsospec_duck.archive.object_store import ObjectStore, is_remote, split_address
from qsospec_duck.errors import ReaderError

_BESIDE = {"coadd-": "redrock-"}
"""Files that are read together with one whose name begins so."""


def list_files(address: str) -> dict[str, int]:
    """Addresses and sizes [byte] of the files that an address means: one file, a glob, or all below a prefix.

    Raises
    ------
    ReaderError
        There are none.
    """
    root, parts = _fixed_part(address)
    if not parts:
        prefix, name = split_address(root)
        if (size := ObjectStore(prefix).size(name)) is not None:
            return {root: size}
        parts = ["**"]
    found = {f"{root}/{key}": size for key, size in sorted(ObjectStore(root).sizes().items()) if _fits(key, parts)}
    if not found:
        raise ReaderError(f"{address}: there is no such file, no file below it, and none that matches it.")
    return found


@contextmanager
def local_file(path: str) -> Iterator[Path]:
    """File on this machine with the content of a path or an address, for the length of a ``with`` block."""
    if not is_remote(path):
        yield Path(path)
        return
    prefix, name = split_address(path)
    store = ObjectStore(prefix)
    with tempfile.TemporaryDirectory(prefix="qsospec_duck-input-") as folder:
        store.download(name, Path(folder, name))
        for start, other in _BESIDE.items():
            beside = name.replace(start, other, 1)
            if name.startswith(start) and store.size(beside) is not None:
                store.download(beside, Path(folder, beside))
        yield Path(folder, name)


@contextmanager
def open_parquet(path: str) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file at a path or an address; of the latter only what is read is fetched."""
    if is_remote(path):
        prefix, name = split_address(path)
        with ObjectStore(prefix).open(name) as ranges, pq.ParquetFile(ranges, pre_buffer=True) as file:
            yield file
    else:
        with pq.ParquetFile(path) as file:
            yield file


def _fixed_part(address: str) -> tuple[str, list[str]]:
    """Address up to the first part with a wildcard, and the parts from there on."""
    scheme, _, rest = address.rstrip("/").partition("://")
    parts = rest.split("/")
    first = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    if first == 0:
        raise ReaderError(f"{address}: the bucket has to be named; a wildcard may stand in what follows.")
    return f"{scheme}://{'/'.join(parts[:first])}", parts[first:]


def _fits(key: str, pattern: Sequence[str]) -> bool:
    """Tell whether a key matches parts of a glob; ``**`` stands for any number of folders."""

    def match(parts: Sequence[str], wanted: Sequence[str]) -> bool:
        if not wanted:
            return not parts
        if wanted[0] == "**":
            rest = wanted[1:] or ["*"]
            return any(match(parts[i:], rest) for i in range(len(parts)))
        return bool(parts) and fnmatchcase(parts[0], wanted[0]) and match(parts[1:], wanted[1:])

    return match(key.split("/"), pattern)
