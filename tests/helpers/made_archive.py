"""A folder that looks like the archive of a release, for a local server."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
from astropy.io import fits

from qsospec_duck.archive import ArchiveTile

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "readers"))

import make_fits


def write_archive(folder: Path, pixels: list[int], n: int = 4) -> list[ArchiveTile]:
    """Tiles of DR1 with coadd (RESOLUTION and SCORES included), redrock and checksum files."""
    tiles = []
    for pixel in pixels:
        tile = ArchiveTile("dr1", "main", "dark", pixel)
        ids = [1000 * pixel + i for i in range(n)]
        place = folder / tile.folder
        place.mkdir(parents=True)
        plain = place / "plain.fits"
        cards = {"HPXPIXEL": pixel, "DEPNAM00": "SPECPROD", "DEPVER00": "iron"}
        make_fits.make_coadd(plain, ids, seed=pixel, cards=cards, checksum=False)
        with fits.open(plain) as hdus:
            table = fits.BinTableHDU(make_fits.table_of(exposures(ids)), name="EXP_FIBERMAP")
            kept = [hdus[0], hdus["FIBERMAP"], table]
            for camera in "BRZ":
                kept += [hdus[f"{camera}_{part}"] for part in ("WAVELENGTH", "FLUX", "IVAR", "MASK")]
                n_pix = hdus[f"{camera}_WAVELENGTH"].data.size
                matrices = np.full((n, 11, n_pix), 1 / 11, np.float32)
                kept.append(fits.ImageHDU(matrices, name=f"{camera}_RESOLUTION"))
            kept.append(fits.BinTableHDU(make_fits.table_of({"TARGETID": np.array(ids)}), name="SCORES"))
            fits.HDUList(kept).writeto(place / tile.file_name("coadd"), checksum=True)
        plain.unlink()
        make_fits.make_redrock(place / tile.file_name("redrock"), ids)
        sums = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in sorted(place.iterdir())]
        (folder / tile.checksum_key).write_text("".join(sums))
        tiles.append(tile)
    return tiles


def exposures(ids: list[int]) -> dict[str, np.ndarray]:
    """One exposure for each target."""
    n = len(ids)
    return {
        "TARGETID": np.array(ids),
        "NIGHT": np.full(n, 20210514, np.int32),
        "EXPID": np.full(n, 90000, np.int32),
        "MJD": np.full(n, 59349.25),
        "TILEID": np.full(n, 1000, np.int32),
        "EXPTIME": np.full(n, 900.0, np.float32),
        "PETAL_LOC": np.full(n, 3, np.int16),
        "FIBER": np.arange(n, dtype=np.int32),
    }
