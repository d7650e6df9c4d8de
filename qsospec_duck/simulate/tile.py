"""A small DESI-like tile of synthetic quasars: coadd, redrock and truth.

The files have the HDU and column names of DESI's data model
(https://desidatamodel.readthedocs.io, coadd-SURVEY-PROGRAM-PIXEL and redrock-SURVEY-PROGRAM-PIXEL), so
that they take the same way as survey files; their primary headers say that they are simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from astropy.io import fits
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError
from qsospec_duck.simulate import instrument
from qsospec_duck.simulate.fits_tables import (
    Target,
    coadd_fibermap,
    exposure_fibermap,
    redshifts,
    scores,
    tsnr2,
)
from qsospec_duck.simulate.others import galaxy_flux, star_flux
from qsospec_duck.simulate.population import draw_quasar
from qsospec_duck.simulate.positions import positions_in_pixel
from qsospec_duck.simulate.quasar import Quasar, quasar_flux
from qsospec_duck.simulate.reddening import reddening
from qsospec_duck.simulate.truth import truth_table

FloatArray = NDArray[np.float64]

SFD_SCALE = 0.86
"""EBV of a tile is raw SFD98, as in DESI; the dust that reddens the flux has this much of it (Schlafly & Finkbeiner
2011, ApJ 737, 103)."""

ZWARN_SMALL_DELTA_CHI2, ZWARN_NODATA = 1 << 2, 1 << 9


@dataclass(frozen=True)
class SimulatedTile:
    """Files of a synthetic tile."""

    coadd: Path
    redrock: Path
    truth: Path
    """Parquet, table ``truth`` of ``columns.csv``: the quasars' true values."""

    target_ids: tuple[int, ...]
    """Quasars of the tile, in the order of the truth."""


def simulate_tile(
    folder: str | Path,
    n_quasars: int,
    seed: int,
    *,
    survey: str = "main",
    program: str = "dark",
    healpix: int = 23040,
    z_range: tuple[float, float] = (0.1, 3.5),
    noise_level: float = 0.12,
    ebv: float | None = None,
    forest: bool = True,
    others: bool = True,
) -> SimulatedTile:
    """Write a tile of synthetic quasars.

    The three arms overlap and see the same truth through the same line spread, each with its own noise. A few
    pixels are hit by cosmic rays, lie on a bad column, or lost one exposure. The line widths of the truth are the
    quasar's own, before the spectrograph (1.7 Å FWHM) widens them.

    Parameters
    ----------
    folder : str or Path
        Where the three files go; made where it does not exist.
    n_quasars : int
        Quasars, at least one.
    seed : int
        Equal arguments give equal data.
    survey, program, healpix
        Identity of the tile; positions lie in that NSIDE 64 pixel.
    z_range : (float, float)
        Redshifts are drawn evenly between these; positive.
    noise_level : float
        Sky-limited error at 6500 Å [1e-17 erg/s/cm²/Å].
    ebv : float, optional
        EBV of every row, raw SFD98 [mag]; by default drawn between 0.01 and 0.08.
    forest : bool
        Absorb the flux blueward of Lyα.
    others : bool
        Add a star, a galaxy with ZWARN, a sky fibre and a dead fibre whose ivar is 0.

    Returns
    -------
    SimulatedTile

    Raises
    ------
    ConfigError
        An argument makes no sense.
    """
    if n_quasars < 1 or not 0 < z_range[0] <= z_range[1] or not noise_level > 0 or (ebv is not None and ebv < 0):
        raise ConfigError(
            f"simulate_tile: n_quasars {n_quasars}, z_range {z_range}, noise_level {noise_level}, ebv {ebv}; they "
            "should be at least 1, two increasing positive redshifts, positive, and not negative."
        )
    rng = np.random.default_rng(seed)
    quasars = [draw_quasar(rng, float(rng.uniform(*z_range))) for _ in range(n_quasars)]
    targets = _draw_targets(rng, quasars, healpix, ebv, others)
    truths = np.array([_true_flux(rng, target, quasars, forest) for target in targets])
    # Each row of a redrock file finds its coadd row by TARGETID alone: the orders differ.
    order = rng.permutation(len(targets))
    primary = fits.PrimaryHDU()
    for card in (
        ("SPGRP", "healpix"), ("SPGRPVAL", healpix), ("HPXPIXEL", healpix), ("HPXNSIDE", 64), ("HPXNEST", True),
        ("SURVEY", survey), ("PROGRAM", program), ("ORIGIN", "qsospec_duck.simulate", "simulated, no observation"),
        ("SIMSEED", seed, "seed of the simulation"),
    ):  # fmt: skip
        primary.header.set(*card)
    name = f"{survey}-{program}-{healpix}.fits"
    paths = [Path(folder) / f"{kind}-{name}" for kind in ("coadd", "redrock")]
    Path(folder).mkdir(parents=True, exist_ok=True)
    exposures = exposure_fibermap(targets)
    fibermap = coadd_fibermap(targets, truths)
    arms = [hdu for arm in instrument.ARMS for hdu in _arm_hdus(rng, arm, targets, truths, noise_level)]
    _write(paths[0], [primary, fibermap, exposures, *arms, scores(targets, arms)])
    shuffled = [targets[i] for i in order]
    redrock = [redshifts(rng, shuffled), coadd_fibermap(shuffled, truths[order]), exposures.copy(), tsnr2(shuffled)]
    _write(paths[1], [primary.copy(), *redrock])
    ids = tuple(target.target_id for target in targets if target.quasar is not None and not target.is_dead)
    truth_path = Path(folder) / f"truth-{survey}-{program}-{healpix}.parquet"
    pq.write_table(truth_table(zip(ids, quasars, strict=True)), truth_path)
    return SimulatedTile(paths[0], paths[1], truth_path, ids)


