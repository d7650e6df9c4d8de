"""One process compiles the fit before others share it."""

import os
import subprocess
import sys

from qsospec_duck.fitting.compiled import compile_fit, is_compiled


def test_what_is_compiled_is_not_compiled_again():
    # The test session has fitted before.
    assert is_compiled()
    assert not compile_fit()


def test_fits_that_follow_need_nothing_else(shared_data):
    # In a process of its own: what others have fitted before would hide a loop that is left out.
    code = """
import sys
import polars as pl
from numba.core.dispatcher import Dispatcher
from qsospec_duck.fitting import compiled, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.spectra.row import from_row

def counts():
    modules = [module for name, module in sys.modules.items() if name.startswith("qsospec_duck")]
    loops = {value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)}
    return {f"{loop.__module__}.{loop.__name__}": len(loop.overloads) for loop in loops}

compiled.load_fit()
before = counts()
folder = sys.argv[1]
objects = pl.read_csv(f"{folder}/OBJECTS.csv", infer_schema_length=None)
for path, z in objects.filter(pl.col("path").str.starts_with("sdss/")).select("path", "z").rows()[::8]:
    fit_quasar(from_row(read_spectra(f"{folder}/{path}", redshift=z).to_pylist()[0]))
print(sorted(name for name, count in counts().items() if count > before.get(name, 0)))
"""
    done = subprocess.run([sys.executable, "-c", code, str(shared_data)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_an_empty_cache_is_noticed(tmp_path):
    code = "from qsospec_duck.fitting.compiled import is_compiled; print(is_compiled())"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_collector_rests_while_machine_code_is_loaded():
    code = """
import gc
from qsospec_duck.fitting import FitConfig
from qsospec_duck.fitting.compiled import _plain_quasar
from qsospec_duck.fitting.fit import fit_recipes
from qsospec_duck.models.recipes import load_recipe

spectrum, recipes = _plain_quasar(0.3), [load_recipe(name) for name in FitConfig().complexes]
started = []
gc.callbacks.append(lambda phase, info: started.append(1) if phase == "start" else None)

def collections():
    started.clear()
    fit_recipes(spectrum, FitConfig(), recipes)
    return len(started)

gc.collect()
gc.set_threshold(50)
assert collections() <= 1  # when it is over
assert gc.isenabled()
assert collections() > 1
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_collector_that_is_off_stays_off():
    code = """
import gc
from qsospec_duck.fitting import fit_quasar
from qsospec_duck.fitting.compiled import _plain_quasar

gc.disable()
fit_quasar(_plain_quasar(0.3))
assert not gc.isenabled()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_fit_does_without_astropy():
    code = """
import sys
from qsospec_duck.fitting import fit_quasar
from qsospec_duck.fitting.compiled import _plain_quasar

fit_quasar(_plain_quasar(0.3))
assert "astropy" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
