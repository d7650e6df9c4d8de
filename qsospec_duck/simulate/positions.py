"""Positions inside a HEALPix pixel."""

from __future__ import annotations

import numpy as np

from qsospec_duck.errors import ConfigError

# Ring and longitude of the twelve base pixels, in units of their own size (Górski et al. 2005, ApJ 622, 759).
_RING_OF_FACE = (2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4)
_LONGITUDE_OF_FACE = (1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7)


def pixel_centre(pixel: int, nside: int = 64) -> tuple[float, float]:
    """Longitude and latitude [deg] of the centre of a HEALPix pixel in the nested scheme.

    Raises
    ------
    ConfigError
        There is no such pixel.
    """
    per_face = nside * nside
    if not 0 <= pixel < 12 * per_face:
        raise ConfigError(f"HEALPix pixel is {pixel}; at NSIDE {nside} pixels run from 0 to {12 * per_face - 1}.")
    face, inside = divmod(pixel, per_face)
    x, y = _every_other_bit(inside), _every_other_bit(inside >> 1)
    ring = _RING_OF_FACE[face] * nside - x - y - 1
    if ring < nside:
        in_ring, odd = ring, 0
        sine = 1.0 - ring**2 / (3.0 * per_face)
    elif ring > 3 * nside:
        in_ring, odd = 4 * nside - ring, 0
        sine = in_ring**2 / (3.0 * per_face) - 1.0
    else:
        in_ring, odd = nside, (ring - nside) % 2
        sine = 2.0 * (2 * nside - ring) / (3.0 * nside)
    step = (_LONGITUDE_OF_FACE[face] * in_ring + x - y + 1 + odd) // 2
    longitude = (step - 0.5 * (odd + 1)) * 90.0 / in_ring
    return longitude % 360.0, float(np.degrees(np.arcsin(sine)))


def positions_in_pixel(rng: np.random.Generator, pixel: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` right ascensions and declinations [deg] within 0.2° of the centre of an NSIDE 64 pixel, well inside it."""
    ra, dec = pixel_centre(pixel)
    spread = rng.uniform(-0.14, 0.14, (2, n))
    return (ra + spread[0] / np.cos(np.radians(dec))) % 360.0, dec + spread[1]


def _every_other_bit(value: int) -> int:
    """Bits 0, 2, 4 ... of a number, moved together."""
    return sum(((value >> (2 * bit)) & 1) << bit for bit in range(value.bit_length() // 2 + 1))
