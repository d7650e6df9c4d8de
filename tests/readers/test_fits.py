"""Headers, images, tables and checksums as astropy reads them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from qsospec_duck.errors import ReaderError
from qsospec_duck.fits.datasum import datasum
from qsospec_duck.fits.header import parse_cards
from qsospec_duck.readers.fits_file import FitsFile

FILES = (
    "desi/coadd-4-80613-thru20210324.fits",
    "desi/coadd-5-169-thru20210419.fits",
    "desi/spectra-5-169-thru20210419.fits",
    "desi/redrock-test.fits",
    "desi/mock_baltestcat.fits.gz",
    "sdss/spec-3655-55240-0002.fits",
    "sdss/spSpec-51993-0542-631.fit",
    "lamost/med-58625-TD192102N424113K01_sp12-076.fits.gz",
    "other/6dFGS_g1639001-012857.fits",
    "other/NGC3522_SDSS_DR8.fits",
)


@pytest.mark.parametrize("name", FILES)
def test_images_and_tables_are_those_of_astropy(shared_data: Path, name: str) -> None:
    with warnings.catch_warnings(), FitsFile(shared_data / name) as ours:
        warnings.simplefilter("ignore")
        with fits.open(shared_data / name) as theirs:
            assert len(ours.hdus) == len(theirs)
            for hdu, other in zip(ours.hdus, theirs, strict=True):
                assert hdu.name == other.name.upper() or not hdu.extent.index
                if hdu.is_image and hdu.shape:
                    pixels = hdu.image()
                    assert np.array_equal(pixels, other.data, equal_nan=pixels.dtype.kind == "f")
                    assert pixels.dtype.isnative
                if hdu.is_table:
                    for cell in hdu.cells.values():
                        if cell.letter in "PQX":
                            continue
                        values = hdu.column(cell.name)
                        # TDIM is not applied: the cells of a row stay flat.
                        known = other.data[cell.name].reshape(values.shape)
                        if cell.letter == "A":
                            assert values.tolist() == [str(text).rstrip() for text in known]
                        else:
                            assert np.array_equal(values, known, equal_nan=values.dtype.kind == "f"), cell.name


@pytest.mark.parametrize("unsigned", [False, True])
def test_rows_of_an_image_are_rows_of_the_whole(make_fits, tmp_path: Path, unsigned: bool) -> None:
    path = make_fits.make_coadd(tmp_path / "coadd-main-dark-23040.fits", [5, 3, 9, 4], unsigned_mask=unsigned)
    with FitsFile(path) as file:
        for name in ("B_FLUX", "R_MASK"):
            hdu = file.named(name)
            assert np.array_equal(hdu.image([3, 0]), hdu.image()[[3, 0]])
        with pytest.raises(ReaderError, match="rows 0 to 3"):
            file.named("B_FLUX").image([4])


def test_datasum_agrees_with_the_headers_and_notices_one_changed_byte(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "desi" / "coadd-4-80613-thru20210324.fits"
    with FitsFile(path) as file:
        stated = [hdu for hdu in file.hdus if hdu.header.get("DATASUM")]
        assert len(stated) == len(file.hdus)
        assert [hdu.checksum_error() for hdu in stated] == [None] * len(stated)
        place = file.named("R_FLUX").extent.data_start + 1001
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    (tmp_path / path.name).write_bytes(content)
    with FitsFile(tmp_path / path.name) as file:
        assert "DATASUM" in file.named("R_FLUX").checksum_error()


@pytest.mark.parametrize("n_bytes", [0, 1, 3, 4, 2880, 65_537, 400_001])
def test_datasum_is_that_of_astropy_for_any_length(n_bytes: int) -> None:
    content = np.random.default_rng(n_bytes).integers(0, 256, n_bytes, dtype=np.uint8)
    padded = np.concatenate([content, np.zeros(-n_bytes % 4, np.uint8)])
    known = int(fits.PrimaryHDU()._compute_checksum(padded))
    assert datasum(content.tobytes()) == known


def test_cards_with_quotes_comments_exponents_and_continuation_are_understood() -> None:
    cards = [
        "OBSERVER= 'O''Meara  '           / name",
        "Z       =   1.5D-3 / redshift",
        "COUNT   =    12",
        "FLAG    =    T",
        "LONG    = 'first &'",
        "CONTINUE  'second' / more",
        "EMPTY   =",
        "COUNT   =    13",
        "COMMENT = nothing",
    ]
    text = "".join(card.ljust(80) for card in cards).encode()
    known = parse_cards(text)
    assert known["OBSERVER"] == "O'Meara"
    assert known["Z"] == 1.5e-3
    assert (known["COUNT"], known["FLAG"], known["EMPTY"]) == (12, True, None)
    assert known["LONG"] == "first second"
