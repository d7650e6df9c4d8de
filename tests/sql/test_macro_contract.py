"""What every macro promises: the numbers of an independent Python computation, NULL for NULL, an example that runs."""

import hashlib
import math
import re

import astropy.units as u
import numpy as np
import pyarrow as pa
import pytest
from astropy.coordinates import SkyCoord
from astropy.cosmology import FlatLambdaCDM

from qsospec_duck.connect import connect
from qsospec_duck.database import sql_files

N_RANDOM = 40
GRID = 4000.0 + 4.0 * np.arange(400)


def between(low, high):
    return lambda rng: float(rng.uniform(low, high))


def distance_cm(z, h0=70.0, om0=0.3):
    return FlatLambdaCDM(h0, om0, Tcmb0=0).luminosity_distance(z).to_value(u.cm)


def mass(zero, slope_v, slope_l, pivot):
    return lambda v, logl: zero + slope_v * math.log10(v / 1e3) + slope_l * (logl - pivot)


def mass_err(slope_v, slope_l):
    return lambda v, dv, dl: math.hypot(slope_v * dv / v / math.log(10), slope_l * dl)


def separation(ra1, dec1, ra2, dec2):
    return SkyCoord(ra1, dec1, unit="deg").separation(SkyCoord(ra2, dec2, unit="deg")).deg


def bits(quality):
    names = ("failed", "coverage", "bound", "residuals", "low_snr", "absurd", "absorbed", "redshift")
    return [name for i, name in enumerate(names) if int(quality) >> i & 1]


def inside(wavelength, z, low, high):
    wave = np.asarray(wavelength) / (1 + z)
    return (wave >= low) & (wave < high)


def snr(flux, ivar, wavelength, z, low, high):
    chosen = inside(wavelength, z, low, high) & (np.asarray(ivar) > 0)
    return float(np.median((np.asarray(flux) * np.sqrt(ivar))[chosen])) if chosen.any() else None


def is_in_sample(key, share):
    lower = int.from_bytes(hashlib.md5(f"{key}:0".encode()).digest()[8:], "little")
    return lower / 2**64 < share


def pixels(rng):
    return rng.normal(5, 1, GRID.size).tolist()


def weights(rng):
    return np.where(rng.uniform(size=GRID.size) < 0.1, 0.0, rng.uniform(1, 3, GRID.size)).tolist()


Z, H0, OM0 = between(0.05, 7.9), between(50, 90), between(0.1, 0.9)
WIDTH, WIDTH_ERR, LOGL, LOGL_ERR = between(800, 2e4), between(0, 900), between(41, 48), between(0, 0.2)
LOW, HIGH, NEAR = between(4000, 4300), between(4300, 4900), between(0.0, 0.15)

