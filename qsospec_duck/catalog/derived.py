"""Derived quantities of a run: by Python calculators, and how rows of ``derived`` are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.catalog.session import as_run
from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunBundle

Calculator = Callable[[Mapping[str, Any]], Mapping[str, Any] | Iterable[Mapping[str, Any]]]
"""``{"object": row of objects, "measurements": its rows}`` → one record or several: ``quantity``, ``value`` and, where
there are any, ``statistical_error``, ``intrinsic_scatter``, ``total_error``, ``unit``, ``metadata``."""

_NUMBERS = ("value", "statistical_error", "intrinsic_scatter", "total_error")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


@dataclass(frozen=True)
class Calibration:
    """What rows of ``derived`` rest on; a row of the view ``calibrations``."""

    run_id: str
    calibration_id: str
    h0: float | None = None
    """Hubble constant [km/s/Mpc]; None where a Python calculator computed the rows."""

    om0: float | None = None
    bolometric: str | None = None
    hb_mass: str | None = None
    """Relation behind ``logmbh`` where Hbeta gives it; so the two below."""

    mgii_mass: str | None = None
    civ_mass: str | None = None


def store_calibration(bundle: RunBundle, about: Calibration, pieces: Iterable[pa.Table]) -> int:
    """Put the rows of a calibration in place of those it had, in one step; a reader sees the old or the new ones.

    Parameters
    ----------
    bundle : RunBundle
    about : Calibration
    pieces : iterable of pyarrow.Table
        Columns of ``derived``, texts perhaps as dictionaries; columns that are left out are NULL.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    ConfigError
        The calibration id cannot be the name of a file.
    """
    _check_name(about.calibration_id)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    says = pa.Table.from_pylist([asdict(about) | {"made_at": made_at}], schema=arrow_schema("calibrations"))
    _replace(bundle.path / "data" / "calibrations" / f"part-{about.calibration_id}.parquet", [says])
    return _replace(bundle.path / "data" / "derived" / f"part-{about.calibration_id}.parquet", pieces)


def _check_name(calibration_id: str) -> None:
    if not _SAFE_NAME.fullmatch(calibration_id):
        raise ConfigError(f"calibration_id is {calibration_id!r}; it should be letters, digits and _ . + - only.")


def _replace(path: Path, pieces: Iterable[pa.Table]) -> int:
    """Write tables, each a row group, beside a file, then in its place; returns the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".writing")
    table = path.parent.name
    rows = 0
    try:
        with ExitStack() as stack:
            writer: pq.ParquetWriter | None = None
            for piece in _one_ahead(pieces):
                if writer is None:
                    texts = [field.name for field in piece.schema if not pa.types.is_floating(field.type)]
                    # measured numbers hardly repeat: they take a tenth more bytes as they are and a quarter less time
                    packed = {field.name: "lz4" if field.name in texts else "none" for field in piece.schema}
                    writer = stack.enter_context(
                        pq.ParquetWriter(
                            aside, piece.schema, compression=packed, use_dictionary=texts, version="2.6",
                            # those of object_key would take a third of the time, to find one object in 10 ms for 60
                            write_statistics=["calibration_id"],
                        )
                    )  # fmt: skip
                writer.write_table(piece, row_group_size=max(1, piece.num_rows))
                rows += piece.num_rows
            if writer is None:
                pq.write_table(arrow_schema(table).empty_table(), aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return rows


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
    for name in calculators:
        _check_name(name)
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
    tables = {name: pa.Table.from_pylist(found, schema=schema) for name, found in rows.items()}
    for name, table in tables.items():
        store_calibration(bundle, Calibration(bundle.run_id, name), [table])
    return pa.concat_tables([schema.empty_table(), *tables.values()])


def _one_ahead(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same pieces, each next one made in a thread while the last one is worked on."""
    waiting = iter(pieces)
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(next, waiting, None)
        while (piece := ahead.result()) is not None:
            ahead = pool.submit(next, waiting, None)
            yield piece


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
