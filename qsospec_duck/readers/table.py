"""Tables with spectra: CSV, ECSV, Parquet, Arrow and FITS tables, by the names and units of their columns.

Two layouts: one spectrum a file (a pixel a row), or one spectrum a row (list columns), such as tile Parquet.

Units are those of the file (ECSV and FITS units, ``unit`` in the metadata of a Parquet field) unless the caller gives
others. Where nobody states a unit, wavelengths are vacuum Å and fluxes 1e-17 erg/s/cm²/Å, the units of the relation;
fluxes that then have a median below 1e-10 are surely cgs, and are refused until the caller says so with
``flux_scale=1``. Nothing is guessed. ``air=True`` says that wavelengths are those in air.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.constants import FLUX_UNIT_CGS
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.arrays import inverse_variance
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, mask_bits, pick_redshifts, spectra_table
from qsospec_duck.readers.table_columns import Loaded, find, scalar_aliases
from qsospec_duck.readers.table_load import load, names_of
from qsospec_duck.readers.units import from_log10, to_angstrom, to_house_flux, to_vacuum

_CGS_SUSPECT = 1e-10


def recognises(contents: Contents) -> bool:
    """Look for a text, Parquet or Arrow file, or a FITS table, with a wavelength and a flux column."""
    if contents.kind == "fits":
        return any(_has_spectra(part.columns) for part in contents.parts if part.columns)
    return contents.kind in ("text", "parquet", "arrow") and _has_spectra(names_of(contents.path, contents.kind))


def _has_spectra(names: Any) -> bool:
    return all(find(what, names) is not None for what in ("wavelength", "flux"))


def read(
    path: str | Path,
    *,
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    wave_unit: str | None = None,
    flux_unit: str | None = None,
    flux_scale: float | None = None,
    object_id: str | None = None,
    ra: float | None = None,
    dec: float | None = None,
    ebv: float | None = None,
    air: bool = False,
) -> pa.Table:
    """Read a table of spectra.

    Parameters
    ----------
    path : str or Path
    rows : sequence of int, optional
        Spectra to read, by row, where a row is a spectrum.
    redshift : float, mapping or sequence, optional
        Takes the place of a ``z`` column or card; needed where there is none.
    wave_unit, flux_unit : str, optional
        Units that take the place of the file's: ``nm``, ``micron``, ``W/m2/um``, ``Jy``; ``flux_unit="relative"``
        declares that the scale is unknown.
    flux_scale : float, optional
        erg/s/cm²/Å of one unit of flux (1 for cgs), in place of ``flux_unit``.
    object_id, ra, dec, ebv : optional
        For a file with one spectrum: take the place of what it says.
    air : bool
        Wavelengths are those in air; they are turned into vacuum wavelengths.

    Raises
    ------
    ReaderError
        No wavelength, flux or error column, a unit of another kind, no redshift, or unequal lengths.
    """
    table = load(path)
    stated = _stated_flux(path, table, flux_unit, flux_scale)
    if table.is_nested:
        return _rows_of_spectra(path, table, rows, redshift, wave_unit, stated, air)
    if rows is not None and list(rows) != [0]:
        raise refusal(path, f"rows {list(rows)} were asked for", "rows=[0]: the file holds one spectrum")
    wavelength, flux, ivar, mask = _pixels(path, table, None, wave_unit, stated, air)
    name = object_id or _text(table.scalar("object_id")) or Path(file_key(path)).stem
    found = table.scalar("z")
    known = {"ra": ra, "dec": dec, "ebv": ebv}
    columns: dict[str, Any] = {
        "object_key": f"{file_key(path)}#0",
        "object_id": name,
        "target_id": table.scalar("target_id"),
        "survey": "table",
        "source": file_key(path),
        "row_index": 0,
        "z": pick_redshifts(path, redshift, [None if found is None else float(found)], [(name,)]),
        "wavelength": [wavelength],
        "flux": [flux],
        "ivar": [ivar],
        "mask_array": None if mask is None else [mask],
    }
    columns |= {what: value if value is not None else table.scalar(what) for what, value in known.items()}
    if stated == "relative":
        columns["flux_unit"] = "relative"
    return spectra_table(path, 1, columns)


def _stated_flux(path: str | Path, table: Loaded, unit: str | None, scale: float | None) -> str | float | None:
    """Settle what is said of the flux: a scale in erg/s/cm²/Å, a unit, ``relative``, or nothing."""
    if unit is not None and scale is not None:
        raise refusal(path, "both flux_unit and flux_scale are given", "one of them")
    if scale is not None and not scale > 0:
        raise refusal(path, f"flux_scale is {scale}", "a positive number")
    return scale if scale is not None else unit or table.unit("flux") or None


def _pixels(
    path: str | Path,
    table: Loaded,
    row: int | None,
    wave_unit: str | None,
    stated: str | float | None,
    is_air: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32] | None]:
    """Wavelength, flux, ivar and mask of one spectrum in house units."""
    where = "" if row is None else f"row {row}"
    raw_wave, raw_flux = table.array(path, "wavelength", row), table.array(path, "flux", row)
    unit = wave_unit or table.unit("wavelength") or "Angstrom"
    if table.is_log_wavelength:
        # log10 of a wavelength has no unit of its own; Å unless the caller says otherwise.
        raw_wave, unit = from_log10(raw_wave), wave_unit or "Angstrom"
    wavelength = to_angstrom(path, raw_wave, unit, where=where)
    if is_air:
        wavelength = to_vacuum(path, wavelength, where=where)
    error, ivar = table.optional("error", row), table.optional("ivar", row)
    if error is None and ivar is None:
        raise refusal(
            path,
            f"columns are {', '.join(table.names)}",
            "an error column (err, error, sigma, flux_err) or ivar",
            where=where,
        )
    mask = table.optional("mask", row)
    for what, array in (("flux", raw_flux), ("error", error), ("ivar", ivar), ("mask", mask)):
        if array is not None and array.shape != wavelength.shape:
            raise refusal(
                path, f"{what} has {array.size} pixels, wavelength {wavelength.size}", "equal lengths", where=where
            )
    if ivar is None:
        ivar = inverse_variance(np.asarray(error, dtype=np.float64))
    factor = _factor(path, raw_flux, wavelength, stated, where)
    flux, weight = clean_pixels(raw_flux * factor, ivar / factor**2)
    return wavelength, flux, weight, None if mask is None else mask_bits(mask)


def _factor(
    path: str | Path, flux: NDArray[np.float64], wavelength: NDArray[np.float64], stated: str | float | None, where: str
) -> NDArray[np.float64]:
    """House units of one unit of flux at each pixel."""
    ones = np.ones(wavelength.shape)
    if stated == "relative":
        return ones
    if isinstance(stated, float | int):
        return ones * (stated / FLUX_UNIT_CGS)
    if isinstance(stated, str):
        return to_house_flux(path, ones, stated, wavelength, where=where)
    finite = np.abs(flux[np.isfinite(flux) & (flux != 0)])
    if finite.size and np.median(finite) < _CGS_SUSPECT:
        raise refusal(
            path,
            f"fluxes without unit have a median of {np.median(finite):.2g}, far below any in 1e-17 erg/s/cm2/Angstrom",
            "flux_scale=1 if they are erg/s/cm2/Angstrom, or flux_unit=",
            where=where,
        )
    return ones


def _rows_of_spectra(
    path: str | Path,
    table: Loaded,
    rows: Sequence[int] | None,
    redshift: Redshift,
    wave_unit: str | None,
    stated: str | float | None,
    is_air: bool,
) -> pa.Table:
    """Read the layout with one spectrum a row: columns of the relation are kept, pixels are brought to house units."""
    wanted = list(range(table.n_rows)) if rows is None else [int(row) for row in rows]
    if wanted and (min(wanted) < 0 or max(wanted) >= table.n_rows):
        raise refusal(path, f"rows {min(wanted)} to {max(wanted)} were asked for", f"rows 0 to {table.n_rows - 1}")
    pixels = [_pixels(path, table, row, wave_unit, stated, is_air) for row in wanted]
    columns: dict[str, Any] = {}
    for column in arrow_schema("spectra").names:
        name = (
            find(column, table.names)
            if column in scalar_aliases()
            else next((one for one in table.names if one.lower() == column), None)
        )
        if name is not None and not table.is_list(name):
            columns[column] = table.values(name, wanted)
    key = file_key(path)
    columns.setdefault("source", key)
    columns.setdefault("row_index", wanted)
    if "object_id" not in columns:
        columns["object_id"] = columns.get("target_id", [f"{key}#{row}" for row in wanted])
    columns["object_id"] = [None if one is None else str(one) for one in columns["object_id"]]
    if "object_key" not in columns:
        columns["object_key"] = [f"{key}#{one}" for one in columns.get("target_id", wanted)]
    aliases = list(zip(columns.get("target_id", columns["object_id"]), columns["object_id"], strict=True))
    found = [None if z is None else float(z) for z in columns.get("z", [None] * len(wanted))]
    columns["z"] = pick_redshifts(path, redshift, found, aliases)
    masks = [part[3] for part in pixels]
    columns |= {
        "wavelength": [part[0] for part in pixels],
        "flux": [part[1] for part in pixels],
        "ivar": [part[2] for part in pixels],
        "mask_array": masks if masks and all(mask is not None for mask in masks) else None,
    }
    used = {find(what, table.names) for what in ("wavelength", "flux", "error", "ivar", "mask")}
    for name in table.names:
        if (
            name not in columns
            and name not in used
            and name.lower() not in arrow_schema("spectra").names
            and not table.is_list(name)
        ):
            columns[name] = table.values(name, wanted)
    if stated == "relative":
        columns["flux_unit"] = "relative"
    return spectra_table(path, len(wanted), columns)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


READER = Reader("table", recognises, read, is_general=True)
