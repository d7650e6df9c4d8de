"""A broken or wrong file raises one ReaderError that names the file, what was found and what would be right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from qsospec_duck.errors import ConfigError, ReaderError
from qsospec_duck.readers import detect_reader, read_spectra

COADD = "coadd-main-dark-23040.fits"


def assert_refused(path: Path, found: str, **options: Any) -> None:
    with pytest.raises(ReaderError) as caught:
        read_spectra(path, **options)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert found in message
    assert "expected" in message


def test_files_that_are_no_fits_files_are_refused(tmp_path: Path) -> None:
    assert_refused(tmp_path / "absent.fits", "cannot be opened")
    (tmp_path / "empty.fits").write_bytes(b"")
    assert_refused(tmp_path / "empty.fits", "empty")
    (tmp_path / "text.fits").write_text("not a FITS file\n")
    assert_refused(tmp_path / "text.fits", "starts with b'not a FITS")
    (tmp_path / "text.fits.gz").write_bytes(b"\x1f\x8bnonsense")
    assert_refused(tmp_path / "text.fits.gz", "gzip")
    (tmp_path / "notes.txt").write_text("just some words\nand more\n")
    assert_refused(tmp_path / "notes.txt", "no reader recognises")


@pytest.mark.parametrize("name", ["sdss/spec-3655-55240-0002.fits", "sdss/spSpec-51993-0542-631.fit"])
@pytest.mark.parametrize("fraction", [0.02, 0.1, 0.4, 0.7])
def test_truncated_files_are_refused_wherever_they_end(
    shared_data: Path, tmp_path: Path, name: str, fraction: float
) -> None:
    content = (shared_data / name).read_bytes()
    path = tmp_path / Path(name).name
    path.write_bytes(content[: int(len(content) * fraction)])
    assert_refused(path, "truncated")


def test_truncated_gzip_files_are_refused(shared_data: Path, tmp_path: Path) -> None:
    name = "lamost/spec-57287-KP193637N444141V03_sp10-161.fits.gz"
    path = tmp_path / Path(name).name
    path.write_bytes((shared_data / name).read_bytes()[:20_000])
    assert_refused(path, "gzip data are damaged")


def test_real_broken_coadds_are_refused_or_read_by_what_they_lack(shared_data: Path) -> None:
    assert_refused(shared_data / "desi" / "badformat_missing_b_color.fits", "camera B lacks HDU B_FLUX", redshift=1.0)
    assert read_spectra(shared_data / "desi" / "badformat_missing_scores.fits", redshift=1.0).num_rows == 2
    assert_refused(shared_data / "desi" / "spectra-5-169-thru20210419.fits", "exposures", redshift=1.0)
    assert_refused(shared_data / "desi" / "redrock-test.fits", "no reader recognises")
    assert_refused(shared_data / "other" / "vast_vsquared_test_data.fits", "no reader recognises")
    assert_refused(shared_data / "other" / "UM184_nF.fits", "bands are", redshift=3.0)


def test_a_coadd_without_redshifts_needs_them(make_fits, tmp_path: Path) -> None:
    path = make_fits.make_coadd(tmp_path / COADD, [1, 2, -3])
    assert_refused(path, "no redrock file lies beside it")
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", [2])
    assert_refused(path, "lacks TARGETID 1 (1 of 2)")
    assert read_spectra(path, redshift={1: 0.5})["z"].to_pylist() == [0.5, 1.5]


def rewritten(path: Path, change: Any) -> Path:
    with fits.open(path) as hdus:
        hdus.readall()
        copies = fits.HDUList([hdu.copy() for hdu in hdus])
    change(copies)
    copies.writeto(path, overwrite=True)
    return path


def set_header(name: str, key: str, value: Any) -> Any:
    return lambda hdus: hdus[name].header.set(key, value)


def drop(*names: str) -> Any:
    def change(hdus: fits.HDUList) -> None:
        for name in names:
            del hdus[name]

    return change


def set_data(name: str, make: Any) -> Any:
    def change(hdus: fits.HDUList) -> None:
        hdus[name].data = make(hdus[name].data)

    return change


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (drop("R_IVAR"), "camera R lacks HDU R_IVAR"),
        (drop("FIBERMAP"), "no reader recognises"),
        (set_header("B_FLUX", "BUNIT", "Jy"), "BUNIT is 'Jy'"),
        (set_data("Z_FLUX", lambda data: data[:1]), "shape is (1, 2881)"),
        (set_data("R_WAVELENGTH", lambda data: data[::-1].copy()), "wavelengths do not increase"),
        (set_data("R_WAVELENGTH", lambda data: data + 0.3), "not aligned"),
        (set_data("FIBERMAP", lambda data: data[[0, 0]]), "a TARGETID stands there twice"),
        (drop(*(f"{camera}_{part}" for camera in "BRZ" for part in ("FLUX", "IVAR", "MASK"))), "camera B lacks"),
    ],
)
def test_a_coadd_with_one_thing_wrong_is_refused(make_fits, tmp_path: Path, change: Any, found: str) -> None:
    path = rewritten(make_fits.make_coadd(tmp_path / COADD, [1, 2], checksum=False), change)
    assert_refused(path, found, redshift=1.0)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda z: {"Z": [z, -1.5]}, "redshift is -1.5"),
        (lambda z: {"Z": [z, np.nan]}, "redshift is nan"),
        (lambda _: {"TARGETID": np.array([1, 1], np.int64)}, "a TARGETID stands there twice"),
    ],
)
def test_impossible_redshifts_are_refused(make_fits, tmp_path: Path, make: Any, found: str) -> None:
    path = make_fits.make_coadd(tmp_path / COADD, [1, 2])
    make_fits.make_redrock(tmp_path / "redrock-main-dark-23040.fits", [1, 2], **make(0.5))
    with pytest.raises(ReaderError, match=found):
        read_spectra(path)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (set_header(0, "BUNIT", "counts"), "BUNIT is 'counts'"),
        (set_data(1, lambda data: data[::-1].copy()), "strictly increasing"),
        (lambda hdus: hdus[2].data["Z"].fill(-2), "greater than -1"),
        (lambda hdus: hdus.pop(2), "redshift is None"),
        (lambda hdus: hdus.pop(1), "no reader recognises"),
    ],
)
def test_an_sdss_file_with_one_thing_wrong_is_refused(
    shared_data: Path, tmp_path: Path, change: Any, found: str
) -> None:
    name = "spec-3655-55240-0002.fits"
    path = tmp_path / name
    path.write_bytes((shared_data / "sdss" / name).read_bytes())
    assert_refused(rewritten(path, change), found)


def test_dead_and_nan_pixels_are_no_errors(shared_data: Path, tmp_path: Path) -> None:
    name = "spec-3655-55240-0002.fits"
    path = tmp_path / name
    path.write_bytes((shared_data / "sdss" / name).read_bytes())

    def change(hdus: fits.HDUList) -> None:
        hdus[1].data["FLUX"][:7] = np.nan
        hdus[1].data["IVAR"][10:] = 0

    table = read_spectra(rewritten(path, change))
    ivar = table["ivar"][0].values.to_numpy()
    assert (ivar[:7] == 0).all()
    assert (ivar[10:] == 0).all()
    assert np.isfinite(table["flux"][0].values.to_numpy()).all()


def test_options_and_readers_that_do_not_exist_are_named(shared_data: Path) -> None:
    path = shared_data / "sdss" / "spec-3655-55240-0002.fits"
    with pytest.raises(ConfigError, match="has no option redrock"):
        read_spectra(path, redrock="x")
    with pytest.raises(ConfigError, match="reader 'sds' is not known"):
        read_spectra(path, reader="sds")
    with pytest.raises(ReaderError, match="holds one spectrum"):
        read_spectra(path, rows=[1])
    with pytest.raises(ReaderError):
        detect_reader(shared_data / "desi" / "rrdetails-test.h5")
