"""Galactic reddening of synthetic flux, by dust_extinction itself and not by the tables that correct it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def reddening(wavelength: NDArray[np.float64], ebv: float) -> NDArray[np.float64]:
    """Factor by which dust of true E(B-V) ``ebv`` [mag] dims the flux (F99, R_V = 3.1); shape (n,).

    Parameters
    ----------
    wavelength : ndarray, shape (n,)
        Observed vacuum Å, 1000 Å to 3.3 µm.
    """
    # Imported here: the laws bring astropy.modeling, half a second that only reddening should cost.
    import astropy.units as u
    from dust_extinction.parameter_averages import F99

    return np.asarray(F99(Rv=3.1).extinguish(wavelength * u.AA, Ebv=ebv), dtype=np.float64)
