"""One folder an object with plain files, for programs that read CSV and JSON rather than Parquet."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np

from qsospec_duck.fitting.result import Measurement
from qsospec_duck.runs.archived import ArchivedModel
from qsospec_duck.runs.key_values import plain


def write_products(model: ArchivedModel, folder: Path | str) -> dict[str, Path]:
    """Write model, measurements and summary of one object as plain files.

    Parameters
    ----------
    model : ArchivedModel
    folder : path
        Made when absent; files of the same name are replaced.

    Returns
    -------
    dict of str to Path
        ``model``: ``model.csv``, a row a pixel: wavelength [Å] in both frames, flux, error, masks, continuum, total
        model and every component [1e-17 erg/s/cm²/Å, rest frame]. ``measurements``: ``measurements.csv``, a row a
        quantity with error and unit. ``summary``: ``summary.json``, statuses, statistics, warnings and provenance.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "model": folder / "model.csv",
        "measurements": folder / "measurements.csv",
        "summary": folder / "summary.json",
    }
    columns = _columns(model)
    with paths["model"].open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    with paths["measurements"].open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Measurement._fields)
        writer.writerows(model.measurements)
    paths["summary"].write_text(
        json.dumps(plain(_summary(model)), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return paths


def products_folder(run: Path, object_key: str) -> Path:
    """Folder of the plain files of one object: its key, with what a file name cannot hold replaced."""
    return run / "products" / re.sub(r"[^A-Za-z0-9._+-]", "_", object_key)


def _columns(model: ArchivedModel) -> dict[str, np.ndarray]:
    spectrum, continuum = model.spectrum, model.continuum
    columns: dict[str, np.ndarray] = {
        "wavelength_observed": spectrum.wavelength * (1 + spectrum.z),
        "wavelength_rest": spectrum.wavelength,
        "flux": spectrum.flux,
        "error": spectrum.error,
        "usable": spectrum.good.astype(int),
        "continuum_fitted": (continuum.fit_mask & continuum.clip_mask).astype(int),
        "continuum": continuum.model,
        "model": model.model,
    }
    if model.host_model is not None:
        columns["host"] = model.host_model
    columns |= {f"continuum_{part.name}": part.values for part in continuum.components}
    for recipe_id, fit in model.complexes.items():
        columns[f"{recipe_id}_fitted"] = fit.fit_mask.astype(int)
        columns[f"{recipe_id}_model"] = fit.model
        columns |= {f"{recipe_id}_{part.name}": part.values for part in fit.components}
    return columns


def _summary(model: ArchivedModel) -> dict[str, object]:
    continuum = model.continuum
    return {
        "run_id": model.run.run_id,
        "object_key": model.object_key,
        "object_id": model.object_id,
        "redshift": model.spectrum.z,
        "ra": model.spectrum.ra,
        "dec": model.spectrum.dec,
        "extinction": asdict(model.spectrum.extinction),
        "flux_unit": model.spectrum.flux_unit,
        "continuum": {
            "success": continuum.success,
            "selected_model": continuum.selected_model,
            "parameters": dict(continuum.parameters),
            "parameter_errors": dict(continuum.parameter_errors),
            "chi2": continuum.chi2,
            "dof": continuum.dof,
        },
        "complexes": {
            recipe_id: {
                "success": fit.success,
                "selected_model": fit.selected_model,
                "window": fit.window,
                "chi2": fit.chi2,
                "dof": fit.dof,
                "bic": fit.bic,
            }
            for recipe_id, fit in model.complexes.items()
        },
        "complex_statuses": dict(model.complex_statuses),
        "warnings": [asdict(warning) for warning in model.warnings],
        "metadata": {key: value for key, value in model.metadata.items() if not isinstance(value, np.ndarray)},
    }
