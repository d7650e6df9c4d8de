"""Options of what may change the shape of a continuum beyond its power law: reddening, and a polynomial."""

from __future__ import annotations

from dataclasses import dataclass

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.option_checks import check_bands, check_positive
from qsospec_duck.models.reddening_law import LAWS


@dataclass(frozen=True)
class ReddeningConfig:
    """Dust of the quasar's own galaxy before its power law."""

    mode: str = "off"
    """``off``, ``on``, or ``auto``: where BIC asks for it. Off, since over a short range dust and slope are one."""

    law: str = "smc_bar"
    """``smc_bar`` or ``lmc_average`` of Gordon et al. 2003. Reddened quasars follow the SMC's (Hopkins et al. 2004, AJ
    128, 1112)."""

    ebv_bounds: tuple[float, float] = (0.0, 2.0)
    """Bounds of E(B-V) [mag]."""

    delta_bic: float = 10.0
    """``auto``: dust must lower BIC by this much."""

    def __post_init__(self) -> None:
        _check_mode("ReddeningConfig", self.mode, ("off", "on", "auto"))
        if self.law not in LAWS:
            raise ConfigError(f"ReddeningConfig.law is {self.law!r}; it should be one of {', '.join(LAWS)}.")
        check_bands("ReddeningConfig", ebv_bounds=self.ebv_bounds)
        if self.ebv_bounds[0] < 0:
            raise ConfigError(f"ReddeningConfig.ebv_bounds is {self.ebv_bounds}; dust dims: 0 or more is right.")
        check_positive("ReddeningConfig", delta_bic=self.delta_bic)


@dataclass(frozen=True)
class PolynomialConfig:
    """A polynomial in ln λ on the power law, or beside it."""

    mode: str = "off"
    """``off``; ``multiply``: the power law times exp of a polynomial; ``add``: light that is nowhere negative."""

    degree: int = 3
    """Degree. ``multiply`` begins at 2: degrees 0 and 1 are the power law."""

    chosen: bool = False
    """Take it only where BIC asks for it."""

    bend_bounds: tuple[float, float] = (-2.0, 2.0)
    """``multiply``: bounds of every coefficient; ±1 is a factor of e at the ends."""

    delta_bic: float = 10.0
    """``chosen``: it must lower BIC by this much."""

    def __post_init__(self) -> None:
        _check_mode("PolynomialConfig", self.mode, ("off", "multiply", "add"))
        least = 2 if self.mode == "multiply" else 1
        if not (isinstance(self.degree, int) and least <= self.degree <= 6):
            raise ConfigError(f"PolynomialConfig.degree is {self.degree!r}; a whole number from {least} to 6 is right.")
        check_bands("PolynomialConfig", bend_bounds=self.bend_bounds)
        check_positive("PolynomialConfig", delta_bic=self.delta_bic)


def _check_mode(where: str, mode: str, modes: tuple[str, ...]) -> None:
    if mode not in modes:
        raise ConfigError(f"{where}.mode is {mode!r}; it should be one of {', '.join(modes)}.")
