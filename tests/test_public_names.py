"""What ``import qsospec_duck`` gives, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import qsospec_duck


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_importing_the_package_imports_no_other_package():
    code = (
        "import sys; before = set(sys.modules); import qsospec_duck; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new & {'numpy', 'numba', 'astropy', 'duckdb', 'pyarrow', 'polars', 'matplotlib', 'scipy'}))"
    )
    assert run_python(code) == "[]"


@pytest.mark.parametrize("name", qsospec_duck.__all__)
def test_every_public_name_is_there(name):
    value = getattr(qsospec_duck, name)
    assert isinstance(value, str) or callable(value)
    assert name in dir(qsospec_duck)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'fit_galaxy'"):
        qsospec_duck.fit_galaxy  # noqa: B018


def test_connect_stays_the_function_after_its_module_is_imported():
    code = (
        "import qsospec_duck as q; import qsospec_duck.connect; from qsospec_duck.connect import FIT_ARGUMENTS; "
        "print(callable(q.connect), q.connect.__module__)"
    )
    assert run_python(code) == "True qsospec_duck.connect"
