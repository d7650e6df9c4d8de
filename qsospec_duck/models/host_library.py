"""Spectra of galaxies without a nucleus: stellar populations and galaxy eigenspectra, by name or path.

Enters the name of a library or a file; leaves its spectra on the grid of `qsospec_duck.models.log_grid`, vacuum
wavelengths, the mean of each (the first eigenspectrum's) being 1. Two kinds of file are read:

- ``.npz`` as pPXF 9 uses them: ``templates`` (n_lam, n_age, n_metal), ``lam`` [Å, air], ``ages`` [Gyr], ``metals``
  [M/H]; every fourth age and every second metallicity are
  taken, their neighbours stand for the others;
- FITS with a table of one row, columns ``WAVE`` [vacuum Å] and ``PCA``: eigenspectra of SDSS galaxies of Yip et al.
  2004, AJ 128, 585.

Neither is part of this package: their authors ask to be cited from where they publish them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.air_vacuum import air_to_vacuum
from qsospec_duck.errors import ConfigError
from qsospec_duck.models.log_grid import grid_between, grid_wavelength, mean_in_bins

FloatArray = NDArray[np.float64]

WHERE_FROM = (
    "pPXF's files (E-MILES, FSPS, GALAXEV, XSL) are published at https://github.com/micappe/ppxf_data and go by path, "
    "or by name from the folder sps_models of the installed ppxf; galaxy eigenspectra are those of Yip et al. 2004"
)

EMILES_FWHM = 2.51
"""Resolution [Å] where a file of populations says none: that of E-MILES from 3540 to 8950 Å (Vazdekis et al. 2016,
MNRAS 463, 3409)."""

_NO_LIBRARY = "spectra_sun_vega.npz"
"""A file of that folder in every installation of pPXF that holds no populations."""

_AGE_STEP = 4
_METAL_STEP = 2


class MissingLibraryError(ConfigError):
    """There is no such library of galaxy spectra."""


@dataclass(frozen=True, eq=False)
class HostLibrary:
    """Galaxy spectra on the common grid."""

    name: str
    sha256: str
    is_positive: bool
    """Populations, whose weights are not negative; else eigenspectra, of which only the first is a spectrum."""

    index: NDArray[np.int64]
    """(n,) bins of the common grid."""

    wavelength: FloatArray
    """(n,) vacuum Å."""

    spectra: FloatArray
    """(n_template, n)."""

    fwhm: FloatArray
    """(n,) resolution of the populations [Å]; 0 for eigenspectra, which are used as they are."""

    ages_and_metals: tuple[int, int]
    """Numbers of ages, which change slowest and are even in their logarithm, and of metallicities; (n_template, 1) for
    eigenspectra."""


@cache
def load_host_library(name: str) -> HostLibrary:
    """Read a library, once a process.

    Parameters
    ----------
    name : str
        Path of a file, or the name of one in the folder ``sps_models`` of the installed pPXF, with or without
        ``spectra_`` and what follows its first word.

    Raises
    ------
    MissingLibraryError
        There is no such file. The message says where libraries are published.
    ConfigError
        The file is no library.
    """
    path = _find(name)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    is_positive = path.suffix == ".npz"
    try:
        wavelength, spectra, fwhm, counts = _populations(path) if is_positive else _eigenspectra(path)
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        raise ConfigError(f"{path}: not a library of galaxy spectra ({error}). {WHERE_FROM}.") from error
    index = grid_between(wavelength[1], wavelength[-2])
    rows = mean_in_bins(wavelength, spectra, index)
    scale = rows.mean(axis=1, keepdims=True) if is_positive else np.full((len(rows), 1), rows[0].mean())
    grid = grid_wavelength(index)
    fwhm = np.interp(grid, wavelength, fwhm)
    return HostLibrary(path.name, sha256, is_positive, index, grid, rows / scale, fwhm, counts)


def _find(name: str) -> Path:
    if not name:
        raise MissingLibraryError(
            f"HostConfig.templates is empty; it should name a library of galaxy spectra. {WHERE_FROM}."
        )
    path = Path(name).expanduser()
    if path.is_file():
        return path
    spec = find_spec("ppxf")
    folder = Path(spec.origin).parent / "sps_models" if spec and spec.origin else None
    known = sorted(folder.glob("*.npz")) if folder is not None and folder.is_dir() else []
    for candidate in known:
        if name in (candidate.name, candidate.stem) or candidate.stem.startswith(f"spectra_{name}_"):
            return candidate
    there = ", ".join(one.name for one in known if one.name != _NO_LIBRARY) or "none"
    raise MissingLibraryError(
        f"HostConfig.templates is {name!r}: neither a file nor a library in {folder} (there: {there}). {WHERE_FROM}."
    )


def _populations(path: Path) -> tuple[FloatArray, FloatArray, FloatArray, tuple[int, int]]:
    with np.load(path) as stored:
        templates, air = stored["templates"], np.asarray(stored["lam"], dtype=float)
        fwhm = np.broadcast_to(np.asarray(stored.get("fwhm", EMILES_FWHM), float), air.shape)
    chosen = templates[:, ::_AGE_STEP, ::_METAL_STEP]
    spectra = np.asarray(chosen, dtype=float).reshape(air.size, -1).T
    return air_to_vacuum(air), np.ascontiguousarray(spectra), fwhm, chosen.shape[1:]


def _eigenspectra(path: Path) -> tuple[FloatArray, FloatArray, FloatArray, tuple[int, int]]:
    # Imported here: astropy takes a third of a second, which no other step of a fit asks for.
    from astropy.io import fits

    table = fits.getdata(path, 1)
    wavelength = np.asarray(table["WAVE"][0], dtype=float)
    spectra = np.asarray(table["PCA"][0], dtype=float).reshape(-1, wavelength.size)
    # An eigenspectrum has no sign of its own; the first one is a mean galaxy, and positive.
    return wavelength, spectra * np.sign(spectra[:1].mean()), np.zeros_like(wavelength), (len(spectra), 1)
