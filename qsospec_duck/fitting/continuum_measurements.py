"""Measurements of the continuum: parameters, monochromatic fluxes and luminosities, Fe II bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from qsospec_duck.constants import CONTINUUM_WAVELENGTHS, FLUX_UNIT, LINE_FLUX_UNIT
from qsospec_duck.fitting.continuum_program import LAW_FAMILIES, columns_of, family_of, rows_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.covariance import fill_rows
from qsospec_duck.fitting.error_calibration import log_factors
from qsospec_duck.fitting.measurement_rows import Label, Row, Rows, in_columns
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.program import Program
from qsospec_duck.spectra import Spectrum

IRON_BANDS = {
    "iron_optical": (4434.0, 4684.0),
    "iron_uv": (2250.0, 2650.0),
}
"""Rest wavelengths [Å] between which Fe II is integrated: 4434-4684 defines R_Fe (Boroson & Green 1992,
ApJS 80, 109), 2250-2650 the UV strength (Dietrich et al. 2003, ApJ 596, 817, and after)."""

_SHAPE_UNITS = {"slope": "", "fwhm": "km/s", "velocity": "km/s", "ebv": "mag", "bend": ""}


_BAND_GRIDS = {name: np.linspace(low, high, 126) for name, (low, high) in IRON_BANDS.items()}
_GRID = np.unique(np.concatenate([CONTINUUM_WAVELENGTHS, *_BAND_GRIDS.values()]))
_LOG_GRID, _ONES = np.log(_GRID), np.ones_like(_GRID)
_PLACES = {wavelength: int(np.searchsorted(_GRID, wavelength)) for wavelength in CONTINUUM_WAVELENGTHS}


def _trapezoidal(wavelengths: FloatArray) -> tuple[slice, FloatArray]:
    """Stretch of the grid that holds equidistant wavelengths, and weights there of an integral over them [Å]."""
    places = np.searchsorted(_GRID, wavelengths)
    weights = np.zeros(places[-1] + 1 - places[0])
    weights[places - places[0]] = np.gradient(wavelengths)
    weights[[0, -1]] *= 0.5
    return slice(places[0], places[-1] + 1), weights


_INTEGRALS = {name: _trapezoidal(wavelengths) for name, wavelengths in _BAND_GRIDS.items()}


@dataclass(frozen=True, eq=False)
class _OnGrid:
    """A continuum on the few wavelengths where it is measured."""

    solution: Solution
    jacobian: FloatArray
    """(n_par + n_col, n_grid)."""

    columns: FloatArray
    """(n_col, n_grid) per unit amplitude: its last rows."""

    @cached_property
    def law(self) -> FloatArray:
        """(n_grid,) power law and polynomial."""
        return self.flux(LAW_FAMILIES)

    def flux(self, families: tuple[str, ...]) -> FloatArray:
        """(n_grid,) flux density of some families."""
        own = columns_of(self.solution.optimum.program, families)
        return self.solution.optimum.amplitudes[own] @ self.columns[own]

    def gradient(self, families: tuple[str, ...], places: slice, weights: FloatArray) -> FloatArray:
        """(n_par + n_col,) derivative of a weighted sum of `flux` over some places."""
        return _has(self.solution.optimum.program, families) * (self.jacobian[:, places] @ weights)

    def error(self, gradient: FloatArray) -> float:
        """1σ of what has this gradient (n_par + n_col,)."""
        return math.sqrt(max(float(gradient @ self.solution.covariance @ gradient), 0.0))

    def by_law(self, places: Sequence[int]) -> FloatArray:
        """(n_place, n_par + n_col) derivative of `law` at some places."""
        return self.jacobian.T[places] * _has(self.solution.optimum.program, LAW_FAMILIES)

    def errors(self, gradients: FloatArray) -> list[float]:
        """1σ of what has these gradients (n, n_par + n_col), n numbers."""
        variances = ((gradients @ self.solution.covariance) * gradients).sum(axis=1)
        return [math.sqrt(max(variance, 0.0)) for variance in variances.tolist()]


@cache
def _has(program: Program, families: tuple[str, ...]) -> FloatArray:
    """(n_par + n_col,) 1 for parameters of some families, else 0."""
    found = np.zeros(len(program.parameters) + len(program.columns))
    found[rows_of(program, families)] = 1.0
    return found


def measure_continuum(
    solution: Solution, published: Published, spectrum: Spectrum, log_distance: float | None, *, place: float | None
) -> tuple[Rows, list[FitWarning]]:
    """All measurements of the continuum.

    Parameters
    ----------
    solution : Solution
    published : Published
        Its parameters.
    spectrum : Spectrum
        Rest frame.
    log_distance : float or None
        log10 of 4π d_L² · 1e-17 [cm²]; ``None`` where there is no luminosity.
    place : float or None
        That of the spectrum's S/N in the calibration of errors (`qsospec_duck.fitting.error_calibration.snr_place`),
        which widens linear errors to what simulated quasars show; ``None`` leaves them linear.
    """
    optimum = solution.optimum
    rows_on_grid = np.zeros((optimum.theta.size + optimum.amplitudes.size, _GRID.size))
    fill_rows(optimum, _LOG_GRID, _ONES, rows_on_grid, np.zeros((len(rows_on_grid), 2), dtype=np.int64))
    on_grid = _OnGrid(solution, rows_on_grid, rows_on_grid[optimum.theta.size :])
    good = np.flatnonzero(spectrum.good)
    first, last = spectrum.wavelength[good[0]], spectrum.wavelength[good[-1]]
    covered = [wavelength for wavelength in CONTINUUM_WAVELENGTHS if first <= wavelength <= last]
    rows = _parameter_rows(solution, published) + _statistics(solution)
    warnings: list[FitWarning] = []
    places = [_PLACES[wavelength] for wavelength in covered]
    fluxes, errors = on_grid.law[places].tolist(), on_grid.errors(on_grid.by_law(places))
    for wavelength, flux, error in zip(covered, fluxes, errors, strict=True):
        rows += _sample(on_grid, wavelength, flux, error, log_distance, warnings)
    if len(covered) < len(CONTINUUM_WAVELENGTHS):
        outside = [f"{wavelength:.0f}" for wavelength in CONTINUUM_WAVELENGTHS if wavelength not in covered]
        warnings.append(
            warn(
                "continuum_extrapolated", "continuum",
                f"no luminosity at {', '.join(outside)} Å: the spectrum covers {first:.0f} to {last:.0f} Å.",
                wavelengths=outside,
            )
        )  # fmt: skip
    for name, (low, high) in IRON_BANDS.items():
        if columns_of(optimum.program, (name,)).size and first <= low and high <= last:
            rows += _iron_band(on_grid, name)
    return in_columns(rows if place is None else [_with_calibrated_error(*row, place) for row in rows]), warnings


def _with_calibrated_error(label: Label, value: float, error: float, place: float) -> Row:
    if math.isnan(error):
        return label, value, error
    low, high = _log_factors(label)
    return label, value, error * math.exp((1.0 - place) * low + place * high)


@cache
def _log_factors(label: Label) -> tuple[float, float]:
    """Those of `qsospec_duck.fitting.error_calibration`: the error of a luminosity is that of its flux."""
    if label.measure == "logl":
        return log_factors(label.quantity.replace("logl", "flux_"), "flux")
    return log_factors(label.quantity, label.measure)


def _parameter_rows(solution: Solution, published: Published) -> list[Row]:
    """Rows of the parameters, but for shapes that are held or without flux, and for what was assumed."""
    optimum = solution.optimum
    in_use, is_assumed = optimum.shapes_in_use.tolist(), (optimum.prior[1] > 0).tolist()
    return [
        (parameter.label, value, error)
        for parameter, value, error in zip(
            _parameters(optimum.program), published.values.tolist(), published.errors.tolist(), strict=True
        )
        if (parameter.slot is None or in_use[parameter.slot]) and not is_assumed[parameter.column]
    ]


class _Parameter(NamedTuple):
    """What a parameter of the continuum is called in tables, and when it stands there."""

    label: Label
    slot: int | None
    """Of a shape; ``None`` for an amplitude."""

    column: int
    """First column of its family."""


@cache
def _parameters(program: Program) -> tuple[_Parameter, ...]:
    """Shapes, then amplitudes."""
    names = [*program.shape_names, *(f"{column}_norm" for column in program.columns)]
    units = [_SHAPE_UNITS[parameter.kind] for parameter in program.parameters]
    units += [FLUX_UNIT if family_of(name) in LAW_FAMILIES else LINE_FLUX_UNIT for name in program.columns]
    found = []
    for place, (name, unit) in enumerate(zip(names, units, strict=True)):
        family = family_of(name)
        label = Label(
            "continuum_parameter", name, unit,
            feature_id=family, role="continuum", measure=name.removeprefix(f"{family}_"),
        )  # fmt: skip
        slot = place if place < len(program.parameters) else None
        found.append(_Parameter(label, slot, int(columns_of(program, (family,))[0])))
    return tuple(found)


_STATISTICS = tuple(
    Label("continuum_metric", name, "", measure=name, method="none") for name in ("chi2", "dof", "bic", "reduced_chi2")
)
"""The last has no value where there are no degrees of freedom."""


def _statistics(solution: Solution) -> list[Row]:
    optimum = solution.optimum
    n_used = optimum.n_pixels
    dof = n_used - optimum.n_parameters
    values = [optimum.chi2, float(dof), optimum.chi2 + optimum.n_parameters * math.log(max(n_used, 1))]
    if dof > 0:
        values.append(optimum.chi2 / dof)
    return [(label, value, math.nan) for label, value in zip(_STATISTICS, values, strict=False)]


def _sample(
    on_grid: _OnGrid, wavelength: float, flux: float, error: float, log_distance: float | None,
    warnings: list[FitWarning],
) -> list[Row]:  # fmt: skip
    """Flux density and λL_λ of power law and polynomial at one wavelength, without Fe II and Balmer emission."""
    if not flux > 0:
        message = f"the power law vanishes at {wavelength:.0f} Å."
        warnings.append(warn("negative_continuum", "continuum", message, wavelength=wavelength))
        return []
    labels = _sample_labels(wavelength)
    rows = [(labels.flux, flux, error if error > 0 else math.nan)]
    if log_distance is not None:
        rows.append(_luminosity(labels.logl, wavelength, flux, error, log_distance))
        ebv = _slot_of_ebv(on_grid.solution.optimum.program)
        if ebv is not None:
            flux, error = _before_the_dust(on_grid, _PLACES[wavelength], ebv)
            rows.append(_luminosity(labels.dereddened, wavelength, flux, error, log_distance))
    return rows


class _SampleLabels(NamedTuple):
    """Labels of the rows at one wavelength."""

    flux: Label
    logl: Label
    dereddened: Label


@cache
def _sample_labels(wavelength: float) -> _SampleLabels:
    name = f"{wavelength:.0f}"

    def label(section: str, quantity: str, unit: str, measure: str) -> Label:
        return Label(section, quantity, unit, feature_id="power_law", role="continuum", measure=measure)

    return _SampleLabels(
        label("continuum_sample", f"flux_{name}", FLUX_UNIT, "flux"),
        label("continuum_metric", f"logl{name}", "dex(erg/s)", "logl"),
        label("continuum_metric", f"logl{name}_dereddened", "dex(erg/s)", "logl_dereddened"),
    )


@cache
def _slot_of_ebv(program: Program) -> int | None:
    return next((k for k, one in enumerate(program.parameters) if one.kind == "ebv"), None)


def _before_the_dust(on_grid: _OnGrid, place: int, ebv: int) -> tuple[float, float]:
    """Flux density without the quasar's own dust, and its error, at a place of the grid.

    Flux of the power law and its derivatives lose the factor exp(θ C); by E(B-V) itself nothing changes.
    """
    optimum, (gradient,) = on_grid.solution.optimum, on_grid.by_law([place])
    law = float(optimum.amplitudes[0] * on_grid.columns[0, place])
    dimming = math.exp(-float(gradient[ebv]) / law * float(optimum.theta[ebv])) if law > 0 else 1.0
    bare = gradient * dimming
    polynomial = columns_of(optimum.program, ("polynomial",))
    bare[optimum.theta.size + polynomial] = on_grid.columns[polynomial, place]
    bare[ebv] = 0.0
    return float(on_grid.law[place]) + law * (dimming - 1.0), on_grid.error(bare)


def _luminosity(label: Label, wavelength: float, flux: float, error: float, log_distance: float) -> Row:
    known = error / flux / math.log(10.0) if error > 0 else math.nan
    return label, math.log10(flux * wavelength) + log_distance, known


def _iron_band(on_grid: _OnGrid, name: str) -> list[Row]:
    """Flux of Fe II in its band, and its equivalent width against the power law."""
    inside, weights = _INTEGRALS[name]
    iron = on_grid.flux((name,))[inside]
    flux_error = on_grid.error(on_grid.gradient((name,), inside, weights))
    if flux_error == 0.0:
        own = columns_of(on_grid.solution.optimum.program, (name,))
        per_amplitude = on_grid.columns[own, inside] @ weights
        flux_error = float(np.linalg.norm(on_grid.solution.amplitude_errors[own] * per_amplitude))

    flux_label, ew_label = _band_labels(name)
    rows = [(flux_label, float(weights @ iron), flux_error if flux_error > 0 else math.nan)]
    law = on_grid.law[inside]
    if law.min() > 0:
        per_law = weights / law
        gradient = on_grid.gradient((name,), inside, per_law)
        gradient -= on_grid.gradient(LAW_FAMILIES, inside, per_law * iron / law)
        error = on_grid.error(gradient)
        rows.append((ew_label, float(per_law @ iron), error if error > 0 else math.nan))
    return rows


@cache
def _band_labels(name: str) -> tuple[Label, Label]:
    """Labels of flux and equivalent width of Fe II."""
    low, high = IRON_BANDS[name]
    names = [f"{measure}_{low:.0f}_{high:.0f}" for measure in ("flux", "ew")]
    flux, ew = (
        Label("continuum_metric", f"{name}_{one}", unit, feature_id=name, role="continuum", measure=one)
        for one, unit in zip(names, (LINE_FLUX_UNIT, "Angstrom"), strict=True)
    )
    return flux, ew
