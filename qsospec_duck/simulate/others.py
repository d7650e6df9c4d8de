"""What else a fibre sees: a star, a galaxy. Recognisable, and no more than that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS
from qsospec_duck.models.lines import line

FloatArray = NDArray[np.float64]
_HC_OVER_K = 1.438776877e8


def star_flux(wavelength: FloatArray, level: float) -> FloatArray:
    """Black body of 7,000 K with Balmer absorption; ``level`` is f_λ at 5500 Å [1e-17 erg/s/cm²/Å]."""

    def planck(at: FloatArray | float) -> FloatArray:
        return np.asarray(at) ** -5.0 / np.expm1(_HC_OVER_K / (np.asarray(at) * 7000.0))

    flux = level * planck(wavelength) / planck(5500.0)
    for name, depth in (("ha", 0.35), ("hb", 0.45), ("hg", 0.45), ("hd", 0.4)):
        flux *= 1.0 - depth * _dip(wavelength, line(name).wavelength, 500.0)
    return flux


def galaxy_flux(wavelength: FloatArray, z: float, level: float) -> FloatArray:
    """Old galaxy: a 4000 Å break, calcium, magnesium and sodium absorption; ``level`` is f_λ above the break."""
    rest = wavelength / (1.0 + z)
    flux = level * np.where(rest < 4000.0, 0.55, 1.0) * (rest / 5500.0) ** -0.2
    for center, depth in ((3934.8, 0.6), (3969.6, 0.6), (4305.6, 0.3), (5176.6, 0.3), (5895.6, 0.3)):
        flux *= 1.0 - depth * _dip(rest, center, 350.0)
    return flux


def _dip(wavelength: FloatArray, center: float, sigma_kms: float) -> FloatArray:
    return np.exp(-0.5 * (C_KMS * np.log(wavelength / center) / sigma_kms) ** 2)
