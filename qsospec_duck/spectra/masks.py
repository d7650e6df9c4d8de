"""Which survey mask bits mean that a pixel must not be used.

The inverse variance is the truth: both pipelines set it to 0 where a pixel is lost, and only bits
that declare a pixel lost or its sky subtraction failed are applied on top of it.

DESI (SPECMASK of desispec): a masked pixel of a coadd has ivar 0 already. SOMEBADPIX says that one of
several exposures was bad there and left out; the coadd of the others is good.

SDSS (SPPIXMASK, https://www.sdss3.org/dr10/algorithms/bitmask_sppixmask.php), read from ``and_mask``, a bit
that every exposure agrees on: the very bad conditions have ivar 0 already, and NODATA should be ignored in
favour of ivar. Bits 0-15 speak of a whole fibre: on 113 spectra of the test set the pixels under
BADFLAT or MANYBADCOLUMNS scatter about a running median exactly as the clean ones do (0.93 and 0.97
of their error against 0.94), so to drop them would lose whole spectra for nothing. Under BRIGHTSKY,
5 % of the pixels and most of the far red, the scatter is 1.03: the errors know the sky there, and the bit is
left to who wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsospec_duck.errors import SpectrumError

DESI_SPECMASK: Mapping[str, int] = MappingProxyType(
    {
        "SOMEBADPIX": 0,
        "ALLBADPIX": 1,
        "COSMIC": 2,
        "LOWFLAT": 3,
        "BADFIBERFLAT": 4,
        "BRIGHTSKY": 5,
        "BADSKY": 6,
        "BAD2DFIT": 7,
        "NODATA": 8,
        "BADFIBER": 9,
        "BADCOLUMN": 10,
    }
)
"""Names and bits of the DESI pixel mask (desispec.maskbits)."""

SDSS_SPPIXMASK: Mapping[str, int] = MappingProxyType(
    {
        "NOPLUG": 0,
        "BADTRACE": 1,
        "BADFLAT": 2,
        "BADARC": 3,
        "MANYBADCOLUMNS": 4,
        "MANYREJECTED": 5,
        "LARGESHIFT": 6,
        "BADSKYFIBER": 7,
        "NEARWHOPPER": 8,
        "WHOPPER": 9,
        "SMEARIMAGE": 10,
        "SMEARHIGHSN": 11,
        "SMEARMEDSN": 12,
        "NEARBADPIXEL": 16,
        "LOWFLAT": 17,
        "FULLREJECT": 18,
        "PARTIALREJECT": 19,
        "SCATTEREDLIGHT": 20,
        "CROSSTALK": 21,
        "NOSKY": 22,
        "BRIGHTSKY": 23,
        "NODATA": 24,
        "COMBINEREJ": 25,
        "BADFLUXFACTOR": 26,
        "BADSKYCHI": 27,
        "REDMONSTER": 28,
    }
)
"""Names and bits of the SDSS pixel mask (sdss3.org, DR9 and DR10)."""

DESI_BAD: tuple[str, ...] = (
    "ALLBADPIX",
    "BADFIBERFLAT",
    "BADSKY",
    "BAD2DFIT",
    "NODATA",
    "BADFIBER",
    "BADCOLUMN",
    "COSMIC",
    "LOWFLAT",
)
"""Bits of a DESI pixel that must not be used; SOMEBADPIX and BRIGHTSKY are remarks."""

SDSS_BAD: tuple[str, ...] = ("FULLREJECT", "NOSKY", "COMBINEREJ", "BADSKYCHI", "REDMONSTER")
"""Bits of an SDSS ``and_mask`` pixel that must not be used: rejected everywhere, or sky subtraction failed."""

DESI_SURVEYS = frozenset({"main", "sv1", "sv2", "sv3", "cmx", "special", "desi"})
"""Values of ``survey`` that mean DESI."""

SDSS_SURVEYS = frozenset({"sdss", "boss", "eboss", "lamost"})
"""Values of ``survey`` whose pixel masks have the SDSS bits; LAMOST took them over with the pipeline."""


def bit_value(names: tuple[str, ...], bits: Mapping[str, int]) -> int:
    """Integer with the named bits set."""
    return sum(1 << bits[name] for name in names)


def usable_pixels(
    mask_array: ArrayLike, survey: str | None, *, bad: tuple[str, ...] | None = None
) -> NDArray[np.bool_]:
    """Tell which pixels the survey's mask allows to be used.

    Parameters
    ----------
    mask_array : array_like of int, shape (n_pix,)
        Survey mask bits: the MASK of a DESI coadd or the ``and_mask`` of SDSS.
    survey : str or None
        The ``survey`` column. Of a survey whose bits are not known here any bit set means: do not use.
    bad : tuple of str, optional
        Names of the bits to apply instead of `DESI_BAD` or `SDSS_BAD`.

    Returns
    -------
    ndarray of bool, shape (n_pix,)

    Raises
    ------
    SpectrumError
        The mask is no array of integers, or a name in ``bad`` is no bit of that survey.
    """
    mask = np.asarray(mask_array)
    if mask.dtype.kind not in "iu":
        raise SpectrumError(f"mask_array has type {mask.dtype}; survey mask bits are integers.")
    name = (survey or "").lower()
    if name in DESI_SURVEYS:
        bits, default = DESI_SPECMASK, DESI_BAD
    elif name in SDSS_SURVEYS:
        bits, default = SDSS_SPPIXMASK, SDSS_BAD
    elif bad is None:
        return mask == 0
    else:
        raise SpectrumError(f"survey {survey!r} has no named mask bits here; its mask is used as it is, without `bad`.")
    unknown = [item for item in bad or () if item not in bits]
    if unknown:
        raise SpectrumError(f"{', '.join(unknown)}: no mask bits of survey {survey!r}; it has {', '.join(bits)}.")
    return (mask & bit_value(default if bad is None else bad, bits)) == 0
