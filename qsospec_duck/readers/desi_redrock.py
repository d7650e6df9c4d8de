"""Redshifts of DESI: the REDSHIFTS table of a ``redrock-*`` file, joined by TARGETID and by nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.fits_file import FitsFile

_COLUMNS = ("TARGETID", "Z", "ZERR", "ZWARN", "CHI2", "DELTACHI2", "SPECTYPE", "SUBTYPE", "NPIXELS")


def companion(path: str | Path, kind: str, endings: tuple[str, ...] = ("",)) -> Path | None:
    """Find the file of another kind beside a coadd: ``coadd-main-dark-1.fits`` has ``redrock-main-dark-1.fits``.

    Parameters
    ----------
    path : str or Path
        A coadd.
    kind : str
        ``redrock``, ``emline``, ``qso_qn``, ``qso_mgii``, ``rrdetails``.
    endings : tuple of str
        Endings to try in place of ``.fits``; the coadd's own (with and without ``.gz``) are tried first.
    """
    coadd = Path(path)
    if not coadd.name.startswith("coadd-"):
        return None
    name = coadd.name.removesuffix(".gz")
    stem = kind + name.removeprefix("coadd")
    own = [stem, f"{stem}.gz"]
    others = [stem.removesuffix(".fits") + ending for ending in endings if ending]
    return next((coadd.with_name(one) for one in (*others, *own) if coadd.with_name(one).is_file()), None)


def read_redrock(path: str | Path) -> pa.Table:
    """Read the redshift table; column names in lower case as redrock has them.

    Returns
    -------
    pyarrow.Table
        One row a target, in the order of the file: ``targetid``, ``z``, ``zerr``, ``zwarn``, ``chi2``, ``deltachi2``,
        ``spectype``, ``subtype``, ``npixels``.

    Raises
    ------
    ReaderError
        The file is damaged, has no such table, or names a target twice.
    """
    with FitsFile(path) as fits:
        table = fits.table_with("TARGETID", "Z", "ZWARN", "SPECTYPE")
        if table is None:
            raise refusal(path, "no table has TARGETID, Z, ZWARN and SPECTYPE", "the REDSHIFTS table of a redrock file")
        columns = {name.lower(): table.column(name) for name in _COLUMNS if name in table.cells}
        target_id = columns["targetid"]
        if np.unique(target_id).size != target_id.size:
            raise refusal(path, "a TARGETID stands there twice", "one row a target", where=table.where)
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def rows_of(target_id: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Row of each wanted target in ``target_id``, -1 where it is not there."""
    order = np.argsort(target_id, kind="stable")
    at = np.searchsorted(target_id, wanted, sorter=order)
    found = np.full(wanted.shape, -1, dtype=np.intp)
    inside = at < target_id.size
    rows = order[at[inside]]
    found[inside] = np.where(target_id[rows] == wanted[inside], rows, -1)
    return found


def take_or_none(values: Any, rows: NDArray[np.intp]) -> list[Any]:
    """Values of rows as a list, ``None`` where the row is -1."""
    # One take and one conversion: a scalar a row would cost five milliseconds a tile.
    return list(values.take(pa.array(rows, pa.int64(), mask=rows < 0)).to_pylist())
