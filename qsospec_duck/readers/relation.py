"""The spectra relation: pixels and what is known of them become an Arrow table that keeps its contract.

Every reader ends here, so the contract is checked in one place: schema of ``columns.csv``, strictly increasing
wavelengths, equal lengths, a possible redshift, one key a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ReaderError
from qsospec_duck.fits.refusal import refusal

Redshift = float | Mapping[Any, float] | Sequence[float] | None
"""One redshift for all rows, one for each row, or by ``target_id`` or ``object_id``."""

LISTS = ("wavelength", "flux", "ivar", "mask_array")


def file_key(path: str | Path) -> str:
    """Name of a file without its folders and without ``.gz``: the same on any machine."""
    name = Path(path).name
    return name[:-3] if name.lower().endswith(".gz") else name


def clean_pixels(flux: NDArray[Any], ivar: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Flux and inverse variance as the relation stores them.

    A pixel whose flux is not finite, or whose inverse variance is not a positive number, is kept with ivar 0;
    a flux that is not finite becomes 0, so that no sum over a list can turn into NaN. The arrays that were given are
    not written to; they come back themselves where they are as they should be.
    """
    # A number beyond the range of a float32 becomes infinite, hence not used.
    with np.errstate(over="ignore", invalid="ignore"):
        value, weight = np.asarray(flux, dtype=np.float32), np.asarray(ivar, dtype=np.float32)
    bad = ~np.isfinite(value)
    unused = bad | ~(np.isfinite(weight) & (weight > 0))
    if bad.any():
        value = np.where(bad, np.float32(0), value)
    if weight[unused].any():
        weight = np.where(unused, np.float32(0), weight)
    return value, weight


def mask_bits(values: NDArray[Any]) -> NDArray[np.int32]:
    """Mask bits that a file stores as floats or as unsigned numbers; what is not finite has none."""
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, 0).astype(np.float64).clip(-(2**31), 2**32 - 1)
    return values.astype(np.int64).astype(np.int32)


def spectra_table(path: str | Path, n_rows: int, columns: Mapping[str, Any]) -> pa.Table:
    """Build the relation from columns and check it.

    Parameters
    ----------
    path : str or Path
        File they were read from, for messages.
    n_rows : int
        Number of spectra.
    columns : mapping
        By name: one value for all rows, a sequence of ``n_rows`` values, and for ``wavelength``, ``flux``, ``ivar``,
        ``mask_array`` a 2-D array, a sequence of arrays, or (wavelength only) one array that all rows share; in other
        sequences of arrays ``None`` is a row where nothing is known.
        A column of the relation that is not given is NULL; other names follow at the end in their order.

    Raises
    ------
    ReaderError
        The columns break the contract of the relation.
    """
    schema = arrow_schema("spectra")
    own = {field.name for field in schema}
    extra = {field.name: field for table in ("spectra_extra", "tiles") for field in arrow_schema(table)}
    arrays, fields = [], []
    for field in schema:
        arrays.append(arrow_column(columns.get(field.name), field.type, n_rows))
        fields.append(field)
    for name in columns:
        if name not in own:
            field = extra.get(name)
            array = arrow_column(columns[name], field.type if field else None, n_rows)
            arrays.append(array)
            fields.append(field or pa.field(name, array.type))
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    check_relation(path, table)
    return table


def arrow_column(values: Any, kind: pa.DataType | None, n_rows: int) -> pa.Array:
    """Make an Arrow column of one value for all rows, or of one for each; of the given type, or of the values' own."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        whole = one_chunk(values) if isinstance(values, pa.ChunkedArray) else values
        return whole.cast(kind) if kind is not None and kind != whole.type else whole
    if kind is not None and pa.types.is_list(kind) and not pa.types.is_nested(kind.value_type):
        return _lists(values, kind, n_rows)
    if values is None:
        return pa.nulls(n_rows, kind or pa.null())
    if isinstance(values, str | bool | int | float | np.generic):
        plain = values.item() if isinstance(values, np.generic) else values
        return pa.array([plain] * n_rows, kind)
    if isinstance(values, np.ndarray) and values.dtype != object:
        return pa.array(values, kind) if kind is None else pa.array(values).cast(kind)
    return pa.array(list(values), kind)


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """Column as one array; of one chunk without a copy, which ``combine_chunks`` would make."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _lists(values: Any, kind: pa.DataType, n_rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(n_rows, kind)
    item = kind.value_type.to_pandas_dtype()
    unknown = np.zeros(n_rows, dtype=bool)
    if isinstance(values, np.ndarray) and values.ndim == 1:
        values = np.broadcast_to(values, (n_rows, values.size))
    if isinstance(values, np.ndarray):
        lengths = np.full(n_rows, values.shape[1])
        flat = np.ascontiguousarray(values, dtype=item).reshape(-1)
    else:
        unknown = np.array([part is None for part in values], dtype=bool)
        parts = [np.asarray([] if part is None else part, dtype=item) for part in values]
        lengths = np.array([part.size for part in parts], dtype=np.int64)
        flat = np.concatenate(parts) if parts else np.empty(0, item)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(
        pa.array(offsets), pa.array(flat), type=kind, mask=pa.array(unknown) if unknown.any() else None
    )


