import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck import connect

VALUES = {"k1": (4000.0, 100.0), "k2": (4400.0, 200.0), "k3": (5000.0, 100.0)}


@pytest.fixture
def con(made_run):
    """k1 and k2 are one source, 1 arcsec apart; k3 is another."""
    path = made_run / "data" / "objects" / "part-00000.parquet"
    objects = pq.read_table(path)
    ra = pa.array([10.0, 10.0 + 1.0 / 3600.0 / np.cos(np.radians(5.0)), 11.0])
    pq.write_table(objects.set_column(objects.column_names.index("ra"), "ra", ra), path)
    path = made_run / "data" / "measurements" / "part-00000.parquet"
    table = pq.read_table(path)
    rows = [row for row in table.to_pylist() if row["quantity"] != "hb_broad_fwhm"]
    example = next(row for row in rows if row["section"] == "complex_metric")
    for key, (value, error) in VALUES.items():
        about = {"object_key": key, "recipe_id": "hbeta_oiii", "feature_id": "hb", "quantity": "hb_broad_fwhm"}
        rows.append(example | about | {"measure": "fwhm", "value": value, "error": error})
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    with connect(run=made_run) as con:
        yield con


def test_spectra_within_an_arcsecond_and_a_half_are_one_source(con):
    assert con.execute("SELECT object_key, source_key, n_epochs FROM epochs ORDER BY 1").fetchall() == [
        ("k1", "k1", 2),
        ("k2", "k1", 2),
        ("k3", "k3", 1),
    ]


def test_repeatability_is_mean_scatter_and_chi2_of_a_source(con):
    row = con.execute(
        "SELECT n_epochs, mean, mean_err, scatter, chi2, dof FROM repeatability WHERE quantity = 'hb_broad_fwhm'"
    ).fetchall()
    value, error = np.array([VALUES["k1"], VALUES["k2"]]).T
    weight = error**-2
    mean = weight @ value / weight.sum()
    expected = (2, mean, weight.sum() ** -0.5, value.std(ddof=1), (((value - mean) / error) ** 2).sum(), 1)
    assert row == [pytest.approx(expected, rel=1e-6)]


def test_a_source_seen_once_is_not_in_repeatability(con):
    assert con.execute("SELECT DISTINCT source_key FROM repeatability").fetchall() == [("k1",)]
