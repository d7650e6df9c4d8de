"""Fixtures that every test may use."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import hypothesis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qsospec_duck.columns import arrow_schema

# The same examples every time: a test that fails once in a hundred runs says nothing about the change it meets.
# No deadline: the first example of a compiled function may include its compilation.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the fit once before test processes start.

    Processes that compile side by side on a machine without a cache overwrite each other's machine code, and codes
    compiled in another order may round differently in the last bit: then "bit for bit the same" could not be tested.
    """
    if not hasattr(session.config, "workerinput"):
        _forget_stale_code()
        from qsospec_duck.fitting import fit_quasar
        from qsospec_duck.fitting.compiled import load_fit
        from qsospec_duck.simulate import simulate_spectra

        load_fit()
        for z_range in ((0.2, 0.5), (0.6, 0.8), (2.2, 2.6)):
            for spectrum in simulate_spectra(2, seed=1, snr=20.0, z_range=z_range)[0]:
                fit_quasar(spectrum)


def _forget_stale_code() -> None:
    """Remove compiled loops that are older than a module of theirs.

    numba recompiles a function when its own file changes, but not when a function that it calls does, in another file.
    """
    package = Path(__file__).resolve().parents[1] / "qsospec_duck"
    sources = [path for folder in ("models", "fitting") for path in (package / folder).glob("*.py")]
    newest = max(path.stat().st_mtime for path in sources if "numba" in path.read_text(encoding="utf-8"))
    for path in package.rglob("*.nb[ic]"):
        if path.stat().st_mtime < newest:
            path.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real spectra, templates and published values; a test that needs it skips where it is absent."""
    folder = Path(
        os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data")
    )
    if not (folder / "OBJECTS.csv").is_file():
        pytest.skip(f"no real data at {folder}; set QSOSPEC_DUCK_TEST_DATA to the folder that holds OBJECTS.csv")
    return folder


@pytest.fixture
def made_run(tmp_path: Path) -> Path:
    """Small run bundle written by hand from ``columns.csv``: three quasars, one failure, no derived rows."""
    return write_made_run(tmp_path / "run")


@pytest.fixture(scope="session")
def kept_made_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of `made_run` once for all tests that only read it."""
    return write_made_run(tmp_path_factory.mktemp("kept") / "run")


def write_made_run(folder: Path) -> Path:
    """Write the bundle of `made_run`.

    q1 (z 0.5) has Hβ and Mg II, q2 (z 2.1) Mg II and C IV, q3 (z 0.2) only a continuum of relative flux, so
    no luminosities.
    """
    objects = [("k1", "q1", 0.5), ("k2", "q2", 2.1), ("k3", "q3", 0.2)]
    lines = {
        "k1": [
            ("hbeta_oiii", "hb", "broad", 5000.0), ("hbeta_oiii", "oiii5008", "total", 450.0),
            ("mgii", "mgii", "broad", 4200.0),
        ],
        "k2": [("mgii", "mgii", "broad", 4729.812569514398), ("civ", "civ", "broad", 5230.7138671875)],
        "k3": [],
    }  # fmt: skip
    continuum = {"k1": {3000: 12.0, 5100: 6.0}, "k2": {1350: 30.0, 3000: 9.0}, "k3": {5100: 2.0}}
    measurements = []
    for key, object_id, z in objects:
        about = {"run_id": "made", "object_key": key, "object_id": object_id, "object_number": int(key[1:])}
        about |= {"method": "covariance", "metadata": []}
        for wave, flux in continuum[key].items():
            sample = _measured(
                "continuum_sample", None, "power_law", "continuum", f"flux_{wave}", "flux", flux, 0.01 * flux
            )
            measurements.append(about | sample)
            if key != "k3":
                logl = math.log10(flux * wave) + 39.5 + z
                metric = _measured(
                    "continuum_metric", None, "power_law", "continuum", f"logl{wave}", "logl", logl, 0.0043
                )
                measurements.append(about | metric)
        for recipe, line, role, fwhm in lines[key]:
            for measure, value, error in (
                ("flux", 300.0, 9.0), ("ew", 40.0, 2.0), ("fwhm", fwhm, 0.05 * fwhm), ("voff", -900.0, 50.0),
                ("snr", 33.0, None),
            ):  # fmt: skip
                row = _measured("complex_metric", recipe, line, role, f"{line}_{role}_{measure}", measure, value, error)
                measurements.append(about | row)
    tables = {
        "inputs": [{"run_id": "made", "object_key": key, "object_id": name, "redshift": z} for key, name, z in objects],
        "objects": [
            {"run_id": "made", "object_key": key, "object_id": name, "redshift": z, "ra": 10.0, "dec": -5.0,
             "fit_quality": 0, "fit_warn": 0, "continuum_success": True, "object_number": int(key[1:]),
             "warning_codes": ["low_snr"] if key == "k2" else []}
            for key, name, z in objects
        ],
        "measurements": measurements,
        "warnings": [
            {"run_id": "made", "object_key": "k2", "object_id": "q2", "code": "low_snr", "message": "S/N 1.5."}
        ],
        "failures": [
            {"run_id": "made", "object_key": "k4", "object_id": "q4", "exception_type": "FitError", "message": "dark"}
        ],
    }  # fmt: skip
    for table, rows in tables.items():
        part = folder / "data" / table / "part-00000.parquet"
        part.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(table)), part)
    manifest = {"schema_version": "5", "run_id": "made", "status": "complete", "configuration": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _measured(section, recipe_id, feature_id, role, quantity, measure, value, error):
    return {
        "section": section, "recipe_id": recipe_id, "feature_id": feature_id, "role": role, "quantity": quantity,
        "measure": measure, "value": value, "error": error, "unit": "",
    }  # fmt: skip
