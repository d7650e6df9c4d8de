"""IRAF one-dimensional spectra: an image with its wavelengths in the header and, as a band, its error.

Bands are told by BANDIDn; the error is the ``sigma`` band of the apall task. A file without one is refused, since a
spectrum without errors cannot be fitted. Wavelengths are taken as vacuum unless ``air=True`` says otherwise.

References
----------
https://iraf.net/irafdocs/specwcs.php (DC-FLAG 0 linear, 1 logarithmic; CRVAL1, CD1_1 or CDELT1, CRPIX1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.fits.header import Cards
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.arrays import inverse_variance
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, pick_redshifts, spectra_table
from qsospec_duck.readers.sdss import check_one_row
from qsospec_duck.readers.units import from_log10, to_angstrom, to_house_flux, to_vacuum


def recognises(contents: Contents) -> bool:
    """Look for a primary image with a long first axis, a wavelength solution and IRAF's DC-FLAG."""
    primary = contents.parts[0] if contents.parts else None
    return (
        primary is not None
        and len(primary.shape) in (1, 3)
        and primary.shape[-1] > 16
        and {"CRVAL1", "DC-FLAG"} <= primary.header.keys()
        and "COEFF0" not in primary.header
    )


def read(
    path: str | Path,
    *,
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    object_id: str | None = None,
    ra: float | None = None,
    dec: float | None = None,
    ebv: float | None = None,
    flux_unit: str | None = None,
    air: bool = False,
) -> pa.Table:
    """Read one IRAF spectrum.

    Parameters
    ----------
    path : str or Path
    rows : sequence of int, optional
        ``[0]`` or nothing.
    redshift : float
        The headers have none.
    object_id : str, optional
        OBJECT of the header where not given.
    ra, dec : float, optional
        Degrees; RA and DEC of the header where they are decimal numbers.
    ebv : float, optional
        E(B-V) [mag].
    flux_unit : str, optional
        Takes the place of BUNIT.
    air : bool
        Wavelengths are those in air; they are turned into vacuum wavelengths.

    Raises
    ------
    ReaderError
        No error band, no unit, no redshift, or a damaged file.
    """
    with FitsFile(path) as fits:
        check_one_row(path, rows)
        primary = fits.hdus[0]
        cards = primary.header
        image = primary.image()
    image = image.reshape(-1, image.shape[-1]) if image.ndim != 1 else image[None, :]
    sigma = _sigma_band(cards)
    if sigma is None or sigma >= image.shape[0]:
        raise refusal(
            path, f"bands are {_bands(cards) or image.shape[0]}", "a sigma band beside the flux", where=primary.where
        )
    unit = flux_unit or cards.get("BUNIT")
    if not unit:
        raise refusal(path, "there is no BUNIT", "a flux unit (or give flux_unit=)", where=primary.where)
    wavelength = _wavelengths(path, cards, image.shape[1], primary.where)
    if air:
        wavelength = to_vacuum(path, wavelength, where=primary.where)
    flux = to_house_flux(path, image[0], str(unit), wavelength, where=primary.where)
    error = to_house_flux(path, image[sigma], str(unit), wavelength, where=primary.where)
    value, weight = clean_pixels(flux, inverse_variance(error))
    name = object_id or str(cards.get("OBJECT") or file_key(path))
    return spectra_table(
        path,
        1,
        {
            "object_key": f"{file_key(path)}#0",
            "object_id": name,
            "survey": "table",
            "source": file_key(path),
            "row_index": 0,
            "ra": ra if ra is not None else _degrees(cards.get("RA")),
            "dec": dec if dec is not None else _degrees(cards.get("DEC")),
            "z": pick_redshifts(path, redshift, [None], [(name,)]),
            "ebv": ebv,
            "wavelength": [wavelength],
            "flux": [value],
            "ivar": [weight],
        },
    )


def _bands(cards: Mapping[str, Any]) -> list[str]:
    return [str(cards[f"BANDID{i}"]) for i in range(1, 10) if f"BANDID{i}" in cards]


def _sigma_band(cards: Mapping[str, Any]) -> int | None:
    return next((i for i, band in enumerate(_bands(cards)) if band.startswith("sigma")), None)


def _wavelengths(path: str | Path, cards: Cards, n_pix: int, where: str) -> NDArray[np.float64]:
    step = cards.number("CD1_1" if "CD1_1" in cards else "CDELT1")
    if step is None:
        raise refusal(path, "there is no CD1_1 or CDELT1", "a wavelength step", where=where)
    first = cards.number("CRPIX1")
    value = cards.need("CRVAL1") + step * (np.arange(n_pix) + 1.0 - (1.0 if first is None else first))
    if cards.need("DC-FLAG") == 1:
        return from_log10(value)
    # CUNIT1 is often wrong in such files ('deg'): the WAT1 card is IRAF's own.
    words = dict(word.split("=", 1) for word in str(cards.get("WAT1_001", "")).split() if "=" in word)
    return to_angstrom(path, value, words.get("units", "Angstrom"), where=where)


def _degrees(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


READER = Reader("iraf", recognises, read, is_general=True)
