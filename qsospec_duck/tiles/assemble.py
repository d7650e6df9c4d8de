"""The rows of one tile: what a selection is made of, and all columns of what was selected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.readers.desi import Coadd, redshift_columns
from qsospec_duck.readers.relation import arrow_column, spectra_table
from qsospec_duck.tiles.fuse import Companions, companion_columns, exposure_columns
from qsospec_duck.tiles.options import TileOptions
from qsospec_duck.tiles.precision import groom
from qsospec_duck.tiles.selection import QUASARNET_NEW, quasar_maskbits, quasarnet_threshold

NEVER_NAN = ("ra", "dec", "ebv", "zerr", "zerr_rr", "rr_chi2", "deltachi2", "mjd_min", "mjd_max", "mjd_mean", "exptime")
"""Scalars that are NULL where a file has NaN or infinity."""


def list_candidates(
    coadd: Coadd, rows: NDArray[np.intp], redrock: pa.Table, companions: Companions, options: TileOptions
) -> tuple[pa.Table, NDArray[np.intp]]:
    """Targets with a redshift: what a selection can be made of, and their rows in the coadd."""
    rows = rows[np.isin(coadd.target_id[rows], redrock["targetid"].to_numpy())]
    target_id = coadd.target_id[rows]
    known: dict[str, Any] = {
        "target_id": target_id,
        "ra": coadd.about("TARGET_RA", rows),
        "dec": coadd.about("TARGET_DEC", rows),
        "ebv": coadd.about("EBV", rows),
        "objtype": coadd.about("OBJTYPE", rows),
        "coadd_fiberstatus": coadd.about("COADD_FIBERSTATUS", rows),
        **redshift_columns(redrock, target_id),
        **companion_columns(companions, ("qso_qn", "qso_mgii"), target_id, coadd.identity.release),
    }
    fields = {one.name: one.type for one in (*arrow_schema("spectra"), *arrow_schema("tiles"))}
    table = pa.table({name: arrow_column(values, fields[name], rows.size) for name, values in known.items()})
    threshold = options.qn_threshold or quasarnet_threshold(coadd.identity.release)
    return table.append_column("qso_maskbits", pa.array(quasar_maskbits(table, threshold))), rows


def assemble_tile(
    coadd: Coadd, rows: NDArray[np.intp], chosen: pa.Table, companions: Companions, options: TileOptions
) -> pa.Table:
    """All columns of the tile, in the order of ``columns.csv``, NULL where nothing is known."""
    merged = coadd.spectra(rows, options.wavelength_range)
    columns = coadd.columns(rows, merged)
    columns["flux"], columns["ivar"] = groom(columns["flux"], columns["ivar"], options.precision)
    columns |= {name: chosen[name] for name in chosen.column_names}
    columns |= {"z_rr": chosen["z"], "zerr_rr": chosen["zerr"] if "zerr" in chosen.column_names else None}
    if options.selection == "desi-qso":
        columns |= _new_redshifts(chosen)
    target_id = coadd.target_id[rows]
    columns |= companion_columns(companions, ("emline", "rrdetails"), target_id, coadd.identity.release)
    columns |= exposure_columns(coadd.fits, target_id)
    names = [*arrow_schema("spectra").names, *arrow_schema("tiles").names]
    if options.resolution:
        columns["lsf_sigma"] = coadd.line_spread(rows, merged.wavelength)
        names.append("lsf_sigma")
    table = spectra_table(coadd.fits.path, rows.size, {name: columns.get(name) for name in names})
    # What is not known is NULL: Parquet's statistics leave NaN out, and filters that believe them miss the row.
    arrays = [
        pc.if_else(pc.is_finite(values), values, None) if name in NEVER_NAN else values
        for name, values in zip(names, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _new_redshifts(chosen: pa.Table) -> dict[str, Any]:
    """Take z and zerr as DESI's quasar catalog has them: redrock's second fit where QuasarNet asked for it."""
    again = np.flatnonzero(chosen["qso_maskbits"].to_numpy() & QUASARNET_NEW)
    replaced = {}
    for name, new in (("z", "z_new"), ("zerr", "zerr_new")):
        values = chosen[name].to_pylist() if name in chosen.column_names else [None] * chosen.num_rows
        for row in again.tolist():
            values[row] = chosen[new][row].as_py()
        replaced[name] = values
    return replaced