ORACLES = {
    "luminosity_distance_mpc": ((Z, H0, OM0), lambda z, h0, om0: distance_cm(z, h0, om0) / 3.0856775814913673e24),
    "luminosity_distance_cm": ((Z, H0, OM0), distance_cm),
    "log_sphere": ((Z, H0, OM0), lambda z, h0, om0: math.log10(4 * math.pi) + 2 * math.log10(distance_cm(z, h0, om0))),
    "flat_distance_integral": (
        (between(0.01, 0.66), OM0),
        lambda q, om0: FlatLambdaCDM(100, om0, Tcmb0=0).comoving_distance((1 - q) ** -2 - 1).value / 2997.92458,
    ),
    "logl_lambda": (
        (between(0.1, 90), between(900, 9000), Z, H0, OM0),
        lambda f, w, z, h0, om0: math.log10(4 * math.pi * f * w * 1e-17) + 2 * math.log10(distance_cm(z, h0, om0)),
    ),
    "logl_line": (
        (between(1, 900), Z, H0, OM0),
        lambda f, z, h0, om0: math.log10(4 * math.pi * f * 1e-17) + 2 * math.log10(distance_cm(z, h0, om0)),
    ),
    "logl_err": ((between(1, 900), between(0, 9)), lambda f, df: df / f * math.log10(math.e)),
    "loglbol_5100": ((LOGL,), lambda logl: logl + math.log10(9.26)),
    "loglbol_3000": ((LOGL,), lambda logl: logl + math.log10(5.15)),
    "loglbol_1350": ((LOGL,), lambda logl: logl + math.log10(3.81)),
    "loglbol_5100_runnoe12": ((LOGL,), lambda logl: math.log10(0.75 * 10 ** (4.89 + 0.91 * logl))),
    "loglbol_3000_runnoe12": ((LOGL,), lambda logl: math.log10(0.75 * 10 ** (1.85 + 0.98 * logl))),
    "loglbol_1450_runnoe12": ((LOGL,), lambda logl: math.log10(0.75 * 10 ** (4.74 + 0.91 * logl))),
    "loglbol_5100_netzer19": ((LOGL,), lambda logl: math.log10(40 * 10**logl * (10 ** (logl - 42)) ** -0.2)),
    "loglbol_3000_netzer19": (
        (LOGL, between(15, 30)),
        lambda logl, factor: math.log10(factor * 10**logl * (10 ** (logl - 42)) ** -0.2),
    ),
    "loglbol_1400_netzer19": ((LOGL,), lambda logl: math.log10(7 * 10**logl * (10 ** (logl - 42)) ** -0.1)),
    "logl_on_sphere": ((between(1, 900), between(54, 60)), lambda f, s: math.log10(f * 10 ** (s - 17))),
    "loglbol_err": ((LOGL_ERR, between(0.5, 1)), lambda dl, slope: slope * dl),
    "logmbh_hb": ((WIDTH, LOGL), mass(6.91, 2, 0.50, 44)),
    "logmbh_hb_md04": ((WIDTH, LOGL), lambda v, logl: 0.672 + 0.61 * (logl - 44) + 2 * math.log10(v)),
    "logmbh_mgii_md04": ((WIDTH, LOGL), lambda v, logl: 0.505 + 0.62 * (logl - 44) + 2 * math.log10(v)),
    "logmbh_mgii": ((WIDTH, LOGL), mass(6.86, 2, 0.50, 44)),
    "logmbh_mgii_s11": ((WIDTH, LOGL), mass(6.74, 2, 0.62, 44)),
    "logmbh_civ": ((WIDTH, LOGL), mass(6.66, 2, 0.53, 44)),
    "logmbh_ha": ((WIDTH, LOGL), mass(math.log10(2e6), 2.06, 0.55, 42)),
    "logmbh_ha_s11": ((WIDTH, LOGL), lambda v, logl: 0.379 + 0.43 * (logl - 42) + 2.1 * math.log10(v)),
    "logmbh_civ_c17": (
        (WIDTH, between(-1000, 5000), LOGL),
        lambda v, b, logl: mass(6.71, 2, 0.53, 44)(v / (0.41 * b / 1e3 + 0.62), logl),
    ),
    "logmbh_hb_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2, 0.50)),
    "logmbh_hb_md04_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2, 0.61)),
    "logmbh_mgii_md04_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2, 0.62)),
    "logmbh_mgii_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2, 0.50)),
    "logmbh_mgii_s11_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2, 0.62)),
    "logmbh_civ_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2, 0.53)),
    "logmbh_ha_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2.06, 0.55)),
    "logmbh_ha_s11_err": ((WIDTH, WIDTH_ERR, LOGL_ERR), mass_err(2.1, 0.43)),
    "logmbh_civ_c17_err": (
        (WIDTH, WIDTH_ERR, between(-1000, 5000), between(0, 300), LOGL_ERR),
        lambda v, dv, b, db, dl: math.hypot(
            mass_err(2, 0.53)(v, dv, dl), 2 * 0.41e-3 * db / (0.41e-3 * b + 0.62) / math.log(10)
        ),
    ),
    "band_by_redshift": (
        (Z, LOGL, LOGL, LOGL),
        lambda z, optical, near_uv, uv: "optical" if z < 0.7 else "near_uv" if z < 1.9 else "uv",
    ),
    "logledd": ((LOGL, between(6, 11)), lambda logl, logm: logl - logm - math.log10(1.26e38)),
    "logledd_err": ((LOGL_ERR, LOGL_ERR), math.hypot),
    "sky_distance": ((between(0, 360), between(-90, 90), between(0, 360), between(-90, 90)), separation),
    "in_sample": ((lambda rng: f"key {rng.integers(1e9)}", between(0, 1)), is_in_sample),
    "quality_names": ((lambda rng: int(rng.integers(256)),), bits),
    "pixels_below": (
        (lambda rng: GRID.tolist(), NEAR, HIGH),
        lambda wave, z, rest: int((np.asarray(wave) < rest * (1 + z)).sum()),
    ),
    "rest_slice": (
        (pixels, lambda rng: GRID.tolist(), NEAR, LOW, HIGH),
        lambda values, wave, z, low, high: np.asarray(values)[inside(wave, z, low, high)].tolist(),
    ),
    "grid_slice": (
        (pixels, lambda rng: 4000.0, lambda rng: 4.0, NEAR, LOW, HIGH),
        lambda values, wave0, dwave, z, low, high: np.asarray(values)[
            inside(wave0 + dwave * np.arange(len(values)), z, low, high)
        ].tolist(),
    ),
    "snr_in_window": ((pixels, weights, lambda rng: GRID.tolist(), NEAR, LOW, HIGH), snr),
}  # fmt: skip
"""Arguments and an independent computation of every scalar macro."""

NAMED = ("h0", "om0", "slope", "factor")
"""Parameters with a default; they are given by name."""

STAND_INS = {"band_by_redshift": 1}
"""Macros that go on with what is there: so many of their arguments may not be NULL; which one stands in is tested with
the masses."""


def scalar_macros():
    return [
        file.name
        for file in sql_files()
        if file.part == "macros" and file.kind == "MACRO" and not file.name.endswith("_histogram")
    ]


