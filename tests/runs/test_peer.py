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

from qsospec_duck import connect, render_qa
from qsospec_duck.batch import fit_batch
from qsospec_duck.catalog import build_science_catalog, compute_derived_quantities, recalibrate
from qsospec_duck.database import sql_files
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


@pytest.fixture(scope="module")
def written(shared_data, tmp_path_factory) -> tuple[Path, Path]:
    """A run that the peer wrote, and what it says that it fitted."""
    folder = tmp_path_factory.mktemp("peer")
    run, arrays = folder / "run", folder / "arrays.npz"
    peer(WRITE, shared_data / "sdss" / "spec-0266-51602-0013.fits", run, arrays)
    return run, arrays


def test_we_open_a_bundle_of_the_peer(written):
    run, arrays = written
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


def test_the_sql_product_works_on_a_bundle_of_the_peer(written, tmp_path):
    run, _ = written
    with connect(run=run) as con:
        for view in (file.name for file in sql_files() if file.part == "run" and file.kind == "VIEW"):
            con.execute(f"SELECT * FROM {view}").fetchall()
        theirs = {
            name: value
            for name, value in con.execute(
                "SELECT quantity, value FROM measurements WHERE quantity LIKE 'Ha\\_broad\\_%' ESCAPE '\\'"
            ).fetchall()
        }
        ours = con.execute("SELECT fwhm_ha, ew_ha, flux_ha, voff_ha, sigma_ha, centroid_ha FROM catalog").fetchone()
        named = ("fwhm_kms", "ew_rest", "flux_cgs", "velocity_kms", "sigma_kms", "centroid")
        assert ours == pytest.approx(
            [theirs[f"Ha_broad_{name}"] * (1e17 if name == "flux_cgs" else 1) for name in named], rel=1e-12
        )
        for name in ("ha_broad_fwhm", "Ha_broad_fwhm_kms"):
            ((value,),) = con.execute("SELECT value FROM qa_extremes(?)", [name]).fetchall()
            assert value == theirs["Ha_broad_fwhm_kms"]
        codes = [row[0] for row in con.execute("SELECT DISTINCT code FROM warnings WHERE code IS NOT NULL").fetchall()]
        by_warning = [con.execute("SELECT count(*) FROM qa_by_warning(?)", [code]).fetchone() for code in codes]
        assert codes
        assert set(by_warning) == {(1,)}
        for macro in ("qa_sample(3)", "qa_query(objects)", "qa_bins(catalog, z)", "recalibrated()"):
            assert con.execute(f"SELECT count(*) FROM {macro}").fetchone() == (1,), macro
        ((wave, usable),) = con.execute("SELECT wave_rest, input_mask FROM models").fetchall()
        wave = np.array(wave)[np.array(usable)]
        bins = np.unique((wave[(wave >= 5000) & (wave < 5100)] - 5000) // 2)
        composite = con.execute("SELECT wavelength FROM composite(rest_spectra, 5000, 5100, step := 2)").fetchall()
        assert [row[0] for row in composite] == (5001 + 2 * bins).tolist()
        stored = recalibrate(run, "planck18", h0=67.66, om0=0.3111)
        assert stored == con.execute("SELECT count(*) FROM derived_masses()").fetchone()[0] >= 3
        compute_derived_quantities(
            run,
            {
                "sql": "SELECT object_key, 'w' AS quantity, fwhm_ha AS value FROM catalog",
                "python": lambda one: {"quantity": "n", "value": len(one["measurements"])},
            },
        )
        assert con.execute("SELECT count(DISTINCT calibration_id) FROM derived").fetchone() == (3,)
    for suffix in ("fits", "vot", "ecsv", "parquet"):
        assert build_science_catalog(run, output_path=tmp_path / f"catalog.{suffix}").num_rows == 1
    assert len(render_qa(run, warning_codes=codes[:1], out=tmp_path / "qa")) == 1
