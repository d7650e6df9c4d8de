"""SDSS, BOSS, eBOSS and SDSS-V ``spec-*.fits``: one spectrum in a table, its redshift in another.

HDUs are found by their columns: plate 3655 has no EXTNAME at all and SDSS-V counts its HDUs otherwise.

References
----------
https://data.sdss.org/datamodel/files/BOSS_SPECTRO_REDUX/RUN2D/spectra/PLATE4/spec.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qsospec_duck.constants import C_KMS
from qsospec_duck.fits.header import Cards
from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.fits_hdu import Hdu
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, mask_bits, pick_redshifts, spectra_table
from qsospec_duck.readers.units import check_house_unit, from_log10

_PIXELS = ("FLUX", "LOGLAM", "IVAR")
_PIXELS_DR8 = ("FLUX", "WAVELENGTH", "INVERSE_VARIANCE")
_PIXEL_KMS = C_KMS * math.log(10.0) * 1e-4
"""Width of a pixel [km/s]: 0.0001 in log10 λ, the unit of WDISP."""


def recognises(contents: Contents) -> bool:
    """Look for a table of flux, log wavelength and ivar with the SDSS masks."""
    return contents.has_table(*_PIXELS, "AND_MASK", "OR_MASK") or contents.has_table(*_PIXELS_DR8, "AND_MASK")


def read(
    path: str | Path,
    *,
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    ebv: float | None = None,
    release: str | None = None,
) -> pa.Table:
    """Read one SDSS spectrum.

    Parameters
    ----------
    path : str or Path
    rows : sequence of int, optional
        ``[0]`` or nothing: the file holds one spectrum.
    redshift : float or mapping, optional
        Takes the place of the pipeline's.
    ebv : float, optional
        E(B-V) [mag]; the files have none.
    release : str, optional
        Data release; the files do not say.

    Raises
    ------
    ReaderError
        The file is damaged, has another unit, or no redshift.
    """
    with FitsFile(path) as fits:
        pixels = fits.table_with(*_PIXELS) or fits.table_with(*_PIXELS_DR8)
        if pixels is None:
            raise refusal(path, "no table has flux, loglam and ivar", "the columns of an SDSS spec file")
        check_one_row(path, rows)
        catalog = fits.table_with("Z", "CLASS", "ZWARNING")
        primary = fits.hdus[0]
        check_house_unit(path, primary.header.get("BUNIT") or pixels.header.get("BUNIT"), where=primary.where)
        known = _catalog_row(catalog) if catalog is not None else {}
        cards = Cards({**pixels.header, **primary.header}, path, primary.where)
        object_id = _object_id(path, known, cards)
        z = known.get("Z", cards.number("Z"))
        if "LOGLAM" in pixels.cells:
            wavelength = from_log10(pixels.column("LOGLAM"))
            ivar = pixels.column("IVAR")
        else:
            wavelength, ivar = pixels.column("WAVELENGTH"), pixels.column("INVERSE_VARIANCE")
        flux, weight = clean_pixels(pixels.column("FLUX"), ivar)
        return spectra_table(
            path,
            1,
            {
                "object_key": f"{file_key(path)}#0",
                "object_id": object_id,
                "survey": "sdss",
                "program": known.get("PROGRAMNAME") or None,
                "release": release,
                "source": file_key(path),
                "row_index": 0,
                "ra": _first(
                    known.get("PLUG_RA"),
                    cards.number("PLUG_RA"),
                    known.get("RACAT"),
                    cards.number("RAOBJ"),
                    known.get("RA"),
                ),
                "dec": _first(
                    known.get("PLUG_DEC"),
                    cards.number("PLUG_DEC"),
                    known.get("DECCAT"),
                    cards.number("DECOBJ"),
                    known.get("DEC"),
                ),
                "z": pick_redshifts(path, redshift, [z], [(object_id,)]),
                "zwarn": known.get("ZWARNING"),
                "spectype": known.get("CLASS") or None,
                "ebv": ebv,
                "wavelength": [wavelength],
                "flux": [flux],
                "ivar": [weight],
                "mask_array": [mask_bits(pixels.column("AND_MASK"))] if "AND_MASK" in pixels.cells else None,
                "zerr": _first(known.get("Z_ERR"), cards.number("Z_ERR")),
                "subtype": known.get("SUBCLASS") or None,
                "lsf_sigma": [pixels.column("WDISP") * _PIXEL_KMS] if "WDISP" in pixels.cells else None,
                "or_mask": [mask_bits(pixels.column("OR_MASK"))] if "OR_MASK" in pixels.cells else None,
            },
        )


def check_one_row(path: str | Path, rows: Sequence[int] | None) -> None:
    """Refuse rows other than the only one of a file."""
    if rows is not None and list(rows) != [0]:
        raise refusal(path, f"rows {list(rows)} were asked for", "rows=[0]: the file holds one spectrum")


def _catalog_row(catalog: Hdu) -> dict[str, Any]:
    """Read what the redshift table says, as plain values."""
    names = (
        "Z",
        "Z_ERR",
        "ZWARNING",
        "CLASS",
        "SUBCLASS",
        "PLATE",
        "FIELD",
        "MJD",
        "FIBERID",
        "CATALOGID",
        "PROGRAMNAME",
        "PLUG_RA",
        "PLUG_DEC",
        "RACAT",
        "DECCAT",
        "RA",
        "DEC",
    )
    # FIELD of a plate file is the imaging field: the spectroscopic one stands beside a CATALOGID (SDSS-V).
    row = {name: catalog.column(name)[0] for name in names if name in catalog.cells and catalog.shape[0]}
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}


def _object_id(path: str | Path, known: dict[str, Any], cards: Cards) -> str:
    """plate-mjd-fiber, or field-mjd-catalogid for SDSS-V."""
    mjd = known.get("MJD") or cards.whole("MJD")
    if known.get("CATALOGID"):
        return f"{int(known.get('FIELD') or cards.get('FIELDID') or 0):06d}-{mjd}-{known['CATALOGID']}"
    plate, fiber = known.get("PLATE") or cards.whole("PLATEID"), known.get("FIBERID") or cards.whole("FIBERID")
    if plate is None or mjd is None or fiber is None:
        raise refusal(
            path, f"plate is {plate}, mjd {mjd}, fiber {fiber}", "all three, in the redshift table or the header"
        )
    return f"{int(plate):04d}-{int(mjd)}-{int(fiber):04d}"


def _first(*values: Any) -> float | None:
    """Take the first number that is there."""
    return next((float(value) for value in values if value is not None), None)


READER = Reader("sdss", recognises, read)
