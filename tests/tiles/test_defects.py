"""Every defect that audits found in archives of an earlier converter, shown in its ways and absent in ours."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

from qsospec_duck.columns import arrow_schema
from qsospec_duck.tiles import TileOptions, convert_tile, read_status, run_tiles, validate_tiles

PAIRS = {
    "coadd-4-80613-thru20210324.fits": "redrock-4-80613-thru20210324.fits",
    "coadd-1-80693-thru20210204.fits": "derived/redrock-1-80693-thru20210204.fits",
}


@pytest.fixture(scope="module", params=PAIRS)
def pair(request, shared_data: Path, tmp_path_factory):
    """A real coadd as astropy reads it, and its tile of all targets on the whole grid."""
    desi = shared_data / "desi"
    options = TileOptions(selection="all", wavelength_range=None)
    receipt = convert_tile(
        desi / request.param, tmp_path_factory.mktemp("real"), options=options, redrock=desi / PAIRS[request.param]
    )
    with fits.open(desi / request.param, memmap=False) as hdus:
        arrays = {hdu.name: np.array(hdu.data) for hdu in hdus if hdu.data is not None}
    return arrays, pq.read_table(receipt.path), receipt


def rows(table, name: str) -> np.ndarray:
    return np.array([one.values.to_numpy() for one in table[name]])


def joined(arrays, part: str) -> np.ndarray:
    """Arms one after the other, as the earlier converter has them."""
    return np.concatenate([arrays[f"{camera}_{part}"] for camera in "BRZ"], axis=-1)


def test_wavelengths_never_go_back(pair) -> None:
    arrays, table, _ = pair
    assert np.flatnonzero(np.diff(joined(arrays, "WAVELENGTH")) <= 0).tolist() == [2750, 5076]
    assert (np.diff(rows(table, "wavelength"), axis=1) > 0).all()


def test_no_wavelength_stands_twice(pair) -> None:
    arrays, table, _ = pair
    concatenated = np.round(joined(arrays, "WAVELENGTH"), 4)
    assert concatenated.size - np.unique(concatenated).size == 177
    for wavelength in rows(table, "wavelength"):
        assert np.unique(np.round(wavelength, 4)).size == wavelength.size


def test_a_spectrum_has_the_pixels_of_the_common_grid(pair) -> None:
    arrays, table, _ = pair
    assert joined(arrays, "WAVELENGTH").size == 7958
    assert set(table["n_pix"].to_pylist()) == {7781}
    assert set(table["dwave"].to_pylist()) == {0.8}


def test_flux_ivar_and_mask_outside_the_overlaps_are_astropys_to_the_bit(pair) -> None:
    arrays, table, _ = pair
    # Pixels that one camera alone sees: B to 2700, R from 51 to 2200 of its own, Z from 126.
    alone = {"B": (slice(0, 2700), slice(0, 2700)), "R": (slice(51, 2200), slice(2751, 4900)),
             "Z": (slice(126, 2881), slice(5026, 7781))}  # fmt: skip
    order = np.argsort(arrays["FIBERMAP"]["TARGETID"])
    order = order[np.isin(arrays["FIBERMAP"]["TARGETID"][order], table["target_id"].to_numpy())]
    for camera, (there, here) in alone.items():
        for part, name in (("FLUX", "flux"), ("IVAR", "ivar")):
            known = arrays[f"{camera}_{part}"][order][:, there]
            assert np.array_equal(rows(table, name)[:, here], known.astype(np.float32))
        weight = arrays[f"{camera}_IVAR"][order][:, there]
        known = np.where(weight > 0, 0, arrays[f"{camera}_MASK"][order][:, there].astype(np.int64))
        assert np.array_equal(rows(table, "mask_array")[:, here], known)


def test_redrocks_chi2_is_kept(shared_data: Path, tmp_path: Path) -> None:
    desi = shared_data / "desi"
    receipt = convert_tile(desi / "coadd-4-80613-thru20210324.fits", tmp_path, options=TileOptions(selection="all"))
    with fits.open(desi / "redrock-4-80613-thru20210324.fits") as hdus:
        known = hdus["REDSHIFTS"].data["CHI2"].tolist()
    assert pq.read_table(receipt.path)["rr_chi2"].to_pylist() == known


def test_what_was_not_fused_is_said_and_its_columns_are_there(pair) -> None:
    _, table, receipt = pair
    assert receipt.missing == ("emline", "rrdetails", "qso_qn", "qso_mgii")
    assert {"hbeta_flux", "rr_nbest", "is_qso_qn_new_rr", "mgii_delta_chi2"} <= set(table.schema.names)
    assert table.schema.types == [*arrow_schema("spectra").types, *arrow_schema("tiles").types]


def test_rounding_happens_when_it_is_asked_for_and_only_then(shared_data: Path, tmp_path: Path) -> None:
    coadd = shared_data / "desi" / "coadd-4-80613-thru20210324.fits"

    def flux(precision: str) -> np.ndarray:
        options = TileOptions(selection="all", precision=precision)
        return rows(pq.read_table(convert_tile(coadd, tmp_path / precision[:1], options=options).path), "flux")

    exact, rounded = flux("lossless"), flux("6-decimals")
    assert not np.array_equal(exact, np.round(exact.astype(float), 6).astype(np.float32))
    assert np.array_equal(rounded, np.round(exact.astype(float), 6).astype(np.float32))


def test_one_pixel_in_two_programs_makes_two_tiles(make_fits, tmp_path: Path) -> None:
    for program, first in (("dark", 0), ("bright", 100)):
        ids = [first + i for i in range(1, 4)]
        cards = {"HPXPIXEL": 7, "PROGRAM": program, "DEPNAM00": "SPECPROD", "DEPVER00": "iron"}
        (tmp_path / program).mkdir()
        make_fits.make_coadd(tmp_path / program / f"coadd-main-{program}-7.fits", ids, cards=cards)
        make_fits.make_redrock(tmp_path / program / f"redrock-main-{program}-7.fits", ids)
    entries = run_tiles(tmp_path, tmp_path / "out")
    assert sorted(entry.path for entry in entries) == [
        "dr1/main/bright/tile_7/qso_data_TILE7_3_qsos.parquet",
        "dr1/main/dark/tile_7/qso_data_TILE7_3_qsos.parquet",
    ]
    with duckdb.connect() as con:
        assert validate_tiles(tmp_path / "out", con).num_rows == 0


def test_one_of_two_files_is_no_success_and_no_failure_is_dropped(make_fits, tmp_path: Path) -> None:
    for pixel in (1, 2):
        make_fits.make_coadd(tmp_path / f"coadd-main-dark-{pixel}.fits", [pixel], cards={"HPXPIXEL": pixel})
    make_fits.make_redrock(tmp_path / "redrock-main-dark-1.fits", [1])
    (tmp_path / "coadd-main-dark-3.fits").write_bytes(b"SIMPLE  =" + b" " * 3000)
    entries = run_tiles(tmp_path, tmp_path / "out")
    assert len(entries) == 3
    assert sorted(entry.status for entry in entries) == ["converted", "failed", "failed"]
    status = read_status(tmp_path / "out")
    assert status.converted + status.failed == status.n_tiles == 3


def test_compression_is_told_apart_from_selection(make_fits, tmp_path: Path) -> None:
    ids = list(range(1, 41))
    kinds = ["QSO"] * 3 + ["GALAXY"] * 37
    make_fits.make_coadd(tmp_path / "coadd-main-dark-7.fits", ids, cards={"HPXPIXEL": 7})
    make_fits.make_redrock(tmp_path / "redrock-main-dark-7.fits", ids, spectype=kinds)
    run_tiles(tmp_path, tmp_path / "out")
    status = read_status(tmp_path / "out")
    # Three of forty spectra are kept: most of the reduction is that, little of it compression of noise.
    assert status.reduction > 10
    assert 1.2 < status.compression < 4
    assert status.logical_bytes == 3 * 7751 * 12
