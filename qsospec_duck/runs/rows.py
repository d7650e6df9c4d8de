"""Rows of the other tables: inputs, objects, measurements, warnings, failures."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.fitting.measurement_rows import Label, MeasurementTable, Rows, labelled
from qsospec_duck.fitting.quality import fit_quality
from qsospec_duck.fitting.result import FitResult
from qsospec_duck.runs.key_values import to_key_values
from qsospec_duck.runs.layout import object_number
from qsospec_duck.runs.manifest import now
from qsospec_duck.runs.model_columns import model_columns


@dataclass(frozen=True)
class Origin:
    """Where a spectrum was read from: a row of ``inputs``."""

    object_key: str
    object_id: str
    source: str
    row_index: int | None = None
    reader: str = ""
    redshift: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A spectrum that could not be fitted: a row of ``failures``."""

    origin: Origin
    exception_type: str
    message: str
    traceback: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def tables_from_results(results: Sequence[FitResult], origins: Sequence[Origin], run_id: str) -> dict[str, pa.Table]:
    """Arrow tables of fitted spectra: inputs, objects, measurements, warnings, models.

    Parameters
    ----------
    results : sequence of FitResult
    origins : sequence of Origin
        Of equal length; gives each result its key, id and source.
    run_id : str

    Returns
    -------
    dict of pyarrow.Table
        By table name, with the schemas of ``columns.csv``; rows of an object lie together, in the order given.
    """
    keys = [origin.object_key for origin in origins]
    ids = [origin.object_id for origin in origins]
    return {
        "inputs": inputs_table(origins, run_id),
        "objects": _objects_table(results, keys, ids, run_id),
        "measurements": measurements_table(results, keys, ids, run_id),
        "warnings": _warnings_table(results, keys, ids, run_id),
        "models": _table(
            "models",
            len(results),
            run_id=run_id,
            object_key=keys,
            object_id=ids,
            redshift=[result.spectrum.z for result in results],
            **model_columns(results),
        ),
    }


def inputs_table(origins: Sequence[Origin], run_id: str) -> pa.Table:
    """Rows of ``inputs``."""
    return _table(
        "inputs",
        len(origins),
        run_id=run_id,
        **{
            name: [getattr(origin, name) for origin in origins]
            for name in ("object_key", "object_id", "source", "row_index", "reader", "redshift")
        },
        metadata=[to_key_values(origin.metadata) for origin in origins],
    )


def failures_table(failures: Sequence[Failure], run_id: str) -> pa.Table:
    """Rows of ``failures``."""
    failed_at = now()
    return _table(
        "failures",
        len(failures),
        run_id=run_id,
        **{
            name: [getattr(failure.origin, name) for failure in failures]
            for name in ("object_key", "object_id", "source", "row_index")
        },
        **{
            name: [getattr(failure, name) for failure in failures]
            for name in ("exception_type", "message", "traceback")
        },
        failed_at=[failed_at] * len(failures),
        metadata=[to_key_values(failure.metadata) for failure in failures],
    )


def measurements_table(results: Sequence[FitResult], keys: Sequence[str], ids: Sequence[str], run_id: str) -> pa.Table:
    """Rows of ``measurements``."""
    parts = [_parts(result) for result in results]
    rows = list(chain.from_iterable(parts))
    values, errors = (np.concatenate([np.zeros(0), *(column(part) for part in rows)]) for column in _NUMBERS)
    there = ~np.isnan(values)
    sizes = [sum(part.values.size for part in own) for own in parts]
    repeat = np.repeat(np.arange(len(results)), sizes)[there]
    labels, places = _distinct([part.labels for part in rows])
    chosen = pa.array(places[there])
    return _table(
        "measurements",
        len(repeat),
        run_id=run_id,
        object_key=pa.array(keys, pa.string()).take(pa.array(repeat)),
        object_id=pa.array(ids, pa.string()).take(pa.array(repeat)),
        object_number=pa.array(np.array([object_number(key) for key in keys])[repeat]),
        value=values[there],
        error=pa.array(errors[there], pa.float32(), mask=np.isnan(errors[there])),
        **{
            name: pa.array(list(map(itemgetter(i), labels)), pa.string()).take(chosen)
            for i, name in enumerate(Label._fields)
        },
    )


_NUMBERS = attrgetter("values"), attrgetter("errors")


