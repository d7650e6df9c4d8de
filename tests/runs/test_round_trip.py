"""A fit that was stored comes back."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from made_fits import made_result

from qsospec_duck.columns import arrow_schema
from qsospec_duck.errors import NotInRunError, RunError
from qsospec_duck.fitting import quality_names
from qsospec_duck.runs import (
    TABLES,
    Origin,
    ShardWriter,
    finalize_run,
    hold_store,
    load_archived_model,
    object_number,
    open_run,
    tables_from_results,
)
from qsospec_duck.runs.model_columns import components_of
from qsospec_duck.runs.stored_precision import multiples_of, put_multiples, short_error, steps_of_flux, steps_of_model


def test_tables_have_the_schemas_of_columns_csv():
    results = [made_result(number, host=number == 1) for number in range(3)]
    origins = [Origin(r.spectrum.object_key, r.spectrum.object_id, "made.fits", 0) for r in results]
    tables = tables_from_results(results, origins, "r1")
    for name, table in tables.items():
        assert table.schema.equals(arrow_schema(name)), name
        table.validate(full=True)
    assert [table.num_rows for table in tables.values()] == [3, 3, 12, 6, 3]
    objects = tables["objects"].to_pylist()[0]
    assert objects["fit_warn"] == (1 << 9) | (1 << 11)
    assert quality_names(objects["fit_quality"]) == ["bound"]
    assert objects["zwarn"] == 4
    assert objects["object_number"] == object_number("made-0000.fits#0") >= 0


@pytest.mark.parametrize("finalized", [False, True])
def test_a_loaded_model_equals_the_fit_to_float32(run, finalized):
    if finalized:
        finalize_run(run)
    fit = made_result(31)
    model = load_archived_model(run, "made-0031")
    assert model.object_key == "made-0031.fits#0"
    np.testing.assert_allclose(model.spectrum.wavelength, fit.spectrum.wavelength, rtol=2**-32)
    for ours, theirs in [
        (model.continuum.model, fit.continuum.model),
        (model.model, fit.model),
        (model.complexes["hbeta_oiii"].covariance, fit.complexes["hbeta_oiii"].covariance),
    ]:
        np.testing.assert_allclose(ours, theirs, rtol=2e-7, atol=1e-37)
    # Half of the last digit that float32 has at the value of the whole model.
    for ours, theirs in zip(components_of(model.fit), components_of(fit), strict=True):
        assert np.all(np.abs(ours.values - theirs.values) <= 2.0**-24 * fit.model), theirs.name
        np.testing.assert_array_equal(ours.values == 0, np.abs(theirs.values) <= 0.5 * steps_of_model(fit.model))
    good = fit.spectrum.good
    assert np.all(np.abs(model.spectrum.flux - fit.spectrum.flux)[good] <= fit.spectrum.error[good] / 8192)
    np.testing.assert_allclose(model.spectrum.ivar, fit.spectrum.ivar, rtol=1.6e-5)
    for name in ("fit_mask", "clip_mask"):
        np.testing.assert_array_equal(getattr(model.continuum, name), getattr(fit.continuum, name))
    stored, fitted = model.complexes["hbeta_oiii"], fit.complexes["hbeta_oiii"]
    np.testing.assert_array_equal(stored.fit_mask, fitted.fit_mask)
    np.testing.assert_array_equal(stored.excluded_mask, fitted.excluded_mask)
    for name in ("label", "window", "chi2", "dof", "bic", "status", "parameters", "parameter_errors", "selected_model"):
        assert getattr(stored, name) == getattr(fitted, name), name
    assert model.continuum.parameters == fit.continuum.parameters
    assert (model.continuum.chi2, model.continuum.dof) == (fit.continuum.chi2, fit.continuum.dof)
    assert model.complex_statuses == fit.complex_statuses
    assert tuple(model.measurements) == fit.measurements
    assert model.warnings == fit.warnings
    assert model.spectrum.extinction == fit.spectrum.extinction
    assert model.spectrum.metadata == fit.spectrum.metadata
    assert model.host_model is None


def test_the_host_comes_back(tmp_path):
    fit = made_result(0, host=True)
    with hold_store(tmp_path / "run", {}, "h") as store:
        with ShardWriter(store.task_folder("t"), store.run_id) as shard:
            shard.add(fit, Origin("k", "i", "made.fits"))
            parts = shard.close()
        store.promote("t", parts)
    model = load_archived_model(tmp_path / "run", "k")
    np.testing.assert_allclose(model.host_model, 0.5)
    good = fit.spectrum.good
    assert np.all(np.abs(model.total_flux - fit.total_flux)[good] <= fit.spectrum.error[good] / 8192)
    np.testing.assert_allclose(model.model, fit.model, rtol=1e-6)


def test_measurements_answer_to_names_and_say_when_a_name_is_not_enough(run):
    measurements = load_archived_model(run, "made-0003").measurements
    fwhm = measurements["hb_broad_fwhm"]
    assert (fwhm.unit, fwhm.error) == ("km/s", 80.5)
    assert measurements["chi2", "hbeta_oiii"].value == 61.25
    assert measurements["chi2", None].value == 590.5
    with pytest.raises(NotInRunError, match=r"2 measurements are called 'chi2'.*hbeta_oiii"):
        measurements["chi2"]
    with pytest.raises(NotInRunError, match="no measurement 'fwhm_hg'"):
        measurements["fwhm_hg"]


@pytest.mark.parametrize("finalized", [False, True])
def test_an_unknown_object_is_answered_with_similar_names(run, finalized):
    if finalized:
        finalize_run(run)
    with pytest.raises(NotInRunError, match=r"no object has the key or id '0003'.*made-0003"):
        load_archived_model(run, "0003")
    with pytest.raises(NotInRunError, match=r"near it: .*made-0039"):
        load_archived_model(run, "made-0040")


@pytest.mark.parametrize("finalized", [False, True])
def test_an_ambiguous_id_is_answered_with_its_keys(tmp_path, finalized):
    path = tmp_path / "run"
    with hold_store(path, {}, "h") as store:
        with ShardWriter(store.task_folder("t"), store.run_id) as shard:
            for key in ("night-1", "night-2"):
                shard.add(made_result(0), Origin(key, "J0001", "made.fits"))
            parts = shard.close()
        store.promote("t", parts)
    if finalized:
        finalize_run(path)
    with pytest.raises(NotInRunError, match=r"2 objects have the id 'J0001'.*'night-1', 'night-2'"):
        load_archived_model(path, "J0001")
    assert load_archived_model(path, "night-2").object_key == "night-2"


def test_measurements_are_sorted_by_object_within_a_shard(run):
    for shard in open_run(run).shards("measurements"):
        numbers = pq.read_table(shard)["object_number"].to_numpy()
        assert np.all(np.diff(numbers) >= 0)
        assert pq.ParquetFile(shard).metadata.format_version == "2.6"


def test_one_model_row_group_holds_few_objects(run):
    for shard in open_run(run).shards("models"):
        footer = pq.ParquetFile(shard).metadata
        assert max(footer.row_group(i).num_rows for i in range(footer.num_row_groups)) <= 16


def test_a_table_is_read_with_chosen_columns_and_rows(run):
    bundle = open_run(run)
    table = bundle.read_table("objects", columns=["object_key", "redshift"], filter=pc.field("redshift") > 0.6)
    assert table.column_names == ["object_key", "redshift"]
    assert table.num_rows == 9
    assert bundle.read_table("derived").num_rows == 0
    assert {name: bundle.read_table(name).num_rows for name in TABLES} == {
        "inputs": 40, "objects": 40, "measurements": 160, "warnings": 80, "models": 40, "failures": 0, "derived": 0,
    }  # fmt: skip
    with pytest.raises(RunError, match="no column 'z'"):
        bundle.read_table("objects", columns=["z"])
    with pytest.raises(RunError, match="no table 'spectra'"):
        bundle.read_table("spectra")


def test_what_is_stored_is_the_nearest_number_with_fewer_digits():
    rng = np.random.default_rng(1)
    error = 10.0 ** rng.uniform(-4, 4, 2000)
    flux = error * rng.normal(0, 30, 2000)
    steps = steps_of_flux(error)
    assert np.all((steps <= error / 4096) & (steps > error / 8192 / 1.0001))
    stored = multiples_of(flux, steps)
    assert np.all(np.abs(stored - flux) <= steps / 2)
    np.testing.assert_array_equal(stored / steps, np.round(stored / steps))
    np.testing.assert_array_equal(stored.astype(np.float32), stored)
    np.testing.assert_allclose(short_error(error), error, rtol=2.0**-17)
    assert np.all(np.frexp(short_error(error).astype(float))[0] * 2**17 % 1 == 0)


def test_the_compiled_rounding_gives_what_numpy_gives_and_leaves_zero_alone():
    rng = np.random.default_rng(2)
    values = rng.normal(0, 1, 500) * 10.0 ** rng.uniform(-12, 3, 500)
    values[:100], values[100], values[101] = 0.0, -0.0, np.nan
    steps = steps_of_model(rng.normal(0, 10, 500))
    steps[200:210] = 0.0
    out = np.full(500, 7.0, np.float32)
    put_multiples(values, steps, out)
    np.testing.assert_array_equal(out, multiples_of(values, steps).astype(np.float32))
    assert not np.signbit(out[:101]).any()


def test_pixels_without_an_error_keep_what_they_hold():
    error = np.array([np.inf, 0.0, np.nan, 1.0])
    np.testing.assert_array_equal(multiples_of(np.full(4, np.pi), steps_of_flux(error))[:3], [np.pi] * 3)
    np.testing.assert_array_equal(short_error(np.array([np.inf, 1.0])), np.array([np.inf, 1.0], np.float32))
    steps = steps_of_model(np.array([np.inf, np.nan, 0.0, 2.0]))
    np.testing.assert_array_equal(multiples_of(np.full(4, 1e-3), steps)[:3], [1e-3] * 3)
