"""One call from a file to a stored object with its figure."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from qsospec_duck import finalize_run, fit_batch
from qsospec_duck.catalog.wide_cache import is_current
from qsospec_duck.connect import connect
from qsospec_duck.errors import FitError, ReaderError
from qsospec_duck.readers import read_spectra
from qsospec_duck.runs import open_run
from qsospec_duck.simulate import simulate_spectra
from qsospec_duck.spectra import from_table
from qsospec_duck.workflow import fit_object_to_store

SPECTRUM = "sdss/spec-3655-55240-0990.fits"
SECOND = "sdss/spec-0266-51602-0013.fits"


def test_a_file_becomes_a_model_with_figure_and_plain_files(shared_data, tmp_path):
    run = tmp_path / "run"
    model = fit_object_to_store(shared_data / SPECTRUM, run, object_id="my quasar", write_legacy_products=True)
    assert model.object_id == "my quasar"
    assert model.continuum.success
    assert model.qa_path.is_file()
    (folder,) = (run / "products").iterdir()
    with (folder / "model.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == model.spectrum.n_pix
    parts = [name for name in rows[0] if name.startswith("continuum_") and name != "continuum_fitted"]
    assert sum(float(rows[100][name]) for name in parts) == pytest.approx(float(rows[100]["continuum"]), rel=1e-5)
    with (folder / "measurements.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(model.measurements)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["redshift"] == model.spectrum.z
    again = fit_object_to_store(shared_data / SPECTRUM, run, object_id="my quasar", write_qa=False)
    assert again.object_key == model.object_key
    assert open_run(run).read_table("objects").num_rows == 1


def test_what_the_caller_says_takes_the_place_of_what_the_file_says(shared_data, tmp_path):
    model = fit_object_to_store(shared_data / SPECTRUM, tmp_path / "run", redshift=2.0, ebv=0.0, write_qa=False)
    assert model.spectrum.z == 2.0
    assert model.spectrum.extinction.ebv in (0.0, None)


def test_a_spectrum_in_memory_gives_what_its_file_gives(shared_data, tmp_path):
    (spectrum,) = from_table(read_spectra(shared_data / SPECTRUM))
    by_file = fit_object_to_store(shared_data / SPECTRUM, tmp_path / "file", write_qa=False)
    in_memory = fit_object_to_store(spectrum, tmp_path / "memory", write_qa=False)
    assert in_memory.object_key == by_file.object_key
    np.testing.assert_array_equal(in_memory.model, by_file.model)
    assert tuple(in_memory.measurements) == tuple(by_file.measurements)


def test_what_cannot_be_fitted_raises_and_is_kept_as_a_failure(shared_data, tmp_path):
    run = tmp_path / "run"
    with pytest.raises(FitError, match=r"kept in the failures of"):
        fit_object_to_store(shared_data / SPECTRUM, run, redshift=-0.2, write_qa=False)
    assert open_run(run).read_table("failures").num_rows == 1
    broken = tmp_path / "broken.fits"
    broken.write_bytes(b"SIMPLE")
    with pytest.raises(ReaderError, match=r"kept in the failures of"):
        fit_object_to_store(broken, run, write_qa=False)
    with pytest.raises(ReaderError, match="no such file"):
        fit_object_to_store(tmp_path / "absent.fits", run)


def test_one_more_object_costs_no_look_at_the_others(shared_data, tmp_path, monkeypatch):
    run = tmp_path / "run"
    first = fit_object_to_store(shared_data / SPECTRUM, run, object_id="first", ebv=0.0, write_qa=False)
    theirs = {path.name for path in run.glob("data/*/*.parquet")}
    opened = []
    for name in ("read_table", "ParquetFile"):
        real = getattr(pq, name)

        def spy(path, *args, real=real, **options):
            opened.append(Path(str(path)).name)
            return real(path, *args, **options)

        monkeypatch.setattr(pq, name, spy)
    second = fit_object_to_store(shared_data / SECOND, run, write_qa=False)
    assert second.object_key != first.object_key
    assert opened
    assert theirs.isdisjoint(opened)


def test_a_sealed_run_has_its_wide_catalog(tmp_path):
    (spectrum,), _ = simulate_spectra(1, seed=4, snr=20.0, z_range=(0.4, 0.5))
    fit_batch(spectrum, tmp_path / "run", progress=False, finalize=False)
    assert not is_current(tmp_path / "run")
    finalize_run(tmp_path / "run")
    assert is_current(tmp_path / "run")
    with connect(run=tmp_path / "run") as con:
        assert con.sql("SELECT count(logl5100) FROM catalog").fetchall() == [(1,)]
