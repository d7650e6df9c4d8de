"""Plain arrays become one row of the spectra relation."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from qsospec_duck.constants import FLUX_UNIT_CGS
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.relation import clean_pixels, spectra_table
from qsospec_duck.readers.units import to_vacuum


def spectra_from_arrays(
    wavelength: ArrayLike,
    flux: ArrayLike,
    *,
    ivar: ArrayLike | None = None,
    error: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    z: float,
    object_id: str,
    object_key: str | None = None,
    ra: float | None = None,
    dec: float | None = None,
    ebv: float | None = None,
    flux_scale: float = FLUX_UNIT_CGS,
    flux_unit: str | None = None,
    air: bool = False,
) -> pa.Table:
    """Make a one-row spectra relation from arrays.

    Parameters
    ----------
    wavelength : array_like, shape (n_pix,)
        Vacuum Å, observed frame, strictly increasing.
    flux : array_like, shape (n_pix,)
        f_λ in units of ``flux_scale`` erg/s/cm²/Å.
    ivar, error : array_like, shape (n_pix,)
        Inverse variance or 1σ error in the same scale; give exactly one. Pixels with a flux or error that is
        not finite, or with ivar or error not positive, get ivar 0.
    mask : array_like of int, shape (n_pix,), optional
        Mask bits, kept as ``mask_array``; they do not change ``ivar``.
    z : float
        Redshift, greater than -1.
    object_id : str
        Scientific name; also the key where ``object_key`` is not given.
    ra, dec, ebv : float, optional
        Degrees; mag.
    flux_scale : float
        1 for spectra in cgs, 1e-17 (default) for survey units.
    flux_unit : str, optional
        ``relative`` where the physical scale is unknown.
    air : bool
        Wavelengths are those in air; they are turned into vacuum wavelengths.

    Raises
    ------
    ReaderError
        Lengths differ, wavelengths are not increasing, or both or none of ``ivar`` and ``error`` are given.
    """
    name = object_key or object_id
    if (ivar is None) == (error is None):
        raise refusal(name, "both or none of ivar and error are given", "exactly one")
    wave = np.asarray(wavelength, dtype=np.float64)
    if air:
        wave = to_vacuum(name, wave)
    factor = 1.0 if flux_unit == "relative" else flux_scale / FLUX_UNIT_CGS
    value = np.asarray(flux, dtype=np.float64) * factor
    weight = (
        inverse_variance(np.asarray(error, dtype=np.float64) * factor)
        if error is not None
        else np.asarray(ivar, dtype=np.float64) / factor**2
    )
    bits = None if mask is None else np.asarray(mask).astype(np.int32)
    for what, array in (("flux", value), ("errors", weight), ("mask", bits)):
        if array is not None and array.shape != wave.shape:
            raise refusal(name, f"{what} have shape {array.shape}, wavelength {wave.shape}", "equal lengths")
    good_flux, good_ivar = clean_pixels(value, weight)
    columns = {
        "object_key": name,
        "object_id": object_id,
        "survey": "table",
        "source": name,
        "row_index": 0,
        "ra": ra,
        "dec": dec,
        "z": float(z),
        "ebv": ebv,
        "wavelength": [wave],
        "flux": [good_flux],
        "ivar": [good_ivar],
        "mask_array": None if bits is None else [bits],
    }
    if flux_unit is not None:
        columns["flux_unit"] = flux_unit
    return spectra_table(name, 1, columns)


def inverse_variance(error: np.ndarray) -> np.ndarray:
    """1/σ², 0 where σ is not a positive, finite number."""
    ivar = np.zeros_like(error)
    good = np.isfinite(error) & (error > 0)
    ivar[good] = error[good] ** -2.0
    return ivar
