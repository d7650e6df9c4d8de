"""Worker of qsospec_duck: ``fit_ours.py INPUTS OUTPUTS [UV_TEMPLATE OPTICAL_TEMPLATE]``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

started = time.process_time()
import numpy as np  # noqa: E402

import qsospec_duck  # noqa: E402
from qsospec_duck.fitting import ContinuumConfig, FitConfig, IronConfig, fit_quasar  # noqa: E402
from qsospec_duck.fitting.compiled import load_fit  # noqa: E402
from qsospec_duck.spectra import ExtinctionConfig, Spectrum  # noqa: E402

import_seconds = time.process_time() - started

import numba  # noqa: E402
import scipy  # noqa: E402
from worker import serve  # noqa: E402


def configuration(templates: list[str]) -> FitConfig:
    """Defaults without dereddening; Fe II templates by path where they are given."""
    continuum = ContinuumConfig()
    if templates:
        continuum = ContinuumConfig(iron_uv=IronConfig(templates[0]), iron_optical=IronConfig(templates[1]))
    return FitConfig(extinction=ExtinctionConfig(enabled=False), continuum=continuum)


def load(stored):
    return Spectrum.from_arrays(
        stored["wavelength"], stored["flux"], ivar=stored["ivar"], z=float(stored["z"]), object_key=str(stored["name"])
    )


def describe(result):
    # Continuum and lines are settled together: the whole model describes every window.
    fit = result.continuum
    arrays = {"continuum_mask": fit.fit_mask & fit.clip_mask, "continuum_model": result.model}
    for recipe_id, line_complex in result.complexes.items():
        arrays[f"mask_{recipe_id}"] = line_complex.fit_mask
        arrays[f"model_{recipe_id}"] = result.model
    return arrays


if __name__ == "__main__":
    config = configuration(sys.argv[3:])
    packages = {"qsospec_duck": qsospec_duck, "numpy": np, "scipy": scipy, "numba": numba}
    versions = {name: module.__version__ for name, module in packages.items()}
    fit = lambda spectrum: fit_quasar(spectrum, config)  # noqa: E731
    started = time.process_time()
    load_fit()
    load_seconds = time.process_time() - started
    serve(Path(sys.argv[1]), Path(sys.argv[2]), versions, load, fit, describe, import_seconds, load_seconds)
