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

from qsospec_duck.catalog.derived_store import Calibration, store_calibration
from qsospec_duck.catalog.recalibration_macros import BOLOMETRIC, MASS_CHOICES
from qsospec_duck.catalog.session import as_run, run_session
from qsospec_duck.constants import H0_DEFAULT, OM0_DEFAULT
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunBundle

OBJECTS_PER_GROUP = 8_192
"""Objects of a row group: at most 131,072 rows, and their keys fit into one dictionary page."""


def recalibrate(
    run: str | Path | RunBundle,
    calibration_id: str,
    *,
    h0: float = H0_DEFAULT,
    om0: float = OM0_DEFAULT,
    bolometric: str = "richards06",
    hb_mass: str = "vp06",
    mgii_mass: str = "vo09",
    civ_mass: str = "vp06",
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
    hb_mass, mgii_mass, civ_mass : str
        Relation behind ``logmbh`` and ``logledd`` where that line gives the mass: ``vp06`` or ``md04``; ``vo09``,
        ``s11`` or ``md04``; ``vp06`` or ``c17``. The view ``mass_relations`` explains them; the masses by every
        relation are stored in any case.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    ConfigError
        The name cannot be the name of a file, or a correction or relation is unknown.
    """
    chosen = {"bolometric": bolometric, "hb_mass": hb_mass, "mgii_mass": mgii_mass, "civ_mass": civ_mass}
    for argument, allowed in {"bolometric": tuple(BOLOMETRIC), **MASS_CHOICES}.items():
        if chosen[argument] not in allowed:
            raise ConfigError(f"{argument} is {chosen[argument]!r}; it should be one of {', '.join(allowed)}.")
    bundle = as_run(run)
    about = Calibration(bundle.run_id, calibration_id, h0, om0, **chosen)
    with run_session(bundle, catalog_only=True) as con:
        quantities = con.sql("FROM calibrated_quantities").fetchall()
        wide = con.sql(
            "SELECT * EXCLUDE (run_id) FROM recalibrated(h0 := $h0::DOUBLE, om0 := $om0::DOUBLE, "
            f"{', '.join(f'{argument} := ${argument}' for argument in chosen)})",
            params={"h0": h0, "om0": om0, **chosen},
        )
        # DuckDB computes the next objects while these are written
        con.execute("SET streaming_buffer_size = '256MB'")
        pieces = wide.to_arrow_reader(OBJECTS_PER_GROUP)
        return store_calibration(bundle, about, (_long_rows(piece, quantities, about) for piece in pieces))


def _long_rows(
    wide: pa.RecordBatch, quantities: Sequence[tuple[str, str, float | None]], about: Calibration
) -> pa.Table:
    """One row an object and quantity, quantity after quantity; those without a value have none.

    A column of the wide rows stays a column here, so nothing is transposed, and texts that repeat lie together.
    """
    value, error, scatter, of_object, counts = [], [], [], [], []
    for name, _, known in quantities:
        column = _numbers(wide, name)
        kept = np.flatnonzero(np.isfinite(column)).astype(np.int32)
        value.append(column[kept])
        error.append(_numbers(wide, f"{name}_err")[kept])
        of_relation = _numbers(wide, "logmbh_scatter")[kept] if name == "logmbh" else None
        scatter.append(np.full(kept.size, np.nan if known is None else known) if of_relation is None else of_relation)
        of_object.append(kept)
        counts.append(kept.size)
    statistical, intrinsic, objects = np.concatenate(error), np.concatenate(scatter), np.concatenate(of_object)
    units = sorted({unit for _, unit, _ in quantities})
    of_unit = np.array([units.index(unit) for _, unit, _ in quantities], np.int32)
    of_quantity = np.arange(len(quantities), dtype=np.int32)
    columns = {
        "run_id": _repeated(about.run_id, objects.size),
        "object_key": pa.DictionaryArray.from_arrays(objects, wide["object_key"]),
        "object_id": pa.DictionaryArray.from_arrays(objects, wide["object_id"]),
        "quantity": pa.DictionaryArray.from_arrays(np.repeat(of_quantity, counts), [name for name, _, _ in quantities]),
        "calibration_id": _repeated(about.calibration_id, objects.size),
        "value": pa.array(np.concatenate(value)),
        "statistical_error": pa.array(statistical, from_pandas=True),
        "intrinsic_scatter": pa.array(intrinsic, from_pandas=True),
        "total_error": pa.array(np.sqrt(statistical * statistical + intrinsic * intrinsic), from_pandas=True),
        "unit": pa.DictionaryArray.from_arrays(np.repeat(of_unit, counts), units),
    }
    return pa.table(columns)


def _numbers(wide: pa.RecordBatch, name: str) -> np.ndarray:
    """(n_objects,), NaN where NULL."""
    return wide[name].to_numpy(zero_copy_only=False)


def _repeated(text: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [text])
