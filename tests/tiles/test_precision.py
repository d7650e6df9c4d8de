"""What is rounded is rounded within its bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qsospec_duck.errors import ConfigError
from qsospec_duck.tiles import TileOptions, convert_tile
from qsospec_duck.tiles.precision import groom

COADD = "coadd-main-dark-23040.fits"


def sample(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    ivar = (10 ** rng.uniform(-6, 6, (50, 400))).astype(np.float32)
    flux = (rng.normal(0, 5, (50, 400)) / np.sqrt(ivar)).astype(np.float32)
    ivar[rng.random(ivar.shape) < 0.05] = 0
    return flux, ivar


def test_lossless_is_the_same_arrays() -> None:
    flux, ivar = sample()
    assert groom(flux, ivar, "lossless")[0] is flux
    assert groom(flux, ivar, "lossless")[1] is ivar


def test_six_decimals_are_six_decimals() -> None:
    flux, ivar = sample()
    rounded, weights = groom(flux, ivar, "6-decimals")
    assert weights is ivar
    # Half of the last decimal, and the rounding of the float itself.
    assert (np.abs(rounded.astype(float) - flux) <= 5e-7 + np.spacing(np.abs(flux))).all()


def test_noise_is_kept_to_a_thirty_second_and_weights_to_a_256th() -> None:
    flux, ivar = sample()
    rounded, weights = groom(flux, ivar, "noise/16")
    good = ivar > 0
    sigma = ivar[good].astype(float) ** -0.5
    error = np.abs(rounded[good].astype(float) - flux[good]) / sigma
    assert error.max() <= 1 / 32 + 1e-6
    # A step between σ/32 and σ/16 makes a uniform error; below this bound for every such step.
    assert error.std() < 1 / 32 / np.sqrt(3)
    assert np.abs(weights[good] / ivar[good].astype(float) - 1).max() <= 2**-8
    assert (weights[~good] == 0).all()
    assert np.abs(rounded[~good] / flux[~good].astype(float) - 1).max() <= 2**-8


def test_rounding_is_not_biased() -> None:
    flux, ivar = sample()
    rounded, _ = groom(flux, ivar, "noise/16")
    good = ivar > 0
    pull = (rounded[good].astype(float) - flux[good]) * np.sqrt(ivar[good].astype(float))
    # 19,000 uniform errors of at most 1/32: their mean is within 5 standard errors of 0.
    assert abs(pull.mean()) < 5 * (1 / 32 / np.sqrt(3)) / np.sqrt(pull.size)


def test_rounded_tiles_are_much_smaller(make_fits, tmp_path: Path) -> None:
    ids = list(range(30))
    make_fits.make_coadd(tmp_path / COADD, ids)
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", ids)
    sizes = {}
    for precision in ("lossless", "noise/16"):
        made = convert_tile(tmp_path / COADD, tmp_path / "out", options=TileOptions(precision=precision))
        sizes[precision] = made.n_bytes / made.count
    # Random ivar is the worst case; the bounds are those of the design, 52 and 20 kB a spectrum.
    assert sizes["lossless"] < 52_000
    assert sizes["noise/16"] < 20_000


def test_unknown_precisions_are_named() -> None:
    flux, ivar = sample()
    with pytest.raises(ConfigError, match="noise/16"):
        groom(flux, ivar, "noise/8")
