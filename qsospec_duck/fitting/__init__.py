"""Fitting: a rest-frame `Spectrum` and a `FitConfig` become a `FitResult`."""

from qsospec_duck.fitting.result import (
    Component,
    ComplexFit,
    ContinuumFit,
    FitResult,
    FitWarning,
    Measurement,
)

__all__ = ["Component", "ComplexFit", "ContinuumFit", "FitResult", "FitWarning", "Measurement"]
