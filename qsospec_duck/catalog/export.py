"""Tables with units and UCDs: as Arrow, as an astropy Table, as Parquet, FITS, VOTable and ECSV files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from astropy import units as u
from astropy.table import Column as AstropyColumn
from astropy.table import MaskedColumn, Table

from qsospec_duck.catalog.columns import catalog_columns
from qsospec_duck.columns import Column, columns_of
from qsospec_duck.errors import ConfigError

if TYPE_CHECKING:
    from astropy.io import fits

FORMATS = {".parquet": "parquet", ".fits": "fits", ".vot": "votable", ".xml": "votable", ".ecsv": "ascii.ecsv"}
"""File format by suffix."""

FITS_COLUMNS = 999
"""Columns that a table of FITS may have: the number in ``TTYPE999`` has three digits."""


def describe(table: pa.Table, columns: Iterable[Column]) -> pa.Table:
    """Put unit, UCD and meaning of columns into the metadata of a table's fields."""
    known = {column.name: column for column in columns}
    fields = []
    for field in table.schema:
        column = known.get(field.name)
        about = {"unit": column.unit, "ucd": column.ucd, "description": column.meaning} if column else {}
        fields.append(field.with_metadata({key: value for key, value in about.items() if value}))
    return table.cast(pa.schema(fields))


def to_astropy(table: pa.Table | duckdb.DuckDBPyRelation) -> Table:
    """Turn a table into an astropy Table with units, descriptions and ``meta["ucd"]``.

    NULL numbers are masked; NULL texts become empty. Columns of lists and structs are left out: the formats
    below do not hold them.

    Parameters
    ----------
    table : pyarrow.Table or DuckDBPyRelation
        As `describe` returns it; or the result of a query, ``con.sql(...)``, whose columns are described where they
        bear the name of one of ``catalog`` or ``line_catalog``.
    """
    if isinstance(table, duckdb.DuckDBPyRelation):
        table = describe(table.to_arrow_table(), (*columns_of("line_catalog"), *catalog_columns()))
    out = Table()
    for field in table.schema:
        if pa.types.is_nested(field.type):
            continue
        about = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        column = _column(table[field.name].combine_chunks(), field)
        column.description = about.get("description", "")
        if "unit" in about:
            # dex(erg/s) and 1e-17 erg/s/cm2 are kept as they are written, whatever the format makes of them
            column.unit = u.Unit(_with_one_slash(about["unit"]), parse_strict="silent")
        if "ucd" in about:
            column.meta["ucd"] = about["ucd"]
        out.add_column(column, name=field.name)
    return out


def _with_one_slash(unit: str) -> str:
    """``erg/s/cm2`` as ``erg/(s cm2)``: what the FITS standard asks for, and astropy warns of the other."""
    numerator, *denominators = unit.split("/")
    if len(denominators) < 2 or "(" in unit:
        return unit
    return f"{numerator}/({' '.join(denominators)})"


def _column(array: pa.Array, field: pa.Field) -> AstropyColumn:
    if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
        texts = [text or "" for text in array.to_pylist()]
        return AstropyColumn(np.array(texts, dtype=f"U{max([1, *map(len, texts)])}"))
    if array.null_count:
        fill = pa.scalar(False if pa.types.is_boolean(field.type) else 0, field.type)
        values = pc.fill_null(array, fill).to_numpy(zero_copy_only=False)
        return MaskedColumn(values, mask=array.is_null().to_numpy(zero_copy_only=False))
    return AstropyColumn(array.to_numpy(zero_copy_only=False))


