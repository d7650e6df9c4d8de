"""Worker of qsospec 0.1.1: ``fit_qsospec.py INPUTS OUTPUTS``.

Fluxes go in as units of 1e-17 with ``survey="sdss"``, the better of its two modes, declared free of Galactic
extinction, so that both packages fit the same numbers.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

started = time.process_time()
import numpy as np  # noqa: E402
import qsospec  # noqa: E402
from qsospec.fitting.global_fit import fit_global_lines  # noqa: E402

import_seconds = time.process_time() - started

import scipy  # noqa: E402
from worker import serve  # noqa: E402


def load(stored):
    spectrum = qsospec.Spectrum.from_arrays(
        stored["wavelength"], stored["flux"], ivar=stored["ivar"], z=float(stored["z"]), mask=stored["ivar"] > 0,
        survey="sdss", ra=float(stored["ra"]), dec=float(stored["dec"]), galactic_extinction_corrected=True,
    )  # fmt: skip
    return qsospec.prepare_spectrum(spectrum)


def describe(result):
    # The continuum is fitted first and stands; each complex is fitted to what it leaves.
    fit = result.continuum
    arrays = {"continuum_mask": fit.fit_mask & fit.clip_mask, "continuum_model": fit.model}
    for recipe_id, line_complex in result.line_complexes.items():
        if line_complex.model is not None:
            arrays[f"mask_{recipe_id}"] = line_complex.fit_mask
            arrays[f"model_{recipe_id}"] = fit.model + line_complex.model
    return arrays


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    versions = {"qsospec": qsospec.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    serve(Path(sys.argv[1]), Path(sys.argv[2]), versions, load, fit_global_lines, describe, import_seconds)
