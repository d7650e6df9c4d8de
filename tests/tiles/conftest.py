"""A made-up tile with all its companions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from astropy.io import fits


@pytest.fixture(scope="session")
def make_fits() -> ModuleType:
    """The module of the reader tests that makes small FITS files."""
    name = "qsospec_duck_test_make_fits"
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "readers" / "make_fits.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


IDS = [40, 10, 30, -5, 20, 50]
CLASS = {40: "QSO", 10: "QSO", 30: "GALAXY", 20: "STAR", 50: "QSO"}


@pytest.fixture
def tile_folder_in(make_fits: ModuleType, tmp_path: Path) -> Path:
    """A coadd of five targets and a sky fibre, its redrock in another order, and the afterburners."""
    folder = tmp_path / "fits"
    folder.mkdir()
    make_fits.make_coadd(folder / "coadd-main-dark-23040.fits", IDS, cards={"DEPNAM00": "SPECPROD", "DEPVER00": "iron"})
    order = [50, 20, -5, 10, 30, 40]
    make_fits.make_redrock(
        folder / "redrock-main-dark-23040.fits",
        order,
        z=[one / 20 for one in order],
        zwarn=[4 if one == 50 else 0 for one in order],
        spectype=np.array([CLASS.get(one, "GALAXY") for one in order]),
    )
    return folder


def write_table(path: Path, extname: str, columns: dict[str, object], make_fits: ModuleType) -> Path:
    """A FITS file with one table."""
    table = fits.BinTableHDU(make_fits.table_of({name: np.asarray(one) for name, one in columns.items()}), name=extname)
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
    return path


@pytest.fixture
def add_table(make_fits: ModuleType):
    """Write a FITS file with one table: path, extension name, columns."""
    return lambda path, extname, columns: write_table(path, extname, columns, make_fits)
