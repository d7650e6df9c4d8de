"""Galactic extinction laws A(λ)/A(V) as tables over wavenumber.

The laws are those of ``dust_extinction``, whose import brings astropy.modeling and takes a third of a second. So the
table of the usual law comes with the package: `store_usual_table` makes it, and a test compares it with the law. Tables
of others are made when they are asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WAVENUMBER_STEP = 1e-4
"""Step of the tables [1/µm]."""

USUAL = ("F99", 3.1)
"""Law and R_V that nobody has to ask for."""

RV_RANGE = {"F99": (2.0, 6.0), "CCM89": (2.0, 6.0), "G23": (2.3, 5.6)}
"""R_V for which dust_extinction 1.7 defines each law."""

# Wavenumbers [1/µm] between which it does.
_WAVENUMBER_RANGE = {"F99": (0.3, 10.0), "CCM89": (0.3, 10.0), "G23": (1.0 / 32.0, 1.0 / 0.0912)}

_STORED = "data/extinction_f99.npz"
_STORED_UNIT = 1e-8
"""A(λ)/A(V) of one unit of the stored whole numbers, which are differences from the value before: short ones."""


@cache
def law_table(law: str, rv: float) -> tuple[NDArray[np.float64], float]:
    """A(λ)/A(V), shape (n,), at wavenumbers in steps of `WAVENUMBER_STEP`, and the first of them [1/µm]."""
    if (law, rv) == USUAL:
        with resources.files("qsospec_duck").joinpath(_STORED).open("rb") as file, np.load(file) as stored:
            return np.cumsum(stored["steps"]) * _STORED_UNIT, float(stored["first_wavenumber"])
    return evaluated_table(law, rv)


def store_usual_table(path: str | Path) -> None:
    """Write the file that the package carries."""
    values, first = evaluated_table(*USUAL)
    numbers = np.round(values / _STORED_UNIT).astype(np.int32)
    np.savez_compressed(path, steps=np.diff(numbers, prepend=np.int32(0)), first_wavenumber=first)


def evaluated_table(law: str, rv: float) -> tuple[NDArray[np.float64], float]:
    """As `law_table`, always from the law itself."""
    # Imported here: see above.
    from dust_extinction.parameter_averages import CCM89, F99, G23

    low, high = (round(limit / WAVENUMBER_STEP) for limit in _WAVENUMBER_RANGE[law])
    law_class = {"F99": F99, "CCM89": CCM89, "G23": G23}[law]
    if law == "G23" or not RV_RANGE["G23"][0] <= rv <= RV_RANGE["G23"][1]:
        low, high = int(np.ceil(_WAVENUMBER_RANGE[law][0] / WAVENUMBER_STEP)), int(high)
        return _evaluated(law_class, rv, low, high), low * WAVENUMBER_STEP
    red = int(np.ceil(_WAVENUMBER_RANGE["G23"][0] / WAVENUMBER_STEP))
    blue = int(_WAVENUMBER_RANGE["G23"][1] / WAVENUMBER_STEP)
    inner = _evaluated(law_class, rv, low, high)
    infrared = _evaluated(G23, rv, red, low)
    ultraviolet = _evaluated(G23, rv, high, blue)
    joined = np.concatenate(
        [infrared[:-1] * (inner[0] / infrared[-1]), inner, ultraviolet[1:] * (inner[-1] / ultraviolet[0])]
    )
    return joined, red * WAVENUMBER_STEP


def _evaluated(law_class, rv: float, first: int, last: int) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """Evaluate a law at the wavenumbers first ... last in steps of the grid."""
    import astropy.units as u

    wavenumber = np.arange(first, last + 1) * WAVENUMBER_STEP
    # The product may pass a limit of the law by a rounding error, which the law would refuse.
    limits = law_class.x_range
    return np.asarray(law_class(Rv=rv)(np.clip(wavenumber, *limits) / u.micron), dtype=np.float64)
