"""Mass, bolometric and Eddington macros against published worked values and against Python."""

import math

import duckdb
import numpy as np
import pytest

from qsospec_duck.database import load_sql


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as connection:
        load_sql(connection, ["macros"])
        yield connection


def ask(con, expression, *values):
    return con.execute(f"SELECT {expression}", values).fetchone()[0]


# SDSS DR7 quasar catalogue of Shen et al. 2011: plate 2089, MJD 53498, fiber 427
LOGL3000, LOGL1350 = 46.368801937169536, 46.634680779574154
FWHM_MGII, FWHM_CIV = 4729.812569514398, 5230.7138671875


def test_published_row_of_shen_2011_is_reproduced(con):
    assert ask(con, "logmbh_mgii_s11(?, ?)", FWHM_MGII, LOGL3000) == pytest.approx(9.558345063223292, abs=1e-9)
    assert ask(con, "logmbh_mgii(?, ?)", FWHM_MGII, LOGL3000) == pytest.approx(9.394088830762948, abs=1e-9)
    logmbh = ask(con, "logmbh_civ(?, ?)", FWHM_CIV, LOGL1350)
    assert logmbh == pytest.approx(9.493502740592843, abs=1e-9)
    loglbol = ask(con, "loglbol_1350(?)", LOGL1350)
    assert loglbol == pytest.approx(47.215605755249776, abs=1e-9)
    assert ask(con, "logledd(?, ?)", loglbol, logmbh) == pytest.approx(-0.3782675304606329, abs=1e-9)


@pytest.mark.parametrize(
    ("macro", "python"),
    [
        ("logmbh_hb", lambda v, logl: 0.910 + 0.5 * (logl - 44) + 2 * math.log10(v)),
        ("logmbh_hb_md04", lambda v, logl: math.log10(4.7 * (10 ** (logl - 44)) ** 0.61 * v**2)),
        ("logmbh_mgii_md04", lambda v, logl: math.log10(3.2 * (10 ** (logl - 44)) ** 0.62 * v**2)),
        ("logmbh_mgii", lambda v, logl: 0.860 + 0.5 * (logl - 44) + 2 * math.log10(v)),
        ("logmbh_mgii_s11", lambda v, logl: 0.740 + 0.62 * (logl - 44) + 2 * math.log10(v)),
        ("logmbh_civ", lambda v, logl: 0.660 + 0.53 * (logl - 44) + 2 * math.log10(v)),
        ("logmbh_ha", lambda v, logl: math.log10(2.0e6 * (10 ** (logl - 42)) ** 0.55 * (v / 1000) ** 2.06)),
        ("logmbh_ha_s11", lambda v, logl: 0.379 + 0.43 * (logl - 42) + 2.1 * math.log10(v)),
    ],
)
def test_mass_agrees_with_the_relation_as_its_paper_writes_it(con, macro, python):
    rng = np.random.default_rng(5)
    for fwhm, logl in zip(rng.uniform(800, 20000, 20), rng.uniform(41, 48, 20), strict=True):
        # McLure & Dunlop give two digits of the factor, Shen et al. three of its logarithm: 2e-4 between them
        close = 2e-4 if macro.endswith("md04") else 1e-9
        assert ask(con, f"{macro}(?, ?)", fwhm, logl) == pytest.approx(python(fwhm, logl), abs=close)


def test_blueshift_correction_of_coatman_2017(con):
    corrected = 6000.0 / (0.41 * 2.5 + 0.62)
    expected = 6.71 + 2 * math.log10(corrected / 1000) + 0.53 * (46.5 - 44)
    assert ask(con, "logmbh_civ_c17(6000, 2500, 46.5)") == pytest.approx(expected, abs=1e-12)
    assert ask(con, "logmbh_civ_c17(6000, -1600, 46.5)") is None


@pytest.mark.parametrize(
    "macro",
    [
        "logmbh_hb", "logmbh_hb_md04", "logmbh_mgii", "logmbh_mgii_s11", "logmbh_mgii_md04", "logmbh_civ", "logmbh_ha",
        "logmbh_ha_s11",
    ],
)  # fmt: skip
def test_mass_error_is_the_derivative_of_the_mass(con, macro):
    fwhm, dv, logl, dl = 4300.0, 170.0, 45.2, 0.03
    step = 1e-3
    by_width = (ask(con, f"{macro}(?, ?)", fwhm + step, logl) - ask(con, f"{macro}(?, ?)", fwhm - step, logl)) / (
        2 * step
    )
    by_light = (ask(con, f"{macro}(?, ?)", fwhm, logl + step) - ask(con, f"{macro}(?, ?)", fwhm, logl - step)) / (
        2 * step
    )
    # central differences of a logarithm: 1e-8 relative
    assert ask(con, f"{macro}_err(?, ?, ?)", fwhm, dv, dl) == pytest.approx(
        math.hypot(by_width * dv, by_light * dl), rel=1e-6
    )


