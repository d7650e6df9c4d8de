"""Emission lines that DESI fitted: the EMLINEFIT table of ``emline-*`` files.

Equivalent widths of the early data release (fuji) are too large by (1 + z)², which was mended in iron; they are
corrected here, their inverse variances accordingly by (1 + z)⁴.

References
----------
https://desidatamodel.readthedocs.io (emline files); https://data.desi.lbl.gov/doc/releases/edr/known-issues
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.fits_file import FitsFile

LINES = ("oii", "hdelta", "hgamma", "hbeta", "oiii", "halpha")
_MEASURES = (
    *("flux", "flux_ivar", "sigma", "sigma_ivar", "cont", "cont_ivar", "share", "share_ivar"),
    *("ew", "ew_ivar", "chi2", "ndof"),
)


def read_emline(path: str | Path, release: str | None) -> pa.Table:
    """Read the emission lines of all targets.

    Parameters
    ----------
    path : str or Path
    release : str or None
        ``edr`` has its equivalent widths corrected.

    Returns
    -------
    pyarrow.Table
        ``targetid`` and, for each line, the columns of ``columns_of("tiles")`` such as ``hbeta_flux``.

    Raises
    ------
    ReaderError
        The file is damaged or has no such table.
    """
    with FitsFile(path) as fits:
        table = fits.table_with("TARGETID", "Z", "HBETA_FLUX")
        if table is None:
            raise refusal(path, "no table has TARGETID, Z and HBETA_FLUX", "the EMLINEFIT table of an emline file")
        columns: dict[str, Any] = {"targetid": table.column("TARGETID")}
        stretch = (1.0 + table.column("Z").astype(np.float64)) ** 2 if release == "edr" else np.ones(table.shape[0])
        for line in LINES:
            for measure in _MEASURES:
                name = f"{line}_{measure}"
                if name.upper() in table.cells:
                    columns[name] = table.column(name.upper())
            if f"{line}_ew" in columns:
                columns[f"{line}_ew"] = (columns[f"{line}_ew"] / stretch).astype(np.float32)
            if f"{line}_ew_ivar" in columns:
                columns[f"{line}_ew_ivar"] = (columns[f"{line}_ew_ivar"] * stretch**2).astype(np.float32)
    return pa.table({name: pa.array(values) for name, values in columns.items()})
