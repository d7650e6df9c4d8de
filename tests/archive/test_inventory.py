"""Tiles, keys and lists of an archive: names are corrected, gaps are explained, later layouts are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table

from qsospec_duck.archive import (
    ArchiveTile,
    explain_gaps,
    from_catalog,
    from_file,
    from_listing,
    normal_key,
    parse_pixels,
    release_named,
    tile_of_key,
    tiles_in_range,
    write_inventory,
)
from qsospec_duck.errors import ConfigError

KEY = "dr1/spectro/redux/iron/healpix/main/dark/230/23040/coadd-main-dark-23040.fits"


def test_files_of_a_tile_have_the_keys_of_the_archive() -> None:
    tile = ArchiveTile("dr1", "main", "dark", 23040)
    assert tile.key("coadd") == KEY
    assert tile.key("rrdetails").endswith("/rrdetails-main-dark-23040.h5")
    assert tile.checksum_key.endswith("/230/23040/redux_iron_healpix_main_dark_230_23040.sha256sum")
    # The group is the pixel by a hundred, not its first three digits.
    assert ArchiveTile("edr", "sv3", "bright", 5678).folder == "edr/spectro/redux/fuji/healpix/sv3/bright/56/5678/"


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"s3://desidata/{KEY}",
        f"https://desidata.s3.amazonaws.com/{KEY}",
        f"https://desidata.s3.us-west-2.amazonaws.com/{KEY}",
        f"https://data.desi.lbl.gov/public/{KEY}",
        f"/global/cfs/cdirs/desi/public/{KEY}",
        f"./{KEY}",
        f"s3://desi-public/{KEY}",
        f"s3://desi-public/edr/{KEY[4:]}",
    ],
)
def test_every_spelling_of_a_key_is_brought_to_one(text: str) -> None:
    assert normal_key(text) == KEY


def test_keys_that_never_existed_are_corrected() -> None:
    wrong = "s3://desi-public/dr1/spectro/redux/fuji/healpix/sv3/dark/567/5678/coadd-sv3-dark-5678.fits"
    assert normal_key(wrong) == "edr/spectro/redux/fuji/healpix/sv3/dark/56/5678/coadd-sv3-dark-5678.fits"
    assert normal_key("edr/spectro/data/20210101/x.fits") == "raw_spectro_data/20210101/x.fits"
    assert normal_key("dr1/target/catalogs/t.fits") == "target/catalogs/t.fits"
    assert normal_key("https://data.desi.lbl.gov/public/dr1/vac/qso.fits") == "dr1/vac/qso.fits"


def test_releases_have_their_productions() -> None:
    names = {name: release_named(name).name for name in ("fuji", "iron", "loa", "EDR", "dr1")}
    assert names == {"fuji": "edr", "iron": "dr1", "loa": "dr2", "EDR": "edr", "dr1": "dr1"}
    with pytest.raises(ConfigError, match="dr9"):
        release_named("dr9")


@pytest.mark.parametrize(("healpix", "nside"), [(0, 1), (23040, 64), (49151, 64), (7, 32), (786431, 256)])
def test_uniqpix_of_later_releases_carries_nside(healpix: int, nside: int) -> None:
    tile = ArchiveTile("dr3", "main", "dark", healpix, nside)
    assert tile.pixel == healpix + 4 * nside**2
    assert f"/spectra/main/dark/{tile.pixel // 100}/{tile.pixel}/" in tile.folder
    assert tile_of_key(tile.key("coadd")) == tile


def test_a_catalog_gives_each_tile_once(tmp_path: Path) -> None:
    columns = {"SURVEY": ["main", "main", "sv3"], "PROGRAM": ["dark", "dark", "bright"], "HEALPIX": [7, 7, 9]}
    expected = [ArchiveTile("dr1", "main", "dark", 7), ArchiveTile("dr1", "sv3", "bright", 9)]
    table = fits.BinTableHDU(Table(columns), name="ZCATALOG")
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "zall.fits")
    pq.write_table(pa.table({name.lower(): values for name, values in columns.items()}), tmp_path / "zall.parquet")
    assert from_catalog(tmp_path / "zall.fits", "iron") == expected
    assert from_file(tmp_path / "zall.parquet", "dr1") == expected
    with pytest.raises(ConfigError, match="release="):
        from_file(tmp_path / "zall.parquet")
    pq.write_table(pa.table({"SURVEY": ["main"]}), tmp_path / "short.parquet")
    with pytest.raises(ConfigError, match="PROGRAM, HEALPIX"):
        from_catalog(tmp_path / "short.parquet", "dr1")


def test_listings_and_inventories_give_the_same_tiles(tmp_path: Path) -> None:
    lines = [f"{'a' * 64}  {KEY}", "", "# comment",
             "2023-06-13 1048576 s3://desidata/" + KEY.replace("coadd-", "emline-"),
             "dr1/spectro/redux/iron/zcatalog/zall-pix-iron.fits"]  # fmt: skip
    tiles = from_listing(lines)
    assert tiles == [ArchiveTile("dr1", "main", "dark", 23040)]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    assert from_file(tmp_path / "list.txt") == tiles
    write_inventory(tiles * 2 + [ArchiveTile("edr", "sv1", "other", 3)], tmp_path / "inventory.csv")
    assert from_file(tmp_path / "inventory.csv")[0] == tiles[0]
    (tmp_path / "bad.csv").write_text("release,survey,program,healpix\ndr1,main,dark,x\n")
    with pytest.raises(ConfigError, match="line 2"):
        from_file(tmp_path / "bad.csv")
    (tmp_path / "none.txt").write_text("nothing here\n")
    with pytest.raises(ConfigError, match="names no tile"):
        from_file(tmp_path / "none.txt")


def test_pixels_that_are_listed_and_have_no_files_are_explained() -> None:
    there = tiles_in_range("dr1", "main", "dark", [1, 2, 3])
    listed = [*there, ArchiveTile("dr1", "main", "dark", 26535), ArchiveTile("dr1", "main", "bright", 2),
              ArchiveTile("dr1", "main", "dark", 4)]  # fmt: skip
    gaps = {str(gap.tile): gap.reason for gap in explain_gaps(listed, there)}
    assert set(gaps) == {"dr1/main/dark/26535", "dr1/main/bright/2", "dr1/main/dark/4"}
    assert "2267" in gaps["dr1/main/dark/26535"]
    assert "observed in main dark" in gaps["dr1/main/bright/2"]
    assert explain_gaps(there, there) == []


def test_pixels_are_numbers_and_ranges() -> None:
    assert parse_pixels("23040-23042, 7") == [23040, 23041, 23042, 7]
    for text in ("", "a", "5-3", "1-", "-4"):
        with pytest.raises(ConfigError, match="pixels are"):
            parse_pixels(text)
    assert np.unique(parse_pixels("1-100")).size == 100
