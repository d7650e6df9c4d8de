"""Wavelengths in standard air and in vacuum.

The refractive index n of dry air at 15 °C, 101 325 Pa and 450 ppm CO₂, with s = 10⁴ / λ_vac [Å],

    n − 1 = 0.05792105 / (238.0185 − s²) + 0.00167917 / (57.362 − s²),      λ_air = λ_vac / n

(Ciddor 1996, Applied Optics 35, 1566, equation 1). It differs from the IAU standard of Morton
(1991, ApJS 77, 119), which rests on Edlén 1953, by less than 2e-4 Å redward of 3500 Å and 6e-4 Å at
2000 Å. By convention wavelengths below 2000 Å are vacuum wavelengths in both systems.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsospec_duck.errors import SpectrumError

VACUUM_BELOW = 2000.0
"""Vacuum wavelength [Å] below which air wavelengths are not used (IAU convention)."""


def refractive_index(wavelength_vacuum: ArrayLike) -> NDArray[np.float64]:
    """Refractive index of standard air.

    Parameters
    ----------
    wavelength_vacuum : array_like
        Vacuum Å, 2000 Å and more.
    """
    s2 = (1e4 / np.asarray(wavelength_vacuum, dtype=np.float64)) ** 2
    return 1.0 + 0.05792105 / (238.0185 - s2) + 0.00167917 / (57.362 - s2)


def vacuum_to_air(wavelength: ArrayLike) -> NDArray[np.float64]:
    """Air wavelengths of vacuum wavelengths.

    Parameters
    ----------
    wavelength : array_like
        Vacuum Å, positive. Those below 2000 Å are returned unchanged.

    Returns
    -------
    ndarray
        Å in standard air, same shape.

    Raises
    ------
    SpectrumError
        A wavelength is not finite and positive.
    """
    vacuum = _checked(wavelength)
    # Below the convention's limit the formula is not asked (it has a pole at 1320 Å).
    return np.where(vacuum < VACUUM_BELOW, vacuum, vacuum / refractive_index(np.maximum(vacuum, VACUUM_BELOW)))


def air_to_vacuum(wavelength: ArrayLike) -> NDArray[np.float64]:
    """Vacuum wavelengths of air wavelengths: the inverse of `vacuum_to_air` to 1e-9 Å.

    The index is a function of the vacuum wavelength, so the equation λ_vac = n(λ_vac) λ_air is iterated; each
    step gains five digits, since n changes by 1e-5 of a relative change of λ at most.

    Parameters
    ----------
    wavelength : array_like
        Å in standard air, positive. Those whose vacuum wavelength is below 2000 Å are returned unchanged.

    Raises
    ------
    SpectrumError
        A wavelength is not finite and positive.
    """
    air = _checked(wavelength)
    vacuum = np.maximum(air, VACUUM_BELOW)
    for _ in range(4):
        vacuum = np.maximum(air, VACUUM_BELOW / float(refractive_index(VACUUM_BELOW))) * refractive_index(vacuum)
    return np.where(air < VACUUM_BELOW / refractive_index(VACUUM_BELOW), air, vacuum)


def _checked(wavelength: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(wavelength, dtype=np.float64)
    if not np.all(np.isfinite(values) & (values > 0)):
        raise SpectrumError("wavelengths to convert between air and vacuum should all be finite and positive, in Å.")
    return values
