"""Presets and predicates keep the targets they should."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.tiles import TileOptions, convert_tile

COADD = "coadd-main-dark-23040.fits"
CONFIDENCES = ("C_LYA", "C_CIV", "C_CIII", "C_MgII", "C_Hbeta", "C_Halpha")


def kept(folder: Path, out: Path, selection: str, **options) -> list[int]:
    made = convert_tile(folder / COADD, out, options=TileOptions(selection=selection, **options), con=duckdb.connect())
    return pq.read_table(made.path)["target_id"].to_pylist()


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("seed", [10, 40]),
        ("galaxy", [30]),
        ("star", [20]),
        ("all", [10, 20, 30, 40, 50]),
        ("z BETWEEN 1.2 AND 2.2", [30, 40]),
        ("spectype = 'QSO' AND zwarn > 0", [50]),
        ("qso_maskbits & 2 > 0 AND objtype = 'TGT'", [10, 40, 50]),
    ],
)
def test_selections_keep_the_targets_that_they_name(
    tile_folder_in: Path, tmp_path: Path, selection: str, expected: list[int]
) -> None:
    assert kept(tile_folder_in, tmp_path / "out", selection) == expected


def test_predicates_that_make_no_sense_are_refused(tile_folder_in: Path, tmp_path: Path) -> None:
    with pytest.raises(TileError, match="no predicate"):
        kept(tile_folder_in, tmp_path, "nothing > 3")
    with pytest.raises(TileError, match="no predicate"):
        kept(tile_folder_in, tmp_path, "z >")
    with pytest.raises(ConfigError, match="needs con="):
        convert_tile(tile_folder_in / COADD, tmp_path, options=TileOptions(selection="z > 1"))


@pytest.fixture
def with_afterburners(tile_folder_in: Path, add_table) -> Path:
    """QuasarNet knows 30 (0.97, with new redrock), 20 (0.80) and 50 (0.999); Mg II knows 20, all in other orders."""
    ids = [50, 30, 20]
    confidence = dict.fromkeys(CONFIDENCES, np.zeros(3, np.float32))
    confidence["C_MgII"] = np.array([0.2, 0.97, 0.8], np.float32)
    confidence["C_CIV"] = np.array([0.999, 0.1, 0.1], np.float32)
    quasarnet = {
        "TARGETID": np.array(ids, np.int64),
        "Z_NEW": [2.51, 1.77, 0.5],
        "ZERR_NEW": [1e-3, 2e-3, 3e-3],
        "Z_QN": [2.5, 1.8, 0.6],
        "IS_QSO_QN_NEW_RR": np.array([False, True, True]),
        **confidence,
    }
    add_table(tile_folder_in / "qso_qn-main-dark-23040.fits", "QN_RR", quasarnet)
    mgii = {"TARGETID": np.array([10, 20], np.int64), "IS_QSO_MGII": np.array([False, True]), "A": [0.1, 2.5]}
    add_table(tile_folder_in / "qso_mgii-main-dark-23040.fits", "MGII", mgii)
    return tile_folder_in


def test_desi_quasars_are_those_of_any_of_three_finders_with_the_new_redshift(
    with_afterburners: Path, tmp_path: Path
) -> None:
    made = convert_tile(with_afterburners / COADD, tmp_path / "out", options=TileOptions(selection="desi-qso"))
    assert made.missing == ("emline", "rrdetails")
    rows = {row["target_id"]: row for row in pq.read_table(made.path).to_pylist()}
    assert {one: row["qso_maskbits"] for one, row in rows.items()} == {10: 2, 20: 4, 30: 8 + 16, 40: 2, 50: 2 + 8}
    assert (rows[30]["z"], rows[30]["zerr"], rows[30]["z_rr"]) == (1.77, 2e-3, 1.5)
    assert (rows[50]["z"], rows[50]["z_rr"]) == (2.5, 2.5)
    assert rows[20]["z"] == rows[20]["z_rr"] == 1.0
    assert rows[20]["mgii_a"] == pytest.approx(2.5)
    assert rows[40]["c_mgii"] is None
    assert rows[30]["c_mgii"] == pytest.approx(0.97)
    assert rows[40]["is_qso_mgii"] is None


def test_the_threshold_of_quasarnet_follows_the_release_and_can_be_given(
    with_afterburners: Path, tmp_path: Path
) -> None:
    assert kept(with_afterburners, tmp_path, "desi-qso") == [10, 20, 30, 40, 50]
    assert kept(with_afterburners, tmp_path, "desi-qso", qn_threshold=0.98) == [10, 20, 40, 50]
    later = convert_tile(with_afterburners / COADD, tmp_path, options=TileOptions(selection="desi-qso"), release="dr2")
    assert pq.read_table(later.path)["target_id"].to_pylist() == [10, 20, 40, 50]


def test_seed_keeps_redrock_whatever_the_afterburners_say(with_afterburners: Path, tmp_path: Path) -> None:
    made = convert_tile(with_afterburners / COADD, tmp_path)
    assert [row["z"] for row in pq.read_table(made.path).to_pylist()] == [0.5, 2.0]


@pytest.mark.parametrize(("status", "is_kept"), [(0, True), (8, True), (1, False), (9, False), (512, False)])
def test_desi_quasars_lie_on_good_fibres(make_fits, tmp_path: Path, status: int, is_kept: bool) -> None:
    columns = {"COADD_FIBERSTATUS": np.array([status], np.int32)}
    make_fits.make_coadd(tmp_path / COADD, [1], columns=columns)
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", [1])
    assert kept(tmp_path, tmp_path / "out", "desi-qso") == ([1] if is_kept else [])
    assert kept(tmp_path, tmp_path / "out", "seed") == [1]


ORACLE = """
import sys
import numpy as np
from astropy.table import Table
from desispec.validredshifts import actually_validate
table = actually_validate(Table.read(sys.argv[1]), ignore_emline=True)
np.savez(sys.argv[2], good=table["GOOD_Z_QSO"], z=table["Z_QSO"])
"""


@pytest.mark.peer
def test_desi_quasars_are_those_of_desispec(make_fits, add_table, tmp_path: Path) -> None:
    python = os.environ.get("QSOSPEC_DUCK_DESISPEC_PYTHON")
    if not python:
        pytest.skip("set QSOSPEC_DUCK_DESISPEC_PYTHON to the python of an environment with desispec 0.70.0")
    rng = np.random.default_rng(11)
    n = 400
    ids = rng.permutation(n) + 1
    known = {
        "TARGETID": ids.astype(np.int64),
        "Z": rng.uniform(0, 4, n),
        "ZERR": rng.uniform(0, 1e-3, n),
        "ZWARN": rng.choice([0, 4], n).astype(np.int64),
        "SPECTYPE": rng.choice(["QSO", "GALAXY", "STAR"], n),
        "CHI2": np.ones(n),
        "DELTACHI2": rng.uniform(0, 100, n),
    }
    fibers = {
        "COADD_FIBERSTATUS": rng.choice([0, 0, 8, 1, 512], n).astype(np.int32),
        "OBJTYPE": rng.choice(["TGT", "TGT", "BAD"], n),
    }
    quasarnet = {
        "Z_NEW": rng.uniform(0, 4, n),
        "ZERR_NEW": rng.uniform(0, 1e-3, n),
        "IS_QSO_QN_NEW_RR": rng.random(n) < 0.4,
        **{name: rng.random(n) ** 0.05 for name in CONFIDENCES},
    }
    mgii = {"IS_QSO_MGII": rng.random(n) < 0.1}
    make_fits.make_coadd(tmp_path / COADD, ids.tolist(), columns=fibers, cameras="B", checksum=False)
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", ids.tolist(), **known)
    add_table(tmp_path / "qso_qn-main-dark-23040.fits", "QN_RR", {"TARGETID": known["TARGETID"], **quasarnet})
    add_table(tmp_path / "qso_mgii-main-dark-23040.fits", "MGII", {"TARGETID": known["TARGETID"], **mgii})
    targets = {"DESI_TARGET": np.full(n, 4, np.int64), "BGS_TARGET": np.zeros(n, np.int64)}
    add_table(tmp_path / "all.fits", "ALL", {**known, **fibers, **quasarnet, **mgii, **targets})
    command = [python, "-c", ORACLE, str(tmp_path / "all.fits"), str(tmp_path / "oracle.npz")]
    subprocess.run(command, check=True, capture_output=True)
    options = TileOptions(selection="desi-qso", qn_threshold=0.99, precision="noise/16")
    table = pq.read_table(convert_tile(tmp_path / COADD, tmp_path / "out", options=options).path)
    with np.load(tmp_path / "oracle.npz") as oracle:
        expected = dict(zip(ids[oracle["good"]].tolist(), oracle["z"][oracle["good"]].tolist(), strict=True))
    assert 100 < len(expected) < n
    assert dict(zip(table["target_id"].to_pylist(), table["z"].to_pylist(), strict=True)) == expected
