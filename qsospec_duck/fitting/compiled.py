"""The compiled loops of the fit: made once a machine, before processes share them.

numba keeps machine code beside the package. Processes that start together on a machine without it would all compile, in
different orders, and code compiled in another order may round differently in the last bit. So whoever starts workers
lets one process compile first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qsospec_duck.fitting.ca_k import WAVELENGTH as CA_K_WAVELENGTH
from qsospec_duck.fitting.fit import fit_quasar
from qsospec_duck.fitting.search_loop import search
from qsospec_duck.models.lines import line
from qsospec_duck.spectra import Spectrum

_WAVELENGTH = np.arange(3600.0, 9800.0, 3.0)

_REDSHIFTS = (0.3, 2.4)
"""Every loop is needed at one of them: lines, a trough of C IV, the forest, an assumed Balmer component, Ca II K."""


def is_compiled() -> bool:
    """Whether machine code of an earlier process lies where numba looks for it."""
    folder = getattr(search.stats, "cache_path", None)
    return folder is not None and any(Path(folder).glob("search_loop.search-*.nbi"))


def compile_fit() -> bool:
    """Compile what is not compiled yet, a minute or two the first time on a machine; whether that was needed."""
    if is_compiled():
        return False
    load_fit()
    return True


def load_fit() -> None:
    """Load the machine code of every loop into this process, where it would be loaded bit by bit by the first fits."""
    for z in _REDSHIFTS:
        fit_quasar(_plain_quasar(z))


def _plain_quasar(z: float) -> Spectrum:
    """A power law with broad lines behind a trough of C IV and a Ca II K line, and a repeatable ripple for noise."""
    rest = _WAVELENGTH / (1.0 + z)
    flux = 20.0 * (rest / 3000.0) ** -1.5
    for name in ("lya", "civ", "ciii", "mgii", "hb", "ha"):
        flux += 15.0 * np.exp(-0.5 * ((rest / line(name).wavelength - 1.0) / 0.006) ** 2)
    flux *= 1.0 - 0.6 * np.exp(-0.5 * ((rest / 1510.0 - 1.0) / 0.0018) ** 2)
    flux *= 1.0 - 0.4 * np.exp(-0.5 * ((rest / CA_K_WAVELENGTH - 1.0) / 0.001) ** 2)
    ripple = np.sin(np.arange(rest.size) * 2.1) + np.sin(np.arange(rest.size) * 0.7)
    return Spectrum.from_arrays(_WAVELENGTH, flux + 0.5 * ripple, error=np.full(rest.size, 0.5), z=z)
