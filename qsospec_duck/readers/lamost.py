"""LAMOST low- and medium-resolution spectra of DR1 to DR7 and the table layout of later releases.

Low resolution to DR7: one image whose rows EXTEN0 names (DR1 has a subtracted continuum where later releases have the
wavelengths, which then follow from COEFF0 and COEFF1). Later, and medium resolution: tables ``COADD`` or ``COADD_B``
and ``COADD_R``, one pixel a row or one spectrum a cell. Fluxes are calibrated relatively (low resolution) or not at
all (medium resolution): ``flux_unit`` is ``relative`` and luminosities have no meaning.

References
----------
http://www.lamost.org/dr7/v2.0/doc/lr-data-production-description and mr-data-production-description
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.fits_hdu import Hdu
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, mask_bits, pick_redshifts, spectra_table
from qsospec_duck.readers.sdss import check_one_row
from qsospec_duck.readers.units import from_log10, to_vacuum

_COADDS = ("COADD", "COADD_B", "COADD_R")
_NO_REDSHIFT = -9999.0


def recognises(contents: Contents) -> bool:
    """Look for a LAMOST header, and the image or a coadd table."""
    primary = contents.parts[0] if contents.parts else None
    return (
        primary is not None
        and str(primary.header.get("TELESCOP", "")).strip() == "LAMOST"
        and (len(primary.shape) == 2 or any(contents.has_part(name) for name in _COADDS))
    )


def read(
    path: str | Path,
    *,
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    ebv: float | None = None,
) -> pa.Table:
    """Read one LAMOST spectrum; the two arms of a medium-resolution file follow each other in one row.

    Parameters
    ----------
    path : str or Path
    rows : sequence of int, optional
        ``[0]`` or nothing: the file holds one spectrum.
    redshift : float or mapping, optional
        Needed where the header has none (medium resolution, unclassified objects: Z = -9999).
    ebv : float, optional
        E(B-V) [mag].

    Raises
    ------
    ReaderError
        The file is damaged, or no redshift is known.
    """
    with FitsFile(path) as fits:
        check_one_row(path, rows)
        primary = fits.hdus[0]
        cards = primary.header
        tables = [hdu for name in _COADDS if (hdu := fits.named(name)) is not None]
        arms = [_table_arm(hdu) for hdu in tables] if tables else [_image_arm(path, primary)]
    wavelength, flux, ivar, mask, or_mask = (np.concatenate(parts) for parts in zip(*arms, strict=True))
    if cards.get("VACUUM") is False:
        wavelength = to_vacuum(path, wavelength, where=primary.where)
    value, weight = clean_pixels(flux, ivar)
    object_id = str(
        cards.get("OBSID")
        or f"{cards.get('LMJD')}-{cards.get('PLANID')}-{cards.whole('SPID') or 0:02d}-{cards.whole('FIBERID') or 0:03d}"
    )
    z = cards.number("Z")
    return spectra_table(
        path,
        1,
        {
            "object_key": f"{file_key(path)}#0",
            "object_id": object_id,
            "survey": "lamost",
            "program": "mrs" if {hdu.name for hdu in tables} & {"COADD_B", "COADD_R"} else "lrs",
            "release": _release(cards.get("DATA_V")),
            "source": file_key(path),
            "row_index": 0,
            "ra": cards.number("RA"),
            "dec": cards.number("DEC"),
            "z": pick_redshifts(path, redshift, [None if z is None or z == _NO_REDSHIFT else z], [(object_id,)]),
            "spectype": str(cards.get("CLASS") or "") or None,
            "ebv": ebv,
            "wavelength": [wavelength],
            "flux": [value],
            "ivar": [weight],
            "mask_array": [mask],
            "flux_unit": "relative",
            "or_mask": [or_mask],
            "zerr": cards.number("Z_ERR"),
            "subtype": str(cards.get("SUBCLASS") or "") or None,
        },
    )


def _image_arm(path: str | Path, primary: Hdu) -> tuple[NDArray[Any], ...]:
    """Wavelength, flux, ivar, and-mask, or-mask of the image layout."""
    image = primary.image()
    if image.ndim != 2 or image.shape[0] < 5:
        raise refusal(
            path,
            f"the image has shape {image.shape}",
            "five rows: flux, ivar, wavelength, and-mask, or-mask",
            where=primary.where,
        )
    cards = primary.header
    if "wavelength" in str(cards.get("EXTEN0", "")).lower():
        wavelength = image[2].astype(np.float64)
    elif {"COEFF0", "COEFF1"} <= cards.keys():
        wavelength = from_log10(cards.need("COEFF0") + cards.need("COEFF1") * np.arange(image.shape[1]))
    else:
        raise refusal(
            path,
            f"EXTEN0 is {cards.get('EXTEN0')!r} and there is no COEFF0",
            "wavelengths in row 2 or COEFF0 and COEFF1",
            where=primary.where,
        )
    return wavelength, image[0], image[1], mask_bits(image[3]), mask_bits(image[4])


def _table_arm(hdu: Hdu) -> tuple[NDArray[Any], ...]:
    """Wavelength, flux, ivar, and-mask, or-mask of a table: one pixel a row, or all pixels in the cell of one row."""
    wave = (
        hdu.column("WAVELENGTH").reshape(-1).astype(np.float64)
        if "WAVELENGTH" in hdu.cells
        else from_log10(hdu.column("LOGLAM").reshape(-1))
    )
    flux, ivar = hdu.column("FLUX").reshape(-1), hdu.column("IVAR").reshape(-1)
    masks = [mask_bits(hdu.column(name).reshape(-1)) for name in ("ANDMASK", "ORMASK")]
    lengths = {part.size for part in (wave, flux, ivar, *masks)}
    if len(lengths) != 1:
        raise refusal(hdu.source.path, f"columns have {sorted(lengths)} pixels", "equal lengths", where=hdu.where)
    return wave, flux, ivar, *masks


def _release(text: Any) -> str | None:
    """``dr7`` of ``LAMOST DR7``."""
    found = re.search(r"DR\d+", str(text or ""))
    return found[0].lower() if found else None


READER = Reader("lamost", recognises, read)
