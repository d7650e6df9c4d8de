"""The line-spread function of DESI coadds: from their matrices, into tiles, and out of the widths of lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from qsospec_duck import connect
from qsospec_duck.batch.relation_file import read_relation
from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.errors import ReaderError
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import simulate_tile
from qsospec_duck.simulate.instrument import LSF_SIGMA_PIXELS
from qsospec_duck.spectra import ExtinctionConfig, from_row
from qsospec_duck.tiles import TileOptions, convert_tile, validate_tiles

SIZES = {"B": 2751, "R": 2326, "Z": 2881}


def gaussian(sigma: float, n_pix: int) -> np.ndarray:
    """Diagonals of a resolution matrix that blurs by ``sigma`` pixels, shape (11, n_pix)."""
    response = np.exp(-0.5 * ((np.arange(11) - 5) / sigma) ** 2)
    return np.repeat((response / response.sum())[:, None], n_pix, axis=1).astype(np.float32)


def with_matrices(path: Path, sigma: dict[str, list[float]], *, n_diagonals: int = 11) -> Path:
    """Give a coadd the matrices of Gaussians of some widths [pixels], 0 for an empty matrix."""
    with fits.open(path, mode="append") as hdus:
        for camera, widths in sigma.items():
            rows = [gaussian(one, SIZES[camera]) if one else np.zeros((11, SIZES[camera])) for one in widths]
            data = np.array(rows, dtype=np.float32)[:, :n_diagonals]
            hdus.append(fits.ImageHDU(data, name=f"{camera}_RESOLUTION"))
    return path


def test_sigma_is_that_of_the_matrix_and_the_mean_of_both_where_arms_overlap(make_fits, tmp_path: Path) -> None:
    coadd = make_fits.make_coadd(tmp_path / "coadd-a.fits", [11, 12])
    with_matrices(coadd, {"B": [0.8, 0.9], "R": [0.7, 0.9], "Z": [0.75, 1.0]})
    table = read_spectra(coadd, redshift=1.0)
    wave = np.array(table["wavelength"][0].as_py())
    for row, widths in enumerate(((0.8, 0.7, 0.75), (0.9, 0.9, 1.0))):
        sigma = np.array(table["lsf_sigma"][row].as_py()) * wave / C_KMS / 0.8
        for camera, width in zip(((3600, 5750), (5810, 7510), (7630, 9820)), widths, strict=True):
            inside = (wave > camera[0]) & (wave < camera[1])
            np.testing.assert_allclose(sigma[inside], width, rtol=4e-3)
        both = (wave > 5765) & (wave < 5795)
        np.testing.assert_allclose(sigma[both], np.hypot(widths[0], widths[1]) / np.sqrt(2.0), rtol=4e-3)


def test_what_is_not_known_is_null(make_fits, tmp_path: Path) -> None:
    bare = make_fits.make_coadd(tmp_path / "coadd-bare.fits", [11, 12])
    assert read_spectra(bare, redshift=1.0)["lsf_sigma"].null_count == 2
    partly = make_fits.make_coadd(tmp_path / "coadd-partly.fits", [11, 12])
    with_matrices(partly, {"B": [0.8, 0.0], "R": [0.8, 0.0], "Z": [0.0, 0.0]})
    sigma = read_spectra(partly, redshift=1.0)["lsf_sigma"]
    assert sigma[1].as_py() is None
    # Where no camera tells, the nearest pixel does.
    wave = np.array(read_spectra(partly, redshift=1.0)["wavelength"][0].as_py())
    np.testing.assert_allclose(np.array(sigma[0].as_py()) * wave / C_KMS / 0.8, 0.8, rtol=3e-3)


def test_a_matrix_of_another_shape_is_refused(make_fits, tmp_path: Path) -> None:
    coadd = make_fits.make_coadd(tmp_path / "coadd-a.fits", [11])
    with_matrices(coadd, {"B": [0.8], "R": [0.8], "Z": [0.8]}, n_diagonals=7)
    with pytest.raises(ReaderError, match=r"B_RESOLUTION.*shape is \(1, 7, 2751\).*11, 2751"):
        read_spectra(coadd, redshift=1.0)


@pytest.mark.parametrize("name", ["coadd-1-80693-thru20210204.fits", "coadd-4-80613-thru20210324.fits"])
def test_resolution_of_real_coadds_is_that_of_the_spectrographs(shared_data: Path, name: str) -> None:
    """R = λ/FWHM of 2000-3500, 3500-4500 and 4000-5500 (DESI Collaboration 2022, AJ 164, 207, table 3), loosely."""
    table = read_spectra(shared_data / "desi" / name, redshift=1.0)
    wave = np.array(table["wavelength"][0].as_py())
    for row in table["lsf_sigma"]:
        power = C_KMS / (FWHM_PER_SIGMA * np.array(row.as_py()))
        for low, high, least, most in ((3600, 5700, 2000, 3900), (5900, 7500, 3500, 5200), (7700, 9800, 4000, 5700)):
            inside = power[(wave > low) & (wave < high)]
            assert least < inside.min() < inside.max() < most


@pytest.fixture(scope="module")
def tile(tmp_path_factory):
    """A made-up tile whose instrument is known."""
    folder = tmp_path_factory.mktemp("resolution")
    return simulate_tile(folder, 4, seed=5, z_range=(0.3, 0.7), noise_level=0.03, others=False)


def test_tiles_keep_the_line_spread_when_asked(tile, tmp_path: Path) -> None:
    plain = convert_tile(tile.coadd, tmp_path / "plain")
    receipt = convert_tile(tile.coadd, tmp_path / "kept", options=TileOptions(resolution=True))
    assert "resolution" not in receipt.missing
    assert receipt.n_bytes < 1.02 * plain.n_bytes
    with connect() as con:
        assert validate_tiles(tmp_path / "kept", con).num_rows == 0
    for _, row in read_relation(str(receipt.path), range(4)):
        expected = LSF_SIGMA_PIXELS * 0.8 * C_KMS / row["wavelength"]
        np.testing.assert_allclose(row["lsf_sigma"], expected, rtol=4e-3)


def test_a_tile_that_cannot_know_the_line_spread_says_so(make_fits, tmp_path: Path) -> None:
    coadd = make_fits.make_coadd(tmp_path / "coadd-main-dark-23040.fits", [11, 12])
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", [11, 12])
    receipt = convert_tile(coadd, tmp_path / "tiles", options=TileOptions(resolution=True, selection="all"))
    assert receipt.count == 2
    assert "resolution" in receipt.missing


def test_narrow_lines_are_free_of_the_instrument_in_python_and_in_sql(tile, tmp_path: Path) -> None:
    receipt = convert_tile(tile.coadd, tmp_path, options=TileOptions(resolution=True))
    config = FitConfig(extinction=ExtinctionConfig(enabled=False), complexes=("hbeta_oiii",))
    asked = (
        "SELECT object_id, m.value FROM (SELECT object_id, unnest(measurements) AS m FROM fit_all(spectra)) "
        "WHERE m.quantity = 'oiii5008_narrow_fwhm'"
    )
    with connect(tiles=receipt.path, config=config) as con:
        in_sql = dict(con.execute(asked).fetchall())
    for _, row in read_relation(str(receipt.path), range(4)):
        widths = []
        for lsf in (row["lsf_sigma"], None):
            result = fit_quasar(from_row({**row, "lsf_sigma": lsf}), config)
            assert result.metadata["line_spread_known"] is (lsf is not None)
            widths += [m.value for m in result.measurements if m.quantity == "oiii5008_narrow_fwhm"]
        own, seen = widths
        assert in_sql[row["object_id"]] == pytest.approx(own, rel=1e-9)
        at_line = 5008.24 * (1 + row["z"])
        instrument = FWHM_PER_SIGMA * float(np.interp(at_line, row["wavelength"], row["lsf_sigma"]))
        assert np.hypot(own, instrument) == pytest.approx(seen, rel=0.01)
