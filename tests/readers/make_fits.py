"""Small FITS files that are wrong in one way each, made from real bytes or from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

CAMERAS = {"B": (3600.0, 2751), "R": (5760.0, 2326), "Z": (7520.0, 2881)}


def make_coadd(
    path: Path,
    target_id: list[int],
    *,
    seed: int = 1,
    cameras: str = "BRZ",
    unsigned_mask: bool = False,
    cards: dict[str, Any] | None = None,
    columns: dict[str, np.ndarray] | None = None,
    checksum: bool = True,
) -> Path:
    """A coadd with the layout of DR1 (``unsigned_mask``: of EDR) and noise for flux."""
    rng = np.random.default_rng(seed)
    n = len(target_id)
    primary = fits.PrimaryHDU()
    for key, value in {"SURVEY": "main", "PROGRAM": "dark", "HPXPIXEL": 23040, "HPXNSIDE": 64, **(cards or {})}.items():
        primary.header[key] = value
    known = {
        "TARGETID": np.array(target_id, np.int64),
        "TARGET_RA": rng.uniform(0, 360, n),
        "TARGET_DEC": rng.uniform(-30, 80, n),
        "EBV": rng.uniform(0, 0.1, n).astype(np.float32),
        "OBJTYPE": np.array(["SKY" if one < 0 else "TGT" for one in target_id]),
        "COADD_FIBERSTATUS": np.zeros(n, np.int32),
        **(columns or {}),
    }
    hdus: list[Any] = [primary, fits.BinTableHDU(table_of(known), name="FIBERMAP")]
    for camera in cameras:
        first, n_pix = CAMERAS[camera]
        ivar = rng.uniform(0.5, 2, (n, n_pix)).astype(np.float32)
        mask = np.zeros((n, n_pix), np.int32)
        dead = rng.random((n, n_pix)) < 0.01
        ivar[dead] = 0
        mask[dead] = 4
        hdus += [
            fits.ImageHDU(first + 0.8 * np.arange(n_pix), name=f"{camera}_WAVELENGTH"),
            fits.ImageHDU(rng.normal(3, 1, (n, n_pix)).astype(np.float32), name=f"{camera}_FLUX"),
            fits.ImageHDU(ivar, name=f"{camera}_IVAR"),
            fits.ImageHDU(mask.astype(np.uint32) if unsigned_mask else mask, name=f"{camera}_MASK"),
        ]
        hdus[-3].header["BUNIT"] = "10**-17 erg/(s cm2 Angstrom)"
    fits.HDUList(hdus).writeto(path, checksum=checksum)
    return path


def make_redrock(path: Path, target_id: list[int], **columns: Any) -> Path:
    """The REDSHIFTS table of a redrock file; quasars at z 1.5 unless ``columns`` say otherwise."""
    n = len(target_id)
    known = {
        "TARGETID": np.array(target_id, np.int64),
        "Z": np.full(n, 1.5),
        "ZERR": np.full(n, 1e-4),
        "ZWARN": np.zeros(n, np.int64),
        "CHI2": np.arange(n) + 7000.0,
        "DELTACHI2": np.full(n, 99.0),
        "SPECTYPE": np.array(["QSO"] * n),
        "SUBTYPE": np.array(["LOZ"] * n),
        **{name.upper(): np.asarray(value) for name, value in columns.items()},
    }
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU(table_of(known), name="REDSHIFTS")]).writeto(path)
    return path


def table_of(columns: dict[str, np.ndarray]) -> Any:
    """A FITS record array of named columns."""
    from astropy.table import Table

    return Table(columns).as_array()
