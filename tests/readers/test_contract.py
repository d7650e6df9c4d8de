"""Every reader keeps the contract of the spectra relation, on every real file there is."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import ReaderError
from qsospec_duck.readers import detect_reader, read_spectra, spectra_from_arrays
from qsospec_duck.readers.relation import clean_pixels

REAL = {
    "sdss/spec-3655-55240-0002.fits": ("sdss", {}),
    "sdss/spec-7102-56666-0082.fits": ("sdss", {}),
    "sdss/J030341.04-002321.8.fits": ("sdss", {}),
    "other/NGC3522_SDSS_DR8.fits": ("sdss", {}),
    "sdss/spSpec-51993-0542-631.fit": ("spspec", {}),
    "desi/coadd-4-80613-thru20210324.fits": ("desi", {}),
    "desi/coadd-1-80693-thru20210204.fits": ("desi", {"redshift": 2.2}),
    "desi/coadd-5-169-thru20210419.fits": ("desi", {"redshift": 0.1, "sky": True}),
    "desi/badformat_missing_scores.fits": ("desi", {"redshift": 0.1}),
    "lamost/spec-55862-B6212_sp06-003.fits": ("lamost", {}),
    "lamost/spec-57287-KP193637N444141V03_sp10-161.fits.gz": ("lamost", {}),
    "lamost/med-58625-TD192102N424113K01_sp12-076.fits.gz": ("lamost", {"redshift": 0.0}),
    "other/6dFGS_g1639001-012857.fits": ("sixdf", {}),
    "other/spec_J001554.18+560257.5_LJT.fits": ("iraf", {"redshift": 0.168}),
    "other/spec_J001554.18+560257.5_LJT.csv": ("table", {"redshift": 0.168, "flux_scale": 1.0}),
}


def check_contract(table: pa.Table) -> None:
    """Assert what DESIGN promises of every row of the relation."""
    schema = arrow_schema("spectra")
    assert table.schema.names[: len(schema)] == schema.names
    assert [table.schema.field(name).type for name in schema.names] == list(schema.types)
    assert table["object_key"].null_count == 0
    assert len(set(table["object_key"].to_pylist())) == table.num_rows
    for row in range(table.num_rows):
        wavelength, flux, ivar = (table[name][row].values.to_numpy() for name in ("wavelength", "flux", "ivar"))
        assert wavelength.size == flux.size == ivar.size > 1
        assert (np.diff(wavelength) > 0).all()
        assert np.isfinite(wavelength).all()
        assert np.isfinite(flux).all()
        assert (np.isfinite(ivar) & (ivar >= 0)).all()
        if table["mask_array"][row].is_valid:
            assert len(table["mask_array"][row]) == wavelength.size
        assert np.isfinite(table["z"][row].as_py())


@pytest.mark.parametrize("name", REAL)
def test_each_reader_keeps_the_contract_of_the_relation(shared_data: Path, name: str) -> None:
    reader, options = REAL[name]
    assert detect_reader(shared_data / name) == reader
    table = read_spectra(shared_data / name, **options)
    assert table.num_rows >= 1
    check_contract(table)


@pytest.mark.parametrize("name", REAL)
def test_keys_are_the_same_from_another_folder_and_when_packed(
    shared_data: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, options = REAL[name]
    content = (shared_data / name).read_bytes()
    plain = gzip.decompress(content) if name.endswith(".gz") else content
    file_name = Path(name).name.removesuffix(".gz")
    (tmp_path / file_name).write_bytes(plain)
    (tmp_path / f"{file_name}.gz").write_bytes(gzip.compress(plain, 1))
    if name.startswith("desi/coadd-4"):
        options = {**options, "redrock": shared_data / "desi" / "redrock-4-80613-thru20210324.fits"}
    expected = read_spectra(shared_data / name, **options)
    monkeypatch.chdir(tmp_path)
    for copy in (file_name, f"{file_name}.gz"):
        found = read_spectra(copy, **options)
        assert found["object_key"].to_pylist() == expected["object_key"].to_pylist()
        assert found["flux"].equals(expected["flux"])


def test_all_sdss_files_agree_with_the_list_of_objects(shared_data: Path) -> None:
    with (shared_data / "OBJECTS.csv").open() as lines:
        objects = {row["path"]: row for row in csv.DictReader(lines)}
    files = sorted((shared_data / "sdss").iterdir())
    assert len(files) > 200
    for path in files:
        table = read_spectra(path)
        check_contract(table)
        row, known = table.drop(["wavelength", "flux", "ivar"]).to_pylist()[0], objects[f"sdss/{path.name}"]
        assert row["z"] == pytest.approx(float(known["z_pipe"]), abs=2e-6)
        assert row["ra"] == pytest.approx(float(known["ra"]), abs=1e-4)
        assert row["dec"] == pytest.approx(float(known["dec"]), abs=1e-4)
        if known["zwarning"]:
            assert row["zwarn"] == int(known["zwarning"])
        if known["spec_id"][0] != "J":
            assert row["object_id"] == known["spec_id"]


def test_several_files_make_one_table_and_shared_keys_are_refused(shared_data: Path, tmp_path: Path) -> None:
    paths = sorted((shared_data / "sdss").glob("spec-3655-*"))[:3]
    table = read_spectra(paths)
    assert table.num_rows == 3
    check_contract(table)
    twin = tmp_path / paths[0].name
    twin.write_bytes(paths[0].read_bytes())
    with pytest.raises(ReaderError, match="is also that of"):
        read_spectra([*paths, twin])


def test_arrays_become_one_row() -> None:
    wave = np.linspace(4000, 5000, 50)
    table = spectra_from_arrays(wave, np.full(50, 2e-16), error=np.full(50, 1e-17), z=0.3, object_id="a", flux_scale=1)
    check_contract(table)
    assert table["flux"][0].values.to_numpy() == pytest.approx(20.0)
    assert table["ivar"][0].values.to_numpy() == pytest.approx(1.0)


def test_pixels_without_data_stay_with_ivar_zero() -> None:
    flux, ivar = clean_pixels(np.array([1, np.nan, 2, np.inf]), np.array([1, 1, np.nan, -3]))
    assert flux.tolist() == [1, 0, 2, 0]
    assert ivar.tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"z": -1.0}, "greater than -1"),
        ({"z": float("nan")}, "greater than -1"),
        ({"error": np.ones(49)}, "equal lengths"),
        ({"wavelength": np.linspace(5000, 4000, 50)}, "strictly increasing"),
        ({"wavelength": np.r_[np.linspace(4000, 5000, 49), 5000]}, "strictly increasing"),
        ({"ivar": np.ones(50)}, "exactly one"),
    ],
)
def test_arrays_that_make_no_spectrum_are_refused(known: dict, expected: str) -> None:
    arguments = {"wavelength": np.linspace(4000, 5000, 50), "error": np.ones(50), "z": 0.3, **known}
    with pytest.raises(ReaderError, match=expected):
        spectra_from_arrays(flux=np.ones(50), object_id="a", **arguments)
