"""A row of the spectra relation becomes a `Spectrum`.

A row is anything that maps the relation's column names to values: a dictionary with NumPy arrays, lists or
Arrow list scalars. Only ``wavelength``, ``flux``, ``ivar`` and ``z`` must be there; SQL that shapes its own
relation may leave the rest out. Three further columns are understood where a reader adds them: ``flux_unit``
(``relative`` where the survey's flux scale is arbitrary), ``extinction_corrected`` (true where the file says that
Galactic extinction is removed already), and ``lsf_sigma`` (σ of the line-spread function of each pixel).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.constants import FLUX_UNIT
from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra.masks import usable_pixels
from qsospec_duck.spectra.spectrum import Extinction, Spectrum

_ARRAYS = ("wavelength", "flux", "ivar", "mask_array", "lsf_sigma")
_FIELDS = ("object_key", "object_id", "ra", "dec", "z", "ebv", "flux_unit", "extinction_corrected")


def from_row(row: Mapping[str, Any]) -> Spectrum:
    """Build a spectrum from one row of the spectra relation.

    Pixels whose ivar is not positive, whose values are not finite, or whose survey mask says so
    (`qsospec_duck.spectra.usable_pixels`) get ivar 0. A row without a usable pixel is allowed: the fit
    reports it.

    Parameters
    ----------
    row : Mapping
        Columns of the ``spectra`` table of ``columns.csv``. Observed frame, vacuum Å, 1e-17 erg/s/cm²/Å.
        Every scalar column that `Spectrum` has no field for goes into its ``metadata``.

    Returns
    -------
    Spectrum
        Observed frame. ``wavelength`` shares memory with an Arrow or float64 input (and is then read-only).

    Raises
    ------
    SpectrumError
        A needed column is missing or NULL, lengths differ, wavelengths are not increasing, or the redshift
        is no number greater than -1.
    """
    name = str(row.get("object_id") or row.get("object_key") or "row")
    missing = [column for column in ("wavelength", "flux", "ivar", "z") if _scalar(row.get(column)) is None]
    if missing:
        raise SpectrumError(f"{name}: {', '.join(missing)} missing or NULL; a row of the spectra relation has them.")
    wavelength, flux, ivar = (_array(name, column, row[column]) for column in ("wavelength", "flux", "ivar"))
    if not wavelength.size == flux.size == ivar.size:
        raise SpectrumError(
            f"{name}: {wavelength.size} wavelengths, {flux.size} fluxes and {ivar.size} ivars; they should be equal."
        )
    survey = _scalar(row.get("survey"))
    flux = np.array(flux, dtype=np.float64)
    ivar = np.array(ivar, dtype=np.float64)
    usable = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    mask = None if _scalar(row.get("mask_array")) is None else _array(name, "mask_array", row["mask_array"])
    if mask is not None and mask.size:
        if mask.size != flux.size:
            raise SpectrumError(f"{name}: {mask.size} mask values for {flux.size} pixels; they should be equal.")
        usable &= usable_pixels(mask, survey)
    ivar[~usable] = 0.0
    flux[~np.isfinite(flux)] = 0.0
    return Spectrum(
        np.asarray(wavelength, dtype=np.float64),
        flux,
        ivar,
        _number(name, "z", row["z"]),
        object_key=str(_scalar(row.get("object_key")) or ""),
        object_id=str(_scalar(row.get("object_id")) or ""),
        ra=_optional(name, "ra", row.get("ra")),
        dec=_optional(name, "dec", row.get("dec")),
        ebv=_optional(name, "ebv", row.get("ebv")),
        extinction=Extinction("declared_corrected" if _scalar(row.get("extinction_corrected")) else "uncorrected"),
        flux_unit=str(_scalar(row.get("flux_unit")) or FLUX_UNIT),
        lsf_sigma=_line_spread(name, row.get("lsf_sigma"), flux.size),
        metadata={
            key: value
            for key, value in ((key, _scalar(value)) for key, value in row.items() if key not in _ARRAYS + _FIELDS)
            if value is not None and not isinstance(value, (list, tuple, dict, np.ndarray, pa.Scalar, pa.Array))
        },
    )


def from_table(table: pa.Table) -> Iterator[Spectrum]:
    """Yield the spectrum of every row of an Arrow table with the columns of the spectra relation, in order.

    Rows are built one at a time from views of the table's memory, so that a large table costs no copy of itself.

    Raises
    ------
    SpectrumError
        A row makes no spectrum (see `from_row`), or the table lacks a needed column.
    """
    missing = [column for column in ("wavelength", "flux", "ivar", "z") if column not in table.column_names]
    if missing:
        raise SpectrumError(f"the table has no column {', '.join(missing)}; the spectra relation has them.")
    nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
    arrays = [name for name in nested if name in _ARRAYS]
    for batch in table.to_batches():
        lists = {name: batch.column(name) for name in arrays}
        scalars = batch.select([name for name in table.column_names if name not in nested]).to_pylist()
        for index, row in enumerate(scalars):
            row.update((name, column[index]) for name, column in lists.items())
            yield from_row(row)


def _array(name: str, column: str, value: Any) -> NDArray[Any]:
    """One-dimensional array of a list-like value, without a copy where memory allows; NULL elements become NaN."""
    if isinstance(value, (pa.ListScalar, pa.LargeListScalar, pa.FixedSizeListScalar)):
        value = value.values
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        if value.null_count and column == "mask_array":
            raise SpectrumError(f"{name}: mask_array has NULL elements; a mask says 0 where nothing is wrong.")
        out = value.to_numpy() if isinstance(value, pa.ChunkedArray) else value.to_numpy(zero_copy_only=False)
    else:
        out = np.asarray(value)
        if out.dtype == object and column != "mask_array":
            # None in a Python list stands for NULL.
            out = np.array([np.nan if element is None else element for element in value], dtype=np.float64)
    if out.ndim != 1 or out.dtype.kind not in "fiub":
        raise SpectrumError(
            f"{name}: {column} is of type {out.dtype} and shape {out.shape}; it should be a list of numbers."
        )
    return out


def _scalar(value: Any) -> Any:
    """Python value of an Arrow scalar; anything else as it is. An Arrow list stays one unless it is NULL."""
    if isinstance(value, pa.Scalar):
        if not value.is_valid:
            return None
        return value if pa.types.is_nested(value.type) else value.as_py()
    return value.item() if isinstance(value, np.generic) else value


def _line_spread(name: str, value: Any, n_pix: int) -> NDArray[np.float64] | None:
    """σ of the line-spread function [km/s]; pixels where it is not known have their neighbours'."""
    if _scalar(value) is None:
        return None
    sigma = np.array(_array(name, "lsf_sigma", value), dtype=np.float64)
    if sigma.size != n_pix:
        raise SpectrumError(f"{name}: {sigma.size} values of lsf_sigma for {n_pix} pixels; they should be equal.")
    known = np.isfinite(sigma) & (sigma > 0)
    if not known.any():
        return None
    index = np.arange(n_pix)
    return np.interp(index, index[known], sigma[known])


def _number(name: str, column: str, value: Any) -> float:
    number = _scalar(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise SpectrumError(f"{name}: {column} is {number!r}; it should be a number.")
    return float(number)


def _optional(name: str, column: str, value: Any) -> float | None:
    """Read a number, or ``None`` where the row has NULL or NaN."""
    if _scalar(value) is None:
        return None
    number = _number(name, column, value)
    return number if np.isfinite(number) else None
