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
from qsospec_duck.fitting.measurement_rows import Label, Rows
from qsospec_duck.fitting.published import Published
from qsospec_duck.fitting.result import FitWarning, FloatArray
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
    on_grid, layout = ContinuumOnGrid(solution), _layout(solution.optimum.program)
    first, last = _ends(spectrum)
    covered = [wavelength for wavelength in CONTINUUM_WAVELENGTHS if first <= wavelength <= last]
    warnings: list[FitWarning] = []
    numbers = [*_of_parameters(solution, published, layout), *_statistics(solution)]
    of_law = dict(zip(covered, zip(*on_grid.law(covered), strict=True), strict=True))
    for wavelength in CONTINUUM_WAVELENGTHS:
        numbers += _sample(on_grid, layout, wavelength, of_law.get(wavelength), log_distance, warnings)
    if len(covered) < len(CONTINUUM_WAVELENGTHS):
        outside = [f"{wavelength:.0f}" for wavelength in CONTINUUM_WAVELENGTHS if wavelength not in of_law]
        warnings.append(
            warn(
                "continuum_extrapolated", "continuum",
                f"no luminosity at {', '.join(outside)} Å: the spectrum covers {first:.0f} to {last:.0f} Å.",
                wavelengths=outside,
            )
        )  # fmt: skip
    for name in layout.bands:
        low, high = IRON_BANDS[name]
        numbers += _iron_band(on_grid, name) if first <= low and high <= last else (_NOTHING, _NOTHING)
    values, errors = np.array(numbers).T
    if place is not None:
        low_snr, high_snr = layout.log_factors
        errors = errors * np.exp((1.0 - place) * low_snr + place * high_snr)
    return Rows(layout.labels, values, errors), warnings


def _ends(spectrum: Spectrum) -> tuple[float, float]:
    """First and last usable wavelength [Å]."""
    good = spectrum.good
    return float(spectrum.wavelength[good.argmax()]), float(spectrum.wavelength[-1 - good[::-1].argmax()])


Number = tuple[float, float]
"""A value, NaN where there is none, and its error."""

_NOTHING: Number = (math.nan, math.nan)


class _Layout(NamedTuple):
    """The rows of all continua of one program."""

    labels: tuple[Label, ...]
    """Of the parameters, of the statistics, of each wavelength, of each band."""

    log_factors: FloatArray
    """(2, n) ln of both factors on their errors (`qsospec_duck.fitting.error_calibration`)."""

    parameters: tuple[_Parameter, ...]
    ebv: int | None
    """Slot of the quasar's own dust, whose luminosities without it have rows of their own."""

    bands: tuple[str, ...]
    """Templates of Fe II that are measured."""


@cache
def _layout(program: Program) -> _Layout:
    parameters = _parameters(program)
    ebv = next((k for k, one in enumerate(program.parameters) if one.kind == "ebv"), None)
    bands = tuple(name for name in IRON_BANDS if columns_of(program, (name,)).size)
    labels = [*(one.label for one in parameters), *_STATISTICS]
    for wavelength in CONTINUUM_WAVELENGTHS:
        labels += _sample_labels(wavelength)[: 2 if ebv is None else 3]
    for name in bands:
        labels += _band_labels(name)
    factors = np.array([_log_factors(label) for label in labels])
    return _Layout(tuple(labels), factors.T.copy(), parameters, ebv, bands)


def _log_factors(label: Label) -> tuple[float, float]:
    """Those of `qsospec_duck.fitting.error_calibration`: the error of a luminosity is that of its flux."""
    if label.measure == "logl":
        return log_factors(label.quantity.replace("logl", "flux_"), "flux")
    return log_factors(label.quantity, label.measure)


