"""Where a DESI file belongs: release, survey, program and pixel, or tile, petal and night.

A tile is (release, survey, program, healpix), never the pixel alone: the same pixel is observed in several programs.
Where NSIDE follows the density of targets, as from DR3 on, UNIQPIX takes the place of the pixel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qsospec_duck.archive import releases
from qsospec_duck.readers.fits_file import FitsFile

RELEASES: Mapping[str | None, str] = {one.production: one.name for one in releases.RELEASES.values()}
"""Data release by spectroscopic production."""


@dataclass(frozen=True)
class Identity:
    """Identity of one coadd file; ``None`` where neither header nor path tells."""

    release: str | None = None
    survey: str | None = None
    program: str | None = None
    healpix: int | None = None
    """Nested pixel at ``nside``."""

    nside: int = 64
    tile: int | None = None
    petal: int | None = None
    night: int | None = None
    release_in_file: bool = False
    """The release comes from the headers or the caller, not from the folder the file happens to lie in."""

    @property
    def number(self) -> int | None:
        """Number of the tile within its release, survey and program: the pixel, or UNIQPIX."""
        return None if self.healpix is None else releases.tile_number(self.release, self.healpix, self.nside)

    def key(self, file_key: str, target_id: int) -> str:
        """``object_key`` of a target: of its tile where that is known from the content, else of its file."""
        parts = (self.release, self.survey, self.program, self.number)
        if self.release_in_file and all(part is not None for part in parts):
            return "/".join(str(part) for part in (*parts, target_id))
        return f"{file_key}#{target_id}"


def identify(
    fits: FitsFile,
    *,
    release: str | None = None,
    survey: str | None = None,
    program: str | None = None,
    healpix: int | None = None,
    nside: int | None = None,
) -> Identity:
    """Read the identity from headers, then from the path; what the caller gives takes their place."""
    cards = fits.hdus[0].header
    productions = (specprod(hdu.header) for hdu in fits.hdus[:3])
    in_file = release or next((RELEASES[name] for name in productions if name in RELEASES), None)
    folders = [part.lower() for part in Path(fits.path).parts[:-1]]
    in_path = next((name for name in folders if name in RELEASES.values()), None) or next(
        (RELEASES[name] for name in folders if name in RELEASES), None
    )
    pixel, told = _pixel(cards)
    return Identity(
        release=in_file or in_path,
        survey=survey or _text(cards.get("SURVEY")),
        program=program or _text(cards.get("PROGRAM") or cards.get("FAPRGRM")),
        healpix=healpix if healpix is not None else pixel,
        nside=nside or (told if healpix is None else None) or 64,
        tile=_whole(cards.get("TILEID")),
        petal=_whole(cards.get("PETAL", cards.get("SPECTRO"))),
        night=_whole(cards.get("NIGHT")),
        release_in_file=in_file is not None,
    )


def specprod(cards: Mapping[str, Any]) -> str | None:
    """Name of the spectroscopic production that the DEPNAM cards of a header give."""
    for name, value in cards.items():
        if name.startswith("DEPNAM") and value == "SPECPROD":
            return _text(cards.get(f"DEPVER{name[6:]}"))
    return _text(cards.get("SPECPROD"))


def _pixel(cards: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """HEALPix pixel and NSIDE that a header gives."""
    group, value = cards.get("SPGRP"), _whole(cards.get("SPGRPVAL"))
    if "HPXPIXEL" not in cards and group == "uniqpix" and value is not None:
        return releases.healpix_of(value)
    return _whole(cards.get("HPXPIXEL", value if group == "healpix" else None)), _whole(cards.get("HPXNSIDE"))


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None


def _whole(value: Any) -> int | None:
    try:
        return None if value is None else int(value)
    except ValueError:
        return None
