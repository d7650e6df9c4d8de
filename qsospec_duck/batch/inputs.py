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
import pyarrow.parquet as pq

from qsospec_duck.batch.items import Item
from qsospec_duck.batch.manifest_table import is_manifest, manifest_items
from qsospec_duck.batch.relation_file import is_relation, relation_items, spill
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
        A table (Parquet, CSV, pyarrow, polars, a DuckDB relation) either names files (column ``path`` or an alias of
        it) or holds spectra (columns of the spectra relation).
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
    if "://" in text:
        raise ReaderError(
            f"{text}: remote storage; give a query instead, which DuckDB reads there: "
            f"con.sql(\"SELECT * FROM '{text}'\"), or download the files."
        )
    path = Path(text).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if _holds_spectra(file))
        if not found:
            raise ReaderError(f"{path}: no spectra in this directory; expected files {', '.join(_SPECTRUM_SUFFIXES)}.")
        return [item for file in found for item in _items_of_file(file, rows_per_item)]
    if path.exists():
        return _items_of_file(path, rows_per_item)
    if glob.has_magic(text):
        # Path.glob takes no absolute pattern.
        matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207
        if not matches:
            raise ReaderError(f"{text}: no file matches this glob.")
        return [
            item
            for match in matches
            if match.is_file() and not match.name.startswith(_COMPANIONS)
            for item in _items_of_file(match, rows_per_item)
        ]
    raise ReaderError(f"{text}: no such file or directory.")


def _holds_spectra(file: Path) -> bool:
    name = file.name.lower()
    return file.is_file() and name.endswith(_SPECTRUM_SUFFIXES) and not name.startswith((".", *_COMPANIONS))


def _items_of_file(path: Path, rows_per_item: int) -> list[Item]:
    """Items of one file; only Parquet footers and CSV manifests are opened here."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        try:
            schema = pq.read_schema(path)
        except pa.ArrowInvalid:
            # A damaged file is the worker's to report, as a failure that stops nothing.
            return [Item(str(path))]
        if is_relation(schema):
            return relation_items(str(path), rows_per_item)
        if is_manifest(schema.names):
            return manifest_items(pq.read_table(path), path.parent, str(path))
    if suffix == ".csv":
        with path.open(encoding="utf-8", errors="replace") as file:
            header = [name.strip().strip('"') for name in file.readline().lstrip("\ufeff").split(",")]
        if is_manifest(header):
            return manifest_items(pyarrow.csv.read_csv(path), path.parent, str(path))
    return [Item(str(path))]


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
        replace(item, known={**known, **item.known}, options=options, bytes=_size(item.path))
        if item.kind == "file"
        else item
        for item in items
    ]


def _size(path: str) -> int:
    """Size of a file; 0 where there is none, which is the worker's to report."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