def test_error_of_the_blueshift_corrected_mass_is_its_derivative(con):
    at = {"v": 6000.0, "b": 1500.0, "l": 46.0}
    spread = {"v": 200.0, "b": 80.0, "l": 0.02}
    total = 0.0
    for name in at:
        up = con.execute("SELECT logmbh_civ_c17($v, $b, $l)", at | {name: at[name] + 1e-3}).fetchone()[0]
        down = con.execute("SELECT logmbh_civ_c17($v, $b, $l)", at | {name: at[name] - 1e-3}).fetchone()[0]
        total += ((up - down) / 2e-3 * spread[name]) ** 2
    assert ask(con, "logmbh_civ_c17_err(6000, 200, 1500, 80, 0.02)") == pytest.approx(math.sqrt(total), rel=1e-6)


def test_invalid_widths_and_errors_give_null(con):
    for macro in (
        "logmbh_hb",
        "logmbh_hb_md04",
        "logmbh_mgii",
        "logmbh_mgii_s11",
        "logmbh_mgii_md04",
        "logmbh_civ",
        "logmbh_ha",
        "logmbh_ha_s11",
    ):
        for arguments in ("0, 45", "-3000, 45", "NULL, 45", "3000, NULL"):
            assert ask(con, f"{macro}({arguments})") is None, (macro, arguments)
        for arguments in ("0, 100, 0.1", "3000, -1, 0.1", "3000, 100, NULL", "3000, NULL, 0.1", "3000, 100, -0.1"):
            assert ask(con, f"{macro}_err({arguments})") is None, (macro, arguments)
    assert ask(con, "logledd(NULL, 8)") is None
    assert ask(con, "logledd_err(0.1, NULL)") is None


def test_table_of_relations_says_what_the_macros_do(con):
    rows = con.execute("FROM mass_relations WHERE macro <> 'logmbh_civ_c17'").fetchall()
    assert len(rows) == 8
    for macro, _, _, _, zero, slope_l, pivot, slope_v, _, _ in rows:
        expected = zero + slope_l * (45.5 - pivot) + slope_v * math.log10(7.1)
        assert ask(con, f"{macro}(7100, 45.5)") == pytest.approx(expected, abs=1e-12)


def test_bolometric_corrections_follow_their_papers(con):
    assert ask(con, "loglbol_5100(45)") == pytest.approx(45 + math.log10(9.26), abs=1e-12)
    assert ask(con, "loglbol_3000(45)") == pytest.approx(45 + math.log10(5.15), abs=1e-12)
    assert ask(con, "loglbol_5100_runnoe12(45)") == pytest.approx(math.log10(0.75) + 4.89 + 0.91 * 45, abs=1e-12)
    assert ask(con, "loglbol_3000_runnoe12(45)") == pytest.approx(math.log10(0.75) + 1.85 + 0.98 * 45, abs=1e-12)
    assert ask(con, "loglbol_1450_runnoe12(45)") == pytest.approx(math.log10(0.75) + 4.74 + 0.91 * 45, abs=1e-12)
    assert ask(con, "loglbol_5100_netzer19(45)") == pytest.approx(45 + math.log10(40 * 1000**-0.2), abs=1e-12)
    assert ask(con, "loglbol_1400_netzer19(45)") == pytest.approx(45 + math.log10(7 * 1000**-0.1), abs=1e-12)
    assert ask(con, "loglbol_3000_netzer19(45)") == pytest.approx(45 + math.log10(25 * 1000**-0.2), abs=1e-12)
    assert ask(con, "loglbol_3000_netzer19(45, factor := 19)") == pytest.approx(
        45 + math.log10(19 * 1000**-0.2), abs=1e-12
    )


def test_where_the_band_of_a_redshift_is_missing_the_next_one_stands_in(con):
    assert ask(con, "band_by_redshift(0.3, NULL, 45, 46)") == "near_uv"
    assert ask(con, "band_by_redshift(2.5, 44, 45, NULL)") == "near_uv"
    assert ask(con, "band_by_redshift(2.5, 44, NULL, NULL)") == "optical"
    assert ask(con, "band_by_redshift(0.3, NULL, NULL, 46)") == "uv"
    assert ask(con, "band_by_redshift(0.3, NULL, NULL, NULL)") is None
    assert ask(con, "band_by_redshift(NULL, 44, 45, 46)") is None
