"""Tables of spectra by the names and units of their columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units as u
from astropy.table import Table

from qsospec_duck.errors import ReaderError
from qsospec_duck.readers import read_spectra

WAVE = np.linspace(4000.0, 9000.0, 60)
FLUX = 5.0 + np.sin(WAVE / 300.0)
ERROR = np.full(60, 0.25)
HOUSE = 1e-17 * u.erg / u.s / u.cm**2 / u.AA


def check(table: pa.Table, rtol: float = 1e-6) -> None:
    assert table["wavelength"][0].values.to_numpy() == pytest.approx(WAVE, rel=1e-12)
    assert table["flux"][0].values.to_numpy() == pytest.approx(FLUX, rel=rtol)
    assert table["ivar"][0].values.to_numpy() == pytest.approx(16.0, rel=rtol)


@pytest.mark.parametrize("wave", ["wave", "lambda", "Wavelength", "lam"])
@pytest.mark.parametrize("flux", ["flux", "flam", "F_lambda"])
@pytest.mark.parametrize("error", ["err", "error", "sigma", "flux_err"])
def test_columns_are_known_under_their_usual_names(tmp_path: Path, wave: str, flux: str, error: str) -> None:
    path = tmp_path / "one.csv"
    Table({wave: WAVE, flux: FLUX, error: ERROR}).write(path, format="ascii.csv")
    check(read_spectra(path, redshift=0.5))


def test_log_wavelength_and_ivar_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    Table({"loglam": np.log10(WAVE), "flux": FLUX, "ivar": np.full(60, 16.0)}).write(path, format="ascii.csv")
    check(read_spectra(path, redshift=0.5))


@pytest.mark.parametrize("unit", ["erg/(s cm2 Angstrom)", "W/(m2 um)", "Jy", "mJy", "erg/(s cm2 Hz)"])
@pytest.mark.parametrize("wave_unit", ["Angstrom", "nm", "micron"])
@pytest.mark.parametrize("kind", ["ecsv", "fits", "parquet"])
def test_units_of_the_file_are_turned_into_house_units(tmp_path: Path, unit: str, wave_unit: str, kind: str) -> None:
    path = tmp_path / f"one.{kind}"
    per_pixel = u.spectral_density(WAVE * u.AA)
    columns = {
        "wave": (WAVE * u.AA).to(wave_unit),
        "flux": (FLUX * HOUSE).to(unit, per_pixel),
        "error": (ERROR * HOUSE).to(unit, per_pixel),
    }
    if kind == "parquet":
        fields = [pa.field(name, pa.float64(), metadata={"unit": str(one.unit)}) for name, one in columns.items()]
        pq.write_table(pa.table([pa.array(one.value) for one in columns.values()], schema=pa.schema(fields)), path)
    else:
        Table(columns).write(path, format="ascii.ecsv" if kind == "ecsv" else "fits")
    check(read_spectra(path, redshift=0.5))


def test_what_the_caller_states_takes_the_place_of_the_units_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    Table({"wave": WAVE / 10, "flux": FLUX * 1e-17, "err": ERROR * 1e-17}).write(path, format="ascii.csv")
    check(read_spectra(path, redshift=0.5, wave_unit="nm", flux_scale=1.0))
    check(read_spectra(path, redshift=0.5, wave_unit="nm", flux_unit="erg/s/cm2/A"))
    relative = read_spectra(path, redshift=0.5, wave_unit="nm", flux_unit="relative")
    assert relative["flux_unit"].to_pylist() == ["relative"]
    assert relative["flux"][0].values.to_numpy() == pytest.approx(FLUX * 1e-17, rel=1e-6)


def test_fluxes_that_must_be_cgs_are_refused_until_the_caller_says_so(shared_data: Path) -> None:
    path = shared_data / "other" / "spec_J001554.18+560257.5_LJT.csv"
    with pytest.raises(ReaderError, match="flux_scale=1"):
        read_spectra(path, redshift=0.168)
    from_csv = read_spectra(path, redshift=0.168, flux_scale=1.0)
    from_fits = read_spectra(path.with_suffix(".fits"), redshift=0.168)
    for name in ("wavelength", "flux", "ivar"):
        assert from_csv[name][0].values.to_numpy() == pytest.approx(from_fits[name][0].values.to_numpy(), rel=2e-6)


def test_position_and_redshift_come_from_the_header_of_the_table(tmp_path: Path) -> None:
    table = Table({"wave": WAVE, "flux": FLUX, "err": ERROR}, meta={"Z": 0.7, "RA": 10.5, "DEC": -3.0, "OBJECT": "Mrk"})
    for kind in ("ascii.ecsv", "fits"):
        path = tmp_path / f"one.{kind[-4:]}"
        table.write(path, format=kind)
        row = read_spectra(path).to_pylist()[0]
        assert (row["z"], row["ra"], row["dec"], row["object_id"]) == (0.7, 10.5, -3.0, "Mrk")


def test_a_table_of_list_columns_is_read_row_by_row(shared_data: Path, tmp_path: Path) -> None:
    known = read_spectra(shared_data / "desi" / "coadd-1-80693-thru20210204.fits", redshift=2.0)
    path = tmp_path / "tile.parquet"
    kept = ["target_id", "ra", "dec", "z", "wavelength", "flux", "ivar", "mask_array", "wave0"]
    pq.write_table(known.select(kept), path)
    table = read_spectra(path, rows=[3, 1])
    assert table["target_id"].to_pylist() == [known["target_id"][row].as_py() for row in (3, 1)]
    assert table["object_key"].to_pylist() == [f"tile.parquet#{one}" for one in table["target_id"].to_pylist()]
    for name in ("wavelength", "flux", "ivar", "mask_array"):
        assert table[name].to_pylist() == known[name].take([3, 1]).to_pylist()
    assert table["wave0"].to_pylist() == [3600.0, 3600.0]
    pq.write_table(known, path)
    assert read_spectra(path)["object_key"].to_pylist() == known["object_key"].to_pylist()
    with pa.OSFile(str(tmp_path / "tile.arrow"), "wb") as sink, pa.ipc.new_file(sink, known.schema) as writer:
        writer.write_table(known)
    assert read_spectra(tmp_path / "tile.arrow").num_rows == 5


@pytest.mark.parametrize(
    ("columns", "options", "found"),
    [
        ({"wave": WAVE, "flux": FLUX}, {"redshift": 0.1}, "an error column"),
        ({"wave": WAVE, "flux": FLUX, "err": ERROR}, {}, "redshift is None"),
        ({"wave": WAVE[::-1], "flux": FLUX, "err": ERROR}, {"redshift": 0.1}, "strictly increasing"),
        ({"wave": WAVE, "flux": FLUX, "err": ERROR}, {"redshift": 0.1, "wave_unit": "kg"}, "a unit of length"),
        ({"wave": WAVE, "flux": FLUX, "err": ERROR}, {"redshift": 0.1, "flux_unit": "km/s"}, "a flux density"),
        ({"wave": WAVE, "flux": FLUX, "err": ERROR}, {"redshift": 0.1, "flux_unit": "bananas"}, "is no unit"),
        ({"wave": WAVE, "flux": FLUX, "err": ERROR}, {"redshift": [0.1, 0.2]}, "2 redshifts were given"),
        ({"wave": WAVE, "flux": np.full(60, "x"), "err": ERROR}, {"redshift": 0.1}, "holds no numbers"),
        ({"wave": WAVE, "flux": FLUX, "err": ERROR}, {"redshift": 0.1, "flux_scale": -1.0}, "a positive number"),
        ({"ra": WAVE, "dec": FLUX}, {"redshift": 0.1}, "no reader recognises"),
    ],
)
def test_tables_that_hold_no_spectra_are_refused(
    tmp_path: Path, columns: dict[str, Any], options: dict[str, Any], found: str
) -> None:
    path = tmp_path / "one.csv"
    Table(columns).write(path, format="ascii.csv")
    with pytest.raises(ReaderError, match=found) as caught:
        read_spectra(path, **options)
    assert str(path) in str(caught.value)


def test_rows_with_unequal_lists_are_refused_by_number(tmp_path: Path) -> None:
    path = tmp_path / "tile.parquet"
    good, short = WAVE.tolist(), FLUX[:-1].tolist()
    table = {"target_id": [1, 2], "z": [0.1, 0.2], "wavelength": [good, good], "flux": [FLUX.tolist(), short]}
    pq.write_table(pa.table({**table, "ivar": [good, good]}), path)
    with pytest.raises(ReaderError, match="row 1: flux has 59 pixels, wavelength 60"):
        read_spectra(path)