def call(con, name):
    """SQL of a call with one prepared value an argument."""
    ((parameters,),) = con.execute(
        "SELECT DISTINCT parameters FROM duckdb_functions() WHERE function_name = ? AND NOT internal", [name]
    ).fetchall()
    wanted = parameters[: len(ORACLES[name][0])]
    return f"SELECT {name}({', '.join(f'{p} := ?' if p in NAMED else '?' for p in wanted)})"


@pytest.fixture(scope="module")
def con(kept_made_run):
    """A connection with a run, and spectra of its objects."""
    rng = np.random.default_rng(8)
    rows = [
        {
            "object_key": key, "object_id": key, "z": z, "ra": 150.1, "dec": 2.2 + 0.1 * i, "spectype": "QSO",
            "wave0": 4000.0, "dwave": 4.0, "wavelength": (4000 + 4.0 * np.arange(1400)).tolist(),
            "flux": rng.normal(9, 1, 1400).tolist(), "ivar": np.ones(1400).tolist(),
        }
        for i, (key, z) in enumerate((("k1", 0.5), ("k2", 0.3), ("k3", 0.2)))
    ]  # fmt: skip
    with connect(run=kept_made_run) as connection:
        connection.register("given", pa.Table.from_pylist(rows))
        connection.execute("CREATE TABLE spectra AS FROM given")
        yield connection


def test_every_scalar_macro_has_an_independent_computation():
    assert sorted(ORACLES) == sorted(scalar_macros())


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_macro_agrees_with_python_on_random_inputs(con, name):
    arguments, python = ORACLES[name]
    rng = np.random.default_rng(21)
    statement = call(con, name)
    for _ in range(N_RANDOM):
        values = [draw(rng) for draw in arguments]
        ((found,),) = con.execute(statement, values).fetchall()
        expected = python(*values)
        if isinstance(expected, float):
            # 1e-9 is what the distance promises; sums of logarithms lose a few of 16 digits
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), values
        else:
            assert found == expected, values


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_null_in_any_place_gives_null(con, name):
    arguments, _ = ORACLES[name]
    rng = np.random.default_rng(22)
    values = [draw(rng) for draw in arguments]
    statement = call(con, name)
    for place in range(STAND_INS.get(name, len(values))):
        with_null = [None if i == place else value for i, value in enumerate(values)]
        assert con.execute(statement, with_null).fetchall() == [(None,)], (statement, place)


@pytest.mark.parametrize(
    "expression",
    [
        "luminosity_distance_mpc(-0.5)", "luminosity_distance_mpc(1, h0 := -70)", "luminosity_distance_mpc(-3)",
        "luminosity_distance_mpc(1, om0 := 1.5)", "log_sphere(0)", "log_sphere(-1)", "logl_lambda(-1, 5100, 0.5)",
        "logl_lambda(1, 5100, 0)", "logl_line(0, 0.5)", "logl_line(10, -0.5)", "logl_err(0, 1)", "logl_err(1, -1)",
        "loglbol_err(-0.1)",
    ],
)  # fmt: skip
def test_impossible_input_gives_null(con, expression):
    assert con.execute(f"SELECT {expression}").fetchall() == [(None,)]


def test_histogram_counts_as_numpy_does(con):
    rng = np.random.default_rng(23)
    values = rng.normal(5, 3, 5000)
    con.register("numbers", pa.table({"v": [*values, None, float("nan")], "odd": [i % 2 for i in range(5002)]}))
    inner = np.histogram(values, bins=7, range=(1.0, 8.0))[0].tolist()
    for name in ("ivo_histogram", "gavo_histogram"):
        ((found,),) = con.execute(f"SELECT {name}(v, 1.0, 8.0, 7) FROM numbers").fetchall()
        assert found == [int((values < 1).sum()) + 2, *inner, int((values >= 8).sum())]
    halves = con.execute("SELECT list_sum(ivo_histogram(v, 1.0, 8.0, 7)) FROM numbers GROUP BY odd").fetchall()
    assert halves == [(2501,), (2501,)]
    for arguments in ("1, 8, NULL", "NULL, 8, 7", "8, 1, 7", "1, 8, 0"):
        assert con.execute(f"SELECT ivo_histogram(v, {arguments}) FROM numbers").fetchall() == [(None,)]


def examples():
    """Lines of the headers that are statements."""
    found = []
    for file in sql_files():
        if file.part in ("macros", "tiles", "run"):
            text = re.findall(r"^((?:SELECT|FROM|WITH)\b[^;]*;)", file.comment, re.MULTILINE)
            found += [pytest.param(statement, id=f"{file.name} {i}") for i, statement in enumerate(text)]
    return found


@pytest.mark.parametrize("statement", examples())
def test_the_example_of_a_header_runs(con, statement):
    assert con.execute(statement).description
    con.fetchall()


def test_every_macro_has_an_example():
    silent = [
        file.name
        for file in sql_files()
        if file.kind != "VIEW"
        and not re.search(rf"^(SELECT|FROM|WITH)\b[^;]*\b{file.name}\(", file.comment, re.MULTILINE)
    ]
    assert silent == []
