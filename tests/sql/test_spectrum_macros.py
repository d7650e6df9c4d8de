"""Spectrum and sky macros against numpy and astropy."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord

from qsospec_duck.database import load_sql

N_SPECTRA, N_PIX = 12, 1500
WAVE = 3600.0 + 3.0 * np.arange(N_PIX)


def made_spectra():
    rng = np.random.default_rng(11)
    rows = []
    for i in range(N_SPECTRA):
        ivar = rng.uniform(1.0, 5.0, N_PIX)
        ivar[rng.uniform(size=N_PIX) < 0.03] = 0.0
        rows.append(
            {
                "object_key": f"s{i:02d}", "z": 0.1 + 0.0213 * i, "ra": float(rng.uniform(0, 360)),
                "dec": float(rng.uniform(-80, 80)), "wavelength": WAVE, "wave0": 3600.0, "dwave": 3.0,
                "flux": rng.normal(10.0 + i, 0.5, N_PIX), "ivar": ivar,
            }
        )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def rows():
    return made_spectra()


@pytest.fixture(scope="module")
def con(rows):
    with duckdb.connect() as connection:
        load_sql(connection, ["macros"])
        connection.execute("SET threads = 1")
        table = pa.Table.from_pylist(
            [row | {k: row[k].tolist() for k in ("wavelength", "flux", "ivar")} for row in rows]
        )
        connection.register("given", table)
        connection.execute("CREATE TABLE sp AS FROM given")
        yield connection


def rest(row, low, high):
    inside = (row["wavelength"] >= low * (1 + row["z"])) & (row["wavelength"] < high * (1 + row["z"]))
    scale = 1 + row["z"]
    return row["wavelength"][inside] / scale, row["flux"][inside] * scale, row["ivar"][inside] / scale**2


def test_cutouts_are_the_rest_frame_pixels_of_the_range(con, rows):
    found = con.execute(
        "SELECT object_key, wavelength, flux, ivar FROM rest_cutouts(sp, 4500, 4600) ORDER BY 1"
    ).fetchall()
    assert len(found) == N_SPECTRA
    for row, (key, *lists) in zip(rows, found, strict=True):
        assert key == row["object_key"]
        for values, expected in zip(lists, rest(row, 4500, 4600), strict=True):
            np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_regular_grid_gives_the_same_slice_without_wavelengths(con):
    ((differing,),) = con.execute(
        "SELECT count(*) FROM sp WHERE grid_slice(flux, wave0, dwave, z, 4500, 4600) <> "
        "rest_slice(flux, wavelength, z, 4500, 4600)"
    ).fetchall()
    assert differing == 0


def test_a_range_outside_the_spectrum_is_an_empty_list(con):
    found = con.execute(
        "SELECT DISTINCT len(rest_slice(flux, wavelength, z, 1000, 1100)), "
        "len(grid_slice(flux, wave0, dwave, z, 1000, 1100)), "
        "len(grid_slice(flux, wave0, dwave, z, 90000, 91000)) FROM sp"
    ).fetchall()
    assert found == [(0, 0, 0)]
    assert con.execute("SELECT count(*) FROM rest_cutouts(sp, 1000, 1100)").fetchall() == [(0,)]


def test_signal_to_noise_is_the_median_over_usable_pixels(con, rows):
    found = con.execute(
        "SELECT snr_in_window(flux, ivar, wavelength, z, 4500, 4600) FROM sp ORDER BY object_key"
    ).fetchall()
    for row, (snr,) in zip(rows, found, strict=True):
        _, flux, ivar = rest(row, 4500, 4600)
        assert snr == pytest.approx(np.median((flux * np.sqrt(ivar))[ivar > 0]), rel=1e-12)


@pytest.mark.parametrize("normalise", [True, False])
def test_composite_agrees_with_numpy(con, rows, normalise):
    found = con.execute(f"FROM composite(sp, 4500, 4600, step := 10, normalise := {normalise})").fetchall()
    pixels = []
    for row in rows:
        wave, flux, ivar = rest(row, 4500, 4600)
        norm = np.median(flux) if normalise else 1.0
        pixels.append(np.array([wave, flux / norm, ivar * norm**2])[:, ivar > 0])
    wave, flux, ivar = np.hstack(pixels)
    bins = np.clip(np.floor((wave - 4500) / 10), 0, 9)
    assert [row[0] for row in found] == [4505.0 + 10 * i for i in range(10)]
    for number, (_, n, mean, weighted, error, median, p16, p84) in enumerate(found):
        f, w = flux[bins == number], ivar[bins == number]
        assert n == f.size
        expected = (f.mean(), (f * w).sum() / w.sum(), w.sum() ** -0.5, np.median(f), *np.quantile(f, [0.16, 0.84]))
        assert (mean, weighted, error, median, p16, p84) == pytest.approx(expected, rel=1e-10)


def test_composite_takes_a_selection_by_name(con):
    query = "SELECT sum(n) FROM composite({}, 4500, 4600, step := 10)"
    ((n,),) = con.execute("WITH near AS (FROM sp WHERE z < 0.2) " + query.format("near")).fetchall()
    ((everything,),) = con.execute(query.format("sp")).fetchall()
    assert 0 < n < everything


def test_resampling_keeps_the_weighted_mean_and_its_error(con, rows):
    found = con.execute("FROM resample(sp, 4500, 4600, step := 20) WHERE object_key = 's03'").fetchall()
    wave, flux, ivar = rest(rows[3], 4500, 4600)
    bins = np.clip(np.floor((wave - 4500) / 20), 0, 4)
    assert len(found) == 5
    for number, (_, centre, mean, error, n) in enumerate(found):
        use = (bins == number) & (ivar > 0)
        assert (centre, n) == (4510.0 + 20 * number, use.sum())
        weight = ivar[use].sum()
        assert (mean, error) == pytest.approx(((flux[use] * ivar[use]).sum() / weight, weight**-0.5), rel=1e-10)


def test_equivalent_width_of_a_known_line(con):
    wave = np.arange(4000.0, 6000.0, 0.5)
    continuum = 5.0 + 0.001 * (wave - 5000)
    line = 20.0 * np.exp(-0.5 * ((wave - 5000) / 6.0) ** 2)
    con.register("lined", pa.Table.from_pylist([{
        "object_key": "a", "z": 0.0, "wavelength": wave.tolist(), "flux": (continuum + line).tolist(),
        "ivar": [100.0] * wave.size,
    }]))  # fmt: skip
    ((ew, error, _),) = con.execute(
        "SELECT ew, ew_err, n FROM direct_ew(lined, 4950, 5050, 4800, 4900, 5100, 5200)"
    ).fetchall()
    # the line is narrow: its mean continuum is that at the centre to second order in the width
    assert ew == pytest.approx(20.0 * 6.0 * np.sqrt(2 * np.pi) / 5.0, rel=1e-5)
    assert error == pytest.approx(np.sqrt(200) * 0.5 * 0.1 / 5.0, rel=1e-2)


def test_sky_distance_agrees_with_astropy(con):
    rng = np.random.default_rng(3)
    ra, dec = rng.uniform(0, 360, (2, 200)), rng.uniform(-90, 90, (2, 200))
    dec[1, :50] = dec[0, :50] + 1e-5
    ra[1, :50] = ra[0, :50]
    table = pa.table({"a": ra[0], "b": dec[0], "c": ra[1], "d": dec[1]})
    con.register("positions", table)
    found = con.sql("SELECT sky_distance(a, b, c, d) AS x FROM positions").fetchnumpy()["x"]
    expected = SkyCoord(ra[0], dec[0], unit="deg").separation(SkyCoord(ra[1], dec[1], unit="deg")).to_value(u.deg)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_crossmatch_finds_the_pairs_of_brute_force_even_across_zero_hours(con):
    rng = np.random.default_rng(4)
    left = pa.table({"id": range(80), "ra": rng.uniform(-1, 1, 80) % 360, "dec": rng.uniform(-1, 1, 80)})
    right = pa.table({"id": range(80), "ra": rng.uniform(-1, 1, 80) % 360, "dec": rng.uniform(-1, 1, 80)})
    con.register("lhs_given", left)
    con.register("rhs_given", right)
    found = con.execute("SELECT a.id, b.id FROM crossmatch(lhs_given, rhs_given, 0.2) ORDER BY ALL").fetchall()
    one, two = (SkyCoord(t["ra"].to_numpy(), t["dec"].to_numpy(), unit="deg") for t in (left, right))
    near = one[:, None].separation(two[None, :]).deg <= 0.2
    assert found == sorted(map(tuple, np.argwhere(near).tolist()))
    assert len(found) > 20


def test_cone_search_is_sorted_by_distance(con, rows):
    ra, dec = rows[5]["ra"], rows[5]["dec"]
    found = con.execute(
        "SELECT object_key, distance FROM cone_search(sp, ?::DOUBLE, ?::DOUBLE, 60)", [ra, dec]
    ).fetchall()
    assert found[0] == ("s05", pytest.approx(0.0, abs=1e-9))
    assert [row[1] for row in found] == sorted(row[1] for row in found)


def test_observed_cutouts_of_a_uniform_grid_are_those_of_counted_pixels(con):
    con.execute("CREATE OR REPLACE VIEW counted AS SELECT * EXCLUDE (wave0, dwave) FROM sp")
    asked = "FROM observed_cutouts({}, 4500, 4600) ORDER BY object_key"
    computed = con.execute(asked.format("sp")).fetchall()
    assert computed == con.execute(asked.format("counted")).fetchall()
    assert len(computed) == N_SPECTRA


def test_profiles_are_bright_enough_cutouts_over_their_median(con, rows):
    con.execute("CREATE OR REPLACE VIEW classified AS SELECT *, 'QSO' AS spectype FROM sp")
    found = con.execute(
        "SELECT object_key, snr, norm, wavelength, flux, ivar FROM get_profiles('QSO', 'hb', min_snr := 26, "
        "sel := 'classified') ORDER BY object_key"
    ).fetchall()
    expected = []
    for row in rows:
        wave, flux, ivar = rest(row, 4640, 5100)
        snr = np.median((flux * np.sqrt(ivar))[ivar > 0])
        if snr >= 26:
            expected.append((row["object_key"], snr, np.median(flux), wave, flux / np.median(flux)))
    assert 0 < len(found) < N_SPECTRA
    for one, (key, snr, norm, wave, flux) in zip(found, expected, strict=True):
        assert one[0] == key
        np.testing.assert_allclose(one[1:3], (snr, norm), rtol=1e-12)
        np.testing.assert_allclose(one[3:5], (wave, flux), rtol=1e-12)
    asked = "SELECT count(*) FROM get_profiles({}, sel := 'classified')"
    assert con.execute(asked.format("'STAR', 'hb'")).fetchall() == [(0,)]
    assert con.execute(asked.format("NULL, 'hb'")).fetchall() == [(N_SPECTRA,)]
    assert con.execute(asked.format("'QSO', 'unknown'")).fetchall() == [(0,)]
    assert con.execute(asked.format("'QSO', 'hb', sample := 0")).fetchall() == [(0,)]


def test_composite_normalised_in_a_window_divides_by_its_median(con, rows):
    found = con.execute(
        "SELECT mean FROM composite(sp, 4500, 4700, 200, norm_min := 4600, norm_max := 4650)"
    ).fetchall()
    pieces = []
    for row in rows:
        _, flux, ivar = rest(row, 4500, 4700)
        pieces.append((flux / np.median(rest(row, 4600, 4650)[1]))[ivar > 0])
    assert found == [(pytest.approx(np.concatenate(pieces).mean(), rel=1e-9),)]
