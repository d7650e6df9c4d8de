"""What the SQL functions that fit take and give: arguments, the struct they return, one row at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from qsospec_duck.columns import arrow_type
from qsospec_duck.errors import QsospecDuckError
from qsospec_duck.fitting import FitConfig, FitResult, fit_local, fit_quality, fit_quasar
from qsospec_duck.runs.rows import fit_warn
from qsospec_duck.spectra import Spectrum, from_row

FIT_ARGUMENTS = {
    "object_key": "VARCHAR",
    "object_id": "VARCHAR",
    "survey": "VARCHAR",
    "ra": "DOUBLE",
    "dec": "DOUBLE",
    "z": "DOUBLE",
    "ebv": "DOUBLE",
    "wavelength": "DOUBLE[]",
    "flux": "DOUBLE[]",
    "ivar": "DOUBLE[]",
    "mask_array": "INTEGER[]",
    "lsf_sigma": "FLOAT[]",
}
"""Arguments of the SQL function ``fit_quasar_udf`` with their types."""

_MEASUREMENT = (
    "section VARCHAR, recipe_id VARCHAR, feature_id VARCHAR, role VARCHAR, quantity VARCHAR, value DOUBLE, "
    "error DOUBLE, unit VARCHAR, method VARCHAR, measure VARCHAR"
)
FIT_RETURNS = (
    "STRUCT(object_key VARCHAR, object_id VARCHAR, status VARCHAR, message VARCHAR, fit_quality INTEGER, "
    f"fit_warn BIGINT, warning_codes VARCHAR[], measurements STRUCT({_MEASUREMENT})[])"
)
"""What ``fit_quasar_udf`` returns for a row."""

_MEASUREMENT_FIELDS = tuple(member.split()[0] for member in _MEASUREMENT.split(", "))

LOCAL_ARGUMENTS = {
    "lines": "VARCHAR[]", "low": "DOUBLE", "high": "DOUBLE", "continuum": "DOUBLE[][]", "recipe": "VARCHAR",
    "role": "VARCHAR",
}  # fmt: skip
"""Further arguments of ``fit_local_udf``."""


def plain(scalar: pa.Scalar) -> Any:
    """Value of an Arrow scalar; a list as an array."""
    if not scalar.is_valid:
        return None
    return scalar.values.to_numpy(zero_copy_only=False) if isinstance(scalar, pa.ListScalar) else scalar.as_py()


def fit_row(config: FitConfig, row: dict[str, Any]) -> dict[str, Any]:
    """Fit one row; what a spectrum cannot give becomes ``failed`` with its message."""
    return answer(row, partial(fit_quasar, config=config))


def answer(row: Mapping[str, Any], fit: Callable[[Spectrum], FitResult]) -> dict[str, Any]:
    """What SQL is told of the fit of one row."""
    about = {"object_key": row["object_key"], "object_id": row["object_id"]}
    try:
        result = fit(from_row(row))
    except (QsospecDuckError, ArithmeticError, ValueError) as error:
        return about | {"status": "failed", "message": f"{type(error).__name__}: {error}", "measurements": []}
    return about | {
        "status": "fitted",
        "message": result.continuum.message,
        "fit_quality": fit_quality(result.warnings),
        "fit_warn": fit_warn(result.warning_codes),
        "warning_codes": list(result.warning_codes),
        "measurements": [
            {name: getattr(measurement, name) for name in _MEASUREMENT_FIELDS} for measurement in result.measurements
        ],
    }


def register_fit_local(con: duckdb.DuckDBPyConnection, config: FitConfig) -> None:
    """Give a connection ``fit_local_udf``: the fit of one window a row, in this process."""

    # DuckDB counts the parameters: a *args would be one
    def fit_windows(  # type: ignore[no-untyped-def]
        object_key, object_id, survey, ra, dec, z, ebv, wavelength, flux, ivar, mask_array, lsf_sigma,
        lines, low, high, continuum, recipe, role,
    ):  # fmt: skip
        spectra = (object_key, object_id, survey, ra, dec, z, ebv, wavelength, flux, ivar, mask_array, lsf_sigma)
        choices = (lines, low, high, continuum, recipe, role)
        answers = []
        for i in range(len(object_key)):
            row = {name: plain(column[i]) for name, column in zip(FIT_ARGUMENTS, spectra, strict=True)}
            chosen = {name: column[i].as_py() for name, column in zip(LOCAL_ARGUMENTS, choices, strict=True)}
            answers.append(answer(row, partial(_fit_window, config=config, chosen=chosen)))
        return pa.array(answers, type=arrow_type(FIT_RETURNS))

    con.create_function(
        "fit_local_udf", fit_windows, [*FIT_ARGUMENTS.values(), *LOCAL_ARGUMENTS.values()], FIT_RETURNS,
        type=PythonUDFType.ARROW, null_handling=FunctionNullHandling.SPECIAL,
    )  # fmt: skip


def _fit_window(spectrum: Spectrum, config: FitConfig, chosen: Mapping[str, Any]) -> FitResult:
    low, high, bands = chosen["low"], chosen["high"], chosen["continuum"]
    return fit_local(
        spectrum,
        chosen["lines"] or (),
        window=None if low is None or high is None else (low, high),
        continuum=None if bands is None else [tuple(band) for band in bands],
        recipe=chosen["recipe"],
        role=chosen["role"] or "broad",
        config=config,
    )
