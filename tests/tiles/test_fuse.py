"""Companions are joined by TARGETID; what is absent is NULL and what is broken is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from qsospec_duck.errors import ReaderError
from qsospec_duck.readers.desi_redrock import read_redrock
from qsospec_duck.readers.desi_rrdetails import read_nbest
from qsospec_duck.tiles import TileOptions, convert_tile

COADD = "coadd-main-dark-23040.fits"


def emline_columns(ids: list[int]) -> dict[str, object]:
    n = len(ids)
    return {
        "TARGETID": np.array(ids, np.int64),
        "Z": np.array(ids) / 20.0,
        "HBETA_FLUX": np.array(ids, np.float32),
        "HBETA_EW": np.full(n, 90.0, np.float32),
        "HBETA_EW_IVAR": np.full(n, 4.0, np.float32),
        "HBETA_NDOF": np.arange(n, dtype=np.int32),
        "OIII_SHARE_IVAR": np.full(n, np.inf, np.float32),
    }


@pytest.mark.parametrize(("release", "power"), [("dr1", 0), ("edr", 2)])
def test_emission_lines_are_joined_and_the_widths_of_edr_corrected(
    tile_folder_in: Path, tmp_path: Path, add_table, release: str, power: int
) -> None:
    add_table(tile_folder_in / "emline-main-dark-23040.fits", "EMLINEFIT", emline_columns([40, 99, 10]))
    made = convert_tile(tile_folder_in / COADD, tmp_path, options=TileOptions(selection="all"), release=release)
    assert "emline" not in made.missing
    rows = {row["target_id"]: row for row in pq.read_table(made.path).to_pylist()}
    for one, z in ((10, 0.5), (40, 2.0)):
        assert rows[one]["hbeta_flux"] == one
        assert rows[one]["hbeta_ew"] == pytest.approx(90.0 / (1 + z) ** power, rel=1e-6)
        # The ratio of EW to its error does not depend on the correction.
        assert rows[one]["hbeta_ew"] * rows[one]["hbeta_ew_ivar"] ** 0.5 == pytest.approx(180.0, rel=1e-6)
    assert rows[30]["hbeta_flux"] is None
    assert rows[10]["oii_flux"] is None


def test_the_best_redshifts_of_redrock_are_read_from_hdf5(shared_data: Path) -> None:
    desi = shared_data / "desi"
    redrock = read_redrock(desi / "redrock-test.fits")
    ids = redrock["targetid"].to_numpy()
    found = read_nbest(desi / "rrdetails-test.h5", np.append(ids, 12345))
    assert found[-1] is None
    for best, row in zip(found[:-1], redrock.to_pylist(), strict=True):
        assert [one["znum"] for one in best] == list(range(len(best)))
        assert best[0]["z"] == row["z"]
        assert best[0]["spectype"] == row["spectype"]
        assert best[0]["chi2"] == pytest.approx(row["chi2"])


def test_the_best_redshifts_land_in_the_tile(make_fits, shared_data: Path, tmp_path: Path) -> None:
    ids = [39633393167633604, 39633393167631849, 7]
    make_fits.make_coadd(tmp_path / COADD, ids)
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", ids)
    shutil.copy(shared_data / "desi" / "rrdetails-test.h5", tmp_path / "rrdetails-main-dark-23040.h5")
    rows = pq.read_table(convert_tile(tmp_path / COADD, tmp_path / "out").path).to_pylist()
    assert [row["target_id"] for row in rows] == sorted(ids)
    assert rows[0]["rr_nbest"] is None
    assert rows[1]["rr_nbest"][0]["z"] == pytest.approx(0.15713809)
    assert [one["spectype"] for one in rows[1]["rr_nbest"]] == ["GALAXY"] * 3 + ["QSO"] * 3


@pytest.mark.parametrize(
    "kind", ["emline-main-dark-23040.fits", "rrdetails-main-dark-23040.h5", "qso_qn-main-dark-23040.fits"]
)
def test_a_broken_companion_is_refused_and_no_tile_is_left(tile_folder_in: Path, tmp_path: Path, kind: str) -> None:
    (tile_folder_in / kind).write_bytes(b"nonsense" * 1000)
    with pytest.raises(ReaderError, match=kind):
        convert_tile(tile_folder_in / COADD, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_companion_without_its_table_is_refused(tile_folder_in: Path, tmp_path: Path, add_table) -> None:
    add_table(tile_folder_in / "qso_mgii-main-dark-23040.fits", "MGII", {"TARGETID": np.array([1], np.int64)})
    with pytest.raises(ReaderError, match="IS_QSO_MGII"):
        convert_tile(tile_folder_in / COADD, tmp_path / "out")
