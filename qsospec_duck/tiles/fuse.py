"""Companions of a coadd, joined to it by TARGETID: emission lines, best redshifts, afterburners, exposures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.readers.desi_afterburners import CONFIDENCES, read_mgii, read_quasarnet
from qsospec_duck.readers.desi_emline import LINES, read_emline
from qsospec_duck.readers.desi_exposures import NAMES, read_exposures
from qsospec_duck.readers.desi_redrock import companion, rows_of
from qsospec_duck.readers.desi_rrdetails import read_nbest
from qsospec_duck.readers.fits_file import FitsFile

Companions = Mapping[str, Path]
"""Files beside a coadd, by kind."""

COMPANIONS = ("emline", "rrdetails", "qso_qn", "qso_mgii")
"""Kinds of companions; each may be absent."""

_ENDINGS = {"rrdetails": (".h5",)}


def find_companions(coadd: str | Path) -> Companions:
    """Companions that lie beside a coadd."""
    found = {kind: companion(coadd, kind, _ENDINGS.get(kind, ("",))) for kind in COMPANIONS}
    return {kind: path for kind, path in found.items() if path is not None}


def companion_columns(
    companions: Companions, kinds: Sequence[str], target_id: NDArray[np.int64], release: str | None
) -> dict[str, Any]:
    """Columns of some kinds of companions for some targets, NULL where a file or a target is absent.

    Parameters
    ----------
    companions : Companions
    kinds : sequence of str
        Of `COMPANIONS`.
    target_id : ndarray of int
    release : str or None
        Equivalent widths of ``edr`` are corrected.

    Raises
    ------
    ReaderError
        A companion is there and broken.
    """
    columns: dict[str, Any] = {}
    for kind in kinds:
        path = companions.get(kind)
        if kind == "rrdetails":
            columns["rr_nbest"] = None if path is None else read_nbest(path, target_id)
            continue
        names = _columns_of(kind)
        columns |= dict.fromkeys(names)
        if path is not None:
            table = _read(kind, path, release)
            at = rows_of(table["targetid"].to_numpy(), target_id)
            taken = table.take(pa.array(at, pa.int64(), mask=at < 0))
            columns |= {name: taken[name] for name in names if name in table.column_names}
    return columns


def exposure_columns(fits: FitsFile, target_id: NDArray[np.int64]) -> dict[str, Any]:
    """Exposures of some targets, NULL where the coadd has no EXP_FIBERMAP."""
    return read_exposures(fits, target_id) or dict.fromkeys(NAMES)


@cache
def _columns_of(kind: str) -> tuple[str, ...]:
    """Names of the tile columns that a kind of companion fills."""
    names = arrow_schema("tiles").names
    if kind == "emline":
        starts = tuple(f"{line}_" for line in LINES)
        return tuple(name for name in names if name.startswith(starts))
    if kind == "qso_qn":
        return ("z_new", "zerr_new", "z_qn", "is_qso_qn_new_rr", *CONFIDENCES)
    return tuple(name for name in names if name == "is_qso_mgii" or name.startswith("mgii_"))


def _read(kind: str, path: Path, release: str | None) -> pa.Table:
    if kind == "emline":
        return read_emline(path, release)
    return read_quasarnet(path) if kind == "qso_qn" else read_mgii(path)
