"""Quasar spectra as a DuckDB product: tiles in Parquet, fast fits, catalogs and QA in SQL.

    import qsospec_duck as q
    con = q.connect(tiles="tiles/**/*.parquet", run="runs/hb")
    con.sql("SELECT z, logl5100, logmbh_hb FROM catalog")

A name is imported when it is first used (PEP 562), so that ``import qsospec_duck`` alone costs nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from qsospec_duck.on_first_use import on_first_use

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from qsospec_duck.catalog import build_science_catalog, compute_derived_quantities
    from qsospec_duck.connect import connect
    from qsospec_duck.fitting import FitConfig, fit_local, fit_quasar
    from qsospec_duck.qa import load_model, open_run, render_qa
    from qsospec_duck.readers import read_spectra
    from qsospec_duck.simulate import simulate_tile
    from qsospec_duck.spectra import Spectrum
    from qsospec_duck.tiles import convert_tile
    from qsospec_duck.workflow import finalize_run, fit_batch, fit_object_to_store

__all__ = [
    "FitConfig",
    "Spectrum",
    "__version__",
    "build_science_catalog",
    "compute_derived_quantities",
    "connect",
    "convert_tile",
    "finalize_run",
    "fit_batch",
    "fit_local",
    "fit_object_to_store",
    "fit_quasar",
    "load_model",
    "open_run",
    "read_spectra",
    "render_qa",
    "simulate_tile",
]

_HOME = {
    "FitConfig": "fitting",
    "Spectrum": "spectra",
    "build_science_catalog": "catalog",
    "compute_derived_quantities": "catalog",
    "connect": "connect",
    "convert_tile": "tiles",
    "finalize_run": "workflow",
    "fit_batch": "workflow",
    "fit_local": "fitting",
    "fit_object_to_store": "workflow",
    "fit_quasar": "fitting",
    "load_model": "qa",
    "open_run": "qa",
    "read_spectra": "readers",
    "render_qa": "qa",
    "simulate_tile": "simulate",
}
"""Module of every public name."""


__getattr__ = on_first_use(__name__, _HOME, globals())


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # Importing the module qsospec_duck.connect would otherwise put it in the place of the function of that name.
        if name not in _HOME or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