def check_relation(path: str | Path, table: pa.Table) -> None:
    """Raise the one error of a table that breaks the contract of the relation."""
    keys = table["object_key"].to_pylist()
    seen: dict[str, int] = {}
    for row, key in enumerate(keys):
        if key is None:
            raise refusal(path, "object_key is NULL", "a key", where=f"row {row}")
        if key in seen:
            raise refusal(path, f"rows {seen[key]} and {row} share the key {key!r}", "one key a row")
        seen[key] = row
    for row, z in enumerate(table["z"].to_pylist()):
        if z is None or not np.isfinite(z) or z <= -1:
            raise refusal(
                path,
                f"redshift is {z}",
                "a finite redshift greater than -1 (or give redshift=)",
                where=f"row {row} ({keys[row]})",
            )
    lists = {name: one_chunk(table[name]) for name in LISTS}
    lengths = {name: np.diff(array.offsets.to_numpy()) for name, array in lists.items() if array.null_count == 0}
    for name in ("wavelength", "flux", "ivar"):
        if name not in lengths:
            raise refusal(path, f"{name} is NULL", "an array for every row")
    for name, length in lengths.items():
        if not np.array_equal(length, lengths["wavelength"]):
            row = int(np.flatnonzero(length != lengths["wavelength"])[0])
            raise refusal(
                path,
                f"{name} has {length[row]} pixels, wavelength {lengths['wavelength'][row]}",
                "equal lengths",
                where=f"row {row} ({keys[row]})",
            )
    _check_wavelengths(path, lists["wavelength"], keys)


def _check_wavelengths(path: str | Path, wavelength: pa.ListArray, keys: Sequence[str]) -> None:
    flat = wavelength.values.to_numpy()
    offsets = wavelength.offsets.to_numpy()
    previous = None
    for row, (start, stop) in enumerate(pairwise(offsets)):
        wave = flat[start:stop]
        where = f"row {row} ({keys[row]})"
        if wave.size < 2:
            raise refusal(path, f"{wave.size} pixels", "at least two", where=where)
        # The rows of a DESI tile share one grid: equal to one that passed is enough.
        if previous is not None and np.array_equal(wave, previous):
            continue
        usable = np.isfinite(wave) & (wave > 0)
        # Comparing neighbours, not subtracting them: two infinite wavelengths have no difference.
        usable[:-1] &= wave[1:] > wave[:-1]
        if not usable.all():
            bad = int(np.flatnonzero(~usable)[0])
            raise refusal(
                path,
                f"wavelength {wave[bad]} Å of pixel {bad} is followed by {wave[min(bad + 1, wave.size - 1)]} Å",
                "positive, finite, strictly increasing wavelengths",
                where=where,
            )
        previous = wave


def pick_redshifts(
    path: str | Path, redshift: Redshift, found: Sequence[float | None], names: Sequence[tuple[Any, ...]]
) -> list[float | None]:
    """Redshift of each row: the caller's where there is one, else the file's.

    Parameters
    ----------
    redshift : float, mapping, sequence or None
        What the caller gave.
    found : sequence of float or None
        What the file says, by row.
    names : sequence of tuple
        Names under which a mapping may know each row.
    """
    if redshift is None:
        return list(found)
    if isinstance(redshift, Mapping):
        return [
            next((float(redshift[name]) for name in alias if name in redshift), z)
            for alias, z in zip(names, found, strict=True)
        ]
    if isinstance(redshift, int | float | np.generic):
        return [float(redshift)] * len(found)
    if len(redshift) != len(found):
        raise refusal(
            path, f"{len(redshift)} redshifts were given for {len(found)} spectra", "one, or one for each spectrum"
        )
    return [float(z) for z in redshift]


def concat_relations(tables: Sequence[pa.Table], paths: Sequence[str | Path]) -> pa.Table:
    """One table of several files; two rows that would share a key are refused, naming both files."""
    owner: dict[str, str] = {}
    for table, path in zip(tables, paths, strict=True):
        for key in table["object_key"].to_pylist():
            if key in owner:
                raise ReaderError(
                    f"{path}: object_key {key!r} is also that of {owner[key]}; expected one file for each key."
                )
            owner[key] = str(path)
    return pa.concat_tables(tables, promote_options="default")
