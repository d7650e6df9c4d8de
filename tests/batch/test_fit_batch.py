"""Many spectra become a run, however often one has to begin."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_fits import MadeConfig, deadly_fit, made_fit, mortal_fit

from qsospec_duck.batch import Lines, fit_batch, resolve_workers
from qsospec_duck.errors import ConfigError, ConfigurationMismatchError, FitError, ReaderError, RunError
from qsospec_duck.runs import TABLES, finalize_run, load_archived_model, open_run, verify_run

HELPERS = str(Path(__file__).resolve().parents[1] / "helpers")

OPTIONS = {"config": MadeConfig(), "fit": made_fit, "progress": False}


def rows(run, table: str) -> list[dict]:
    """Rows of a table without what differs between two runs of the same job."""
    read = open_run(run).read_table(table)
    drop = [name for name in ("run_id", "completed_at", "failed_at", "traceback") if name in read.column_names]
    order = [
        (name, "ascending") for name in ("object_key", "section", "recipe_id", "quantity") if name in read.column_names
    ]
    return read.drop_columns(drop).sort_by(order).to_pylist()


def same(one: Path, other: Path) -> bool:
    return all(repr(rows(one, table)) == repr(rows(other, table)) for table in TABLES)


def test_spectra_in_memory_become_a_sealed_run(tmp_path, spectra):
    summary = fit_batch(spectra, tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.failed, summary.skipped) == (6, 0, 0)
    assert summary.run.is_complete
    assert verify_run(tmp_path / "run").objects == 6
    model = load_archived_model(summary.run, "made-0004")
    np.testing.assert_allclose(model.spectrum.wavelength, spectra[4].wavelength / (1 + spectra[4].z), rtol=1e-9)
    inputs = summary.run.read_table("inputs").to_pylist()
    assert inputs[0]["source"] == "memory"


def test_a_second_call_skips_what_is_complete(tmp_path, spectra):
    fit_batch(spectra[:4], tmp_path / "run", **OPTIONS)
    before = open_run(tmp_path / "run").manifest
    summary = fit_batch(spectra[:4], tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.skipped, summary.objects) == (0, 4, 4)
    assert open_run(tmp_path / "run").manifest == before
    summary = fit_batch(spectra, tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.skipped, summary.objects) == (2, 4, 6)
    assert summary.run.is_complete


def test_other_options_are_refused(tmp_path, spectra):
    fit_batch(spectra[:1], tmp_path / "run", **OPTIONS)
    with pytest.raises(ConfigurationMismatchError, match=r"continuum\.slope \(run: -1\.5, now: -3\.0\)"):
        fit_batch(spectra, tmp_path / "run", **{**OPTIONS, "config": MadeConfig(slope=-3.0)})
    with pytest.raises(RunError, match="it holds 1 objects"):
        fit_batch(spectra, tmp_path / "run", resume=False, **OPTIONS)


def test_one_bad_spectrum_becomes_a_failure_and_stops_nothing(tmp_path, spectra):
    spectra[2] = replace(spectra[2], z=6.0)
    summary = fit_batch(spectra, tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.failed) == (5, 1)
    (failure,) = summary.run.read_table("failures").to_pylist()
    assert failure["object_key"] == "made-0002.fits#0"
    assert failure["exception_type"] == "FitError"
    assert failure["message"] == "made-0002: redshift 6.0"
    assert "made_fits.py" in failure["traceback"]
    assert sorted(summary.run.read_table("inputs")["object_key"].to_pylist()) == [
        f"made-000{i}.fits#0" for i in range(6)
    ]


def refuse(spectrum, config):
    raise FitError("not today")


def test_failures_are_tried_again_unless_they_are_to_be_kept(tmp_path, spectra):
    run = tmp_path / "run"
    assert fit_batch(spectra[:2], run, **{**OPTIONS, "fit": refuse}).failures == 2
    kept = fit_batch(spectra, run, retry_failures=False, **OPTIONS)
    assert (kept.fitted, kept.skipped, kept.failures) == (4, 2, 2)
    mended = fit_batch(spectra, run, **OPTIONS)
    assert (mended.fitted, mended.skipped, mended.objects, mended.failures) == (2, 4, 6, 0)
    assert mended.run.read_table("failures").num_rows == 0
    assert verify_run(run).rows["inputs"] == 6


def test_a_file_that_cannot_be_read_is_a_failure_until_it_can(tmp_path, relation):
    path = tmp_path / "tile.parquet"
    path.write_text("this is no Parquet")
    summary = fit_batch([path, relation.slice(5)], tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.failed) == (1, 1)
    (failure,) = summary.run.read_table("failures").to_pylist()
    assert (failure["object_key"], failure["exception_type"]) == ("tile.parquet", "ReaderError")
    pq.write_table(relation.slice(0, 5), path)
    summary = fit_batch([path, relation.slice(5)], tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.objects) == (5, 6)


def test_a_relation_gives_what_its_spectra_give(tmp_path, relation):
    pq.write_table(relation, tmp_path / "tile.parquet", row_group_size=2)
    fit_batch(tmp_path / "tile.parquet", tmp_path / "by_file", task_size=4, **OPTIONS)
    fit_batch(relation, tmp_path / "in_memory", **OPTIONS)
    for table in ("objects", "measurements", "warnings", "failures"):
        assert repr(rows(tmp_path / "by_file", table)) == repr(rows(tmp_path / "in_memory", table))


def test_a_row_that_is_no_spectrum_spares_the_others(tmp_path, relation):
    flux = relation["flux"].to_pylist()
    flux[3] = flux[3][:10]
    broken = relation.set_column(
        relation.schema.get_field_index("flux"), "flux", pa.array(flux, pa.list_(pa.float32()))
    )
    summary = fit_batch(broken, tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.failed) == (5, 1)
    assert summary.run.read_table("failures")["exception_type"].to_pylist() == ["SpectrumError"]


def test_three_shares_make_the_run_that_one_makes(tmp_path, spectra):
    fit_batch(spectra, tmp_path / "one", **OPTIONS)
    fitted = [fit_batch(spectra, tmp_path / "three", num_shards=3, shard_index=i, **OPTIONS).fitted for i in range(3)]
    assert sum(fitted) == 6
    assert not open_run(tmp_path / "three").is_complete
    finalize_run(tmp_path / "three")
    assert same(tmp_path / "one", tmp_path / "three")


@pytest.mark.parametrize("how", ["processes", "threads", "dask", "small tasks", "shares"])
def test_every_executor_makes_the_same_tables(tmp_path, spectra, how):
    spectra[1] = replace(spectra[1], z=6.0)
    fit_batch(spectra, tmp_path / "serial", **OPTIONS)
    if how == "processes":
        fit_batch(spectra, tmp_path / "other", n_workers=2, task_size=2, **OPTIONS)
    elif how == "dask":
        distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
        with (
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            distributed.Client(cluster) as client,
        ):
            client.run(sys.path.insert, 0, HELPERS)
            fit_batch(spectra, tmp_path / "other", executor=client, task_size=2, **OPTIONS)
    elif how == "threads":
        with ThreadPoolExecutor(2) as executor:
            fit_batch(spectra, tmp_path / "other", executor=executor, task_size=1, **OPTIONS)
    elif how == "shares":
        for share in (2, 0, 1):
            fit_batch(spectra, tmp_path / "other", num_shards=3, shard_index=share, **OPTIONS)
        finalize_run(tmp_path / "other")
    else:
        fit_batch(spectra, tmp_path / "other", task_size=1, **OPTIONS)
    assert same(tmp_path / "serial", tmp_path / "other")


def test_a_worker_that_dies_once_costs_nothing(tmp_path, spectra):
    spectra[3] = replace(spectra[3], object_id="mortal", metadata={"mark": str(tmp_path / "died")})
    summary = fit_batch(spectra, tmp_path / "run", n_workers=2, task_size=2, **{**OPTIONS, "fit": mortal_fit})
    assert (tmp_path / "died").exists()
    assert (summary.fitted, summary.failed) == (6, 0)


@pytest.mark.slow
def test_a_spectrum_that_kills_its_workers_is_written_down_and_costs_no_other(tmp_path, spectra):
    spectra[3] = replace(spectra[3], object_id="poison")
    summary = fit_batch(spectra, tmp_path / "run", n_workers=2, task_size=4, **{**OPTIONS, "fit": deadly_fit})
    assert (summary.fitted, summary.failed) == (5, 1)
    (failure,) = summary.run.read_table("failures").to_pylist()
    assert (failure["object_key"], failure["exception_type"]) == ("made-0003.fits#0", "worker_killed")
    verify_run(tmp_path / "run")


def interrupt(spectrum, config):
    if spectrum.object_id == "made-0003":
        raise KeyboardInterrupt
    return made_fit(spectrum, config)


def test_ctrl_c_keeps_what_is_finished_and_the_run_goes_on_later(tmp_path, spectra):
    with pytest.raises(KeyboardInterrupt):
        fit_batch(spectra, tmp_path / "run", task_size=1, **{**OPTIONS, "fit": interrupt})
    assert open_run(tmp_path / "run").manifest["completed_objects"] == 3
    summary = fit_batch(spectra, tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.skipped, summary.objects) == (3, 3, 6)


def test_two_inputs_of_one_key_are_refused_before_anything_is_fitted(tmp_path, spectra):
    with pytest.raises(ReaderError, match="would both be stored as"):
        fit_batch([*spectra, spectra[0]], tmp_path / "run", **OPTIONS)
    assert open_run(tmp_path / "run").read_table("objects").num_rows == 0


def test_lines_tell_counts_failures_rate_and_time_left(tmp_path, spectra):
    spectra[0] = replace(spectra[0], z=6.0)
    text = io.StringIO()
    fit_batch(spectra, tmp_path / "run", task_size=3, **{**OPTIONS, "progress": Lines(text, every=0.0)})
    lines = text.getvalue().splitlines()
    assert lines[0] == "6 spectra to fit, 0 done before"
    assert lines[1].startswith("3 of 6 done, 1 failed, ")
    assert lines[-1].startswith("6 of 6 done, 1 failed, ")


def test_the_number_of_workers_is_checked():
    assert 1 <= resolve_workers("auto") <= 8
    assert resolve_workers(3) == 3
    for wrong in (0, -1, "many", 1.5):
        with pytest.raises(ConfigError, match="n_workers is"):
            resolve_workers(wrong)


def test_survey_files_are_fitted_resumed_and_read_back(tmp_path, shared_data):
    files = sorted((shared_data / "sdss").glob("spec-3655-*.fits"))[:4]
    run = tmp_path / "run"
    assert len(files) == 4
    broken = tmp_path / "spec-broken.fits"
    broken.write_bytes(files[0].read_bytes()[:5000])
    first = fit_batch([*files[:2], broken], run, progress=False)
    assert (first.fitted, first.failed) == (2, 1)
    second = fit_batch([*files, broken], run, progress=False)
    assert (second.fitted, second.skipped, second.failed, second.failures) == (2, 2, 1, 1)
    (failure,) = second.run.read_table("failures").to_pylist()
    assert (failure["object_key"], failure["exception_type"]) == ("spec-broken.fits", "ReaderError")
    key = second.run.read_table("objects", columns=["object_key"])["object_key"][0].as_py()
    model = load_archived_model(run, key)
    assert model.continuum.success
    assert np.isfinite(model.model).all()
    assert len(model.measurements) > 50


SCRIPT = """
import sys
import time
sys.path.insert(0, {helpers!r})
from made_fits import MadeConfig, made_fit, made_spectrum
from qsospec_duck.batch import fit_batch
spectra = [made_spectrum(number) for number in range(3)]
print(fit_batch(spectra, {run!r}, config=MadeConfig(), fit=made_fit, n_workers=2, progress=False).fitted)
"""


def test_workers_start_from_a_script_on_standard_input(tmp_path):
    script = SCRIPT.format(helpers=HELPERS, run=str(tmp_path / "run"))
    done = subprocess.run([sys.executable, "-"], input=script, text=True, capture_output=True, check=False)
    assert done.stdout.strip() == "3", done.stderr


def test_a_script_without_a_guard_is_told_what_is_missing(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(helpers=HELPERS, run=str(tmp_path / "run")))
    done = subprocess.run([sys.executable, str(script)], text=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert "if __name__ == '__main__':" in done.stderr.splitlines()[-1]
    assert open_run(tmp_path / "run").read_table("failures").num_rows == 0


def test_workers_end_when_their_coordinator_is_killed(tmp_path):
    script = tmp_path / "script.py"
    text = SCRIPT.format(helpers=HELPERS, run=str(tmp_path / "run")).replace("made_fit,", "endless_fit,")
    call = text.strip().splitlines()
    guarded = [*call[:-2], "if __name__ == '__main__':", *("    " + line for line in call[-2:])]
    script.write_text("\n".join(guarded))
    environment = {**os.environ, "MARKS": str(tmp_path)}
    coordinator = subprocess.Popen([sys.executable, str(script)], env=environment)
    try:
        workers = wait_for(lambda: [int(mark.suffix[1:]) for mark in tmp_path.glob("worker.*")])
    finally:
        coordinator.kill()
        coordinator.wait()
    assert wait_for(lambda: not any(is_running(pid) for pid in workers))


def wait_for(condition, seconds: float = 60.0):
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
