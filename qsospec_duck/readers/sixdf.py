"""Files of the 6dF Galaxy Survey: pictures and spectra of one target, the spliced spectrum last.

``SPECTRUM VR`` has four rows: counts, their variance, sky, wavelength in air. The counts are not flux-calibrated, so
that the flux is relative. A target that was observed several times has several such HDUs; each is a row.

References
----------
http://www-wfau.roe.ac.uk/6dFGS/fits.html; Jones et al. 2004, MNRAS 355, 747.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from qsospec_duck.fits.refusal import refusal
from qsospec_duck.readers.contents import Contents, Reader
from qsospec_duck.readers.fits_file import FitsFile
from qsospec_duck.readers.relation import Redshift, clean_pixels, file_key, pick_redshifts, spectra_table
from qsospec_duck.readers.units import to_vacuum

_SPLICED = "SPECTRUM VR"


def recognises(contents: Contents) -> bool:
    """Look for the spliced spectrum."""
    return contents.has_part(_SPLICED)


def read(
    path: str | Path, *, rows: Sequence[int] | None = None, redshift: Redshift = None, ebv: float | None = None
) -> pa.Table:
    """Read the spliced spectra of a target.

    Parameters
    ----------
    path : str or Path
    rows : sequence of int, optional
        Observations to read, by number; all where not given.
    redshift : float, mapping or sequence, optional
        Takes the place of Z_HELIO.
    ebv : float, optional
        E(B-V) [mag].

    Raises
    ------
    ReaderError
        The file is damaged, has no such observation, or no redshift is known.
    """
    with FitsFile(path) as fits:
        spliced = [hdu for hdu in fits.hdus if hdu.name == _SPLICED]
        wanted = list(range(len(spliced))) if rows is None else [int(row) for row in rows]
        if any(not 0 <= row < len(spliced) for row in wanted):
            raise refusal(path, f"rows {wanted} were asked for", f"rows 0 to {len(spliced) - 1}")
        images = []
        for hdu in (spliced[row] for row in wanted):
            image = hdu.image().astype(np.float64)
            if image.ndim != 2 or image.shape[0] < 4:
                raise refusal(
                    path, f"shape is {image.shape}", "four rows: counts, variance, sky, wavelength", where=hdu.where
                )
            images.append(image)
        cards = [spliced[row].header for row in wanted]
    names = [str(one.get("TARGET", "")).strip() or Path(file_key(path)).stem for one in cards]
    with np.errstate(divide="ignore", invalid="ignore"):
        pixels = [clean_pixels(image[0], np.where(image[1] > 0, 1.0 / image[1], 0.0)) for image in images]
    found = [one.number("Z_HELIO") for one in cards]
    return spectra_table(
        path,
        len(wanted),
        {
            "object_key": [f"{file_key(path)}#{row}" for row in wanted],
            "object_id": names,
            "survey": "6dfgs",
            "source": file_key(path),
            "row_index": wanted,
            "ra": [one.number("OBSRA") for one in cards],
            "dec": [one.number("OBSDEC") for one in cards],
            "z": pick_redshifts(path, redshift, found, [(name,) for name in names]),
            "ebv": ebv,
            "wavelength": [to_vacuum(path, image[3], where=_SPLICED) for image in images],
            "flux": [pixel[0] for pixel in pixels],
            "ivar": [pixel[1] for pixel in pixels],
            "flux_unit": "relative",
        },
    )


READER = Reader("sixdf", recognises, read)
