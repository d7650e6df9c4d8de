"""Worker of PyQSOFit: ``fit_pyqsofit.py INPUTS OUTPUTS PARAMETER_FILE``.

It is timed and no more: its windows and line lists stand in the parameter file (``qsopar.fits``, as its examples make
it), so there are no windows that it shares with the others.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

started = time.process_time()
import matplotlib as mpl  # noqa: E402

mpl.use("Agg")
import numpy as np  # noqa: E402
import pyqsofit  # noqa: E402
from pyqsofit.PyQSOFit import QSOFit  # noqa: E402

import_seconds = time.process_time() - started

from worker import serve  # noqa: E402


def load(stored):
    good = stored["ivar"] > 0
    return QSOFit(
        stored["wavelength"][good], stored["flux"][good], stored["ivar"][good] ** -0.5, float(stored["z"]),
        ra=float(stored["ra"]), dec=float(stored["dec"]), path=str(PARAMETERS.parent),
    )  # fmt: skip


def fit(quasar):
    quasar.Fit(
        name=None, deredden=False, reject_badpix=False, decompose_host=False, Fe_uv_op=True, BC=True, poly=False,
        MC=False, MCMC=False, save_result=False, plot_fig=False, save_fig=False, param_file_name=PARAMETERS.name,
    )  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    PARAMETERS = Path(sys.argv[3])
    versions = {"pyqsofit": getattr(pyqsofit, "__version__", "unknown"), "numpy": np.__version__}
    serve(Path(sys.argv[1]), Path(sys.argv[2]), versions, load, fit, lambda _: {}, import_seconds)
