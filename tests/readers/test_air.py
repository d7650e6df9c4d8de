"""Wavelengths that a file gives in air arrive as vacuum wavelengths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qsospec_duck.air_vacuum import air_to_vacuum
from qsospec_duck.errors import ReaderError
from qsospec_duck.readers import read_spectra, spectra_from_arrays

IRAF = "other/spec_J001554.18+560257.5_LJT.fits"
CSV = "other/spec_J001554.18+560257.5_LJT.csv"


def wavelength(table) -> np.ndarray:
    return table["wavelength"][0].values.to_numpy()


@pytest.mark.parametrize("name", [IRAF, CSV])
def test_air_can_be_stated_where_files_say_nothing(shared_data: Path, name: str) -> None:
    options = {"flux_scale": 1.0} if name == CSV else {}
    plain = wavelength(read_spectra(shared_data / name, redshift=0.168, **options))
    moved = wavelength(read_spectra(shared_data / name, redshift=0.168, air=True, **options))
    assert np.array_equal(moved, air_to_vacuum(plain))
    assert 1.0 < moved[0] - plain[0] < 1.2


@pytest.mark.parametrize(
    ("name", "reader"),
    [("sdss/spSpec-51993-0542-631.fit", "spspec"), ("lamost/spec-55862-B6212_sp06-003.fits", "lamost")],
)
def test_a_header_that_says_air_is_believed(shared_data: Path, tmp_path: Path, name: str, reader: str) -> None:
    content = (shared_data / name).read_bytes()
    at = content.index(b"VACUUM  =")
    card = b"VACUUM  =                    F".ljust(80)
    path = tmp_path / Path(name).name
    path.write_bytes(content[:at] + card + content[at + 80 :])
    vacuum, air = (wavelength(read_spectra(one, reader=reader)) for one in (shared_data / name, path))
    assert np.array_equal(air, air_to_vacuum(vacuum))


def test_sixdf_sky_line_lands_on_its_vacuum_wavelength(shared_data: Path) -> None:
    """[O I] 5577.34 Å in air is 5578.89 Å in vacuum; a pixel is 1.6 Å."""
    table = read_spectra(shared_data / "other" / "6dFGS_g1639001-012857.fits")
    row = table.to_pylist()[0]
    assert (row["survey"], row["object_id"], row["flux_unit"]) == ("6dfgs", "g1639001-012857", "relative")
    assert row["z"] == pytest.approx(0.091121)
    from astropy.io import fits

    with fits.open(shared_data / "other" / "6dFGS_g1639001-012857.fits") as hdus:
        sky, air = hdus["SPECTRUM VR"].data[2].astype(float), hdus["SPECTRUM VR"].data[3]
    near = (air > 5560) & (air < 5595)
    weight = (sky[near] - sky[near].min()) ** 2
    assert np.sum(wavelength(table)[near] * weight) / weight.sum() == pytest.approx(5578.89, abs=0.8)
    # The spliced spectrum ends in 23 pixels without data.
    assert (np.array(row["ivar"][-23:]) == 0).all()
    assert np.array(row["ivar"][:-23]).min() > 0


def test_arrays_in_air_become_vacuum_and_nonsense_is_refused() -> None:
    wave = np.linspace(4000.0, 9000.0, 50)
    table = spectra_from_arrays(wave, np.ones(50), error=np.ones(50), z=0.1, object_id="a", air=True)
    assert np.array_equal(wavelength(table), air_to_vacuum(wave))
    with pytest.raises(ReaderError, match="not finite and positive"):
        spectra_from_arrays(-wave, np.ones(50), error=np.ones(50), z=0.1, object_id="a", air=True)