def _draw_targets(
    rng: np.random.Generator, quasars: list[Quasar], healpix: int, ebv: float | None, others: bool
) -> list[Target]:
    """Rows of the tile: the quasars, then what else there is, in the order of TARGETID as in a survey file."""
    kinds: list[dict] = [{"z": quasar.z, "quasar": number} for number, quasar in enumerate(quasars)]
    if others:
        kinds += [
            {"z": 0.0001, "spectype": "STAR"},
            {"z": 0.45, "spectype": "GALAXY", "zwarn": ZWARN_SMALL_DELTA_CHI2},
            {"z": 0.8, "spectype": "GALAXY", "zwarn": 1, "objtype": "SKY"},
            {"z": quasars[0].z, "quasar": 0, "zwarn": ZWARN_NODATA, "is_dead": True},
        ]
    ra, dec = positions_in_pixel(rng, healpix, len(kinds))
    raw = rng.uniform(0.01, 0.08, len(kinds)) if ebv is None else np.full(len(kinds), ebv)
    found = []
    for index, kind in enumerate(kinds):
        target_id = 39_627_000_000_000_000 + healpix * 1_000_000 + index
        if kind.get("objtype") == "SKY":
            target_id = -target_id
        found.append(
            Target(target_id=target_id, ra=float(ra[index]), dec=float(dec[index]), ebv=float(raw[index]), **kind)
        )
    return found


def _true_flux(rng: np.random.Generator, target: Target, quasars: list[Quasar], forest: bool) -> FloatArray:
    """Flux above the atmosphere on the merged grid with room for the line spread, reddened."""
    margin = instrument.LSF_HALF_WIDTH
    wave = 3600.0 + 0.8 * np.arange(-margin, instrument.DESI_GRID.size + margin, dtype=np.float64)
    if target.quasar is not None:
        flux = quasar_flux(quasars[target.quasar], wave / (1.0 + target.z)) / (1.0 + target.z)
        if forest:
            flux *= instrument.forest_transmission(wave, target.z, rng)
    elif target.objtype == "SKY":
        return np.zeros(instrument.DESI_GRID.size)
    elif target.spectype == "STAR":
        flux = star_flux(wave, 3.0)
    else:
        flux = galaxy_flux(wave, target.z, 1.0)
    flux *= reddening(wave, SFD_SCALE * target.ebv)
    return np.convolve(flux, instrument.line_spread(), mode="valid")


def _arm_hdus(
    rng: np.random.Generator, arm: str, targets: list[Target], truths: FloatArray, noise_level: float
) -> list[fits.ImageHDU]:
    """Observe all targets with one arm: its five HDUs."""
    first, n_pix = instrument.ARMS[arm]
    wave = instrument.DESI_GRID[first : first + n_pix]
    shape = (len(targets), n_pix)
    true = truths[:, first : first + n_pix]
    error = np.array([instrument.error_for_level(wave, row, noise_level) for row in true])
    mask = np.zeros(shape, dtype=np.int32)
    mask[rng.random(shape) < 0.003] |= instrument.SOMEBADPIX
    # A pixel that lost one of three exposures has two thirds of the weight.
    error[mask > 0] *= np.sqrt(1.5)
    flux = true + rng.normal(size=shape) * error
    hit = rng.random(shape) < 0.002
    flux[hit] += 30.0 * error[hit]
    mask[hit] |= instrument.COSMIC
    mask[:, int(rng.integers(100, n_pix - 100))] |= instrument.BADCOLUMN
    dead = np.array([target.is_dead for target in targets])
    mask[dead] |= instrument.NODATA
    ivar = np.where(mask & ~instrument.SOMEBADPIX, 0.0, error**-2.0)
    flux[dead] = 0.0
    diagonals = np.broadcast_to(instrument.line_spread()[None, ::-1, None], (len(targets), 11, n_pix))
    images = {
        "WAVELENGTH": (wave, "Angstrom"),
        "FLUX": (flux.astype(np.float32), "10**-17 erg/(s cm2 Angstrom)"),
        "IVAR": (ivar.astype(np.float32), "10**+34 (s2 cm4 Angstrom2) / erg2"),
        "MASK": (mask, None),
        "RESOLUTION": (np.ascontiguousarray(diagonals, dtype=np.float32), None),
    }
    hdus = []
    for name, (data, unit) in images.items():
        hdu = fits.ImageHDU(data, name=f"{arm}_{name}")
        if unit:
            hdu.header["BUNIT"] = unit
        hdus.append(hdu)
    return hdus


def _write(path: Path, hdus: list) -> None:
    fits.HDUList(hdus).writeto(path, overwrite=True, checksum=True)
