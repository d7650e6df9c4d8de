"""Measurements in columns are the same rows as measurements one by one."""

import pickle

import numpy as np

from qsospec_duck.fitting import Measurement, fit_quasar
from qsospec_duck.fitting.measurement_rows import Label, MeasurementTable, Rows, labelled
from qsospec_duck.runs.rows import measurements_table


def test_a_label_is_a_measurement_without_its_numbers():
    assert Label._fields == tuple(name for name in Measurement._fields if name not in ("value", "error"))
    assert Label._field_defaults == Measurement._field_defaults


def test_columns_are_the_measurements_that_they_were_made_of():
    rows = (
        Measurement("complex_metric", "hb_broad_fwhm", 4000.0, 20.0, "km/s", "hbeta_oiii", "hb", "broad", "fwhm"),
        Measurement("complex_metric", "chi2", 90.0, None, "", "hbeta_oiii", measure="chi2", method="none"),
    )
    assert MeasurementTable([labelled(rows)]) == rows


def test_a_number_that_is_not_there_is_no_row():
    labels = tuple(Label("complex_metric", name, "") for name in ("one", "two", "three"))
    table = MeasurementTable([Rows(labels, np.array([1.0, np.nan, 3.0]), np.array([np.nan, 0.2, 0.3]))])
    assert [(row.quantity, row.value, row.error) for row in table] == [("one", 1.0, None), ("three", 3.0, 0.3)]


def test_a_run_stores_columns_as_it_stores_single_measurements(noisy_low_z):
    result = fit_quasar(noisy_low_z)
    sent = pickle.loads(pickle.dumps(result))
    assert isinstance(sent.measurements, tuple)
    assert len(sent.measurements) > 100
    stored, of_sent = (measurements_table([one], ["key"], ["id"], "run") for one in (result, sent))
    assert stored.equals(of_sent)
