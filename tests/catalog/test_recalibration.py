"""Recalibration by SQL and by Python calculators."""

import math

import duckdb
import pytest
from astropy.cosmology import FlatLambdaCDM

from qsospec_duck.catalog import build_wide_cache, compute_derived_quantities, recalibrate
from qsospec_duck.connect import connect
from qsospec_duck.errors import ConfigError


@pytest.fixture
def con(made_run):
    with connect(run=made_run) as connection:
        yield connection


def test_luminosities_move_with_the_distance(con):
    rows = con.execute(
        "SELECT a.object_key, a.value - b.value FROM derived_masses(h0 := 50, om0 := 0.2) AS a "
        "JOIN derived_masses() AS b USING (object_key, quantity) WHERE quantity = 'logl3000' ORDER BY 1"
    ).fetchall()
    for (_, shift), z in zip(rows, (0.5, 2.1), strict=True):
        ratio = FlatLambdaCDM(50, 0.2, Tcmb0=0).luminosity_distance(z) / FlatLambdaCDM(
            70, 0.3, Tcmb0=0
        ).luminosity_distance(z)
        assert shift == pytest.approx(2 * math.log10(ratio.value), abs=1e-9)


def test_rows_say_their_calibration_errors_and_scatter(con):
    row = con.execute(
        "SELECT calibration_id, statistical_error, intrinsic_scatter, total_error, unit FROM "
        "derived_masses(calibration_id := 'mine') "
        "WHERE object_key = 'k1' AND quantity = 'logmbh_hb'"
    ).fetchone()
    assert row[0] == "mine"
    assert row[2] == 0.43
    assert row[3] == pytest.approx((row[1] ** 2 + 0.43**2) ** 0.5)
    assert row[4] == "dex(Msun)"


def test_a_relation_without_known_scatter_has_no_total_error(con):
    row = con.execute(
        "SELECT intrinsic_scatter, total_error FROM derived_masses() WHERE quantity = 'logmbh_mgii_s11' LIMIT 1"
    ).fetchone()
    assert row == (None, None)


def test_objects_of_relative_flux_get_no_luminosities(con):
    assert con.execute("SELECT count(*) FROM derived_masses() WHERE object_key = 'k3'").fetchone() == (0,)


def test_an_unknown_bolometric_correction_is_an_error(con):
    with pytest.raises(duckdb.InvalidInputException, match="richards06, runnoe12 or netzer19"):
        con.execute("FROM derived_masses(bolometric := 'guess')").fetchall()


def test_calibrations_live_side_by_side_and_replace_themselves(made_run, con):
    recalibrate(made_run, "planck18", h0=67.66, om0=0.3111)
    recalibrate(made_run, "default")
    rows = recalibrate(made_run, "planck18", h0=67.66, om0=0.3111, bolometric="runnoe12")
    counts = dict(con.execute("SELECT calibration_id, count(*) FROM derived GROUP BY ALL").fetchall())
    assert set(counts) == {"planck18", "default"}
    assert counts["planck18"] == rows
    larger = con.execute(
        "SELECT bool_and(p.value > d.value) FROM derived AS p JOIN derived AS d USING (object_key, quantity) "
        "WHERE p.calibration_id = 'planck18' AND d.calibration_id = 'default' AND quantity LIKE 'logl____'"
    ).fetchone()
    assert larger == (True,)


def test_calibrations_say_what_they_rest_on(made_run, con):
    recalibrate(made_run, "planck18", h0=67.66, om0=0.3111, bolometric="runnoe12")
    compute_derived_quantities(made_run, {"mine": lambda context: {"quantity": "one", "value": 1.0}})
    rows = con.execute(
        "SELECT calibration_id, h0, om0, bolometric, hb_mass, mgii_mass, civ_mass FROM calibrations ORDER BY ALL"
    ).fetchall()
    assert rows == [("mine", *[None] * 6), ("planck18", 67.66, 0.3111, "runnoe12", "vp06", "vo09", "vp06")]


def test_the_relation_that_is_chosen_gives_mass_scatter_and_eddington_ratio(con):
    for argument, name, macro in (
        ("hb_mass", "md04", "logmbh_hb_md04"),
        ("mgii_mass", "s11", "logmbh_mgii_s11"),
        ("mgii_mass", "vo09", "logmbh_mgii"),
        ("civ_mass", "c17", "logmbh_civ_c17"),
    ):
        line = argument.removesuffix("_mass")
        rows = con.execute(
            f"SELECT r.logmbh, r.logmbh_err, r.{macro}, r.{macro}_err, r.logmbh_scatter, "
            "r.logledd - (r.loglbol - r.logmbh) "
            f"FROM recalibrated({argument} := '{name}') AS r JOIN catalog AS c USING (object_key) "
            f"WHERE c.logmbh_from = 'logmbh_{line}'"
        ).fetchall()
        scatter = con.execute("SELECT scatter FROM mass_relations WHERE macro = ?", [macro]).fetchone()[0]
        for mass, error, expected, expected_err, found_scatter, ratio in rows:
            assert (mass, error, found_scatter) == (expected, expected_err, scatter)
            assert ratio == pytest.approx(-math.log10(1.26e38), abs=1e-9)
    assert con.execute("SELECT count(*) > 0 FROM catalog WHERE logmbh_from = 'logmbh_hb'").fetchone() == (True,)


