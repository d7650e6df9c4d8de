import numpy as np
import pyarrow as pa
import pytest

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra import from_row, from_table, prepare

N_PIX = 20


def row(**changed) -> dict:
    values = {
        "object_key": "key-1",
        "object_id": "39627652591521181",
        "target_id": 39627652591521181,
        "survey": "main",
        "program": "dark",
        "healpix": 23040,
        "release": "dr1",
        "source": "coadd.fits",
        "row_index": 3,
        "ra": 180.5,
        "dec": -1.25,
        "z": 1.5,
        "zwarn": 0,
        "spectype": "QSO",
        "ebv": 0.04,
        "wavelength": [4000.0 + i for i in range(N_PIX)],
        "flux": [1.0 + 0.1 * i for i in range(N_PIX)],
        "ivar": [4.0] * N_PIX,
        "mask_array": [0] * N_PIX,
    }
    return values | changed


def table(*rows: dict) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema("spectra"))


def test_every_field_arrives():
    spectrum = from_row(row())
    assert (spectrum.object_key, spectrum.object_id, spectrum.z, spectrum.ebv) == (
        "key-1",
        "39627652591521181",
        1.5,
        0.04,
    )
    assert (spectrum.ra, spectrum.dec, spectrum.frame) == (180.5, -1.25, "observed")
    assert spectrum.metadata["healpix"] == 23040
    assert spectrum.metadata["zwarn"] == 0
    assert "flux" not in spectrum.metadata


@pytest.mark.parametrize("kind", ["lists", "numpy", "arrow"])
def test_lists_numpy_and_arrow_give_the_same_spectrum(kind):
    values = row()
    if kind == "numpy":
        values |= {name: np.array(values[name]) for name in ("wavelength", "flux", "ivar", "mask_array")}
    if kind == "arrow":
        arrow = table(values)
        values = {name: arrow.column(name)[0] for name in arrow.column_names}
    spectrum, expected = from_row(values), from_row(row())
    for name in ("wavelength", "flux", "ivar"):
        # The relation stores flux and ivar as float32.
        np.testing.assert_allclose(getattr(spectrum, name), getattr(expected, name), rtol=1e-7)
        assert getattr(spectrum, name).dtype == np.float64
    assert dict(spectrum.metadata) == dict(expected.metadata)


def test_wavelengths_share_the_memory_of_the_table():
    arrow = table(row())
    spectrum = next(from_table(arrow))
    stored = arrow.column("wavelength").chunk(0).values.to_numpy()
    assert np.shares_memory(spectrum.wavelength, stored)


def test_a_table_gives_its_rows_in_order_across_chunks():
    parts = [table(row(object_id=str(i), z=0.1 + i), row(object_id=str(i + 1), z=1.1 + i)) for i in (0, 2)]
    spectra = list(from_table(pa.concat_tables(parts)))
    assert [spectrum.object_id for spectrum in spectra] == ["0", "1", "2", "3"]
    assert [spectrum.z for spectrum in spectra] == pytest.approx([0.1, 1.1, 2.1, 3.1])


def test_a_slice_of_a_table_gives_its_own_rows():
    rows = [row(object_id=str(i), flux=[float(i)] * N_PIX) for i in range(4)]
    spectra = list(from_table(table(*rows).slice(2, 2)))
    assert [spectrum.flux[0] for spectrum in spectra] == [2.0, 3.0]


def test_survey_mask_bits_take_pixels_out():
    mask = [0] * N_PIX
    mask[4], mask[5] = 2, 1
    spectrum = from_row(row(mask_array=mask))
    assert spectrum.ivar[4] == 0
    assert spectrum.ivar[5] == 4.0


def test_values_that_are_not_finite_are_not_used():
    flux, ivar = [1.0] * N_PIX, [4.0] * N_PIX
    flux[0], flux[1], ivar[2], ivar[3], ivar[4] = float("nan"), None, float("inf"), -1.0, float("nan")
    spectrum = from_row(row(flux=flux, ivar=ivar))
    np.testing.assert_array_equal(np.flatnonzero(~spectrum.good), [0, 1, 2, 3, 4])
    assert np.all(np.isfinite(spectrum.flux))


@pytest.mark.parametrize("mask", [None, []])
def test_a_survey_without_mask_is_read_by_its_ivar(mask):
    assert from_row(row(mask_array=mask)).good.all()


def test_a_dead_fibre_is_a_spectrum_without_usable_pixels():
    assert not from_row(row(ivar=[0.0] * N_PIX)).good.any()


def test_only_four_columns_are_needed():
    needed = {name: row()[name] for name in ("wavelength", "flux", "ivar", "z")}
    spectrum = from_row(needed)
    assert spectrum.ebv is None
    assert spectrum.label == "spectrum"


def test_missing_e_b_v_is_none_whether_null_or_nan():
    assert from_row(row(ebv=None)).ebv is None
    assert from_row(row(ebv=float("nan"))).ebv is None


def test_a_row_that_declares_its_extinction_removed_is_not_corrected_again():
    spectrum = prepare(from_row(row(extinction_corrected=True)))
    assert spectrum.extinction.status == "declared_corrected"


def test_relative_flux_stays_relative():
    assert from_row(row(flux_unit="relative")).flux_unit == "relative"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"z": None}, "z missing or NULL"),
        ({"flux": None, "ivar": None}, "flux, ivar missing or NULL"),
        ({"z": float("nan")}, "redshift is nan"),
        ({"z": "one"}, "z is 'one'; it should be a number"),
        ({"wavelength": [4000.0] * N_PIX}, "strictly increasing"),
        ({"flux": [1.0] * 3}, "20 wavelengths, 3 fluxes and 20 ivars"),
        ({"mask_array": [0] * 3}, "3 mask values for 20 pixels"),
        ({"flux": [["a"]] * N_PIX}, "list of numbers"),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_whose_it_is(changed, words):
    with pytest.raises(SpectrumError, match=words) as caught:
        from_row(row(**changed))
    assert "39627652591521181" in str(caught.value)


def test_a_table_without_a_needed_column_is_refused():
    with pytest.raises(SpectrumError, match="no column ivar"):
        next(from_table(table(row()).drop_columns(["ivar"])))


def test_line_spread_function_arrives_and_its_gaps_are_filled():
    row = {"wavelength": [4000.0, 4001.0, 4002.0], "flux": [1.0] * 3, "ivar": [1.0] * 3, "z": 0.5}
    assert from_row(row).lsf_sigma is None
    assert from_row(row | {"lsf_sigma": [60.0, 0.0, 80.0]}).lsf_sigma == pytest.approx([60.0, 70.0, 80.0])
    assert from_row(row | {"lsf_sigma": [0.0, None, 0.0]}).lsf_sigma is None
    with pytest.raises(SpectrumError, match="2 values of lsf_sigma for 3 pixels"):
        from_row(row | {"lsf_sigma": [60.0, 60.0]})
