"""Derived quantities of a run: by SQL for a named calibration, or by Python calculators. Nothing is fitted again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.catalog.session import as_run, run_session
from qsospec_duck.columns import arrow_schema
from qsospec_duck.constants import H0_DEFAULT, OM0_DEFAULT
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunBundle

Calculator = Callable[[Mapping[str, Any]], Mapping[str, Any] | Iterable[Mapping[str, Any]]]
"""``{"object": row of objects, "measurements": its rows}`` → one record or several: ``quantity``, ``value`` and, where
there are any, ``statistical_error``, ``intrinsic_scatter``, ``total_error``, ``unit``, ``metadata``."""

_NUMBERS = ("value", "statistical_error", "intrinsic_scatter", "total_error")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


def recalibrate(
    run: str | Path | RunBundle,
    calibration_id: str,
    *,
    h0: float = H0_DEFAULT,
    om0: float = OM0_DEFAULT,
    bolometric: str = "richards06",
) -> pa.Table:
    """Write luminosities, masses and Eddington ratios of every object for a named calibration.

    Several calibrations live side by side in the table ``derived``; the same name replaces its rows.

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
    pyarrow.Table
        The rows written, with the columns of ``derived`` (see the SQL macro ``derived_masses``).

    Raises
    ------
    ConfigError
        The name cannot be the name of a file, or ``bolometric`` is unknown.
    """
    if bolometric not in ("richards06", "runnoe12", "netzer19"):
        raise ConfigError(f"bolometric is {bolometric!r}; it should be 'richards06', 'runnoe12' or 'netzer19'.")
    bundle = as_run(run)
    path = _shard(bundle, calibration_id)
    with run_session(bundle) as con:
        rows = con.sql(
            "SELECT * FROM derived_masses(calibration_id := $name, h0 := $h0::DOUBLE, om0 := $om0::DOUBLE, "
            "bolometric := $bolometric) ORDER BY object_key, quantity",
            params={"name": calibration_id, "h0": h0, "om0": om0, "bolometric": bolometric},
        ).to_arrow_table()
    return _store(rows.cast(arrow_schema("derived")), path)


def compute_derived_quantities(run: str | Path | RunBundle, calculators: Mapping[str, Calculator]) -> pa.Table:
    """Run Python calculators over every object and write their records.

    Parameters
    ----------
    run : path or RunBundle
    calculators : mapping of str to callable
        Calibration id → calculator (see `Calculator`); a calculator may return an empty list.

    Returns
    -------
    pyarrow.Table
        The rows written, with the columns of ``derived``.

    Raises
    ------
    ConfigError
        A calibration id cannot be the name of a file, or a record has no ``quantity``.
    """
    bundle = as_run(run)
    paths = {name: _shard(bundle, name) for name in calculators}
    measured = pl.from_arrow(bundle.read_table("measurements"))
    assert isinstance(measured, pl.DataFrame)
    by_object = {key[0]: frame for key, frame in measured.partition_by("object_key", as_dict=True).items()}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in calculators}
    for one in bundle.read_table("objects").to_pylist():
        frame = by_object.get(one["object_key"])
        context = {"object": one, "measurements": [] if frame is None else frame.to_dicts()}
        for name, calculator in calculators.items():
            found = calculator(context)
            for record in [found] if isinstance(found, Mapping) else found:
                rows[name].append(_row(bundle, one, name, record))
    schema = arrow_schema("derived")
    tables = [_store(pa.Table.from_pylist(rows[name], schema=schema), path) for name, path in paths.items()]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _row(bundle: RunBundle, one: Mapping[str, Any], calibration_id: str, record: Mapping[str, Any]) -> dict[str, Any]:
    if not record.get("quantity"):
        raise ConfigError(
            f"calculator {calibration_id!r}: record {dict(record)} of {one['object_key']} names no quantity."
        )
    metadata = [
        {"key": str(key), "value": json.dumps(value)} for key, value in dict(record.get("metadata") or {}).items()
    ]
    return {
        "run_id": bundle.run_id,
        "object_key": one["object_key"],
        "object_id": one["object_id"],
        "quantity": str(record["quantity"]),
        "calibration_id": calibration_id,
        **{name: None if record.get(name) is None else float(record[name]) for name in _NUMBERS},
        "unit": record.get("unit"),
        "metadata": metadata,
    }


def _shard(bundle: RunBundle, calibration_id: str) -> Path:
    if not _SAFE_NAME.fullmatch(calibration_id):
        raise ConfigError(f"calibration_id is {calibration_id!r}; it should be letters, digits and _ . + - only.")
    return bundle.path / "data" / "derived" / f"part-{calibration_id}.parquet"


def _store(rows: pa.Table, path: Path) -> pa.Table:
    """Put a shard in place in one step; a reader sees the old rows or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".writing")
    try:
        pq.write_table(rows, aside, compression="zstd")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return rows
