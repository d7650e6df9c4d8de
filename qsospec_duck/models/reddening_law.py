"""Extinction laws of dust in a quasar's own galaxy, A(λ)/E(B−V).

The curves are those of the Magellanic Clouds (Gordon et al. 2003, ApJ 594, 279) as ``dust_extinction`` has them.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.models.bank import TemplateBank
from qsospec_duck.models.warp import curve_bank

LAWS = {"smc_bar": "G03_SMCBar", "lmc_average": "G03_LMCAvg"}
"""Laws by name, and their classes in ``dust_extinction.averages``."""


def extinction_curve(law: str, wavelength: NDArray[np.float64]) -> NDArray[np.float64]:
    """A(λ)/E(B−V) at rest wavelengths [Å]; shape (n,).

    Beyond the 1000 Å to 3.3 µm of the laws, their last values.
    """
    # Imported here: the laws bring astropy.modeling, half a second that only reddening should cost.
    import astropy.units as u
    from dust_extinction import averages

    curve = getattr(averages, LAWS[law])()
    wavenumber = np.clip(1e4 / wavelength, *curve.x_range)
    return np.asarray(curve.Rv * curve(wavenumber / u.micron), dtype=np.float64)


@cache
def reddening_bank(law: str) -> TemplateBank:
    """Curve C of a ``WARP`` term whose θ is E(B−V) [mag]: exp(θ C) dims by 10^(−0.4 θ A/E(B−V))."""
    return curve_bank(law, lambda wavelength: -0.4 * math.log(10.0) * extinction_curve(law, wavelength))
