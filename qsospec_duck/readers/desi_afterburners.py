"""Quasars that redrock missed: DESI's QuasarNet (``qso_qn-*``) and Mg II (``qso_mgii-*``) afterburners.

Both files may hold a subset of the targets.

References
----------
Chaussidon et al. 2023, ApJ 944, 107, section 4; https://desidatamodel.readthedocs.io (qso_qn and qso_mgii files)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.fits_file import FitsFile

CONFIDENCES = ("c_lya", "c_civ", "c_ciii", "c_mgii", "c_hbeta", "c_halpha")
"""Confidences of QuasarNet in each line."""

# The survey writes C_MgII, C_Hbeta and C_Halpha in mixed case: columns are found whatever their case.
_QUASARNET = {
    "z_new": "Z_NEW",
    "zerr_new": "ZERR_NEW",
    "z_qn": "Z_QN",
    "is_qso_qn_new_rr": "IS_QSO_QN_NEW_RR",
    **{name: name.upper() for name in CONFIDENCES},
}
_MGII = {
    "is_qso_mgii": "IS_QSO_MGII",
    "mgii_delta_chi2": "DELTA_CHI2",
    "mgii_a": "A",
    "mgii_sigma": "SIGMA",
    "mgii_b": "B",
    "mgii_var_a": "VAR_A",
    "mgii_var_sigma": "VAR_SIGMA",
    "mgii_var_b": "VAR_B",
}


def read_quasarnet(path: str | Path) -> pa.Table:
    """Read ``targetid`` and the columns of QuasarNet; a ReaderError where the file has none."""
    return _read(path, _QUASARNET, ("TARGETID", "C_LYA", "IS_QSO_QN_NEW_RR"))


def read_mgii(path: str | Path) -> pa.Table:
    """Read ``targetid`` and the columns of the Mg II fit; a ReaderError where the file has none."""
    return _read(path, _MGII, ("TARGETID", "IS_QSO_MGII"))


def _read(path: str | Path, names: Mapping[str, str], needed: tuple[str, ...]) -> pa.Table:
    with FitsFile(path) as fits:
        table = fits.table_with(*needed)
        if table is None:
            raise refusal(path, f"no table has {', '.join(needed)}", "the table of a DESI quasar afterburner")
        columns = {"targetid": table.column("TARGETID")}
        columns |= {name: table.column(source) for name, source in names.items() if source in table.cells}
    return pa.table({name: pa.array(values) for name, values in columns.items()})
