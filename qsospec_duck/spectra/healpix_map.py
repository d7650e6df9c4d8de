"""Maps of the sky in HEALPix pixels, read from FITS one pixel at a time, and E(B-V) of the Planck GNILC map.

HEALPix (Górski et al. 2005, ApJ 622, 759) divides the sphere into 12 squares of N_side × N_side pixels of one area.
With z the sine of the latitude and φ the longitude in quarters of a circle, a pixel is found by its place along the
rising and the falling diagonal: j₋ = N(1/2 + φ + 3z/4) and j₊ = N(1/2 + φ − 3z/4) where |z| ≤ 2/3, and
j = N √(3(1 − |z|)) times the fraction of φ, or one less it, nearer the poles. ``RING`` counts pixels along
circles of latitude, ``NESTED`` along a Z-curve within each square: their numbers interleave the bits of the two places.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra.galactic import galactic_direction

EBV_OF_TAU353 = 1.49e4
"""E(B-V) [mag] over the optical depth of dust at 353 GHz (Planck Collaboration 2014, A&A 571, A11)."""

GNILC_COLUMN = "TAU353"


def gnilc_file(folder: Path) -> Path | None:
    """The GNILC opacity map in a folder, under the name that the Planck Legacy Archive gives it."""
    found = sorted(folder.glob("COM_CompMap_Dust-GNILC-Model-Opacity_*.fits"))
    return found[-1] if found else None


def gnilc_ebv(path: Path, ra: float, dec: float) -> float:
    """E(B-V) [mag] of the pixel at a position.

    Planck Collaboration 2016, A&A 596, A109: dust opacity freed of the infrared background.

    Parameters
    ----------
    path : Path
        The file: a table of pixels with a column ``TAU353`` and the header keys ``NSIDE`` and ``ORDERING``.
    ra, dec : float
        ICRS degrees.

    Raises
    ------
    SpectrumError
        The file is no such map.
    """
    table, n_side, is_nested = _opened(path)
    x, y, z = galactic_direction(ra, dec)
    pixel = healpix_pixel(n_side, z, np.arctan2(y, x), nested=is_nested)
    column = table.field(GNILC_COLUMN)
    # some maps keep 1024 pixels a row
    row, place = divmod(pixel, int(np.prod(column.shape[1:], dtype=int)))
    return EBV_OF_TAU353 * float(np.ravel(column[row])[place])


def healpix_pixel(n_side: int, z: float, longitude: float, *, nested: bool) -> int:
    """Number of the pixel at a position.

    Parameters
    ----------
    n_side : int
        Pixels along a side of each of the 12 squares; a power of two where ``nested``.
    z : float
        Sine of the latitude.
    longitude : float
        [rad].
    nested : bool
        Numbers along the Z-curve; along circles of latitude otherwise.
    """
    quarters = (longitude / (0.5 * np.pi)) % 4.0
    find = _nested_pixel if nested else _ring_pixel
    return find(n_side, z, float(quarters))


def _ring_pixel(n_side: int, z: float, quarters: float) -> int:
    if abs(z) <= 2.0 / 3.0:
        falling, rising = _equatorial_places(n_side, z, quarters)
        ring = n_side + 1 + falling - rising
        along = (falling + rising - n_side + 1 + (1 - ring % 2)) // 2 % (4 * n_side)
        return 2 * n_side * (n_side - 1) + (ring - 1) * 4 * n_side + along
    falling, rising = _polar_places(n_side, z, quarters)
    ring = falling + rising + 1
    along = int(quarters * ring) % (4 * ring)
    return 2 * ring * (ring - 1) + along if z > 0 else 12 * n_side**2 - 2 * ring * (ring + 1) + along


def _nested_pixel(n_side: int, z: float, quarters: float) -> int:
    if abs(z) <= 2.0 / 3.0:
        falling, rising = _equatorial_places(n_side, z, quarters)
        of_falling, of_rising = falling // n_side, rising // n_side
        if of_falling == of_rising:
            square = of_falling % 4 + 4
        else:
            square = of_falling % 4 if of_falling < of_rising else of_rising % 4 + 8
        east, north = rising % n_side, n_side - 1 - falling % n_side
    else:
        falling, rising = (min(place, n_side - 1) for place in _polar_places(n_side, z, quarters))
        quarter = min(3, int(quarters))
        if z > 0:
            square, east, north = quarter, n_side - 1 - rising, n_side - 1 - falling
        else:
            square, east, north = quarter + 8, falling, rising
    return square * n_side**2 + _spread(east) + 2 * _spread(north)


def _equatorial_places(n_side: int, z: float, quarters: float) -> tuple[int, int]:
    return int(n_side * (0.5 + quarters - 0.75 * z)), int(n_side * (0.5 + quarters + 0.75 * z))


def _polar_places(n_side: int, z: float, quarters: float) -> tuple[int, int]:
    part = quarters % 1.0
    steps = n_side * np.sqrt(3.0 * (1.0 - abs(z)))
    return int(part * steps), int((1.0 - part) * steps)


def _spread(number: int) -> int:
    """The bits of a number at every second place."""
    return sum((number >> bit & 1) << 2 * bit for bit in range(number.bit_length()))


@cache
def _opened(path: Path) -> tuple[Any, int, bool]:
    """Rows of the table, which stay on disk, N_side, and whether pixels are nested."""
    from astropy.io import fits

    with fits.open(path, memmap=True) as file:
        for hdu in file[1:]:
            if isinstance(hdu, fits.BinTableHDU) and GNILC_COLUMN in hdu.columns.names:
                n_side, ordering = hdu.header.get("NSIDE"), str(hdu.header.get("ORDERING", "")).strip().upper()
                pixels = hdu.data.field(GNILC_COLUMN).size
                if not isinstance(n_side, int) or pixels != 12 * n_side**2 or ordering not in ("NESTED", "RING"):
                    raise SpectrumError(
                        f"{path}: NSIDE {n_side}, ORDERING {ordering!r} and {pixels} pixels; it should be a whole "
                        "sky of 12 NSIDE² pixels, NESTED or RING."
                    )
                return hdu.data, n_side, ordering == "NESTED"
    raise SpectrumError(f"{path}: no table with a column {GNILC_COLUMN}; the GNILC opacity map of Planck has one.")
