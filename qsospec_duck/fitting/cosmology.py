"""Luminosity distance in flat ΛCDM, by the quadrature that the SQL macro uses.

With q = 1 − 1/√(1+z) the comoving-distance integrand is smooth and Gauss-Legendre nodes converge fast:

    d_L = (1+z) (c/H₀) · 2q Σ_i w_i / √(Ω_m + (1 − Ω_m)(1 − q x_i)⁶)

(Hogg 1999, arXiv:astro-ph/9905116; radiation neglected, as in the published quasar catalogs).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from qsospec_duck.constants import C_KMS

_MPC_CM = 3.0856775814913673e24
"""Centimetres in a megaparsec (IAU 2015)."""


@cache
def _nodes() -> tuple[tuple[float, float], ...]:
    """Nodes between 0 and 1 with their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    return tuple(zip((0.5 * (nodes + 1.0)).tolist(), (0.5 * weights).tolist(), strict=True))


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
    integral = 2.0 * q * sum(w / math.sqrt(om0 + (1.0 - om0) * (1.0 - q * x) ** 6) for x, w in _nodes())
    return (1.0 + z) * C_KMS / h0 * integral * _MPC_CM
