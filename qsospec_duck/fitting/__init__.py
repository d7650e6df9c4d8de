"""Fitting: a rest-frame `Spectrum` and a `FitConfig` become a `FitResult`.

Enters: a spectrum, options. Leaves: parameters, covariance, models, measurements, warnings.
"""

from qsospec_duck.fitting.config import (
    BalmerConfig,
    ContinuumConfig,
    Cosmology,
    FitConfig,
    IronConfig,
    PowerLawConfig,
    UncertaintyConfig,
)
from qsospec_duck.fitting.fit import fit_quasar
from qsospec_duck.fitting.result import (
    Component,
    ComplexFit,
    ContinuumFit,
    FitResult,
    FitWarning,
    Measurement,
)

__all__ = [
    "BalmerConfig",
    "Component",
    "ComplexFit",
    "ContinuumConfig",
    "ContinuumFit",
    "Cosmology",
    "FitConfig",
    "FitResult",
    "FitWarning",
    "IronConfig",
    "Measurement",
    "PowerLawConfig",
    "UncertaintyConfig",
    "fit_quasar",
]
