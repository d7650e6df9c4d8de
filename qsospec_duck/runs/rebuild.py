"""A `FitResult` from its rows: the inverse of ``model_columns.py`` and ``rows.py``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qsospec_duck.constants import FLUX_UNIT, FLUX_UNIT_CGS
from qsospec_duck.errors import RunError
from qsospec_duck.fitting.result import ComplexFit, Component, ContinuumFit, FitResult, FitWarning, Measurement, Trial
from qsospec_duck.runs.checked import damage_is_told, open_shard
from qsospec_duck.runs.key_values import from_key_values
from qsospec_duck.runs.model_columns import unpack_matrix
from qsospec_duck.spectra import Extinction, Spectrum

_NAN = float("nan")


def read_model_row(shard: Path, object_key: str) -> pa.Table:
    """Read the row of ``models`` of one object: keys of the row groups that may hold it, then one row group.

    Raises
    ------
    RunError
        The shard has no such row.
    """
    with damage_is_told(shard), open_shard(shard) as file:
        for group in range(file.metadata.num_row_groups):
            if _may_hold(file.metadata.row_group(group), object_key):
                keys = file.read_row_group(group, columns=["object_key"])["object_key"].to_pylist()
                if object_key in keys:
                    return _row_group(shard, shard.stat().st_mtime_ns, group).slice(keys.index(object_key), 1)
    raise RunError(f"{shard}: no model of {object_key!r}, though the run says so; run finalize_run again.")


@lru_cache(maxsize=1)
def _row_group(shard: Path, changed: int, group: int) -> pa.Table:
    """One row group; kept, since the next object that is asked for is often its neighbour.

    ``changed`` is the time of the file, so that one that was written again is read again.
    """
    with open_shard(shard) as file:
        return file.read_row_group(group, use_threads=False)


def _may_hold(group: pq.RowGroupMetaData, object_key: str) -> bool:
    """Tell by the smallest and largest key of a row group; without them, it may."""
    column = next(i for i in range(group.num_columns) if group.column(i).path_in_schema == "object_key")
    statistics = group.column(column).statistics
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min <= object_key <= statistics.max)


def rebuild_result(model: pa.Table, objects: pa.Table, measurements: pa.Table, warnings: pa.Table) -> FitResult:
    """Put a fit together from its rows.

    Parameters
    ----------
    model : pyarrow.Table
        One row of ``models``.
    objects, measurements, warnings : pyarrow.Table
        The rows of the same object.

    Returns
    -------
    FitResult
        Arrays in double precision at the accuracy of the archive (float32). What a bundle of ``qsospec`` 0.1.1
        does not hold is NaN or empty.
    """
    about = from_key_values(model["spectrum_metadata"][0].as_py())
    workflow = from_key_values(model["workflow_metadata"][0].as_py())
    summary = objects.to_pylist()[0]
    # qsospec 0.1.1 stores the flux in the unit of its input and says which that was.
    in_cgs = about.get("flux_unit") == "cgs" and about.get("flux_scale")
    scale = float(about["flux_scale"]) / FLUX_UNIT_CGS if in_cgs and "house_flux_unit" not in about else 1.0
    spectrum = _spectrum(model, about, scale)
    components = _components(model, scale)
    rows = tuple(_measurement(row) for row in measurements.drop_columns(["metadata"]).to_pylist())
    return FitResult(
        spectrum=spectrum,
        continuum=_continuum(model, workflow.pop("continuum", {}), summary, components, rows, spectrum.n_pix),
        complexes={
            fit.recipe_id: fit
            for fit in (_complex(item, components, rows, spectrum) for item in _structs(model, "complexes"))
        },
        complex_statuses={key: str(value) for key, value in from_key_values(summary["complex_statuses"]).items()},
        measurements=rows,
        warnings=tuple(
            FitWarning(
                row["code"],
                row["message"],
                row["section"],
                row["recipe_id"],
                row["severity"],
                from_key_values(row["context"]),
            )
            for row in warnings.to_pylist()
        ),
        host_model=_numbers(model, "host_model", scale),
        total_flux=_numbers(model, "total_flux", scale),
        metadata={**workflow, **_host_masks(model)},
    )


def _spectrum(model: pa.Table, about: Mapping[str, Any], scale: float) -> Spectrum:
    wave, flux, error = (_numbers(model, name, 1.0) for name in ("wave_rest", "flux", "error"))
    if wave is None or flux is None or error is None:
        raise RunError(f"object {model['object_key'][0]}: its model row has no spectrum; fit it again.")
    good = _mask(model, "input_mask", wave.size) & np.isfinite(error) & (error > 0)
    ivar = np.zeros_like(wave)
    ivar[good] = (error[good] * scale) ** -2.0
    return Spectrum(
        wavelength=wave,
        flux=np.where(np.isfinite(flux), flux * scale, 0.0),
        ivar=ivar,
        z=float(model["redshift"][0].as_py()),
        frame="rest",
        object_key=model["object_key"][0].as_py(),
        object_id=model["object_id"][0].as_py() or "",
        ra=about.get("ra"),
        dec=about.get("dec"),
        ebv=about.get("ebv"),
        extinction=_extinction(about),
        flux_unit=about.get("house_flux_unit") or (FLUX_UNIT if about.get("flux_unit") == "cgs" else "relative"),
        metadata=about.get("reader") or {},
    )


def _extinction(about: Mapping[str, Any]) -> Extinction:
    if "extinction" in about:
        return Extinction(**about["extinction"])
    # qsospec 0.1.1 has words of its own for two of the states.
    found = about.get("galactic_extinction") or {}
    status = found.get("status") or "uncorrected"
    return Extinction(
        status={"disabled": "uncorrected", "caller_preprocessed": "declared_corrected"}.get(status, status),
        law=found.get("law") if found.get("applied") else None,
        rv=found.get("rv") if found.get("applied") else None,
        ebv=found.get("applied_ebv") if found.get("applied") else None,
        source=found.get("map_name") if found.get("applied") else None,
    )


def _continuum(
    model: pa.Table,
    stored: Mapping[str, Any],
    summary: Mapping[str, Any],
    components: list[Component],
    rows: tuple[Measurement, ...],
    n_pix: int,
) -> ContinuumFit:
    parts = tuple(component for component in components if component.section == "continuum")
    success = bool(summary["continuum_success"])
    return ContinuumFit(
        success=success,
        status=stored.get("status", 1 if success else -1),
        message=stored.get("message", ""),
        selected_model=stored.get("selected_model", "single"),
        **_solution(stored, rows, "continuum_parameter", None),
        chi2=_or_nan(stored.get("chi2")),
        dof=int(stored.get("dof") or 0),
        fit_mask=_mask(model, "continuum_fit_mask", n_pix),
        clip_mask=_mask(model, "continuum_clip_mask", n_pix),
        components=parts,
        model=_sum(parts, n_pix),
        trials=_trials(stored),
    )


def _complex(
    item: Mapping[str, Any], components: list[Component], rows: tuple[Measurement, ...], spectrum: Spectrum
) -> ComplexFit:
    stored = from_key_values(item["metadata"])
    recipe_id = item["recipe_id"]
    parts = tuple(part for part in components if part.section == "complex" and part.recipe_id == recipe_id)
    fit_mask = np.asarray(item["fit_mask"], dtype=bool)
    excluded = np.asarray(item["excluded_mask"] if item["excluded_mask"] is not None else ~fit_mask & False, dtype=bool)
    shown = spectrum.wavelength[fit_mask | excluded]
    window = stored.get("window") or ((shown[0], shown[-1]) if shown.size else (_NAN, _NAN))
    return ComplexFit(
        recipe_id=recipe_id,
        label=stored.get("label") or recipe_id,
        success=bool(item["success"]),
        status=int(item["status"]),
        message=item["message"] or "",
        selected_model=item["selected_model"] or "",
        **_solution(stored, rows, "complex_parameter", recipe_id),
        chi2=_or_nan(item["chi2"]),
        dof=int(item["dof"] or 0),
        bic=_or_nan(item["bic"]),
        window=(float(window[0]), float(window[1])),
        fit_mask=fit_mask,
        excluded_mask=excluded,
        components=parts,
        model=_sum(parts, spectrum.n_pix),
        trials=_trials(stored),
    )


def _trials(stored: Mapping[str, Any]) -> tuple[Trial, ...]:
    return tuple(Trial(*trial) for trial in stored.get("trials") or ())


def _solution(
    stored: Mapping[str, Any], rows: tuple[Measurement, ...], section: str, recipe_id: str | None
) -> dict[str, Any]:
    """Parameters with errors and covariance; from the measurements where a bundle holds them only there."""
    if "parameters" not in stored:
        own = [row for row in rows if row.section == section and row.recipe_id == recipe_id]
        return {
            "parameters": {row.quantity: row.value for row in own},
            "parameter_errors": {row.quantity: row.error for row in own},
            "covariance": np.zeros((0, 0)),
        }
    names = [name for name, _ in stored["parameters"]]
    covariance = stored["covariance_float32_base64"]
    return {
        "parameters": {name: _or_nan(value) for name, value in stored["parameters"]},
        "parameter_errors": dict(zip(names, stored["parameter_errors"], strict=True)),
        "covariance": unpack_matrix(covariance, len(names)) if covariance else np.zeros((0, 0)),
    }


def _components(model: pa.Table, scale: float) -> list[Component]:
    column = model["components"].combine_chunks()
    structs = column.flatten()
    lists = structs.field("values")
    offsets = lists.offsets.to_numpy()
    values = lists.values.to_numpy(zero_copy_only=False).astype(np.float64) * scale
    named = zip(*(structs.field(name).to_pylist() for name in ("section", "recipe_id", "name", "role")), strict=True)
    return [
        Component(section, recipe_id, name, role or "", values[start:stop])
        for (section, recipe_id, name, role), start, stop in zip(named, offsets[:-1], offsets[1:], strict=True)
    ]


def _structs(model: pa.Table, column: str) -> list[dict[str, Any]]:
    """Structs of a list column, their masks as numpy arrays."""
    structs = model[column].combine_chunks().flatten()
    names = [field.name for field in structs.type]
    fields = []
    for name in names:
        array = structs.field(name)
        if name.endswith("_mask"):
            fields.append(
                [None if item.values is None else item.values.to_numpy(zero_copy_only=False) for item in array]
            )
        else:
            fields.append(array.to_pylist())
    return [dict(zip(names, members, strict=True)) for members in zip(*fields, strict=True)]


def _measurement(row: Mapping[str, Any]) -> Measurement:
    return Measurement(
        section=row["section"],
        quantity=row["quantity"],
        value=_or_nan(row["value"]),
        error=row["error"],
        unit=row["unit"] or "",
        recipe_id=row["recipe_id"],
        feature_id=row["feature_id"],
        role=row["role"],
        measure=row["measure"],
        method=row["method"] or "none",
    )


def _host_masks(model: pa.Table) -> dict[str, NDArray[np.bool_]]:
    names = ("host_fit_mask", "host_emission_mask")
    return {name: _mask(model, name, 0) for name in names if model[name][0].values is not None}


def _numbers(model: pa.Table, column: str, scale: float) -> NDArray[np.float64] | None:
    values = model[column][0].values
    return None if values is None else values.to_numpy(zero_copy_only=False).astype(np.float64) * scale


def _mask(model: pa.Table, column: str, n_pix: int) -> NDArray[np.bool_]:
    values = model[column][0].values
    return np.ones(n_pix, bool) if values is None else np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)


def _sum(parts: tuple[Component, ...], n_pix: int) -> NDArray[np.float64]:
    return np.sum([part.values for part in parts], axis=0) if parts else np.zeros(n_pix)


def _or_nan(value: float | None) -> float:
    return _NAN if value is None else float(value)
