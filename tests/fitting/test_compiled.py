"""One process compiles the fit before others share it."""

import os
import subprocess
import sys

from qsospec_duck.fitting.compiled import compile_fit, is_compiled


def test_what_is_compiled_is_not_compiled_again():
    # The test session has fitted before.
    assert is_compiled()
    assert not compile_fit()


def test_an_empty_cache_is_noticed(tmp_path):
    code = "from qsospec_duck.fitting.compiled import is_compiled; print(is_compiled())"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
