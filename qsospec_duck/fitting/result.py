"""What a fit gives back: parameters, models, measurements, warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.spectra import Spectrum

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class Measurement(NamedTuple):
    """One number with its error: a row of the ``measurements`` table."""

    section: str
    """``continuum_parameter``, ``continuum_metric``, ``continuum_sample``, ``complex_parameter``,
    ``complex_metric``, ``host_parameter`` or ``host_metric``."""

    quantity: str
    """Name that is unique within (section, recipe_id), for example ``hb_broad_fwhm`` or ``power_law_slope``."""

    value: float
    """Finite value in ``unit``."""

    error: float | None
    """1σ error in ``unit``; ``None`` where none is defined (a fixed or bound parameter, a count)."""

    unit: str
    """Unit as written in ``columns.csv``; empty for a pure number."""

    recipe_id: str | None = None
    """Line complex; ``None`` outside complexes."""

    feature_id: str | None = None
    """Line or component: an id of ``lines.csv``, or ``power_law``, ``iron_uv``, ``iron_optical``, ``balmer``."""

    role: str | None = None
    """``broad``, ``narrow``, ``wing`` or ``total`` for lines, ``continuum`` otherwise."""

    measure: str | None = None
    """What is measured, without the feature: ``fwhm``, ``flux``, ``ew``, ``slope`` ... (ids of ``columns.csv``)."""

    method: str = "covariance"
    """How the error was found: ``covariance``, ``monte_carlo`` or ``none``."""


@dataclass(frozen=True)
class FitWarning:
    """One thing that did not go normally: a row of the ``warnings`` table."""

    code: str
    """A code of ``data/warning_codes.csv``."""

    message: str
    """One sentence with the numbers of this case."""

    section: str
    """``spectrum``, ``continuum``, ``complex``, ``host`` or ``workflow``."""

    recipe_id: str | None = None
    """Line complex, where one is concerned."""

    severity: str = "warning"
    """``info``, ``warning`` or ``error``, as ``warning_codes.csv`` gives it."""

    context: Mapping[str, Any] = field(default_factory=dict)
    """Numbers behind the message, JSON-able."""


@dataclass(frozen=True)
class Component:
    """One additive part of the model on the spectrum's grid."""

    section: str
    """``continuum`` or ``complex``."""

    recipe_id: str | None
    """Line complex; ``None`` for the continuum."""

    name: str
    """``power_law``, ``iron_uv``, ``iron_optical``, ``balmer``, or a line component such as ``hb_broad_1``."""

    role: str
    """``continuum``, ``broad``, ``narrow`` or ``wing``."""

    values: FloatArray
    """(n_pix,) flux density, rest frame, house unit; exactly 0 outside the component's support."""


@dataclass(frozen=True)
class Trial:
    """One model that was tried on the way to the chosen one."""

    model: str
    """What differs from the model before: ``without hb_broad_2``, ``with oiii_wing``, ``lorentzian hb_broad``."""

    chi2: float
    n_parameters: int
    n_pixels: int
    accepted: bool
    """Whether it took the place of the model before."""

    @property
    def bic(self) -> float:
        """χ² + k ln n."""
        return self.chi2 + self.n_parameters * float(np.log(max(self.n_pixels, 1)))


@dataclass(frozen=True)
class ContinuumFit:
    """The global continuum on the full grid."""

    success: bool
    status: int
    """1 converged, 0 iteration limit, -1 not fitted."""

    message: str
    selected_model: str
    """``single`` or ``broken`` power law."""

    parameters: Mapping[str, float]
    parameter_errors: Mapping[str, float | None]
    covariance: FloatArray
    """(n_par, n_par) over the parameters in the order of ``parameters``; zero rows for fixed or bound ones."""

    chi2: float
    dof: int
    fit_mask: BoolArray
    """(n_pix,) True where a pixel lies in a continuum window and was offered to the fit."""

    clip_mask: BoolArray
    """(n_pix,) True where a pixel survived absorption clipping; the fit used ``fit_mask & clip_mask``."""

    components: Sequence[Component]
    """Those of a fit are computed when they are first looked at."""

    model: FloatArray
    """(n_pix,) sum of ``components``."""

    trials: tuple[Trial, ...] = ()
    """Models that were compared on the way, in order."""

    @property
    def reduced_chi2(self) -> float:
        """chi2 / dof; NaN without degrees of freedom."""
        return self.chi2 / self.dof if self.dof > 0 else float("nan")


@dataclass(frozen=True)
class ComplexFit:
    """One line complex, fitted on top of the continuum."""

    recipe_id: str
    label: str
    """Readable name, for example ``Hβ + [O III]``."""

    success: bool
    status: int
    """1 converged, 0 iteration limit, -1 not fitted."""

    message: str
    selected_model: str
    """Which optional components were kept, for example ``core`` or ``core+wing``."""

    parameters: Mapping[str, float]
    parameter_errors: Mapping[str, float | None]
    covariance: FloatArray
    chi2: float
    dof: int
    bic: float
    window: tuple[float, float]
    """Rest wavelengths [Å] between which the complex was fitted and is shown."""

    fit_mask: BoolArray
    """(n_pix,) True where a pixel was used."""

    excluded_mask: BoolArray
    """(n_pix,) True where a pixel inside the window was left out as absorption."""

    components: Sequence[Component]
    """Those of a fit are computed when they are first looked at."""

    model: FloatArray
    """(n_pix,) sum of ``components``; 0 outside the window."""

    trials: tuple[Trial, ...] = ()
    """Models that were compared on the way, in order."""

    @property
    def reduced_chi2(self) -> float:
        """chi2 / dof; NaN without degrees of freedom."""
        return self.chi2 / self.dof if self.dof > 0 else float("nan")


@dataclass(frozen=True)
class FitResult:
    """Everything that one spectrum gave."""

    spectrum: Spectrum
    """Rest frame, dereddened, host removed where a host was fitted: what was fitted."""

    continuum: ContinuumFit
    complexes: Mapping[str, ComplexFit]
    """Fitted complexes by recipe id, in order of wavelength."""

    complex_statuses: Mapping[str, str]
    """Every recipe's outcome: ``fitted``, ``not_covered``, ``too_few_pixels``, ``failed`` or, for Lyα,
    also ``red_side_only`` and ``edge_truncated``."""

    measurements: Sequence[Measurement]
    warnings: tuple[FitWarning, ...]
    host_model: FloatArray | None = None
    """(n_pix,) host galaxy, rest frame; ``None`` where no host was fitted."""

    total_flux: FloatArray | None = None
    """(n_pix,) flux before the host was removed; ``None`` where no host was fitted."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Configuration hash, software version, seconds spent by stage."""

    @property
    def warning_codes(self) -> tuple[str, ...]:
        """Codes of all warnings, sorted, each once."""
        return tuple(sorted({warning.code for warning in self.warnings}))

    @property
    def model(self) -> FloatArray:
        """(n_pix,) continuum plus all complexes (plus host where there is one)."""
        total = self.continuum.model + sum(
            (fit.model for fit in self.complexes.values()), np.zeros_like(self.spectrum.flux)
        )
        return total if self.host_model is None else total + self.host_model

    def value(self, quantity: str, recipe_id: str | None = None) -> float:
        """Value of a measurement by its quantity name; NaN where it was not measured."""
        for row in self.measurements:
            if row.quantity == quantity and recipe_id in (None, row.recipe_id):
                return row.value
        return float("nan")
