"""SDSS ``spSpec-*.fit`` of DR1 to DR7: an image whose rows are flux, continuum-subtracted flux, error and mask.

Wavelengths are log-linear, in vacuum unless VACUUM is F: λ = 10^(COEFF0 + COEFF1 i).

References
----------
https://classic.sdss.org/dr7/dm/flatFiles/spSpec.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.arrays import inverse_variance
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, mask_bits, pick_redshifts, spectra_table
from qsospec_duck.readers.sdss import check_one_row
from qsospec_duck.readers.units import check_house_unit, from_log10, to_vacuum

# SPEC_CLN of DR1-DR7: https://classic.sdss.org/dr7/dm/flatFiles/spSpec.html
_CLASSES = {0: "UNKNOWN", 1: "STAR", 2: "GALAXY", 3: "QSO", 4: "QSO", 5: "SKY", 6: "STAR"}


def recognises(contents: Contents) -> bool:
    """Look for a primary image of five (or six) rows with log-linear wavelengths and a plate."""
    primary = contents.parts[0] if contents.parts else None
    return (
        primary is not None
        and len(primary.shape) == 2
        and primary.shape[0] in (5, 6)
        and {"COEFF0", "COEFF1", "PLATEID", "SPEC_CLN"} <= primary.header.keys()
    )


def read(
    path: str | Path,
    *,
    rows: Sequence[int] | None = None,
    redshift: Redshift = None,
    ebv: float | None = None,
    release: str | None = None,
) -> pa.Table:
    """Read one spSpec file.

    Parameters
    ----------
    path, rows, redshift, ebv, release
        As for the ``sdss`` reader.

    Raises
    ------
    ReaderError
        The file is damaged, in another unit, or without redshift.
    """
    with FitsFile(path) as fits:
        primary = fits.hdus[0]
        cards = primary.header
        check_one_row(path, rows)
        missing = {"COEFF0", "COEFF1", "PLATEID", "MJD", "FIBERID"} - cards.keys()
        if missing or len(primary.shape) != 2:
            raise refusal(
                path,
                f"shape {primary.shape}, no card {', '.join(sorted(missing)) or '(none missing)'}",
                "an spSpec image",
                where=primary.where,
            )
        check_house_unit(path, cards.get("BUNIT"), where=primary.where)
        image = primary.image()
    wavelength = from_log10(cards.need("COEFF0") + cards.need("COEFF1") * np.arange(image.shape[1]))
    if cards.get("VACUUM") is False:
        wavelength = to_vacuum(path, wavelength, where=primary.where)
    # An error of 0 marks a pixel without data.
    flux, weight = clean_pixels(image[0], inverse_variance(image[2].astype(np.float64)))
    object_id = f"{int(cards.need('PLATEID')):04d}-{int(cards.need('MJD'))}-{int(cards.need('FIBERID')):04d}"
    return spectra_table(
        path,
        1,
        {
            "object_key": f"{file_key(path)}#0",
            "object_id": object_id,
            "survey": "sdss",
            "program": "legacy",
            "release": release,
            "source": file_key(path),
            "row_index": 0,
            "ra": cards.number("RAOBJ"),
            "dec": cards.number("DECOBJ"),
            "z": pick_redshifts(path, redshift, [cards.number("Z")], [(object_id,)]),
            "zwarn": cards.whole("Z_WARNIN"),
            "spectype": _CLASSES.get(cards.whole("SPEC_CLN") or 0),
            "ebv": ebv,
            "wavelength": [wavelength],
            "flux": [flux],
            "ivar": [weight],
            "mask_array": [mask_bits(image[3])],
            "zerr": cards.number("Z_ERR"),
        },
    )


READER = Reader("spspec", recognises, read)
