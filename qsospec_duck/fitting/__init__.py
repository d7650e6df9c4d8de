"""Fitting: a rest-frame `Spectrum` and a `FitConfig` become a `FitResult`.

Enters: a spectrum, options. Leaves: parameters, covariance, models, measurements, warnings.
"""

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
