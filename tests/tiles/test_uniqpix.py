"""From DR3 on NSIDE follows the density of targets: pixels of the same number at two NSIDE are two tiles."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck.archive.inventory import tiles_in_range
from qsospec_duck.archive.releases import ArchiveTile, healpix_of, uniqpix
from qsospec_duck.errors import ConfigError
from qsospec_duck.tiles import run_tiles, validate_tiles

PLACES = {(100, 32): [10, 40], (100, 64): [110, 140, 120]}
"""Targets by HEALPix pixel and NSIDE."""


@pytest.fixture(params=["HPXPIXEL", "SPGRPVAL"])
def folder(request, make_fits, tmp_path):
    """Coadds as DR3 names them; their headers give the pixel, or only UNIQPIX."""
    folder = tmp_path / "fits"
    folder.mkdir()
    for (healpix, nside), targets in PLACES.items():
        name = f"main-dark-{uniqpix(healpix, nside)}.fits"
        made = make_fits.make_coadd(
            folder / f"coadd-{name}",
            targets,
            seed=nside,
            cards={"HPXPIXEL": healpix, "HPXNSIDE": nside, "DEPNAM00": "SPECPROD", "DEPVER00": "matterhorn"},
        )
        if request.param == "SPGRPVAL":
            from astropy.io import fits

            with fits.open(made, mode="update") as hdus:
                for card in ("HPXPIXEL", "HPXNSIDE"):
                    del hdus[0].header[card]
                hdus[0].header["SPGRP"], hdus[0].header["SPGRPVAL"] = "uniqpix", uniqpix(healpix, nside)
        make_fits.make_redrock(folder / f"redrock-{name}", targets)
    return folder


def test_two_pixels_of_one_number_become_two_tiles(folder, tmp_path):
    root = tmp_path / "tiles"
    run_tiles(folder, root)
    found = {path.parent.name: pq.read_table(path) for path in root.rglob("tile_*/*.parquet")}
    assert sorted(found) == ["tile_16484", "tile_4196"]
    for (healpix, nside), targets in PLACES.items():
        table = found[f"tile_{uniqpix(healpix, nside)}"]
        assert sorted(table["target_id"].to_pylist()) == sorted(targets)
        assert set(table["healpix"].to_pylist()) == {healpix}
        assert set(table["nside"].to_pylist()) == {nside}
        assert table["object_key"][0].as_py().startswith(f"dr3/main/dark/{uniqpix(healpix, nside)}/")
    with duckdb.connect() as con:
        assert validate_tiles(root, con).to_pylist() == []


def test_a_row_of_another_nside_than_its_folder_is_found(folder, tmp_path):
    root = tmp_path / "tiles"
    run_tiles(folder, root)
    path = next(root.rglob("tile_4196/*.parquet"))
    table = pq.read_table(path)
    at = table.schema.get_field_index("nside")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array([64] * table.num_rows, pa.int32())), path)
    with duckdb.connect() as con:
        found = {row["check_name"] for row in validate_tiles(root, con).to_pylist()}
    assert "identity_agrees_with_path" in found


def test_pixels_of_dr3_are_asked_for_as_uniqpix():
    assert tiles_in_range("dr3", "main", "dark", [16484, 4196]) == [
        ArchiveTile("dr3", "main", "dark", 100, 32),
        ArchiveTile("dr3", "main", "dark", 100, 64),
    ]
    assert str(ArchiveTile("dr3", "main", "dark", 100, 32)) == "dr3/main/dark/4196"
    assert healpix_of(4) == (0, 1)
    with pytest.raises(ConfigError, match="4 or more"):
        healpix_of(3)
