"""Bundles travel both ways between this package and ``qsospec`` 0.1.1, which lives in an environment of its own.

``QSOSPEC_PEER_PYTHON`` names its interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from qsospec_duck.batch import fit_batch
from qsospec_duck.runs import TABLES, load_archived_model, open_run

pytestmark = [
    pytest.mark.peer,
    pytest.mark.slow,
    pytest.mark.skipif("QSOSPEC_PEER_PYTHON" not in os.environ, reason="QSOSPEC_PEER_PYTHON names no interpreter"),
]

READ = """
import json, sys, warnings
warnings.simplefilter("ignore")
import matplotlib
matplotlib.use("Agg")
import numpy as np
import qsospec
run = qsospec.open_run(sys.argv[1])
out = {"run_id": run.run_id, "tables": {n: run.read_table(n).num_rows for n in json.loads(sys.argv[2])}, "models": {}}
for row in run.read_table("objects").to_pylist():
    model = qsospec.load_model(run, row["object_key"])
    out["models"][row["object_key"]] = {
        "figure": type(model.plot_qa()).__name__,
        "continuum": model.continuum.model.tolist(),
        "complexes": {name: fit.model.tolist() for name, fit in model.line_complexes.items()},
    }
selection = {"fwhm": {"section": "complex_metric", "recipe_id": "mgii", "quantity": "mgii_broad_fwhm"}}
catalog = qsospec.build_science_catalog(run, selection)
pairs = zip(catalog["object_key"], catalog["fwhm"])
out["catalog"] = [[key, None if value != value else value] for key, value in pairs]
print(json.dumps(out))
"""

WRITE = """
import sys, warnings
warnings.simplefilter("ignore")
import matplotlib
matplotlib.use("Agg")
import numpy as np
import qsospec
off = qsospec.GalacticExtinctionConfig(enabled=False)
qsospec.fit_object_to_store(sys.argv[1], sys.argv[2], galactic_extinction_config=off, write_qa=False)
model = qsospec.load_model(sys.argv[2], qsospec.open_run(sys.argv[2]).read_table("objects")["object_key"][0].as_py())
np.savez(sys.argv[3], wave=model.spectrum.wave_rest, flux=model.spectrum.flux, continuum=model.continuum.model,
         lines=sum(fit.model for fit in model.line_complexes.values()))
"""


def peer(script: str, *arguments: str | Path) -> str:
    command = [os.environ["QSOSPEC_PEER_PYTHON"], "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_peer_opens_draws_and_catalogs_our_bundle(shared_data, tmp_path):
    files = [shared_data / "sdss" / f"spec-3655-55240-0{number}.fits" for number in (774, 960, 990)]
    run = fit_batch(files, tmp_path / "run", progress=False).run
    seen = json.loads(peer(READ, run.path, json.dumps(TABLES)))
    assert seen["run_id"] == run.run_id
    assert seen["tables"] == {name: run.read_table(name).num_rows for name in TABLES}
    assert len(seen["models"]) == 3
    catalog = dict(seen["catalog"])
    for key, theirs in seen["models"].items():
        ours = load_archived_model(run, key)
        assert theirs["figure"] == "Figure"
        np.testing.assert_allclose(theirs["continuum"], ours.continuum.model, rtol=1e-6)
        assert theirs["complexes"].keys() == ours.complexes.keys()
        for name, model in theirs["complexes"].items():
            np.testing.assert_allclose(model, ours.complexes[name].model, rtol=1e-6, atol=1e-12)
        found = ours.value("mgii_broad_fwhm", "mgii")
        # The peer's table takes the value through other arithmetic: one unit in the last place may change.
        assert catalog[key] == (None if np.isnan(found) else pytest.approx(found, rel=1e-14))


def test_we_open_a_bundle_of_the_peer(shared_data, tmp_path):
    run, arrays = tmp_path / "run", tmp_path / "arrays.npz"
    peer(WRITE, shared_data / "sdss" / "spec-0266-51602-0013.fits", run, arrays)
    theirs = np.load(arrays)
    bundle = open_run(run)
    assert bundle.read_table("objects")["object_number"].null_count == 1
    ours = load_archived_model(bundle, "spec-0266-51602-0013")
    np.testing.assert_allclose(ours.spectrum.wavelength, theirs["wave"])
    np.testing.assert_allclose(ours.spectrum.flux, theirs["flux"])
    np.testing.assert_allclose(ours.continuum.model, theirs["continuum"])
    np.testing.assert_allclose(ours.model, theirs["continuum"] + theirs["lines"])
    assert ours.complexes["hbeta_oiii"].success
    assert ours.measurements["Ha_broad_fwhm_kms"].value > 1000
    assert ours.continuum.parameters["power_law.slope"] == ours.measurements["power_law.slope"].value
