"""Model rows: Arrow columns of the ``models`` table from fit results, without a loop over pixels.

Lists are full-length so that every reader of the format understands them. They stay small because a component is
exactly zero outside its support, because ``wave_rest`` keeps 32 bits of its mantissa (1e-10 of a wavelength is
0.03 m/s, and half of the bytes of a column that no encoding can shorten), and by what `stored_precision` says.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.columns import arrow_schema
from qsospec_duck.fitting.result import ComplexFit, Component, ContinuumFit, FitResult, Trial
from qsospec_duck.runs.key_values import KeyValues, to_key_values
from qsospec_duck.runs.stored_precision import multiples_of, put_multiples, short_error, steps_of_flux, steps_of_model

WAVELENGTH_BITS = 32
"""Bits of the mantissa that a stored rest wavelength keeps."""


def model_columns(results: Sequence[FitResult]) -> dict[str, pa.Array]:
    """Columns of the ``models`` table that hold arrays and statistics, one row a result."""
    schema = arrow_schema("models")
    spectra = [result.spectrum for result in results]
    errors = [spectrum.error for spectrum in spectra]
    steps = [steps_of_flux(error) for error in errors]
    fluxes = [multiples_of(spectrum.flux, step) for spectrum, step in zip(spectra, steps, strict=True)]
    return {
        "wave_rest": _lists([round_mantissa(spectrum.wavelength, WAVELENGTH_BITS) for spectrum in spectra], np.float64),
        "flux": _lists(fluxes, np.float32),
        "error": _lists([short_error(error) for error in errors], np.float32),
        "input_mask": _lists([spectrum.good for spectrum in spectra], np.bool_),
        "total_flux": _lists([_total_flux(*pair) for pair in zip(results, steps, strict=True)], np.float32),
        "host_model": _lists([result.host_model for result in results], np.float32),
        "host_fit_mask": _lists([_host_mask(result, "host_fit_mask") for result in results], np.bool_),
        "host_emission_mask": _lists([_host_mask(result, "host_emission_mask") for result in results], np.bool_),
        "continuum_fit_mask": _lists([result.continuum.fit_mask for result in results], np.bool_),
        "continuum_clip_mask": _lists([result.continuum.clip_mask for result in results], np.bool_),
        "components": _structs(results, _placed_components, schema.field("components").type, _component_fields),
        "complexes": _structs(results, _complexes_of, schema.field("complexes").type, _complex_fields),
        "spectrum_metadata": pa.array([_spectrum_metadata(result) for result in results], KEY_VALUES),
        "workflow_metadata": pa.array([_workflow_metadata(result) for result in results], KEY_VALUES),
    }


# Not dataclasses.astuple, which copies every value deeply.
_TRIAL = attrgetter(*(field.name for field in fields(Trial)))

KEY_VALUES = arrow_schema("models").field("workflow_metadata").type


def round_mantissa(values: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Round finite numbers to ``bits`` significant bits, half away from zero."""
    dropped = np.uint64(53 - bits)
    half = np.uint64(1) << (dropped - np.uint64(1))
    shorter = (np.asarray(values, np.float64).view(np.uint64) + half) >> dropped << dropped
    return shorter.view(np.float64)


def components_of(result: FitResult) -> list[Component]:
    """All additive parts of a model but the host: continuum first, then complex by complex."""
    return [*result.continuum.components, *(c for fit in result.complexes.values() for c in fit.components)]


def _placed_components(result: FitResult) -> list[tuple[Component, NDArray[np.float64]]]:
    """Components with the steps in which their values are stored."""
    steps = steps_of_model(result.model)
    return [(component, steps) for component in components_of(result)]


def _stored_values(placed: list[tuple[Component, NDArray[np.float64]]]) -> pa.ListArray:
    """Values of components as they are stored."""
    offsets = _offsets([component.values.size for component, _ in placed])
    # Arrow keeps the memory of the last row group for the next; fresh memory would take as long as the rounding.
    memory = pa.allocate_buffer(4 * int(offsets[-1]))
    stored = np.frombuffer(memory, np.float32)
    for (component, steps), start, stop in zip(placed, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        put_multiples(component.values, steps, stored[start:stop])
    return pa.ListArray.from_arrays(offsets, pa.Array.from_buffers(pa.float32(), stored.size, [None, memory]))


def _total_flux(result: FitResult, steps: NDArray[np.float64]) -> NDArray[np.float64] | None:
    return None if result.total_flux is None else multiples_of(result.total_flux, steps)


def pack_matrix(matrix: NDArray[np.float64]) -> str:
    """Covariance as text: base64 of its float32 values, row by row."""
    return base64.b64encode(np.ascontiguousarray(matrix, dtype="<f4").tobytes()).decode("ascii")


def unpack_matrix(text: str, n: int) -> NDArray[np.float64]:
    """Give back the (n, n) matrix that `pack_matrix` was given."""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float64).reshape(n, n)


