"""``qsospec-duck export``: the catalog for other programs, with units; or one object as plain files."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsospec_duck.cli.exit_codes import DONE
from qsospec_duck.cli.show import unit_of, write

if TYPE_CHECKING:
    import pyarrow as pa

SUMMARY = "the catalog as FITS, ECSV, CSV, JSON or Parquet"
DESCRIPTION = """\
Write the wide catalog, or any query on the run, as a file of other programs; FITS and ECSV carry units. With
--object, write the model of these objects as CSV and JSON: a row a pixel with every component."""
EXAMPLES = """\
  qsospec-duck export runs/hb --to catalog.fits
  qsospec-duck export runs/hb --query "FROM line_catalog WHERE line_id = 'hb'" --to hb.ecsv
  qsospec-duck export runs/hb --object 39627023040000015 --to products/"""

SUFFIXES = (".fits", ".ecsv", ".csv", ".json", ".parquet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("run_directory", metavar="RUN")
    parser.add_argument(
        "--to", required=True, metavar="FILE", help=f"file ({', '.join(SUFFIXES)}), or folder with --object"
    )
    parser.add_argument("--query", default="FROM catalog", metavar="SQL", help="default: FROM catalog")
    parser.add_argument("--object", nargs="+", metavar="ID", help="keys or ids of objects to write as plain files")
    parser.set_defaults(run=run_export)


def run_export(given: argparse.Namespace) -> int:
    """Write a table, or the plain files of objects."""
    from qsospec_duck.errors import ConfigError

    target = Path(given.to)
    if given.object:
        return _export_objects(given, target)
    if target.suffix not in SUFFIXES:
        raise ConfigError(
            f"{target}: exported are {', '.join(SUFFIXES)}, not {target.suffix or 'files without suffix'}."
        )
    from qsospec_duck.connect import connect

    with connect(run=given.run_directory) as con:
        if target.suffix in (".csv", ".json", ".parquet"):
            write(con, given.query, target.suffix.lstrip("."), target)
        else:
            table = con.sql(given.query).to_arrow_table()
            target.parent.mkdir(parents=True, exist_ok=True)
            (_write_fits if target.suffix == ".fits" else _write_ecsv)(table, target)
    print(target)
    return DONE


def _export_objects(given: argparse.Namespace, folder: Path) -> int:
    from qsospec_duck.runs import load_archived_model, open_run, products_folder, write_products

    run = open_run(given.run_directory)
    for identifier in given.object:
        model = load_archived_model(run, identifier)
        for path in write_products(model, folder / products_folder(run.path, model.object_key).name).values():
            print(path)
    return DONE


def _write_fits(table: pa.Table, path: Path) -> None:
    """FITS binary table; NULL becomes NaN, an empty text, or the null value of TNULL."""
    import numpy as np
    from astropy.io import fits

    columns = []
    for name in table.column_names:
        values, is_null = _plain_column(table, name)
        null = None
        if values.dtype.kind == "U":
            # FITS texts are ASCII.
            values = np.char.encode(values, "ascii", "replace")
            form = f"{max(values.dtype.itemsize, 1)}A"
        elif values.dtype.kind == "b":
            form = "L"
        elif values.dtype.kind == "i":
            form = {4: "J", 8: "K"}[values.dtype.itemsize]
            null = int(np.iinfo(values.dtype).min)
            values = np.where(is_null, null, values)
        else:
            form = {4: "E", 8: "D"}[values.dtype.itemsize]
        columns.append(
            fits.Column(name=name, format=form, unit=fits_unit(unit_of(name)) or None, null=null, array=values)
        )
    fits.BinTableHDU.from_columns(columns, name="CATALOG").writeto(path, overwrite=True, checksum=True)


def _write_ecsv(table: pa.Table, path: Path) -> None:
    """ECSV with units; NULL is masked."""
    from astropy.table import MaskedColumn, Table
    from astropy.units import Unit

    columns = []
    for name in table.column_names:
        values, is_null = _plain_column(table, name)
        unit = fits_unit(unit_of(name))
        columns.append(MaskedColumn(values, name=name, mask=is_null, unit=Unit(unit) if unit else None))
    Table(columns).write(path, format="ascii.ecsv", overwrite=True)


def fits_unit(unit: str) -> str:
    """Spell a unit of ``columns.csv`` as the FITS standard wants it: ``erg/s/cm2`` becomes ``erg s-1 cm-2``."""
    if unit.startswith("dex"):
        return unit
    first, *below = unit.split("/")
    return " ".join([first, *(re.sub(r"^([A-Za-z]+)(\d*)$", lambda m: f"{m[1]}-{m[2] or 1}", one) for one in below)])


def _plain_column(table: pa.Table, name: str) -> tuple[Any, Any]:
    """Values as a plain array, and which are NULL.

    Raises
    ------
    ConfigError
        The column holds lists or structs.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from qsospec_duck.errors import ConfigError

    column = table[name].combine_chunks()
    kind = column.type
    is_null = np.asarray(pc.is_null(column).to_numpy(zero_copy_only=False), dtype=bool)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_temporal(kind):
        texts = pc.fill_null(column.cast(pa.string()), "").to_pylist()
        return np.array(texts, dtype=np.str_) if texts else np.array([], dtype="U1"), is_null
    if pa.types.is_boolean(kind):
        return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=bool), is_null
    if pa.types.is_integer(kind):
        wide = np.int64 if kind.bit_width > 32 or pa.types.is_unsigned_integer(kind) else np.int32
        return np.asarray(pc.fill_null(column, 0).to_numpy(zero_copy_only=False), dtype=wide), is_null
    if pa.types.is_decimal(kind) or pa.types.is_null(kind):
        column, kind = column.cast(pa.float64()), pa.float64()
    if pa.types.is_floating(kind):
        narrow = np.float32 if kind.bit_width == 32 else np.float64
        return np.asarray(pc.fill_null(column, float("nan")).to_numpy(zero_copy_only=False), dtype=narrow), is_null
    raise ConfigError(f"column {name!r} holds {kind}; leave it out, or write .json or .parquet.")
