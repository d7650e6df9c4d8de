"""Inputs of a batch: whatever names or holds spectra becomes items."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from qsospec_duck.archive.object_store import ObjectStore, is_remote, split_address
from qsospec_duck.batch.items import Item
from qsospec_duck.batch.manifest_table import is_manifest, manifest_items
from qsospec_duck.batch.relation_file import is_relation, relation_items, spill
from qsospec_duck.batch.remote_inputs import list_files, local_file, open_parquet
from qsospec_duck.errors import ReaderError
from qsospec_duck.spectra import Spectrum

_SPECTRUM_SUFFIXES = (".fits", ".fit", ".fits.gz", ".fit.gz", ".parquet", ".ecsv")
# DESI keeps redshifts and afterburners beside the coadd; they are read with it.
_COMPANIONS = ("redrock-", "rrdetails-", "emline-", "qso_mgii-", "qso_qn-", "zbest-", "hpixexp-")


def expand_inputs(inputs: Any, spill_folder: Path, rows_per_item: int = 256) -> list[Item]:
    """List the items of an input.

    Parameters
    ----------
    inputs : path, glob, directory, Spectrum, Arrow table or relation, or an iterable of those
        Files, globs and prefixes of an object store are addresses such as ``s3://bucket/tiles/**/*.parquet``. A table
        (Parquet, CSV, pyarrow, polars, a DuckDB relation) either names files (column ``path`` or an alias of it) or
        holds spectra (columns of the spectra relation).
    spill_folder : Path
        Where spectra that come as a stream are written, for the workers to read.
    rows_per_item : int
        Most rows of a Parquet file in one item.

    Raises
    ------
    ReaderError
        A file does not exist, a glob or a directory holds no spectra, or a table is neither.
    """
    if isinstance(inputs, str | Path):
        return _items_of_path(str(inputs), rows_per_item)
    if isinstance(inputs, Spectrum):
        return [Item(kind="spectra", keys=(_key_of(inputs),), spectra=(inputs,))]
    if isinstance(inputs, Item):
        return [inputs]
    if hasattr(inputs, "__arrow_c_stream__"):
        return _items_of_stream(inputs, spill_folder, rows_per_item)
    if isinstance(inputs, Iterable):
        return [item for one in inputs for item in expand_inputs(one, spill_folder, rows_per_item)]
    raise ReaderError(
        f"inputs: a {type(inputs).__name__}; it should be a path, a glob, a directory, a Spectrum, a table of the "
        "spectra relation, or a list of those."
    )


def _items_of_path(text: str, rows_per_item: int) -> list[Item]:
    if is_remote(text):
        return [
            replace(item, bytes=size) if item.path == address else item
            for address, size in list_files(text).items()
            if _holds_spectra(address.rpartition("/")[2]) or address == text
            for item in _items_of_file(address, rows_per_item)
        ]
    path = Path(text).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and _holds_spectra(file.name))
        if not found:
            raise ReaderError(f"{path}: no spectra in this directory; expected files {', '.join(_SPECTRUM_SUFFIXES)}.")
        return [item for file in found for item in _items_of_file(str(file), rows_per_item)]
    if path.exists():
        return _items_of_file(str(path), rows_per_item)
    if glob.has_magic(text):
        # Path.glob takes no absolute pattern.
        matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207
        if not matches:
            raise ReaderError(f"{text}: no file matches this glob.")
        return [
            item
            for match in matches
            if match.is_file() and not match.name.startswith(_COMPANIONS)
            for item in _items_of_file(str(match), rows_per_item)
        ]
    raise ReaderError(f"{text}: no such file or directory.")


def _holds_spectra(name: str) -> bool:
    name = name.lower()
    return name.endswith(_SPECTRUM_SUFFIXES) and not name.startswith((".", *_COMPANIONS))


def _items_of_file(path: str, rows_per_item: int) -> list[Item]:
    """Items of one file; only Parquet footers and CSV manifests are opened here."""
    suffix = Path(path).suffix.lower()
    folder = split_address(path)[0] if is_remote(path) else Path(path).parent
    if suffix == ".parquet":
        try:
            with open_parquet(path) as file:
                schema = file.schema_arrow
                if is_manifest(schema.names):
                    return manifest_items(file.read(), folder, path)
        except pa.ArrowInvalid:
            # A damaged file is the worker's to report, as a failure that stops nothing.
            return [Item(path)]
        if is_relation(schema):
            return relation_items(path, rows_per_item)
    if suffix == ".csv":
        with local_file(path) as here:
            with here.open(encoding="utf-8", errors="replace") as text:
                header = [name.strip().strip('"') for name in text.readline().lstrip("\ufeff").split(",")]
            if is_manifest(header):
                return manifest_items(pyarrow.csv.read_csv(here), folder, path)
    return [Item(path)]


def _items_of_stream(inputs: Any, spill_folder: Path, rows_per_item: int) -> list[Item]:
    reader = pa.RecordBatchReader.from_stream(inputs)
    if is_relation(reader.schema):
        number = sum(1 for _ in spill_folder.glob("relation-*.parquet")) if spill_folder.is_dir() else 0
        path = spill(reader, reader.schema, spill_folder / f"relation-{number}.parquet")
        return relation_items(path, rows_per_item)
    if is_manifest(reader.schema.names):
        return manifest_items(reader.read_all(), Path(), "inputs")
    raise ReaderError(
        f"inputs: a table with the columns {', '.join(reader.schema.names[:12])}; it should have those of the spectra "
        "relation (wavelength, flux, ivar as lists, and z), or a column path that names files."
    )


def _key_of(spectrum: Spectrum) -> str:
    """Key of a spectrum in memory: its own, else one made from its content."""
    if spectrum.object_key:
        return spectrum.object_key
    digest = hashlib.sha256(f"{spectrum.object_id}|{spectrum.z!r}|{spectrum.frame}".encode())
    for array in (spectrum.wavelength, spectrum.flux, spectrum.ivar):
        digest.update(array.astype("<f8").tobytes())
    return f"{spectrum.object_id or 'spectrum'}#{digest.hexdigest()[:16]}"


def require_unique(items: list[Item]) -> None:
    """Refuse two inputs that would share an object key, naming both.

    Raises
    ------
    ReaderError
        Two items have a key, or the name of an unopened file, in common.
    """
    owner: dict[str, str] = {}
    for key, label in _names(items):
        if key in owner:
            raise ReaderError(
                f"{owner[key]} and {label} would both be stored as {key!r}; give each input once, or an object_key "
                "of its own."
            )
        owner[key] = label


def _names(items: list[Item]) -> Iterator[tuple[str, str]]:
    for item in items:
        if item.keys is None:
            yield item.identity, item.label
        elif item.kind == "file":
            yield item.keys[0], item.label
        else:
            for position, key in enumerate(item.keys):
                row = f" row {item.rows[position]}" if item.rows is not None else ""
                yield key, f"{item.path or 'memory'}{row}"


def with_known(items: list[Item], known: Mapping[str, Any], options: Mapping[str, Any]) -> list[Item]:
    """Add what the caller says of all files, and their sizes; what a manifest says of one is kept."""
    return [
        replace(item, known={**known, **item.known}, options=options, bytes=item.bytes or _size(item.path))
        if item.kind == "file"
        else item
        for item in items
    ]


def _size(path: str) -> int:
    """Size of a file; 0 where there is none, which is the worker's to report."""
    if is_remote(path):
        prefix, name = split_address(path)
        return ObjectStore(prefix).size(name) or 0
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
