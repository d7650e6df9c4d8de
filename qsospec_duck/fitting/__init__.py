"""Fitting: a rest-frame `Spectrum` and a `FitConfig` become a `FitResult`.

Enters: a spectrum, options. Leaves: parameters, covariance, models, measurements, warnings.

What a fit gives back is imported at once, the fit itself when it is first used (PEP 562): whoever only looks at
results, as each process that draws figures does, need not wait for compiled loops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qsospec_duck.fitting.quality import fit_quality, quality_bits, quality_names
from qsospec_duck.fitting.result import (
    ComplexFit,
    Component,
    ContinuumFit,
    FitResult,
    FitWarning,
    Measurement,
    Trial,
)
from qsospec_duck.on_first_use import on_first_use

if TYPE_CHECKING:
    from qsospec_duck.fitting.config import (
        BalmerConfig,
        ContinuumConfig,
        Cosmology,
        FitConfig,
        HostConfig,
        IronConfig,
        PowerLawConfig,
        UncertaintyConfig,
    )
    from qsospec_duck.fitting.epochs import EpochFits, fit_epochs
    from qsospec_duck.fitting.fit import fit_quasar
    from qsospec_duck.fitting.local import fit_local

__all__ = [
    "BalmerConfig",
    "ComplexFit",
    "Component",
    "ContinuumConfig",
    "ContinuumFit",
    "Cosmology",
    "EpochFits",
    "FitConfig",
    "FitResult",
    "FitWarning",
    "HostConfig",
    "IronConfig",
    "Measurement",
    "PowerLawConfig",
    "Trial",
    "UncertaintyConfig",
    "fit_epochs",
    "fit_local",
    "fit_quality",
    "fit_quasar",
    "quality_bits",
    "quality_names",
]

_HOME = {
    "BalmerConfig": "config",
    "ContinuumConfig": "config",
    "Cosmology": "config",
    "EpochFits": "epochs",
    "FitConfig": "config",
    "HostConfig": "config",
    "IronConfig": "config",
    "PowerLawConfig": "config",
    "UncertaintyConfig": "config",
    "fit_epochs": "epochs",
    "fit_local": "local",
    "fit_quasar": "fit",
}
"""Module of every name that is imported when it is first used."""


__getattr__ = on_first_use(__name__, _HOME, globals())
