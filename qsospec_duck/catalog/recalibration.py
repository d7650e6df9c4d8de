"""`recalibrate`: luminosities, masses and Eddington ratios of a run for a named calibration, without refitting.

The macro ``recalibrated`` computes one row an object; here those rows become rows of ``derived``. A million objects
are sixteen million rows, and nearly all of the time goes into texts that repeat: they are written as the
dictionaries that Parquet keeps anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from qsospec_duck.catalog.derived import Calibration, store_calibration
from qsospec_duck.catalog.session import as_run, run_session
from qsospec_duck.constants import H0_DEFAULT, OM0_DEFAULT
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunBundle

BOLOMETRIC = ("richards06", "runnoe12", "netzer19")
"""Bolometric corrections of the macro ``recalibrated``."""

OBJECTS_PER_GROUP = 8_192
"""Objects of a row group: at most 131,072 rows, and their keys fit into one dictionary page."""


def recalibrate(
    run: str | Path | RunBundle,
    calibration_id: str,
    *,
    h0: float = H0_DEFAULT,
    om0: float = OM0_DEFAULT,
    bolometric: str = "richards06",
) -> int:
    """Write luminosities, masses and Eddington ratios of every object for a named calibration.

    Several calibrations live side by side in the table ``derived``; the same name replaces its rows. The view
    ``calibrations`` says what each of them is.

    Parameters
    ----------
    run : path or RunBundle
    calibration_id : str
        Letters, digits and ``_.+-``.
    h0, om0 : float
        Hubble constant [km/s/Mpc] and matter density of a flat universe.
    bolometric : str
        ``richards06``, ``runnoe12`` or ``netzer19``.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    ConfigError
        The name cannot be the name of a file, or ``bolometric`` is unknown.
    """
    if bolometric not in BOLOMETRIC:
        raise ConfigError(f"bolometric is {bolometric!r}; it should be one of {', '.join(BOLOMETRIC)}.")
    bundle = as_run(run)
    about = Calibration(bundle.run_id, calibration_id, h0, om0, bolometric)
    with run_session(bundle, catalog_only=True) as con:
        quantities = con.sql("FROM calibrated_quantities").fetchall()
        wide = con.sql(
            "FROM recalibrated(h0 := $h0::DOUBLE, om0 := $om0::DOUBLE, bolometric := $bolometric)",
            params={"h0": h0, "om0": om0, "bolometric": bolometric},
        )
        # DuckDB computes the next objects while these are written
        con.execute("SET streaming_buffer_size = '256MB'")
        pieces = wide.to_arrow_reader(OBJECTS_PER_GROUP)
        return store_calibration(bundle, about, (_long_rows(piece, quantities, about) for piece in pieces))


def _long_rows(
    wide: pa.RecordBatch, quantities: Sequence[tuple[str, str, float | None]], about: Calibration
) -> pa.Table:
    """One row an object and quantity, objects together; quantities without a value have none."""
    names = [name for name, _, _ in quantities]
    value = _matrix(wide, names)
    error = _matrix(wide, [f"{name}_err" for name in names])
    # a dictionary of scatters: the known ones by quantity, then those of the relations behind logmbh
    of_logmbh, which = np.unique(_matrix(wide, ["logmbh_scatter"]), return_inverse=True)
    scatters = np.concatenate([[np.nan if known is None else known for _, _, known in quantities], of_logmbh])
    of_scatter = np.tile(np.arange(len(names), dtype=np.int32), (wide.num_rows, 1))
    of_scatter[:, names.index("logmbh")] = len(names) + which.ravel()
    kept = np.isfinite(value)
    of_object, of_quantity = (index.astype(np.int32) for index in np.nonzero(kept))
    value, error, of_scatter = value[kept], error[kept], of_scatter[kept]
    total = np.sqrt(error * error + (scatters * scatters)[of_scatter])
    columns = {
        "run_id": _repeated(about.run_id, value.size),
        "object_key": pa.DictionaryArray.from_arrays(of_object, wide["object_key"]),
        "object_id": pa.DictionaryArray.from_arrays(of_object, wide["object_id"]),
        "quantity": pa.DictionaryArray.from_arrays(of_quantity, names),
        "calibration_id": _repeated(about.calibration_id, value.size),
        "value": pa.array(value),
        "statistical_error": pa.array(error, from_pandas=True),
        "intrinsic_scatter": pa.DictionaryArray.from_arrays(
            pa.array(of_scatter, mask=np.isnan(scatters)[of_scatter]), np.nan_to_num(scatters)
        ),
        "total_error": pa.array(total, from_pandas=True),
        "unit": pa.DictionaryArray.from_arrays(of_quantity, [unit for _, unit, _ in quantities]),
    }
    return pa.table(columns)


def _matrix(wide: pa.RecordBatch, names: Sequence[str]) -> np.ndarray:
    """(n_objects, n_names), NaN where NULL."""
    return np.column_stack([wide[name].to_numpy(zero_copy_only=False) for name in names])


def _repeated(text: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [text])