def _parts(result: FitResult) -> Sequence[Rows]:
    """Measurements of a result in columns."""
    table = result.measurements
    return table.parts if isinstance(table, MeasurementTable) else [labelled(table)]


def _distinct(labels: Sequence[tuple[Label, ...]]) -> tuple[list[Label], NDArray[np.int64]]:
    """Labels of parts, those that several parts share once, and the place of each row's among them."""
    found: list[Label] = []
    places: dict[int, NDArray[np.int64]] = {}
    for own in labels:
        if id(own) not in places:
            places[id(own)] = np.arange(len(found), len(found) + len(own))
            found += own
    return found, np.concatenate([np.zeros(0, dtype=np.int64), *(places[id(own)] for own in labels)])


def fit_warn(codes: Iterable[str]) -> int:
    """Warning bits of ``warning_codes.csv`` for a set of codes."""
    bits = _warning_bits()
    return sum(1 << bits[code] for code in set(codes))


@cache
def _warning_bits() -> dict[str, int]:
    text = resources.files("qsospec_duck").joinpath("data/warning_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: int(row["bit"]) for row in csv.DictReader(text.splitlines())}


def _objects_table(results: Sequence[FitResult], keys: Sequence[str], ids: Sequence[str], run_id: str) -> pa.Table:
    completed_at = now()
    spectra = [result.spectrum for result in results]
    return _table(
        "objects",
        len(results),
        run_id=run_id,
        object_key=keys,
        object_id=ids,
        redshift=[spectrum.z for spectrum in spectra],
        ra=[spectrum.ra for spectrum in spectra],
        dec=[spectrum.dec for spectrum in spectra],
        continuum_success=[result.continuum.success for result in results],
        continuum_reduced_chi2=[result.continuum.reduced_chi2 for result in results],
        host_decomp_enabled=[result.host_model is not None for result in results],
        complex_statuses=[to_key_values(result.complex_statuses) for result in results],
        warning_codes=[list(result.warning_codes) for result in results],
        metadata=[
            to_key_values({k: v for k, v in result.metadata.items() if not isinstance(v, np.ndarray)})
            for result in results
        ],
        completed_at=[completed_at] * len(results),
        object_number=[object_number(key) for key in keys],
        fit_warn=[fit_warn(result.warning_codes) for result in results],
        fit_quality=[fit_quality(result.warnings) for result in results],
        snr_median=[_snr(result) for result in results],
        n_good_pixels=[int(np.count_nonzero(spectrum.good)) for spectrum in spectra],
        ebv=[spectrum.extinction.ebv for spectrum in spectra],
        zwarn=[_integer(spectrum.metadata.get("zwarn")) for spectrum in spectra],
    )


def _warnings_table(results: Sequence[FitResult], keys: Sequence[str], ids: Sequence[str], run_id: str) -> pa.Table:
    rows = [
        (key, name, warning)
        for result, key, name in zip(results, keys, ids, strict=True)
        for warning in result.warnings
    ]
    return _table(
        "warnings",
        len(rows),
        run_id=run_id,
        object_key=[key for key, _, _ in rows],
        object_id=[name for _, name, _ in rows],
        **{
            name: [getattr(warning, name) for _, _, warning in rows]
            for name in ("section", "recipe_id", "code", "severity", "message")
        },
        context=[to_key_values(warning.context) for _, _, warning in rows],
    )


def _table(name: str, n_rows: int, **columns: Any) -> pa.Table:
    """Make a table of ``columns.csv``; a text is one value for all rows, an absent metadata an empty list."""
    arrays = []
    for schema_field in arrow_schema(name):
        values = columns.get(schema_field.name)
        if values is None:
            values = pa.ListArray.from_arrays(
                np.zeros(n_rows + 1, np.int32), pa.array([], schema_field.type.value_type)
            )
        elif isinstance(values, str):
            values = pa.repeat(values, n_rows)
        arrays.append(values if isinstance(values, pa.Array) else pa.array(values, schema_field.type))
    return pa.Table.from_arrays(arrays, schema=arrow_schema(name))


def _snr(result: FitResult) -> float | None:
    good = result.spectrum.good
    if not good.any():
        return None
    return float(np.median(result.spectrum.flux[good] * np.sqrt(result.spectrum.ivar[good])))


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
