"""Emission templates: the packaged ones by name, any two-column file by path."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError

TAPER_ANGSTROM = 100.0
"""Length [Å] over which a template that ends abruptly is brought to zero by half a cosine."""


@dataclass(frozen=True)
class Template:
    """A template spectrum of unit integral."""

    template_id: str
    wavelength: NDArray[np.float64]
    """(n,) vacuum Å, strictly increasing."""

    flux: NDArray[np.float64]
    """(n,) per Å; its integral over ``wavelength`` is 1."""

    citation: str
    sha256: str
    """Checksum of the file it was read from."""


@cache
def packaged_templates() -> Mapping[str, Mapping[str, str]]:
    """Rows of ``data/templates/templates.csv`` by template id: kind, file, coverage, citation, checksum."""
    text = _folder().joinpath("templates.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["template_id"]: row for row in csv.DictReader(text.splitlines())})


def load_template(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wavelength [vacuum Å] and flux per Å (unit integral) of a template, as `read_template` prepares it."""
    template = read_template(name)
    return template.wavelength, template.flux


@cache
def read_template(name: str) -> Template:
    """Read a packaged template by its id, or a text file by its path.

    A file holds two columns, vacuum wavelength [Å] and flux density per Å, split by blanks or commas;
    ``#`` starts a comment and one line of column names may come first.

    Raises
    ------
    ConfigError
        There is no such template or file, its checksum differs from the registered one, or its
        numbers make no template.
    """
    row = packaged_templates().get(name)
    if row is not None:
        raw = _folder().joinpath(row["file"]).read_bytes()
        citation = row["citation"]
        digest = hashlib.sha256(raw).hexdigest()
        if digest != row["sha256"]:
            raise ConfigError(
                f"packaged template {name!r} has checksum {digest}; templates.csv says {row['sha256']}: "
                "the installation is damaged."
            )
    else:
        path = Path(name).expanduser()
        if not path.is_file():
            raise ConfigError(
                f"template {name!r} is neither a file nor a packaged template; those are "
                f"{', '.join(packaged_templates())}."
            )
        raw = path.read_bytes()
        citation = path.name
        digest = hashlib.sha256(raw).hexdigest()
    wavelength, flux = _parse(name, raw.decode("utf-8", errors="replace"))
    return Template(name, wavelength, _unit_integral(name, wavelength, _tapered(wavelength, flux)), citation, digest)


def read_balmer_ratios(name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Upper level n and case B flux relative to Hβ of a packaged Balmer table.

    Raises
    ------
    ConfigError
        There is no packaged Balmer table of that name.
    """
    row = packaged_templates().get(name)
    if row is None or row["kind"] != "balmer":
        known = [key for key, value in packaged_templates().items() if value["kind"] == "balmer"]
        raise ConfigError(f"there is no Balmer table {name!r}; there are {', '.join(known)}.")
    table = list(csv.DictReader(_folder().joinpath(row["file"]).read_text(encoding="utf-8").splitlines()))
    levels = np.array([int(entry["n_upper"]) for entry in table], dtype=np.int64)
    return levels, np.array([float(entry["flux_over_hbeta"]) for entry in table])


def _folder() -> Traversable:
    return resources.files("qsospec_duck").joinpath("data/templates")


def _parse(name: str, text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two columns of numbers out of a text file."""
    rows = []
    for number, content in enumerate(text.splitlines(), start=1):
        fields = content.split("#", 1)[0].replace(",", " ").split()
        if not fields:
            continue
        try:
            rows.append((float(fields[0]), float(fields[1])))
        except (ValueError, IndexError):
            if rows:
                raise ConfigError(
                    f"template {name}, line {number}: {content[:60]!r} is not two numbers (vacuum Å, flux per Å)."
                ) from None
    values = np.array(rows, dtype=float)
    if len(rows) < 10 or not np.all(np.isfinite(values)) or not np.all(np.diff(values[:, 0]) > 0):
        raise ConfigError(
            f"template {name}: {len(rows)} rows of numbers; there should be at least 10, all finite, "
            "with strictly increasing wavelengths."
        )
    return values[:, 0], values[:, 1]


def _tapered(wavelength: NDArray[np.float64], flux: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring a template that ends abruptly (over a tenth of its mean) to zero, so that no edge shows in a model."""
    out = flux.copy()
    length = min(TAPER_ANGSTROM, 0.05 * (wavelength[-1] - wavelength[0]))
    limit = 0.1 * float(np.mean(np.abs(flux)))
    for distance, edge in ((wavelength - wavelength[0], flux[0]), (wavelength[-1] - wavelength, flux[-1])):
        if abs(edge) > limit:
            near = distance < length
            out[near] *= 0.5 - 0.5 * np.cos(np.pi * distance[near] / length)
    return out


def _unit_integral(name: str, wavelength: NDArray[np.float64], flux: NDArray[np.float64]) -> NDArray[np.float64]:
    area = float(np.trapezoid(flux, wavelength))
    if not area > 0:
        raise ConfigError(f"template {name}: its integral is {area}; it should be positive.")
    return flux / area