def test_errors_of_bolometric_luminosities_follow_the_slope_of_their_relation(con):
    for name, slope in (("richards06", 1.0), ("runnoe12", 0.91), ("netzer19", 0.8)):
        rows = con.execute(
            "SELECT loglbol_err, logl5100_err FROM recalibrated(bolometric := ?) "
            "WHERE object_key = 'k1' AND loglbol IS NOT NULL",
            [name],
        ).fetchall()
        assert len(rows) == 1
        assert rows[0][0] == pytest.approx(slope * rows[0][1], rel=1e-12)


@pytest.mark.parametrize("argument", ["hb_mass", "mgii_mass", "civ_mass"])
def test_an_unknown_mass_relation_is_an_error(made_run, con, argument):
    with pytest.raises(duckdb.InvalidInputException, match=f"{argument} is guess"):
        con.execute(f"FROM recalibrated({argument} := 'guess')").fetchall()
    with pytest.raises(ConfigError, match=argument):
        recalibrate(made_run, "mine", **{argument: "guess"})


@pytest.mark.parametrize("is_cached", [False, True])
def test_stored_rows_are_those_of_the_macro(made_run, con, is_cached):
    if is_cached:
        build_wide_cache(made_run)
    recalibrate(made_run, "mine", h0=55.0, om0=0.25, bolometric="netzer19", mgii_mass="md04")
    columns = "* EXCLUDE (metadata)"
    asked = con.execute(
        f"SELECT {columns} FROM derived_masses(calibration_id := 'mine', h0 := 55, om0 := 0.25, "
        "bolometric := 'netzer19', mgii_mass := 'md04') ORDER BY object_key, quantity"
    ).fetchall()
    assert con.execute(f"SELECT {columns} FROM derived ORDER BY object_key, quantity").fetchall() == asked
    assert len(asked) > 10


def test_described_quantities_are_those_that_come_out(con):
    described = con.execute("SELECT quantity, unit, intrinsic_scatter FROM calibrated_quantities").fetchall()
    found = con.execute(
        "SELECT DISTINCT quantity, unit, intrinsic_scatter FROM derived_masses() WHERE quantity <> 'logmbh'"
    ).fetchall()
    assert set(found) <= set(described), set(found) - set(described)
    columns = [row[0] for row in con.execute("DESCRIBE FROM recalibrated()").fetchall()]
    assert [name for name, _, _ in described] == [
        name for name in columns[3:] if not name.endswith(("_err", "_scatter"))
    ]


def test_scatter_is_that_of_the_table_of_relations(con):
    differing = con.execute(
        "SELECT macro FROM mass_relations AS m JOIN calibrated_quantities AS q ON q.quantity = m.macro "
        "WHERE m.scatter IS DISTINCT FROM q.intrinsic_scatter"
    ).fetchall()
    assert differing == []


@pytest.mark.parametrize("name", ["", "../up", "a b", ".hidden"])
def test_a_calibration_that_makes_no_file_name_is_refused(made_run, name):
    with pytest.raises(ConfigError, match="calibration_id"):
        recalibrate(made_run, name)


def test_calculators_see_the_object_and_its_measurements(made_run, con):
    def count(context):
        return {
            "quantity": "n_rows",
            "value": len(context["measurements"]),
            "unit": "",
            "metadata": {"z": context["object"]["redshift"]},
        }

    def two(context):
        return [{"quantity": "a", "value": 1.0, "statistical_error": 0.1}, {"quantity": "b", "value": None}]

    table = compute_derived_quantities(made_run, {"count": count, "two": two})
    assert table.num_rows == 9
    assert (
        con.execute("SELECT value FROM derived WHERE quantity = 'n_rows' ORDER BY object_key").fetchall()
        == con.execute(
            "SELECT count(m.object_key)::DOUBLE FROM objects AS o LEFT JOIN measurements AS m USING (object_key) "
            "GROUP BY object_key ORDER BY object_key"
        ).fetchall()
    )
    assert con.execute("SELECT DISTINCT statistical_error FROM derived WHERE quantity = 'a'").fetchall() == [(0.1,)]


def test_a_record_without_a_quantity_is_refused(made_run):
    with pytest.raises(ConfigError, match="names no quantity"):
        compute_derived_quantities(made_run, {"bad": lambda context: {"value": 1.0}})