def _of_parameters(solution: Solution, published: Published, layout: _Layout) -> list[Number]:
    """The parameters, but for shapes that are held or without flux, and for what was assumed."""
    optimum = solution.optimum
    in_use, is_assumed = optimum.shapes_in_use.tolist(), (optimum.prior[1] > 0).tolist()
    return [
        (value, error)
        if (parameter.slot is None or in_use[parameter.slot]) and not is_assumed[parameter.column]
        else _NOTHING
        for parameter, value, error in zip(
            layout.parameters, published.values.tolist(), published.errors.tolist(), strict=True
        )
    ]


class _Parameter(NamedTuple):
    """What a parameter of the continuum is called in tables, and when it stands there."""

    label: Label
    slot: int | None
    """Of a shape; ``None`` for an amplitude."""

    column: int
    """First column of its family."""


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


def _statistics(solution: Solution) -> list[Number]:
    optimum = solution.optimum
    dof = optimum.dof
    reduced = optimum.chi2 / dof if dof > 0 else math.nan
    return [(value, math.nan) for value in (optimum.chi2, float(dof), optimum.bic, reduced)]


def _sample(
    on_grid: ContinuumOnGrid, layout: _Layout, wavelength: float, law: Number | None, log_distance: float | None,
    warnings: list[FitWarning],
) -> list[Number]:  # fmt: skip
    """Flux density and λL_λ of power law and polynomial at one wavelength, without Fe II and Balmer emission.

    ``law`` is the flux density with its error, ``None`` where the spectrum does not reach.
    """
    numbers = [_NOTHING, _NOTHING] if layout.ebv is None else [_NOTHING, _NOTHING, _NOTHING]
    if law is None:
        return numbers
    flux, error = law
    if not flux > 0:
        message = f"the power law vanishes at {wavelength:.0f} Å."
        warnings.append(warn("negative_continuum", "continuum", message, wavelength=wavelength))
        return numbers
    numbers[0] = flux, _known(error)
    if log_distance is not None:
        numbers[1] = _luminosity(wavelength, flux, error, log_distance)
        if layout.ebv is not None:
            numbers[2] = _luminosity(wavelength, *on_grid.law_before_the_dust(wavelength, layout.ebv), log_distance)
    return numbers


class _SampleLabels(NamedTuple):
    """Labels of the rows at one wavelength."""

    flux: Label
    logl: Label
    dereddened: Label


def _sample_labels(wavelength: float) -> _SampleLabels:
    name = f"{wavelength:.0f}"

    def label(section: str, quantity: str, unit: str, measure: str) -> Label:
        return Label(section, quantity, unit, feature_id="power_law", role="continuum", measure=measure)

    return _SampleLabels(
        label("continuum_sample", f"flux_{name}", FLUX_UNIT, "flux"),
        label("continuum_metric", f"logl{name}", "dex(erg/s)", "logl"),
        label("continuum_metric", f"logl{name}_dereddened", "dex(erg/s)", "logl_dereddened"),
    )


def _luminosity(wavelength: float, flux: float, error: float, log_distance: float) -> Number:
    known = error / flux / math.log(10.0) if error > 0 else math.nan
    return math.log10(flux * wavelength) + log_distance, known


def _iron_band(on_grid: ContinuumOnGrid, name: str) -> tuple[Number, Number]:
    """Flux of Fe II in its band, and its equivalent width against the power law."""
    band = on_grid.band(name)
    return (band.flux, _known(band.flux_error)), (band.ew, _known(band.ew_error))


def _known(error: float) -> float:
    """An error, NaN where it is 0."""
    return error if error > 0 else math.nan


def _band_labels(name: str) -> tuple[Label, Label]:
    """Labels of flux and equivalent width of Fe II."""
    low, high = IRON_BANDS[name]
    names = [f"{measure}_{low:.0f}_{high:.0f}" for measure in ("flux", "ew")]
    flux, ew = (
        Label("continuum_metric", f"{name}_{one}", unit, feature_id=name, role="continuum", measure=one)
        for one, unit in zip(names, (LINE_FLUX_UNIT, "Angstrom"), strict=True)
    )
    return flux, ew
