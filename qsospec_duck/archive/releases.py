"""DESI's releases, and where the files of a tile lie in each.

    RELEASE/spectro/redux/PRODUCTION/healpix/SURVEY/PROGRAM/PIXEL // 100/PIXEL/KIND-SURVEY-PROGRAM-PIXEL.fits

Later releases group by UNIQPIX = HEALPIX + 4 NSIDE² under ``spectra/`` in place of ``healpix/``, with an NSIDE that
follows the density of targets; a tile therefore carries its NSIDE.

References
----------
https://data.desi.lbl.gov/doc/organization; https://desidatamodel.readthedocs.io
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qsospec_duck.errors import ConfigError

SURVEYS = ("cmx", "main", "special", "sv1", "sv2", "sv3")
PROGRAMS = ("backup", "bright", "dark", "other")

KINDS = ("coadd", "redrock", "emline", "rrdetails", "qso_qn", "qso_mgii")
"""Kinds of files that a tile is made of; the first two are needed."""

NEEDED = ("coadd", "redrock")


@dataclass(frozen=True)
class Release:
    """One data release."""

    name: str
    production: str
    """Name of the spectroscopic production."""

    layout: str = "healpix"
    """``healpix`` or ``uniqpix``."""


RELEASES: Mapping[str, Release] = {
    "edr": Release("edr", "fuji"),
    "dr1": Release("dr1", "iron"),
    "dr2": Release("dr2", "loa"),
    "dr3": Release("dr3", "matterhorn", "uniqpix"),
}
"""Releases by name. Only edr and dr1 are public as of 2026; the others stand here for when they are."""


def release_named(name: str) -> Release:
    """Find a release by its name or by that of its production.

    Raises
    ------
    ConfigError
        There is no such release.
    """
    for release in RELEASES.values():
        if name.lower() in (release.name, release.production):
            return release
    known = ", ".join(f"{one.name} ({one.production})" for one in RELEASES.values())
    raise ConfigError(f"release {name!r} is not known; it should be one of {known}.")


def uniqpix(healpix: int, nside: int) -> int:
    """UNIQPIX of a nested pixel: HEALPIX + 4 NSIDE², which tells pixels of different NSIDE apart."""
    return healpix + 4 * nside**2


def healpix_of(uniqpix: int) -> tuple[int, int]:
    """Nested pixel and NSIDE of a UNIQPIX, 4 NSIDE² to 16 NSIDE² - 1: its size tells NSIDE.

    Raises
    ------
    ConfigError
        It is less than 4.
    """
    if uniqpix < 4:
        raise ConfigError(f"UNIQPIX is {uniqpix}; it should be HEALPIX + 4 NSIDE², 4 or more.")
    nside = 1
    while uniqpix >= 16 * nside**2:
        nside *= 2
    return uniqpix - 4 * nside**2, nside


def tile_number(release: str | None, healpix: int, nside: int) -> int:
    """Number by which a release calls a tile: the pixel where all have NSIDE 64, UNIQPIX elsewhere."""
    known = RELEASES.get(release) if release is not None else None
    is_uniq = known.layout == "uniqpix" if known is not None else nside != 64
    return uniqpix(healpix, nside) if is_uniq else healpix


@dataclass(frozen=True, order=True)
class ArchiveTile:
    """One tile of an archive."""

    release: str
    survey: str
    program: str
    healpix: int
    nside: int = 64

    @property
    def pixel(self) -> int:
        """Number that folders and files carry: the HEALPix pixel, or UNIQPIX."""
        return tile_number(release_named(self.release).name, self.healpix, self.nside)

    @property
    def folder(self) -> str:
        """Key of the folder, with a slash at its end."""
        release = release_named(self.release)
        kind = "spectra" if release.layout == "uniqpix" else "healpix"
        head = f"{release.name}/spectro/redux/{release.production}/{kind}"
        return f"{head}/{self.survey}/{self.program}/{self.pixel // 100}/{self.pixel}/"

    def file_name(self, kind: str) -> str:
        """Name of a file of some kind."""
        ending = "h5" if kind == "rrdetails" else "fits"
        return f"{kind}-{self.survey}-{self.program}-{self.pixel}.{ending}"

    def key(self, kind: str) -> str:
        """Key of a file of some kind."""
        return self.folder + self.file_name(kind)

    @property
    def checksum_key(self) -> str:
        """Key of the checksum file of the folder."""
        # Named after the folder below spectro/, with slashes turned into underscores.
        below = self.folder.split("/spectro/", 1)[1].rstrip("/")
        return f"{self.folder}{below.replace('/', '_')}.sha256sum"

    def __str__(self) -> str:
        return f"{self.release}/{self.survey}/{self.program}/{self.pixel}"


_FOLDER = re.compile(
    r"(?:(?P<release>[a-z0-9]+)/)?spectro/redux/(?P<production>[a-z0-9]+)/(?P<layout>healpix|spectra)/"
    r"(?P<survey>[a-z0-9]+)/(?P<program>[a-z]+)/(?P<group>\d+)/(?P<pixel>\d+)(?:/|$)"
)


def tile_of_key(key: str) -> ArchiveTile | None:
    """Tile that a key, an URL or a path belongs to, ``None`` where it belongs to none.

    The production tells the release: keys such as ``dr1/spectro/redux/fuji/...``, which never existed, are read as EDR.
    """
    found = _FOLDER.search(key.lower())
    if found is None:
        return None
    try:
        release = release_named(found["production"])
    except ConfigError:
        return None
    pixel = int(found["pixel"])
    if found["layout"] == "healpix":
        return ArchiveTile(release.name, found["survey"], found["program"], pixel)
    return ArchiveTile(release.name, found["survey"], found["program"], *healpix_of(pixel))
