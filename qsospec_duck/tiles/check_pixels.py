"""Checks of the spectra of a tile: wavelengths, fluxes, weights and masks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.readers.relation import LISTS
from qsospec_duck.tiles.finding import ERROR, WARNING, Finding

FINITE = ("z", "zerr", "ra", "dec", "ebv", "z_rr", "wave0", "dwave", "mjd_min", "mjd_max", "exptime")
"""Scalars that are NULL where they are not known, never NaN: statistics leave NaN out, and filters miss it."""

SPECMASK = (1 << 11) - 1
"""All bits that DESI defines for a pixel (desispec.maskbits, specmask 0 to 10)."""

GRID_TOLERANCE = 1e-3
"""Å by which wave0 + i dwave may differ from the wavelengths."""

FLUX_RANGE = (1e-6, 1e6)
"""Where a median |flux| in 1e-17 erg/s/cm²/Å can lie; fluxes in cgs are a factor 1e17 away."""

NOISE_RANGE = (0.2, 5.0)
"""Ratio of the scatter of neighbouring pixels to what ivar says; 1 for honest errors on a smooth spectrum."""


def check_pixels(path: str, table: pa.Table) -> Iterator[Finding]:
    """Check the spectra of some rows.

    Parameters
    ----------
    path : str
        For the findings.
    table : pyarrow.Table
        With ``object_key``, `LISTS` and the scalars of the grid; ``lsf_sigma`` where the tile has it.
    """
    if not table.num_rows:
        return
    keys = [str(key) for key in table["object_key"].to_pylist()]
    for name in FINITE:
        values = table[name].cast(pa.float64()).fill_null(0.0).to_numpy()
        for bad in np.flatnonzero(~np.isfinite(values)).tolist():
            yield Finding("number_is_finite", ERROR, path, keys[bad], f"{name} is {values[bad]}; expected a number.")
    lists = {name: table[name].combine_chunks() for name in LISTS}
    nulls = {name: array.is_null().to_numpy(zero_copy_only=False) for name, array in lists.items()}
    scalars = {name: table[name].to_pylist() for name in ("wave0", "dwave", "n_pix")}
    resolution = table["lsf_sigma"].combine_chunks() if "lsf_sigma" in table.column_names else None
    checked: NDArray[np.float64] | None = None
    for row, key in enumerate(keys):
        if lost := [name for name in LISTS if nulls[name][row]]:
            yield Finding("list_is_null", ERROR, path, key, f"{', '.join(lost)} is NULL; expected a list.")
            continue
        wavelength, flux, ivar, mask = (_values(lists[name], row) for name in LISTS)
        if len({wavelength.size, flux.size, ivar.size, mask.size}) > 1:
            sizes = f"{wavelength.size}, {flux.size}, {ivar.size} and {mask.size}"
            yield Finding("lengths", ERROR, path, key, f"wavelength, flux, ivar and mask have {sizes} pixels.")
            continue
        # NULL where the coadd has no resolution of that spectrum.
        if resolution is not None and resolution[row].is_valid:
            n_sigma = len(resolution[row])
            if n_sigma != wavelength.size:
                text = f"lsf_sigma has {n_sigma} pixels; the spectrum has {wavelength.size}."
                yield Finding("lengths", ERROR, path, key, text)
        # All rows of a tile share one grid: it is looked at once.
        if checked is None or not np.array_equal(wavelength, checked):
            findings = list(_wavelengths(path, key, wavelength))
            yield from findings
            checked = None if findings else wavelength
        yield from _grid(path, key, wavelength, {name: values[row] for name, values in scalars.items()})
        yield from _values_of(path, key, flux, ivar, mask)


def _values(array: pa.ListArray, row: int) -> NDArray[Any]:
    start, stop = array.offsets[row].as_py(), array.offsets[row + 1].as_py()
    values = array.values[start:stop]
    # A NULL pixel becomes NaN, which the checks of values find.
    return np.asarray(values.to_numpy(zero_copy_only=values.null_count == 0))


def _wavelengths(path: str, key: str, wavelength: NDArray[np.float64]) -> Iterator[Finding]:
    if wavelength.size < 2:
        yield Finding("n_pixels", ERROR, path, key, f"{wavelength.size} pixels; expected at least two.")
        return
    usable = np.isfinite(wavelength) & (wavelength > 0)
    if not usable.all():
        bad = int(np.flatnonzero(~usable)[0])
        yield Finding("wavelength_value", ERROR, path, key, f"wavelength {wavelength[bad]} Å at pixel {bad}.")
        return
    back = np.flatnonzero(wavelength[1:] <= wavelength[:-1])
    if back.size:
        at = int(back[0])
        text = f"{wavelength[at]} Å at pixel {at} is followed by {wavelength[at + 1]} Å ({back.size} such places)."
        yield Finding("wavelength_order", ERROR, path, key, text)


def _grid(path: str, key: str, wavelength: NDArray[np.float64], scalars: dict[str, Any]) -> Iterator[Finding]:
    wave0, dwave, n_pix = scalars["wave0"], scalars["dwave"], scalars["n_pix"]
    if n_pix != wavelength.size:
        yield Finding("n_pix", ERROR, path, key, f"n_pix is {n_pix}; the spectrum has {wavelength.size} pixels.")
    elif wave0 is None or dwave is None:
        yield Finding("grid", WARNING, path, key, "wave0 or dwave is NULL; the grid is not uniform.")
    else:
        # Both ends and the middle: breaks between them are found by the order of the wavelengths and these together.
        places = np.array([0, wavelength.size // 2, wavelength.size - 1])
        off = np.abs(wave0 + dwave * places - wavelength[places])
        if not (off <= GRID_TOLERANCE).all():
            yield Finding("grid", ERROR, path, key, f"wave0 + i dwave is {np.max(off):.4g} Å off the wavelengths.")


def _values_of(
    path: str, key: str, flux: NDArray[np.float32], ivar: NDArray[np.float32], mask: NDArray[np.int32]
) -> Iterator[Finding]:
    if not np.isfinite(flux).all():
        bad = int(np.flatnonzero(~np.isfinite(flux))[0])
        yield Finding("flux_finite", ERROR, path, key, f"flux {flux[bad]} at pixel {bad}.")
        return
    if not (np.isfinite(ivar) & (ivar >= 0)).all():
        bad = int(np.flatnonzero(~(np.isfinite(ivar) & (ivar >= 0)))[0])
        yield Finding("ivar_value", ERROR, path, key, f"ivar {ivar[bad]} at pixel {bad}; expected 0 or more.")
        return
    if mask.dtype.kind == "f" or ((mask < 0) | (mask > SPECMASK)).any():
        yield Finding("mask_bits", ERROR, path, key, f"mask beyond the bits that are defined ({SPECMASK}).")
    elif ((mask != 0) & (ivar > 0)).any():
        bad = int(np.flatnonzero((mask != 0) & (ivar > 0))[0])
        text = f"mask {mask[bad]} where ivar is {ivar[bad]} at pixel {bad}; merged spectra have no mask there."
        yield Finding("mask_ivar", ERROR, path, key, text)
    used = ivar > 0
    if not used.any():
        yield Finding("no_data", WARNING, path, key, "ivar is 0 in every pixel.")
        return
    level = float(np.median(np.abs(flux[used])))
    if not FLUX_RANGE[0] <= level <= FLUX_RANGE[1]:
        yield Finding("flux_unit", ERROR, path, key, f"median |flux| {level:.3g}; not 1e-17 erg/s/cm2/Angstrom.")
        return
    ratio = noise_ratio(flux, ivar)
    if ratio is not None and not NOISE_RANGE[0] <= ratio <= NOISE_RANGE[1]:
        text = f"neighbouring pixels scatter {ratio:.3g} times as much as ivar says; expected about 1."
        yield Finding("noise", WARNING, path, key, text)


def noise_ratio(flux: NDArray[np.float32], ivar: NDArray[np.float32]) -> float | None:
    """Robust scatter of pixels two apart in units of what their ivar says; ``None`` for fewer than 20 such pairs."""
    both = (ivar[2:] > 0) & (ivar[:-2] > 0)
    if both.sum() < 20:
        return None
    variance = 1.0 / ivar[2:][both].astype(np.float64) + 1.0 / ivar[:-2][both].astype(np.float64)
    step = (flux[2:][both].astype(np.float64) - flux[:-2][both]) / np.sqrt(variance)
    return float(1.4826 * np.median(np.abs(step)))
