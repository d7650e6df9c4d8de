"""Distances and luminosities in SQL against astropy."""

import duckdb
import numpy as np
import pytest
from astropy import units as u
from astropy.cosmology import FlatLambdaCDM
from hypothesis import given, settings
from hypothesis import strategies as st

from qsospec_duck.database import load_sql


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        load_sql(connection, ["macros"])
        yield connection


@pytest.mark.parametrize(("h0", "om0"), [(70.0, 0.3), (67.66, 0.3111), (50.0, 0.99), (75.0, 0.02)])
def test_distance_agrees_with_astropy_to_1e9_from_z_0_to_8(con, h0, om0):
    z = np.concatenate([np.geomspace(1e-4, 8.0, 200), [0.5, 1.0, 7.999]])
    found = con.execute(
        "SELECT luminosity_distance_mpc(z, h0 := ?::DOUBLE, om0 := ?::DOUBLE) FROM (SELECT unnest(?::DOUBLE[]) AS z)",
        [h0, om0, z.tolist()],
    ).fetchnumpy()
    expected = FlatLambdaCDM(h0, om0, Tcmb0=0).luminosity_distance(z).to_value("Mpc")
    np.testing.assert_allclose(np.asarray(next(iter(found.values()))), expected, rtol=1e-9)


def test_distance_in_centimetres_is_the_one_in_megaparsec(con):
    cm, mpc = con.execute("SELECT luminosity_distance_cm(1.3), luminosity_distance_mpc(1.3)").fetchone()
    assert cm == pytest.approx((mpc * u.Mpc).to_value("cm"), rel=1e-12)


def test_decimal_and_float_arguments_give_the_same_distance(con):
    distances = con.execute(
        "SELECT luminosity_distance_mpc(1.5), luminosity_distance_mpc(1.5::FLOAT), "
        "luminosity_distance_mpc(1.5e0, om0 := 0.3)"
    ).fetchone()
    assert len(set(distances)) == 1


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e5), st.floats(1000, 10000), st.floats(0.01, 7.5), st.floats(50, 90), st.floats(0.1, 0.6))
def test_monochromatic_luminosity_agrees_with_units_done_by_astropy(con, flux, wave, z, h0, om0):
    found = con.execute(
        "SELECT logl_lambda($1::DOUBLE, $2::DOUBLE, $3::DOUBLE, h0 := $4::DOUBLE, om0 := $5::DOUBLE), "
        "logl_line($1::DOUBLE, $3::DOUBLE, h0 := $4::DOUBLE, om0 := $5::DOUBLE)",
        [flux, wave, z, h0, om0],
    ).fetchone()
    distance = FlatLambdaCDM(h0, om0, Tcmb0=0).luminosity_distance(z)
    density = flux * 1e-17 * u.erg / u.s / u.cm**2 / u.AA
    luminosity = (4 * np.pi * distance**2 * density * wave * u.AA).to_value("erg/s")
    line = (4 * np.pi * distance**2 * density * u.AA).to_value("erg/s")
    assert found == pytest.approx((np.log10(luminosity), np.log10(line)), abs=1e-9)


@pytest.mark.parametrize(
    "expression",
    [
        "luminosity_distance_mpc(NULL)", "luminosity_distance_mpc(-0.1)", "luminosity_distance_mpc(1, h0 := 0)",
        "logl_lambda(0, 5100, 1)", "logl_lambda(NULL, 5100, 1)", "logl_lambda(1, 5100, 0)", "logl_line(-1, 1)",
        "logl_err(0, 1)", "logl_err(1, -1)", "logl_err(1, NULL)", "loglbol_5100(NULL)", "loglbol_err(-1)",
    ],
)  # fmt: skip
def test_invalid_input_gives_null(con, expression):
    assert con.execute(f"SELECT {expression}").fetchone() == (None,)


def test_flux_error_propagates_into_dex(con):
    (error,) = con.execute("SELECT logl_err(2.0, 0.02)").fetchone()
    assert error == pytest.approx(np.log10(1.01), rel=6e-3)  # first order against the exact step
