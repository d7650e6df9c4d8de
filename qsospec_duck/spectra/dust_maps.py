"""E(B-V) of a position from a dust map that is already on this machine.

SFD98 is read from a folder that is named, or as Planck GNILC is: by the ``dust`` extra (dustmaps), from its data
directory. Nothing is ever downloaded.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

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
        Where the two files of ``sfd`` lie; the data directory of dustmaps otherwise.

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
    query, why_not = _opened_map(map_name)
    if query is None:
        return None, why_not
    from astropy.coordinates import SkyCoord

    return float(query(SkyCoord(ra, dec, unit="deg", frame="icrs"))), ""


@cache
def _opened_map(map_name: str) -> tuple[Any, str]:
    """Query object of a map, or ``None`` and the reason."""
    try:
        from dustmaps.std_paths import data_dir
    except ImportError:
        return None, "the dustmaps package is not installed (pip install 'qsospec_duck[dust]')"
    folder = Path(data_dir())
    if map_name == "sfd":
        needed = [folder / "sfd" / f"SFD_dust_4096_{pole}.fits" for pole in ("ngp", "sgp")]
    else:
        needed = [folder / "planck" / "COM_CompMap_Dust-GNILC-Model-Opacity_2048_R2.01.fits"]
    missing = [path.name for path in needed if not path.is_file()]
    if missing:
        return None, f"the dustmaps data directory lacks {', '.join(missing)} (fetch it with dustmaps first)"
    if map_name == "sfd":
        from dustmaps.sfd import SFDQuery

        return SFDQuery(), ""
    from dustmaps.planck import PlanckGNILCQuery

    return PlanckGNILCQuery(), ""
