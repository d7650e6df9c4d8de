"""Groups of iron lines with fixed ratios inside a group: Fe II by lower term, and multiplets of Fe III.

Lines of one lower term rise and fall together; terms do not, and what a template fixes is then free. With gf, the
energy E of the upper level and an excitation temperature T, two lines of a group relate as

    I₁/I₂ = (λ₂/λ₁)³ (gf)₁/(gf)₂ exp(−(E₁ − E₂)/kT)

(Kovačević, Popović & Dimitrijević 2010, ApJS 189, 15, equation 1). A group without atomic data has measured ratios.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.templates import packaged_templates

_HC_OVER_K_CM = 1.438776877
"""hc/k [cm K] (exact, SI)."""


@dataclass(frozen=True, eq=False)
class LineGroup:
    """Lines whose ratios are fixed."""

    name: str
    wavelength: NDArray[np.float64]
    """(n,) vacuum Å."""

    flux: NDArray[np.float64]
    """(n,) fluxes that add to 1."""


def is_line_list(name: str) -> bool:
    """Whether a packaged template is a list of lines."""
    row = packaged_templates().get(name)
    return row is not None and row["kind"].endswith("_lines")


@cache
def read_groups(name: str, temperature: float) -> tuple[LineGroup, ...]:
    """Groups of a packaged line list at an excitation temperature [K], in the order of the file.

    Raises
    ------
    ConfigError
        There is no such list.
    """
    if not is_line_list(name):
        known = [key for key in packaged_templates() if is_line_list(key)]
        raise ConfigError(f"there is no line list {name!r}; there are {', '.join(known)}.")
    rows = list(csv.DictReader(_content(name).decode("utf-8").splitlines()))
    groups = []
    for group in dict.fromkeys(row["group"] for row in rows):
        own = [row for row in rows if row["group"] == group]
        wavelength = np.array([float(row["wavelength"]) for row in own])
        flux = _boltzmann(own, wavelength, temperature) if own[0]["gf"] else np.array([float(r["flux"]) for r in own])
        groups.append(LineGroup(group, wavelength, flux / flux.sum()))
    return tuple(groups)


@cache
def line_list_sha256(name: str) -> str:
    """Checksum of a packaged line list, compared with the registered one.

    Raises
    ------
    ConfigError
        They differ.
    """
    digest = hashlib.sha256(_content(name)).hexdigest()
    if digest != packaged_templates()[name]["sha256"]:
        raise ConfigError(
            f"packaged line list {name!r} has checksum {digest}; templates.csv says "
            f"{packaged_templates()[name]['sha256']}: the installation is damaged."
        )
    return digest


def _boltzmann(rows: list[dict[str, str]], wavelength: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    energy = np.array([float(row["upper_energy"]) for row in rows])
    gf = np.array([float(row["gf"]) for row in rows])
    return gf / wavelength**3 * np.exp(-_HC_OVER_K_CM * (energy - energy.min()) / temperature)


def _content(name: str) -> bytes:
    return resources.files("qsospec_duck").joinpath("data/templates", packaged_templates()[name]["file"]).read_bytes()
