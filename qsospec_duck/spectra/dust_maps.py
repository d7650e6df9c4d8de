"""E(B-V) of a position from a dust map that is already on this machine.

Maps are read from a folder that is named, or from the data directory of dustmaps (the ``dust`` extra). Nothing is ever
downloaded.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from qsospec_duck.spectra.healpix_map import gnilc_ebv, gnilc_file
from qsospec_duck.spectra.sfd_map import sfd_ebv, sfd_files

DUST_MAPS = ("sfd", "planck")
"""``sfd``: Schlegel, Finkbeiner & Davis 1998, raw E(B-V). ``planck``: GNILC dust opacity, Planck Collaboration 2016,
A&A 596, A109, as E(B-V)."""


def ebv_of_map(map_name: str, ra: float, dec: float, folder: str | None = None) -> tuple[float | None, str]:
    """E(B-V) at a position, or why there is none.

    Parameters
    ----------
    map_name : str
        ``sfd`` or ``planck``.
    ra, dec : float
        ICRS degrees.
    folder : str, optional
        Where the two files of ``sfd``, or the one of ``planck``, lie; the data directory of dustmaps otherwise.

    Returns
    -------
    ebv : float or None
        As the map gives it [mag]; ``None`` where the map cannot be asked.
    why_not : str
        The reason where it is ``None``, else empty.
    """
    if map_name == "sfd" and folder is not None:
        files = sfd_files(Path(folder).expanduser())
        if files is None:
            return None, f"{folder} holds no SFD_dust_*_ngp.fits with its _sgp.fits"
        return sfd_ebv(files, ra, dec), ""
    if map_name == "planck":
        return _ebv_of_planck(ra, dec, folder)
    query, why_not = _opened_sfd()
    if query is None:
        return None, why_not
    from astropy.coordinates import SkyCoord

    return float(query(SkyCoord(ra, dec, unit="deg", frame="icrs"))), ""


def _ebv_of_planck(ra: float, dec: float, folder: str | None) -> tuple[float | None, str]:
    if folder is not None:
        place, named = Path(folder).expanduser(), folder
    else:
        data, why_not = _dustmaps_folder()
        if data is None:
            return None, why_not
        place, named = data / "planck", "the dustmaps data directory"
    path = gnilc_file(place)
    if path is None:
        return None, f"{named} holds no COM_CompMap_Dust-GNILC-Model-Opacity_*.fits"
    return gnilc_ebv(path, ra, dec), ""


@cache
def _dustmaps_folder() -> tuple[Path | None, str]:
    try:
        from dustmaps.std_paths import data_dir
    except ImportError:
        return None, "the dustmaps package is not installed (pip install 'qsospec_duck[dust]')"
    return Path(data_dir()), ""


@cache
def _opened_sfd() -> tuple[Any, str]:
    """Query object of SFD98, or ``None`` and the reason."""
    folder, why_not = _dustmaps_folder()
    if folder is None:
        return None, why_not
    needed = [folder / "sfd" / f"SFD_dust_4096_{pole}.fits" for pole in ("ngp", "sgp")]
    missing = [path.name for path in needed if not path.is_file()]
    if missing:
        return None, f"the dustmaps data directory lacks {', '.join(missing)} (fetch it with dustmaps first)"
    from dustmaps.sfd import SFDQuery

    return SFDQuery(), ""
