"""Tables into memory: CSV, ECSV, Parquet, Arrow and FITS."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from qsospec_duck.fits.byte_source import open_source
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.contents import look_into
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.table_columns import ALIASES, Loaded, find


def names_of(path: str | Path, kind: str) -> list[str]:
    """Column names of a text, Parquet or Arrow file; empty where it is no table."""
    if kind == "parquet":
        try:
            return list(pa.parquet.read_schema(path).names)
        except (OSError, pa.ArrowException) as error:
            raise refusal(path, f"the Parquet footer cannot be read ({error})", "a complete Parquet file") from error
    if kind == "arrow":
        return load(path).names
    source = open_source(path)
    start = source.read_at(0, 1 << 16).decode("utf-8", errors="replace")
    source.close()
    lines = [line for line in start.splitlines() if line and not line.startswith("#")]
    return [name.strip().strip('"') for name in lines[0].replace(",", " ").split()] if lines else []


def load(path: str | Path) -> Loaded:
    """Load a CSV, ECSV, Parquet, Arrow or FITS table.

    Raises
    ------
    ReaderError
        The file is damaged or of another kind.
    """
    kind = look_into(path).kind
    if kind == "fits":
        return _load_fits(path)
    try:
        if kind == "parquet":
            table = pa.parquet.read_table(path, partitioning=None)
        elif kind == "arrow":
            with pa.memory_map(str(path)) as source:
                table = pa.ipc.open_file(source).read_all()
        else:
            return _load_text(path)
    except (OSError, pa.ArrowException) as error:
        raise refusal(path, f"the {kind} file cannot be read ({error})", "a complete file") from error
    units = {
        one.name: one.metadata[b"unit"].decode() for one in table.schema if one.metadata and b"unit" in one.metadata
    }
    return Loaded(table, units, {"path": str(path)})


def _load_text(path: str | Path) -> Loaded:
    """CSV with a header line, or ECSV with its units and metadata."""
    source = open_source(path)
    content = source.read_at(0, source.size)
    source.close()
    if content.startswith(b"# %ECSV"):
        return _load_ecsv(path, content.decode("utf-8"))
    lines = [line for line in content.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    if lines and b"," not in lines[0]:
        lines = [b",".join(line.split()) for line in lines]
    table = pa.csv.read_csv(pa.py_buffer(b"\n".join(lines)))
    return Loaded(table, {}, {"path": str(path)})


def _load_ecsv(path: str | Path, text: str) -> Loaded:
    from astropy.table import Table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = Table.read(text, format="ascii.ecsv")
        except (ValueError, TypeError, OSError) as error:
            raise refusal(path, f"the ECSV table cannot be read ({error})", "a complete ECSV file") from error
    columns = {
        name: pa.array(
            np.ma.filled(np.ma.asarray(found[name]), np.nan) if found[name].dtype.kind == "f" else found[name].tolist()
        )
        for name in found.colnames
    }
    units = {name: str(found[name].unit) for name in found.colnames if found[name].unit is not None}
    return Loaded(pa.table(columns), units, {**dict(found.meta), "path": str(path)})


def _load_fits(path: str | Path) -> Loaded:
    """Load the first FITS table with a wavelength and a flux column; vector cells become lists."""
    with FitsFile(path) as fits:
        table = next(
            (
                hdu
                for hdu in fits.hdus
                if hdu.is_table and all(find(what, hdu.cells) is not None for what in ("wavelength", "flux"))
            ),
            None,
        )
        if table is None:
            raise refusal(
                path,
                "no table has a wavelength and a flux column",
                f"columns such as {', '.join(ALIASES['wavelength'][:4])} and flux",
            )
        columns: dict[str, pa.Array] = {}
        for cell in table.cells.values():
            if cell.letter in "LBIJKEDA":
                values = table.column(cell.name)
                columns[cell.name] = pa.array(list(values)) if values.ndim == 2 else pa.array(values)
        units = {cell.name: cell.unit for cell in table.cells.values() if cell.unit}
        header = {**table.header, **fits.hdus[0].header, "path": str(path)}
    return Loaded(pa.table(columns), units, header)
