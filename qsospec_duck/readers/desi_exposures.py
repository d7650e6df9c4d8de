"""Exposures that went into a coadd: its EXP_FIBERMAP, gathered by target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.readers.fits_file import FitsFile

_FIELDS = {
    "night": "NIGHT",
    "expid": "EXPID",
    "tileid": "TILEID",
    "mjd": "MJD",
    "exptime": "EXPTIME",
    "petal": "PETAL_LOC",
    "fiber": "FIBER",
}
NAMES = ("n_exposures", "exptime", "mjd_min", "mjd_max", "mjd_mean", "exposures")


def read_exposures(fits: FitsFile, target_id: NDArray[np.int64]) -> dict[str, list[Any]] | None:
    """Gather the exposures of some targets.

    Parameters
    ----------
    fits : FitsFile
        An open coadd.
    target_id : ndarray of int

    Returns
    -------
    dict or None
        Columns ``n_exposures``, ``exptime``, ``mjd_min``, ``mjd_max``, ``mjd_mean`` and ``exposures`` (a list of
        structs by time); ``None`` where the file has no EXP_FIBERMAP.
    """
    table = fits.named("EXP_FIBERMAP")
    if table is None or not {"TARGETID", "MJD", "EXPTIME"} <= table.cells.keys():
        return None
    owner = table.column("TARGETID")
    values = {name: table.column(source) for name, source in _FIELDS.items() if source in table.cells}
    order = np.lexsort((values["mjd"], owner))
    first = np.searchsorted(owner, target_id, "left", sorter=order)
    last = np.searchsorted(owner, target_id, "right", sorter=order)
    at_mjd = list(values).index("mjd")
    found: dict[str, list[Any]] = {name: [] for name in NAMES}
    for start, stop in zip(first.tolist(), last.tolist(), strict=True):
        rows = order[start:stop]
        columns = [column[rows].tolist() for column in values.values()]
        mjd = columns[at_mjd]
        found["n_exposures"].append(len(mjd))
        found["exptime"].append(float(values["exptime"][rows].sum()) if mjd else None)
        # The rows are in order of time.
        found["mjd_min"].append(mjd[0] if mjd else None)
        found["mjd_max"].append(mjd[-1] if mjd else None)
        found["mjd_mean"].append(float(values["mjd"][rows].mean()) if mjd else None)
        found["exposures"].append([dict(zip(values, one, strict=True)) for one in zip(*columns, strict=True)])
    return found
