"""Measurements of the continuum: parameters, monochromatic fluxes and luminosities, Fe II bands."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from qsospec_duck.constants import CONTINUUM_WAVELENGTHS, FLUX_UNIT, LINE_FLUX_UNIT
from qsospec_duck.fitting.continuum_grid import IRON_BANDS, ContinuumOnGrid
from qsospec_duck.fitting.continuum_program import LAW_FAMILIES, columns_of, family_of
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.error_calibration import log_factors
from qsospec_duck.fitting.measurement_rows import Label, Row, Rows, in_columns
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import FitWarning
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.program import Program
from qsospec_duck.spectra import Spectrum

_SHAPE_UNITS = {"slope": "", "fwhm": "km/s", "velocity": "km/s", "ebv": "mag", "bend": ""}


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
    optimum, on_grid = solution.optimum, ContinuumOnGrid(solution)
    good = np.flatnonzero(spectrum.good)
    first, last = spectrum.wavelength[good[0]], spectrum.wavelength[good[-1]]
    covered = [wavelength for wavelength in CONTINUUM_WAVELENGTHS if first <= wavelength <= last]
    rows = _parameter_rows(solution, published) + _statistics(solution)
    warnings: list[FitWarning] = []
    for wavelength, flux, error in zip(covered, *on_grid.law(covered), strict=True):
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
    on_grid: ContinuumOnGrid, wavelength: float, flux: float, error: float, log_distance: float | None,
    warnings: list[FitWarning],
) -> list[Row]:  # fmt: skip
    """Flux density and λL_λ of power law and polynomial at one wavelength, without Fe II and Balmer emission."""
    if not flux > 0:
        message = f"the power law vanishes at {wavelength:.0f} Å."
        warnings.append(warn("negative_continuum", "continuum", message, wavelength=wavelength))
        return []
    labels = _sample_labels(wavelength)
    rows = [(labels.flux, flux, _known(error))]
    if log_distance is not None:
        rows.append(_luminosity(labels.logl, wavelength, flux, error, log_distance))
        ebv = _slot_of_ebv(on_grid.solution.optimum.program)
        if ebv is not None:
            flux, error = on_grid.law_before_the_dust(wavelength, ebv)
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


def _luminosity(label: Label, wavelength: float, flux: float, error: float, log_distance: float) -> Row:
    known = error / flux / math.log(10.0) if error > 0 else math.nan
    return label, math.log10(flux * wavelength) + log_distance, known


def _iron_band(on_grid: ContinuumOnGrid, name: str) -> list[Row]:
    """Flux of Fe II in its band, and its equivalent width against the power law."""
    band, (flux, ew) = on_grid.band(name), _band_labels(name)
    return [(flux, band.flux, _known(band.flux_error)), (ew, band.ew, _known(band.ew_error))]


def _known(error: float) -> float:
    """An error, NaN where it is 0."""
    return error if error > 0 else math.nan


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
