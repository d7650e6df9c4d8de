"""Checks of options: what makes no sense is refused where it is said, not deep inside a fit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qsospec_duck.errors import ConfigError


def check_positive(where: str, **values: float) -> None:
    """Refuse numbers that are not finite and positive.

    Raises
    ------
    ConfigError
        Naming the option.
    """
    for name, value in values.items():
        if not (isinstance(value, int | float) and 0 < value < math.inf):
            raise ConfigError(f"{where}.{name} is {value!r}; it should be a positive number.")


def check_bands(where: str, *, above: float = -math.inf, **bands: Sequence[float]) -> None:
    """Refuse bands that are not two increasing finite numbers above a limit.

    Raises
    ------
    ConfigError
        Naming the option.
    """
    for name, band in bands.items():
        if not (isinstance(band, tuple) and len(band) == 2 and above < band[0] < band[1] < math.inf):
            limit = f" above {above:g}" if above > -math.inf else ""
            raise ConfigError(f"{where}.{name} is {band!r}; it should be a tuple of two increasing numbers{limit}.")


def check_windows(where: str, **windows: Sequence[tuple[float, float]]) -> None:
    """Refuse windows that are no bands of wavelengths.

    Raises
    ------
    ConfigError
        Naming the option and the window.
    """
    for name, bands in windows.items():
        if not isinstance(bands, tuple):
            raise ConfigError(f"{where}.{name} is {bands!r}; it should be a tuple of bands (low, high) [Å].")
        for number, band in enumerate(bands):
            check_bands(where, above=0.0, **{f"{name}[{number}]": band})
