"""Camera arms are merged as DESI merges them, and everything is joined by TARGETID."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from qsospec_duck.readers import read_spectra

COADD = "coadd-main-dark-23040.fits"
REDROCK = "redrock-main-dark-23040.fits"


def arrays(table, name: str) -> np.ndarray:
    return np.array([one.values.to_numpy() for one in table[name]])


def test_every_pixel_is_the_weighted_mean_of_the_arms_that_saw_it(make_fits, tmp_path: Path) -> None:
    path = make_fits.make_coadd(tmp_path / COADD, [11, 22, 33], unsigned_mask=True)
    table = read_spectra(path, redshift=1.0)
    grid = arrays(table, "wavelength")[0]
    assert grid.size == 7781
    assert np.allclose(grid, 3600 + 0.8 * np.arange(7781), atol=1e-6)
    with fits.open(path) as hdus:
        for row in range(3):
            total, weighted, single = np.zeros(7781), np.zeros(7781), np.zeros(7781)
            bits, seen = np.zeros(7781, np.int64), np.zeros(7781, int)
            for camera in "BRZ":
                at = np.rint((hdus[f"{camera}_WAVELENGTH"].data - 3600) / 0.8).astype(int)
                weight = hdus[f"{camera}_IVAR"].data[row].astype(float)
                value = hdus[f"{camera}_FLUX"].data[row].astype(float)
                np.add.at(total, at, weight)
                np.add.at(weighted, at, weight * value)
                single[at] = value
                bits[at] |= hdus[f"{camera}_MASK"].data[row].astype(np.int64)
                seen[at] += 1
            mean = np.divide(weighted, total, out=np.zeros(7781), where=total > 0)
            assert (seen == 2).sum() == 177
            expected = np.where(seen == 2, mean, single).astype(np.float32)
            assert np.array_equal(arrays(table, "flux")[row], expected)
            assert np.array_equal(arrays(table, "ivar")[row], total.astype(np.float32))
            assert np.array_equal(arrays(table, "mask_array")[row], np.where(total > 0, 0, bits))


def test_the_order_of_rows_in_redrock_does_not_matter(make_fits, tmp_path: Path) -> None:
    ids = [50, 10, 40, 20, 30]
    path = make_fits.make_coadd(tmp_path / COADD, ids)
    shuffled = [20, 50, 99, 30, 10, 40]
    make_fits.make_redrock(tmp_path / REDROCK, shuffled, z=[one / 100 for one in shuffled])
    table = read_spectra(path)
    assert table["target_id"].to_pylist() == ids
    assert table["z"].to_pylist() == [0.5, 0.1, 0.4, 0.2, 0.3]
    assert table["rr_chi2"].to_pylist() == [7001.0, 7004.0, 7005.0, 7000.0, 7003.0]


def test_sky_fibres_are_read_only_when_asked(make_fits, tmp_path: Path) -> None:
    path = make_fits.make_coadd(
        tmp_path / COADD, [1, -2, 616094145466860255], columns={"OBJTYPE": np.array(["TGT", "", "SKY"])}
    )
    assert read_spectra(path, redshift=0.0)["target_id"].to_pylist() == [1]
    assert read_spectra(path, redshift=0.0, sky=True).num_rows == 3
    assert read_spectra(path, redshift=0.0, rows=[1])["target_id"].to_pylist() == [-2]


@pytest.mark.parametrize("missing", "BRZ")
def test_a_missing_camera_leaves_dead_pixels_on_the_same_grid(make_fits, tmp_path: Path, missing: str) -> None:
    kept = "BRZ".replace(missing, "")
    whole = read_spectra(make_fits.make_coadd(tmp_path / COADD, [7]), redshift=0.0)
    (tmp_path / "cut").mkdir()
    table = read_spectra(make_fits.make_coadd(tmp_path / "cut" / COADD, [7], cameras=kept), redshift=0.0)
    assert np.allclose(arrays(table, "wavelength"), arrays(whole, "wavelength"), atol=1e-6)
    first, n_pix = make_fits.CAMERAS[missing]
    start = round((first - 3600) / 0.8)
    alone = slice(start + 126, start + n_pix - 126)
    assert (arrays(table, "ivar")[0, alone] == 0).all()
    assert (arrays(table, "mask_array")[0, alone] == 256).all()
    assert (arrays(table, "ivar")[0] > 0).any()


def test_identity_comes_from_headers_and_the_key_not_from_the_folder(make_fits, tmp_path: Path) -> None:
    folder = tmp_path / "edr" / "deep"
    folder.mkdir(parents=True)
    path = make_fits.make_coadd(folder / COADD, [7])
    row = read_spectra(path, redshift=0.0).to_pylist()[0]
    assert (row["release"], row["survey"], row["program"], row["healpix"]) == ("edr", "main", "dark", 23040)
    assert row["object_key"] == f"{COADD}#7"
    cards = {"DEPNAM00": "python", "DEPVER00": "3.10", "DEPNAM01": "SPECPROD", "DEPVER01": "iron"}
    iron = make_fits.make_coadd(tmp_path / COADD, [7], cards=cards)
    assert read_spectra(iron, redshift=0.0)["object_key"].to_pylist() == ["dr1/main/dark/23040/7"]
    assert read_spectra(path, redshift=0.0, release="dr9")["object_key"].to_pylist() == ["dr9/main/dark/23040/7"]


def test_ebv_and_position_come_from_the_fibermap(shared_data: Path) -> None:
    row = read_spectra(shared_data / "desi" / "coadd-4-80613-thru20210324.fits").to_pylist()[0]
    assert row["ebv"] == pytest.approx(0.0514118, abs=1e-7)
    assert row["z"] == pytest.approx(0.36874355, abs=1e-8)
    assert (row["spectype"], row["zwarn"], row["release"]) == ("GALAXY", 0, "dr1")


ORACLE = """
import sys, numpy as np
from desispec.io import read_spectra
from desispec.coaddition import coadd_cameras
merged = coadd_cameras(read_spectra(sys.argv[1]))
names = ("wave", "flux", "ivar", "mask")
np.savez(sys.argv[2], **{name: getattr(merged, name)["brz"] for name in names})
"""


@pytest.mark.peer
@pytest.mark.parametrize(
    "name",
    [
        "coadd-1-80693-thru20210204",
        "coadd-4-80613-thru20210324",
        "coadd-5-169-thru20210419",
        "badformat_missing_scores",
    ],
)
def test_merged_arms_are_those_of_desispec_to_the_bit(shared_data: Path, tmp_path: Path, name: str) -> None:
    python = os.environ.get("QSOSPEC_DUCK_DESISPEC_PYTHON")
    if not python:
        pytest.skip("set QSOSPEC_DUCK_DESISPEC_PYTHON to the python of an environment with desispec 0.70.0")
    path = shared_data / "desi" / f"{name}.fits"
    subprocess.run([python, "-c", ORACLE, str(path), str(tmp_path / "oracle.npz")], check=True, capture_output=True)
    table = read_spectra(path, redshift=0.1, sky=True)
    with np.load(tmp_path / "oracle.npz") as known:
        assert np.array_equal(arrays(table, "wavelength")[0], known["wave"])
        assert np.array_equal(arrays(table, "flux"), known["flux"].astype(np.float32))
        assert np.array_equal(arrays(table, "ivar"), known["ivar"].astype(np.float32))
        assert np.array_equal(arrays(table, "mask_array"), known["mask"])