def write_table_file(table: pa.Table, path: str | Path) -> Path:
    """Write a described table as Parquet, FITS, VOTable or ECSV, whichever the suffix says.

    Parameters
    ----------
    table : pyarrow.Table
        As `describe` returns it.
    path : path
        ``.parquet``, ``.fits``, ``.vot`` or ``.xml`` (VOTable), or ``.ecsv``; an existing file is replaced. More than
        999 columns go into several extensions of a FITS file, ``CATALOG``, ``CATALOG2`` ..., row by row the same.

    Raises
    ------
    ConfigError
        The suffix is another one.
    """
    target = Path(path)
    try:
        form = FORMATS[target.suffix.lower()]
    except KeyError:
        raise ConfigError(f"{target}: suffix {target.suffix!r}; it should be one of {', '.join(FORMATS)}.") from None
    aside = target.with_name(f".{target.stem}.writing{target.suffix}")
    try:
        if form == "parquet":
            pq.write_table(table, aside, compression="zstd", version="2.6", data_page_version="2.0")
        elif form == "fits":
            _write_fits(to_astropy(table), aside)
        elif form == "votable":
            _write_votable(to_astropy(table), aside)
        else:
            to_astropy(table).write(aside, format=form, overwrite=True)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _write_fits(table: Table, path: Path) -> None:
    from astropy.io import fits

    hdus = [_fits_table(part, name) for name, part in _fits_parts(table).items()]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path, overwrite=True)


def _fits_parts(table: Table) -> dict[str, Table]:
    """The table by extension: ``CATALOG``, and ``CATALOG2`` and so on where it has more columns than one holds.

    Rows of all extensions are the same; each begins with ``object_key`` where there is one.
    """
    names = list(table.colnames)
    if len(names) <= FITS_COLUMNS:
        return {"CATALOG": table}
    key = [name for name in names if name == "object_key"]
    rest = [name for name in names if name not in key]
    room = FITS_COLUMNS - len(key)
    parts = [key + rest[start : start + room] for start in range(0, len(rest), room)]
    return {f"CATALOG{number}" if number > 1 else "CATALOG": table[part] for number, part in enumerate(parts, start=1)}


def _fits_table(table: Table, name: str) -> fits.BinTableHDU:
    from astropy.io import fits

    units = ["" if table[column].unit is None else _fits_unit(table[column].unit) for column in table.colnames]
    for column in table.colnames:
        table[column].unit = None
    hdu = fits.table_to_hdu(table)
    for number, (column, unit) in enumerate(zip(table.colnames, units, strict=True), start=1):
        if unit:
            hdu.header.set(f"TUNIT{number}", unit, after=f"TFORM{number}")
        if ucd := table[column].meta.get("ucd"):
            hdu.header.set(f"TUCD{number}", ucd, after=f"TFORM{number}")
        # a card of 80 letters holds 68 of them; CONTINUE cards would follow, but short is readable
        description = table[column].description.encode("ascii", "replace").decode()
        hdu.header.set(f"TCOMM{number}", description[:68], after=f"TFORM{number}")
    hdu.header["EXTNAME"] = name
    return hdu


def _fits_unit(unit: u.UnitBase) -> str:
    """``10**-17 erg s-1 cm-2`` as the FITS standard (4.0, section 4.3) writes it; dex(erg/s) stands as it is."""
    try:
        return unit.to_string("fits")
    except (ValueError, TypeError):
        return unit.to_string()


def _write_votable(table: Table, path: Path) -> None:
    from astropy.io.votable import from_table

    for name in table.colnames:
        column = table[name]
        if column.unit is None:
            continue
        written = column.unit.to_string()
        column.unit = _vo_unit(column.unit)
        if column.unit is None or column.unit.to_string() != written:
            column.description = f"{column.description} [{written}]"
    document = from_table(table)
    for field in document.get_first_table().fields:
        field.ucd = table[field.name].meta.get("ucd") or None
    document.to_xml(str(path), tabledata_format="binary2")


def _vo_unit(unit: u.UnitBase) -> u.UnitBase | None:
    """The same unit as VOUnits write it; None where they cannot: there are no logarithmic ones.

    VOUnits 1.0 (IVOA 2014) deprecate Angstrom and erg, and readers warn of them: 0.1 nm and 1e-7 J are the same.
    """
    if not isinstance(unit, u.UnitBase):
        return None
    equal = {u.Angstrom: 0.1 * u.nm, u.erg: 1e-7 * u.J}
    found = u.CompositeUnit(unit.scale, [], [])
    for base, power in zip(unit.bases, unit.powers, strict=True):
        found = found * u.Unit(equal.get(base, base)) ** power
    try:
        found.to_string("vounit")
    except ValueError:
        return None
    return found
