"""Which tiles an archive has: from a redshift catalog, a listing, or a manifest.

A list of pixels that was computed from pointings is a superset: some pixels have no files, because no target of theirs
has a spectrum. The tiles of a redshift catalog are the truth; `explain_gaps` says what the others lack.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qsospec_duck.archive.mirrors import normal_key
from qsospec_duck.archive.releases import ArchiveTile, healpix_of, release_named, tile_of_key
from qsospec_duck.errors import ConfigError

FIELDS = ("release", "survey", "program", "healpix", "nside")

KNOWN_GAPS = {
    ("dr1", "main", "bright"): (9836, 4802, 4561, 4730),
    ("dr1", "main", "dark"): (26535, 15051, 10844, 9913),
    ("dr1", "main", "backup"): (10786, 10810),
}
"""Pixels that tilepix of DR1 lists and that have no files (desispec issue 2267)."""


@dataclass(frozen=True)
class Gap:
    """A pixel that is listed and not there."""

    tile: ArchiveTile
    reason: str


def from_catalog(path: str | Path, release: str) -> list[ArchiveTile]:
    """Tiles of a redshift catalog such as ``zall-pix-iron.fits``, FITS or Parquet.

    Parameters
    ----------
    path : str or Path
        With columns SURVEY, PROGRAM and HEALPIX (NSIDE where it is not 64).
    release : str
        Name of the release or of its production.

    Raises
    ------
    ConfigError
        The catalog has no such columns.
    """
    name = release_named(release).name
    if str(path).endswith((".parquet", ".pq")):
        import pyarrow.parquet as pq

        names = {column.upper(): column for column in pq.read_schema(path).names}
        columns = _catalog_columns(path, names)
        table = pq.read_table(path, columns=list(columns.values()))
        rows = {column: table[columns[column]].to_pylist() for column in columns}
    else:
        from astropy.io import fits

        with fits.open(path, memmap=True) as hdus:
            tables = [hdu for hdu in hdus if isinstance(hdu, fits.BinTableHDU)]
            found = next((hdu for hdu in tables if "HEALPIX" in {one.upper() for one in hdu.columns.names}), None)
            if found is None:
                raise ConfigError(f"{path}: no table has HEALPIX; expected SURVEY, PROGRAM and HEALPIX.")
            columns = _catalog_columns(path, {one.upper(): one for one in found.columns.names})
            rows = {column: found.data[columns[column]].tolist() for column in columns}
    nside = rows.get("NSIDE", [64] * len(rows["HEALPIX"]))
    keys = set(zip(rows["SURVEY"], rows["PROGRAM"], rows["HEALPIX"], nside, strict=True))
    return sorted(ArchiveTile(name, str(s).strip(), str(p).strip(), int(h), int(n)) for s, p, h, n in keys)


def _catalog_columns(path: str | Path, names: dict[str, str]) -> dict[str, str]:
    if missing := [one for one in ("SURVEY", "PROGRAM", "HEALPIX") if one not in names]:
        raise ConfigError(f"{path}: there is no column {', '.join(missing)}; expected SURVEY, PROGRAM and HEALPIX.")
    return {one: names[one] for one in ("SURVEY", "PROGRAM", "HEALPIX", "NSIDE") if one in names}


def from_listing(lines: Iterable[str]) -> list[ArchiveTile]:
    """Tiles of a listing: URLs, keys, paths or checksum lines, one a line; lines of no tile are passed over."""
    words = (line.split()[-1] for line in lines if line.strip() and not line.startswith("#"))
    return sorted({tile for word in words if (tile := tile_of_key(normal_key(word))) is not None})


def from_file(path: str | Path, release: str | None = None) -> list[ArchiveTile]:
    """Read tiles from an inventory (CSV), a listing or checksum file (text), or a catalog (FITS, Parquet).

    Raises
    ------
    ConfigError
        The file names no tile, or a catalog is given without ``release``.
    """
    path = Path(path)
    if path.name.lower().endswith((".fits", ".fits.gz", ".parquet", ".pq")):
        if release is None:
            raise ConfigError(f"{path}: a catalog does not say its release; give release=.")
        return from_catalog(path, release)
    text = path.read_text(encoding="utf-8")
    tiles = _from_csv(path, text) if text.startswith(",".join(FIELDS[:4])) else from_listing(text.splitlines())
    if not tiles:
        raise ConfigError(
            f"{path}: names no tile; expected the columns {','.join(FIELDS)}, or paths with spectro/redux/..."
        )
    return tiles


def _from_csv(path: Path, text: str) -> list[ArchiveTile]:
    found = set()
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            release = release_named(row["release"]).name
            place = (row["survey"], row["program"], int(row["healpix"]))
            found.add(ArchiveTile(release, *place, int(row.get("nside") or 64)))
        except (KeyError, ValueError, TypeError) as error:
            raise ConfigError(f"{path}, line {number}: no tile ({error}); expected {','.join(FIELDS)}.") from error
    return sorted(found)


def write_inventory(tiles: Iterable[ArchiveTile], path: str | Path) -> None:
    """Write tiles as CSV, which `from_file` reads."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows([[getattr(tile, name) for name in FIELDS] for tile in sorted(tiles)])


def explain_gaps(listed: Iterable[ArchiveTile], there: Iterable[ArchiveTile]) -> list[Gap]:
    """Say why tiles of a list are not among those that are there."""
    known, gaps = set(there), []
    others = {(tile.release, tile.pixel): tile for tile in known}
    for tile in sorted(set(listed) - known):
        if tile.pixel in KNOWN_GAPS.get((tile.release, tile.survey, tile.program), ()):
            reason = "known: listed by tilepix, no target of it has a spectrum (desispec issue 2267)"
        elif (other := others.get((tile.release, tile.pixel))) is not None:
            reason = f"the pixel was observed in {other.survey} {other.program}, not in {tile.survey} {tile.program}"
        else:
            reason = "no target in the redshift catalog"
        gaps.append(Gap(tile, reason))
    return gaps


def tiles_in_range(release: str, survey: str, program: str, pixels: Sequence[int]) -> list[ArchiveTile]:
    """Tiles of some pixels, which from DR3 on are given as UNIQPIX."""
    found = release_named(release)
    places = [healpix_of(pixel) if found.layout == "uniqpix" else (pixel,) for pixel in sorted(set(pixels))]
    return [ArchiveTile(found.name, survey, program, *place) for place in places]


def parse_pixels(text: str) -> list[int]:
    """Pixels of a text such as ``23040-23043,23050``.

    Raises
    ------
    ConfigError
        It is no such text.
    """
    pixels: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        if not first.isdigit() or not last.isdigit() or int(last) < int(first):
            raise ConfigError(f"pixels are {text!r}; expected numbers and ranges such as 23040-23043,23050.")
        pixels.extend(range(int(first), int(last) + 1))
    return pixels
