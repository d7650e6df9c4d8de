"""A worker: fits spectra that it is told by name on standard input, answers one JSON line each.

The orchestrator alternates between the workers of all packages, some spectra each, so that all meet the same
state of the machine. Only the fit itself is timed: CPU seconds of this process, which has one thread.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Arrays = Mapping[str, Any]


def serve(
    inputs: Path,
    outputs: Path,
    versions: Mapping[str, str],
    load: Callable[[Arrays], Any],
    fit: Callable[[Any], Any],
    describe: Callable[[Any], dict[str, Any]],
    import_seconds: float,
    load_seconds: float = 0.0,
) -> None:
    """Fit what standard input names until it ends.

    Parameters
    ----------
    inputs : Path
        Folder of ``prepare.py``: one npz a spectrum with ``wavelength``, ``flux``, ``ivar``, ``z``, ``ra``, ``dec``.
    outputs : Path
        Folder for one npz a spectrum: what `describe` gives.
    versions : mapping
        Packages that matter, printed with the results.
    load, fit, describe : callable
        Arrays to the package's spectrum; the timed fit; its result to arrays. A result holds ``continuum_mask``
        (pixels fitted there) and ``continuum_model``, and ``mask_ID`` and ``model_ID`` for every line complex:
        the model with which the package means to describe those pixels, rest frame, 1e-17 erg/s/cm²/Å.
    import_seconds, load_seconds : float
        CPU seconds that importing the package took, and loading what it has compiled.
    """
    outputs.mkdir(parents=True, exist_ok=True)
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a package prints is no answer
    about = {"versions": dict(versions), "import_seconds": import_seconds, "load_seconds": load_seconds}
    print(json.dumps(about), file=answers, flush=True)
    for line in sys.stdin:
        name = line.strip()
        if not name:
            break
        answer: dict[str, Any] = {"name": name}
        try:
            with np.load(inputs / f"{name}.npz") as stored:
                spectrum = load(dict(stored))
            started = time.process_time()
            result = fit(spectrum)
            answer["cpu"] = time.process_time() - started
            np.savez(outputs / f"{name}.npz", **describe(result))
        except Exception as error:  # one spectrum must not end a benchmark of hundreds
            answer["error"] = f"{type(error).__name__}: {error}"
            traceback.print_exc(file=sys.stderr)
        # Linux counts in kB, macOS in bytes.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answer["peak_mb"] = peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)
        print(json.dumps(answer), file=answers, flush=True)
