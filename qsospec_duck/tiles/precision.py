"""How exactly a tile keeps its pixels.

    lossless     every bit (default)
    6-decimals   flux rounded to six decimals of 1e-17 erg/s/cm²/Å
    noise/16     flux rounded to a multiple of 2^k ≤ σ/16, hence to σ/32 at most; ivar to 8 significant bits, hence to
                 0.4 % (σ to 0.2 %)

Rounding to powers of two leaves trailing zero bits in the float, which byte-stream-split and zstd then drop. Pixels
with ivar 0 have no σ: their flux keeps 8 significant bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError

Floats = NDArray[np.float32]
PRECISIONS = ("lossless", "6-decimals", "noise/16")
_IVAR_BITS = 8


def groom(flux: Floats, ivar: Floats, precision: str) -> tuple[Floats, Floats]:
    """Flux and inverse variance as a precision keeps them.

    Parameters
    ----------
    flux, ivar : ndarray of float32
        Of one shape; finite.
    precision : str
        One of `PRECISIONS`.

    Raises
    ------
    ConfigError
        There is no such precision.
    """
    if precision == "lossless":
        return flux, ivar
    if precision == "6-decimals":
        return np.round(flux.astype(np.float64), 6).astype(np.float32), ivar
    if precision != "noise/16":
        raise ConfigError(f"precision is {precision!r}; it should be one of {', '.join(PRECISIONS)}.")
    known = ivar > 0
    sigma = np.ones_like(flux)
    np.sqrt(ivar, out=sigma, where=known)
    # log2 of σ/16 = -log2(sqrt(ivar)) - 4, rounded down to the power of two that is the step.
    step = np.exp2(np.floor(-np.log2(sigma) - 4.0)).astype(np.float64)
    stepped = (np.round(flux / step) * step).astype(np.float32)
    return np.where(known, stepped, _significant(flux)), _significant(ivar)


def _significant(values: Floats) -> Floats:
    """Values rounded to 8 significant bits."""
    fraction, exponent = np.frexp(values)
    scale = np.float32(1 << _IVAR_BITS)
    return np.ldexp(np.round(fraction * scale) / scale, exponent).astype(np.float32)
