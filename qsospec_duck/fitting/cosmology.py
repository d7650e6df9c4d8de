"""Luminosity distance in flat ΛCDM, by the quadrature that the SQL macro uses.

With q = 1 − 1/√(1+z) the comoving-distance integrand is smooth and Gauss-Legendre nodes converge fast:

    d_L = (1+z) (c/H₀) · 2q Σ_i w_i / √(Ω_m + (1 − Ω_m)(1 − q x_i)⁶)

(Hogg 1999, arXiv:astro-ph/9905116; radiation neglected, as in the published quasar catalogs).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.constants import C_KMS

_MPC_CM = 3.0856775814913673e24
"""Centimetres in a megaparsec (IAU 2015)."""


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes between 0 and 1, and their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def luminosity_distance_cm(z: float, h0: float, om0: float) -> float:
    """Luminosity distance [cm] of a redshift; NaN for z ≤ 0.

    Parameters
    ----------
    z : float
        Redshift.
    h0 : float
        Hubble constant [km/s/Mpc].
    om0 : float
        Matter density today; flat, the rest is Λ.
    """
    if not z > 0:
        return float("nan")
    q = 1.0 - 1.0 / math.sqrt(1.0 + z)
    nodes, weights = _nodes()
    integral = 2.0 * q * float(weights @ (om0 + (1.0 - om0) * (1.0 - q * nodes) ** 6) ** -0.5)
    return (1.0 + z) * C_KMS / h0 * integral * _MPC_CM
