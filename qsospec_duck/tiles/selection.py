"""Which targets of a tile are kept: presets, or any SQL predicate over its redshift table.

    seed      redrock calls it QSO and ZWARN is 0
    galaxy    redrock calls it GALAXY and ZWARN is 0
    star      redrock calls it STAR and ZWARN is 0
    desi-qso  DESI's own definition: redrock or Mg II or QuasarNet, on a target fibre in good state
    all       every target that has a redshift

A predicate sees the columns of `candidates`: ``target_id, ra, dec, z, zerr, zwarn, spectype, subtype, rr_chi2,
deltachi2, objtype, coadd_fiberstatus, ebv``, those of the afterburners, and ``qso_maskbits``.

References
----------
Chaussidon et al. 2023, ApJ 944, 107; desispec.validredshifts of desispec 0.70.0 (whose threshold is 0.99).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.readers.desi_afterburners import CONFIDENCES

PRESETS = ("seed", "desi-qso", "galaxy", "star", "all")

REDROCK, MGII, QUASARNET, QUASARNET_NEW = 2, 4, 8, 16
"""Values of DESI's QSO_MASKBITS bits 1 to 4."""

GOOD_FIBER = (0, 8)
"""COADD_FIBERSTATUS of a good fibre; 8 is RESTRICTED, a positioner with limited reach."""

_CLASSES = {"seed": "QSO", "galaxy": "GALAXY", "star": "STAR"}


def quasarnet_threshold(release: str | None) -> float:
    """Confidence above which QuasarNet is believed: 0.95 to DR1, 0.99 from the Jura production on."""
    return 0.95 if release in ("edr", "dr1") else 0.99


def quasar_maskbits(candidates: pa.Table, threshold: float) -> NDArray[np.int32]:
    """DESI's QSO_MASKBITS.

    Parameters
    ----------
    candidates : pyarrow.Table
        ``spectype``, ``is_qso_mgii``, ``is_qso_qn_new_rr`` and the six confidences; NULL counts as no.
    threshold : float
        Confidence above which QuasarNet is believed.
    """
    bits = np.where(_equals(candidates["spectype"], "QSO"), REDROCK, 0)
    bits |= np.where(_truth(candidates["is_qso_mgii"]), MGII, 0)
    confidence = np.max(
        [np.nan_to_num(_numbers(candidates[name]), nan=-1.0) for name in CONFIDENCES], axis=0, initial=-1.0
    )
    quasarnet = confidence > threshold
    bits |= np.where(quasarnet, QUASARNET, 0)
    bits |= np.where(quasarnet & _truth(candidates["is_qso_qn_new_rr"]), QUASARNET_NEW, 0)
    return bits.astype(np.int32)


def select(candidates: pa.Table, selection: str, con: Any = None) -> NDArray[np.intp]:
    """Rows of the targets to keep, in the order of the table.

    Parameters
    ----------
    candidates : pyarrow.Table
        One row a target that has a redshift.
    selection : str
        A preset, or an SQL predicate such as ``z > 2 AND zwarn = 0``.
    con : duckdb.DuckDBPyConnection, optional
        Evaluates a predicate; presets need none.

    Raises
    ------
    TileError
        The predicate is not valid SQL over these columns.
    ConfigError
        A predicate without connection.
    """
    if selection == "all":
        return np.arange(candidates.num_rows)
    if selection in _CLASSES:
        kept = _equals(candidates["spectype"], _CLASSES[selection]) & (_numbers(candidates["zwarn"]) == 0)
        return np.flatnonzero(kept)
    if selection == "desi-qso":
        good = np.isin(_numbers(candidates["coadd_fiberstatus"]), GOOD_FIBER) & _equals(candidates["objtype"], "TGT")
        return np.flatnonzero(good & (_numbers(candidates["qso_maskbits"]) > 0))
    if con is None:
        raise ConfigError(f"selection {selection!r} is no preset ({', '.join(PRESETS)}); an SQL predicate needs con=.")
    import duckdb

    numbered = candidates.append_column("candidate_row", pa.array(np.arange(candidates.num_rows)))
    try:
        rows = con.from_arrow(numbered).filter(selection).project("candidate_row").fetchnumpy()["candidate_row"]
    except duckdb.Error as error:
        columns = ", ".join(candidates.column_names)
        raise TileError(
            f"selection {selection!r} is no predicate over the redshift table ({error}); it has {columns}."
        ) from error
    return np.sort(np.asarray(rows, dtype=np.intp))


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Values as doubles, NaN where NULL."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _truth(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(column.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def _equals(column: pa.ChunkedArray, text: str) -> NDArray[np.bool_]:
    return np.asarray([value == text for value in column.to_pylist()], dtype=bool)