def _offsets(lengths: Sequence[int]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def _lists(arrays: Sequence[NDArray[Any] | None], dtype: type[np.generic]) -> pa.ListArray:
    """One list a row; ``None`` becomes NULL."""
    present = [array for array in arrays if array is not None]
    with np.errstate(over="ignore"):
        values = (
            np.concatenate([array.astype(dtype, copy=False) for array in present]) if present else np.empty(0, dtype)
        )
    offsets = _offsets([0 if array is None else array.size for array in arrays])
    mask = None if len(present) == len(arrays) else pa.array([array is None for array in arrays])
    return pa.ListArray.from_arrays(offsets, _arrow(values), mask=mask)


def _arrow(values: NDArray[Any]) -> pa.Array:
    if values.dtype != np.bool_:
        return pa.array(values)
    # As pyarrow does it, one by one, this takes ten times as long.
    bits = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), values.size, [None, pa.py_buffer(bits)])


def _structs(
    results: Sequence[FitResult],
    members_of: Callable[[FitResult], list[Any]],
    kind: pa.ListType,
    fields_of: Callable[[list[Any]], dict[str, Any]],
) -> pa.ListArray:
    """Make a list of structs a row, field by field over all rows at once."""
    members = [members_of(result) for result in results]
    flat = [member for row in members for member in row]
    fields = fields_of(flat)
    arrays = [
        fields[field.name] if isinstance(fields[field.name], pa.Array) else pa.array(fields[field.name], field.type)
        for field in kind.value_type
    ]
    return pa.ListArray.from_arrays(
        _offsets([len(row) for row in members]), pa.StructArray.from_arrays(arrays, fields=list(kind.value_type))
    )


def _component_fields(flat: list[tuple[Component, NDArray[np.float64]]]) -> dict[str, Any]:
    return {
        "section": [component.section for component, _ in flat],
        "recipe_id": [component.recipe_id for component, _ in flat],
        "name": [component.name for component, _ in flat],
        "role": [component.role for component, _ in flat],
        "values": _stored_values(flat),
    }


def _complexes_of(result: FitResult) -> list[ComplexFit]:
    return list(result.complexes.values())


def _complex_fields(flat: list[ComplexFit]) -> dict[str, Any]:
    return {
        "recipe_id": [fit.recipe_id for fit in flat],
        "success": [fit.success for fit in flat],
        "status": [fit.status for fit in flat],
        "message": [fit.message for fit in flat],
        "selected_model": [fit.selected_model for fit in flat],
        "chi2": [fit.chi2 for fit in flat],
        "dof": [fit.dof for fit in flat],
        "reduced_chi2": [fit.reduced_chi2 for fit in flat],
        "bic": [fit.bic for fit in flat],
        "fit_mask": _lists([fit.fit_mask for fit in flat], np.bool_),
        "excluded_mask": _lists([fit.excluded_mask for fit in flat], np.bool_),
        "metadata": [_complex_metadata(fit) for fit in flat],
    }


def _complex_metadata(fit: ComplexFit) -> KeyValues:
    return to_key_values({"label": fit.label, "window": fit.window, **_solution(fit)})


def _solution(fit: ContinuumFit | ComplexFit) -> dict[str, Any]:
    return {
        "parameters": list(fit.parameters.items()),
        "parameter_errors": [fit.parameter_errors.get(name) for name in fit.parameters],
        "covariance_float32_base64": pack_matrix(fit.covariance),
        "trials": [_TRIAL(trial) for trial in fit.trials],
    }


def _spectrum_metadata(result: FitResult) -> KeyValues:
    """Say what the spectrum is, by the names from which ``qsospec`` 0.1.1 rebuilds its own spectrum."""
    spectrum = result.spectrum
    extinction = spectrum.extinction
    known: dict[str, Any] = {
        "ra": spectrum.ra,
        "dec": spectrum.dec,
        "wave_unit": "Angstrom",
        "flux_unit": "relative" if spectrum.flux_unit == "relative" else "cgs",
        "flux_scale": 1.0 if spectrum.flux_unit == "relative" else 1e-17,
        "flux_frame": "rest",
        "galactic_extinction": {
            "status": extinction.status,
            "applied": extinction.status == "applied",
            "applied_ebv": extinction.ebv if extinction.status == "applied" else 0.0,
            "law": extinction.law,
            "rv": extinction.rv,
            "source": extinction.source,
        },
        "galactic_extinction_corrected": extinction.status in ("applied", "declared_corrected"),
        "ebv": spectrum.ebv,
        "extinction": asdict(extinction),
        "house_flux_unit": spectrum.flux_unit,
        "reader": dict(spectrum.metadata),
    }
    return to_key_values(known)


def _workflow_metadata(result: FitResult) -> KeyValues:
    fit = result.continuum
    continuum: Mapping[str, Any] = {
        "success": fit.success,
        "status": fit.status,
        "message": fit.message,
        "selected_model": fit.selected_model,
        "chi2": fit.chi2,
        "dof": fit.dof,
        **_solution(fit),
    }
    return to_key_values({**_without_arrays(result.metadata), "continuum": continuum})


def _without_arrays(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays on the grid have columns of their own."""
    return {key: value for key, value in metadata.items() if not isinstance(value, np.ndarray)}


def _host_mask(result: FitResult, name: str) -> NDArray[np.bool_] | None:
    mask = result.metadata.get(name)
    return mask if isinstance(mask, np.ndarray) and mask.dtype == np.bool_ else None
