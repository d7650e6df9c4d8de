"""The tables of a synthetic DESI tile, with the column names of DESI's data model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

_N_EXPOSURES = 3
_EXPTIME = 1000.0
_BAND_WAVELENGTHS = {"G": 4820.0, "R": 6420.0, "Z": 9050.0}
"""Effective wavelengths [Å] of the Legacy Surveys' filters."""


@dataclass(frozen=True)
class Target:
    """One fibre of the tile."""

    target_id: int
    ra: float
    dec: float
    ebv: float
    """Raw SFD98 E(B-V) [mag]."""

    z: float
    quasar: int | None = None
    """Index of its quasar; ``None`` for anything else."""

    spectype: str = "QSO"
    zwarn: int = 0
    objtype: str = "TGT"
    is_dead: bool = False


def coadd_fibermap(targets: list[Target], truths: NDArray[np.float64]) -> fits.BinTableHDU:
    """FIBERMAP of the coadd, one row a target; fluxes [nanomaggy] from the true spectra (n_target, 7781)."""
    n = len(targets)
    fluxes = {
        f"FLUX_{band}": (truths[:, round((center - 3600.0) / 0.8)] * 1e-17 * center**2 / 2.99792458e18 / 3.631e-29, "E")
        for band, center in _BAND_WAVELENGTHS.items()
    }
    return _table(
        "FIBERMAP",
        {
            "TARGETID": (_ids(targets), "K"),
            "COADD_FIBERSTATUS": ([1 << 2 if target.is_dead else 0 for target in targets], "J"),
            "TARGET_RA": ([target.ra for target in targets], "D"),
            "TARGET_DEC": ([target.dec for target in targets], "D"),
            "PMRA": (np.zeros(n), "E"),
            "PMDEC": (np.zeros(n), "E"),
            "REF_EPOCH": (np.full(n, 2015.5), "E"),
            "OBJTYPE": ([target.objtype for target in targets], "3A"),
            "MORPHTYPE": (["PSF"] * n, "4A"),
            "EBV": ([target.ebv for target in targets], "E"),
            **fluxes,
            "PHOTSYS": (["N"] * n, "1A"),
            # Bit 2 of DESI_TARGET is QSO, bit 32 SKY.
            "DESI_TARGET": ([1 << 32 if target.objtype == "SKY" else 1 << 2 for target in targets], "K"),
            "COADD_NUMEXP": (np.full(n, _N_EXPOSURES), "I"),
            "COADD_EXPTIME": (np.full(n, _N_EXPOSURES * _EXPTIME), "E"),
            "COADD_NUMNIGHT": (np.full(n, _N_EXPOSURES), "I"),
            "COADD_NUMTILE": (np.full(n, _N_EXPOSURES), "I"),
            "MEAN_FIBER_RA": ([target.ra for target in targets], "D"),
            "MEAN_FIBER_DEC": ([target.dec for target in targets], "D"),
        },
    )


def exposure_fibermap(targets: list[Target]) -> fits.BinTableHDU:
    """EXP_FIBERMAP, one row a target and exposure."""
    rows = [(index, exposure) for index in range(len(targets)) for exposure in range(_N_EXPOSURES)]
    index, exposure = (np.array(column) for column in zip(*rows, strict=True))
    return _table(
        "EXP_FIBERMAP",
        {
            "TARGETID": (np.array(_ids(targets))[index], "K"),
            "NIGHT": (20_210_514 + exposure, "J"),
            "EXPID": (90_000 + exposure, "J"),
            "MJD": (59_349.25 + exposure, "D"),
            "TILEID": (1_000 + exposure, "J"),
            "EXPTIME": (np.full(index.size, _EXPTIME), "D"),
            "PETAL_LOC": (np.full(index.size, 3), "I"),
            "DEVICE_LOC": (index, "J"),
            "LOCATION": (3_000 + index, "K"),
            "FIBER": (1_500 + index, "J"),
            "FIBERSTATUS": ([1 << 2 if targets[i].is_dead else 0 for i in index], "J"),
        },
    )


def redshifts(rng: np.random.Generator, targets: list[Target]) -> fits.BinTableHDU:
    """REDSHIFTS of redrock, one row a target; Z is the true redshift."""
    n = len(targets)
    dead = np.array([target.is_dead for target in targets])
    return _table(
        "REDSHIFTS",
        {
            "TARGETID": (_ids(targets), "K"),
            "CHI2": (np.where(dead, 9e99, rng.normal(7800.0, 125.0, n)), "D"),
            "COEFF": (np.where(dead[:, None], 0.0, rng.normal(0.0, 10.0, (n, 10))), "10D"),
            "Z": ([target.z for target in targets], "D"),
            "ZERR": (np.full(n, 1e-4), "D"),
            "ZWARN": ([target.zwarn for target in targets], "K"),
            "NPIXELS": (np.where(dead, 0, 7_900), "K"),
            "SPECTYPE": ([target.spectype for target in targets], "6A"),
            "SUBTYPE": (["G" if target.spectype == "STAR" else "" for target in targets], "20A"),
            "NCOEFF": (np.full(n, 4), "K"),
            "DELTACHI2": ([5.0 if target.zwarn else 900.0 for target in targets], "D"),
        },
    )


def scores(targets: list[Target], arms: list[fits.ImageHDU]) -> fits.BinTableHDU:
    """SCORES: median flux and signal-to-noise ratio of each arm."""
    by_name = {hdu.name: hdu.data for hdu in arms}
    columns: dict[str, tuple] = {"TARGETID": (_ids(targets), "K")}
    for arm in "BRZ":
        flux, ivar = by_name[f"{arm}_FLUX"], by_name[f"{arm}_IVAR"]
        columns[f"MEDIAN_COADD_FLUX_{arm}"] = (np.median(flux, axis=1), "E")
        columns[f"MEDIAN_COADD_SNR_{arm}"] = (np.median(flux * np.sqrt(ivar), axis=1), "E")
        columns[f"TSNR2_QSO_{arm}"] = (np.full(len(targets), 10.0), "E")
    return _table("SCORES", columns)


def tsnr2(targets: list[Target]) -> fits.BinTableHDU:
    """TSNR2 of redrock."""
    columns: dict[str, tuple] = {"TARGETID": (_ids(targets), "K")}
    columns |= {f"TSNR2_QSO_{arm}": (np.full(len(targets), 10.0), "E") for arm in "BRZ"}
    return _table("TSNR2", columns | {"TSNR2_QSO": (np.full(len(targets), 30.0), "E")})


def _ids(targets: list[Target]) -> list[int]:
    return [target.target_id for target in targets]


def _table(name: str, columns: dict[str, tuple]) -> fits.BinTableHDU:
    parts = [fits.Column(key, format=kind, array=np.asarray(values)) for key, (values, kind) in columns.items()]
    return fits.BinTableHDU.from_columns(parts, name=name)
