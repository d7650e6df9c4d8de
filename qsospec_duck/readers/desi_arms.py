"""The three camera arms of DESI coadds and their merging onto one grid.

Grids: B 3600-5800 Å, R 5760-7620 Å, Z 7520-9824 Å, all of step 0.8 Å and aligned, so that the union is 7781 pixels from
3600 to 9824 Å with 51 + 126 = 177 pixels seen by two arms. There

    ivar = w₁ + w₂,   flux = (w₁ f₁ + w₂ f₂) / ivar    (flux 0 where ivar is 0),   mask = m₁ | m₂,

in double precision; everywhere else pixels are copied; masks are cleared where ivar > 0. This is what
desispec.coaddition.coadd_cameras of desispec 0.70.0 does, to the bit.

References
----------
https://desidatamodel.readthedocs.io (coadd files); Guy et al. 2023, AJ 165, 144.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.pooled import pooled

STEP = 0.8
"""Step of all grids [Å]."""

NODATA = 256
"""SPECMASK bit 8: no data."""

ALIGNMENT = 1e-4
"""Å by which grids may differ and still be the same."""

_GRIDS: Mapping[str, tuple[float, int]] = {"B": (3600.0, 2751), "R": (5760.0, 2326), "Z": (7520.0, 2881)}
_PARTS = ("WAVELENGTH", "FLUX", "IVAR", "MASK")


@dataclass(frozen=True)
class Arm:
    """Spectra of one camera."""

    camera: str
    wavelength: NDArray[np.float64]
    """(n_pix,) vacuum Å."""

    flux: NDArray[np.float32]
    """(n_spec, n_pix) 1e-17 erg/s/cm²/Å."""

    ivar: NDArray[np.float32]
    """(n_spec, n_pix)"""

    mask: NDArray[np.int32]
    """(n_spec, n_pix) SPECMASK bits."""


@dataclass(frozen=True)
class Merged:
    """Spectra on the common grid; fields as in `Arm`."""

    wavelength: NDArray[np.float64]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    mask: NDArray[np.int32]


def cameras_of(fits: FitsFile) -> tuple[str, ...]:
    """Cameras that a file has, B, R, Z in this order.

    Raises
    ------
    ReaderError
        A camera has some of its HDUs and lacks others, or there is none at all.
    """
    names = {hdu.name for hdu in fits.hdus}
    found = []
    for camera in _GRIDS:
        missing = [part for part in _PARTS if f"{camera}_{part}" not in names]
        if not missing:
            found.append(camera)
        elif len(missing) < len(_PARTS):
            raise refusal(
                fits.path,
                f"camera {camera} lacks HDU {', '.join(f'{camera}_{part}' for part in missing)}",
                "WAVELENGTH, FLUX, IVAR and MASK of a camera, or none of them (DESI coadd data model)",
            )
    if not found:
        raise refusal(
            fits.path, "there is no camera", "B_, R_ and Z_ WAVELENGTH, FLUX, IVAR and MASK (DESI coadd data model)"
        )
    return tuple(found)


def read_arms(fits: FitsFile, rows: NDArray[np.intp], n_rows: int) -> tuple[Arm, ...]:
    """Read some rows of all cameras.

    A camera that is missing altogether becomes an arm of ivar 0 and mask NODATA on its standard grid: every DESI
    spectrum has the same 7781 pixels.

    Parameters
    ----------
    fits : FitsFile
    rows : ndarray of int
        Rows of the FIBERMAP.
    n_rows : int
        Length of the FIBERMAP, which every image must have.

    Raises
    ------
    ReaderError
        HDUs are missing or their shapes disagree.
    """
    there = cameras_of(fits)
    return tuple(
        _read_arm(fits, camera, rows, n_rows) if camera in there else _empty_arm(camera, rows.size) for camera in _GRIDS
    )


def _read_arm(fits: FitsFile, camera: str, rows: NDArray[np.intp], n_rows: int) -> Arm:
    parts: dict[str, NDArray[Any]] = {}
    for part in _PARTS:
        hdu = fits.named(f"{camera}_{part}")
        if hdu is None:
            raise refusal(fits.path, f"there is no HDU {camera}_{part}", "a whole camera")
        if part == "WAVELENGTH":
            parts[part] = hdu.image()
            n_pix = parts[part].size
            if not (np.diff(parts[part]) > 0).all():
                raise refusal(
                    fits.path, "wavelengths do not increase", "strictly increasing wavelengths", where=hdu.where
                )
            continue
        if hdu.shape != (n_rows, n_pix):
            raise refusal(
                fits.path,
                f"shape is {hdu.shape}",
                f"({n_rows}, {n_pix}): rows of FIBERMAP by pixels of {camera}_WAVELENGTH",
                where=hdu.where,
            )
        parts[part] = hdu.image(rows)
    return Arm(
        camera,
        parts["WAVELENGTH"].astype(np.float64, copy=False),
        parts["FLUX"],
        parts["IVAR"],
        parts["MASK"].astype(np.int32, copy=False),
    )


def _empty_arm(camera: str, n_spec: int) -> Arm:
    first, n_pix = _GRIDS[camera]
    zero = np.zeros((n_spec, n_pix), np.float32)
    grid = first + STEP * np.arange(n_pix, dtype=np.float64)
    return Arm(camera, grid, zero, zero, np.full((n_spec, n_pix), NODATA, np.int32))


def merge_arms(arms: Sequence[Arm], path: str | Path, wavelength_range: tuple[float, float] | None = None) -> Merged:
    """Merge camera arms onto their common grid, as the equations above say.

    Parameters
    ----------
    arms : sequence of Arm
        Any order; neighbours may overlap and must be aligned to 1e-4 Å.
    path : str or Path
        For messages.
    wavelength_range : tuple of float, optional
        Å that are kept, ends included; everything where not given.

    Raises
    ------
    ReaderError
        The grids of two arms are not aligned.
    ConfigError
        Fewer than two pixels lie in the range.
    """
    arms = sorted(arms, key=lambda arm: float(arm.wavelength[0]))
    grid, starts = _common_grid(arms, path)
    first, last = _kept(grid, wavelength_range)
    shape = arms[0].flux.shape[0], last - first
    flux, ivar, mask = pooled(shape, np.float32), pooled(shape, np.float32), pooled(shape, np.int32)
    stops = [start + arm.wavelength.size for arm, start in zip(arms, starts, strict=True)]
    for arm, start, stop in zip(arms, starts, stops, strict=True):
        a, b = max(start, first), min(stop, last)
        if a < b:
            own, at = slice(a - start, b - start), slice(a - first, b - first)
            flux[:, at], ivar[:, at], mask[:, at] = arm.flux[:, own], arm.ivar[:, own], arm.mask[:, own]
    for k, (left, right) in enumerate(pairwise(arms)):
        a, b = max(starts[k + 1], first), min(stops[k], last)
        if a < b:
            at = slice(a - first, b - first)
            one, other = slice(a - starts[k], b - starts[k]), slice(a - starts[k + 1], b - starts[k + 1])
            w1, w2 = left.ivar[:, one].astype(np.float64), right.ivar[:, other].astype(np.float64)
            total = w1 + w2
            flux[:, at] = (0.0 + w1 * left.flux[:, one] + w2 * right.flux[:, other]) / (total + (total == 0))
            ivar[:, at] = total
            mask[:, at] = left.mask[:, one] | right.mask[:, other]
    mask *= ~(ivar > 0)
    return Merged(grid[first:last], flux, ivar, mask)


def _common_grid(arms: Sequence[Arm], path: str | Path) -> tuple[NDArray[np.float64], list[int]]:
    """Wavelengths of all arms together, and the pixel at which each arm begins."""
    grid, starts = arms[0].wavelength, [0]
    for arm in arms[1:]:
        start = (
            int(np.argmin(np.abs(grid - arm.wavelength[0]))) if arm.wavelength[0] <= grid[-1] + ALIGNMENT else grid.size
        )
        seen = grid.size - start
        if seen and np.max(np.abs(grid[start:] - arm.wavelength[:seen])) > ALIGNMENT:
            raise refusal(
                path,
                f"the wavelengths of camera {arm.camera} are not aligned with those before it",
                "grids that agree to 1e-4 Å where they overlap",
            )
        grid = np.concatenate([grid, arm.wavelength[seen:]])
        starts.append(start)
    return grid, starts


def _kept(grid: NDArray[np.float64], wavelength_range: tuple[float, float] | None) -> tuple[int, int]:
    """First pixel of a range, and one past its last."""
    if wavelength_range is None:
        return 0, grid.size
    low, high = wavelength_range
    first, last = np.searchsorted(grid, [low - ALIGNMENT, high + ALIGNMENT]).tolist()
    if last - first < 2:
        raise ConfigError(f"wavelength_range is {wavelength_range}; it should overlap 3600 to 9824 Å.")
    return first, last
