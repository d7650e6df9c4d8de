"""E(B-V) from the dust map of Schlegel, Finkbeiner & Davis (1998, ApJ 500, 525), read from its two FITS files.

Each galactic hemisphere is one image in Lambert's equal-area projection about its pole. With n = ±1 for north and
south, galactic l and b, and N pixels a side,

    x = N/2 √(1 − n sin b) cos l + (N − 1)/2,      y = −n N/2 √(1 − n sin b) sin l + (N − 1)/2,

from 0, and the map is read off linearly between the four pixels around.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra.galactic import galactic_direction


def sfd_files(folder: Path) -> tuple[Path, Path] | None:
    """North and south map in a folder, the finest there is; ``None`` where there is no pair."""
    pairs = []
    for north in folder.glob("SFD_dust_*_ngp.fits"):
        south = north.with_name(north.name.replace("_ngp", "_sgp"))
        size = north.name.split("_")[2]
        if size.isdigit() and south.is_file():
            pairs.append((int(size), north, south))
    return max(pairs)[1:] if pairs else None


def sfd_ebv(files: tuple[Path, Path], ra: float, dec: float) -> float:
    """Raw SFD98 E(B-V) [mag] at a position.

    Parameters
    ----------
    files : (Path, Path)
        North and south map.
    ra, dec : float
        ICRS degrees.

    Raises
    ------
    SpectrumError
        A file is no such map.
    """
    x, y, sin_b = galactic_direction(ra, dec)
    n = 1.0 if sin_b >= 0 else -1.0
    image = _image(files[0] if n > 0 else files[1])
    # cos l and sin l are x and y over cos b, and √(1 − n sin b) = cos b / √(1 + n sin b).
    size = image.shape[0]
    scale = 0.5 * size / np.sqrt(1.0 + n * sin_b)
    column, row = scale * x + 0.5 * (size - 1), -n * scale * y + 0.5 * (size - 1)
    left, below = (int(np.clip(np.floor(at), 0, size - 2)) for at in (column, row))
    right, above = np.clip(column - left, 0.0, 1.0), np.clip(row - below, 0.0, 1.0)
    corners = image[below : below + 2, left : left + 2]
    return float((1 - above) * ((1 - right) * corners[0, 0] + right * corners[0, 1])
                 + above * ((1 - right) * corners[1, 0] + right * corners[1, 1]))  # fmt: skip


@cache
def _image(path: Path) -> NDArray[np.float64]:
    from astropy.io import fits

    with fits.open(path) as file:
        for hdu in file:
            if hdu.data is not None and hdu.data.ndim == 2 and hdu.data.shape[0] == hdu.data.shape[1]:
                return np.asarray(hdu.data, dtype=np.float64)
    raise SpectrumError(f"{path}: no square image in it; a map of SFD98 has one.")
