"""The best redshifts that redrock found for each target: ``zfit`` of the HDF5 file ``rrdetails-*``.

The χ² scans of the same file are large and stay where they are.

References
----------
https://desidatamodel.readthedocs.io (rrdetails files)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.fits.refusal import refusal

_FIELDS = ("znum", "z", "zerr", "zwarn", "chi2", "deltachi2", "spectype", "subtype")


def read_nbest(path: str | Path, target_id: NDArray[np.int64]) -> list[list[dict[str, Any]] | None]:
    """Read the list of best redshifts of some targets.

    Parameters
    ----------
    path : str or Path
    target_id : ndarray of int
        Only these are read.

    Returns
    -------
    list
        For each target its redshifts in the order of ``znum``, or ``None`` where the file does not have it.

    Raises
    ------
    ReaderError
        The file is no HDF5 file or has no ``zfit`` group.
    """
    # Imported here: most tiles are converted without this file.
    import h5py

    try:
        with h5py.File(path, "r") as details:
            if "zfit" not in details:
                raise refusal(path, f"groups are {', '.join(details)}", "a group zfit (redrock details)")
            return [_fits_of(path, details["zfit"], target) for target in target_id.tolist()]
    except OSError as error:
        raise refusal(path, f"cannot be read as HDF5 ({error})", "a complete HDF5 file") from error


def _fits_of(path: str | Path, group: Any, target: int) -> list[dict[str, Any]] | None:
    name = f"{target}/zfit"
    if name not in group:
        return None
    table = group[name][...]
    if missing := [field for field in ("znum", "z", "chi2", "spectype") if field not in (table.dtype.names or ())]:
        raise refusal(path, f"zfit/{name} lacks {', '.join(missing)}", "the fields of redrock's zfit table")
    fields = [field for field in _FIELDS if field in table.dtype.names]
    rows = table[np.argsort(table["znum"], kind="stable")]
    return [{field: _plain(row[field]) for field in fields} for row in rows]


def _plain(value: Any) -> Any:
    return value.decode("ascii").rstrip() if isinstance(value, bytes) else value.item()
