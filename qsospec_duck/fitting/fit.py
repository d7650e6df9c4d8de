"""The fit of one quasar, from spectrum to measurements: the method section of the paper."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from qsospec_duck.constants import FLUX_UNIT_CGS
from qsospec_duck.errors import FitError
from qsospec_duck.fitting.absorption import measure_absorption
from qsospec_duck.fitting.assemble import complex_result, continuum_result, empty_continuum
from qsospec_duck.fitting.blocks import fit_blocks
from qsospec_duck.fitting.ca_k import measure_ca_k
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.config import Cosmology, FitConfig
from qsospec_duck.fitting.continuum_base import continuum_base
from qsospec_duck.fitting.continuum_measurements import measure_continuum
from qsospec_duck.fitting.cosmology import luminosity_distance_cm
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.coverage import coverage_of
from qsospec_duck.fitting.error_calibration import median_snr, snr_place
from qsospec_duck.fitting.host import fit_host, host_fields, host_metadata, without_host
from qsospec_duck.fitting.host_measurements import measure_host, with_host_errors
from qsospec_duck.fitting.line_measurements import MeasuredComplex, measure_complex
from qsospec_duck.fitting.measurement_rows import MeasurementTable, Row, Rows, labelled
from qsospec_duck.fitting.monte_carlo import Draws, draw_measurements, judge_draws, with_drawn_errors
from qsospec_duck.fitting.published import Published, published_parameters
from qsospec_duck.fitting.quality import line_qualities
from qsospec_duck.fitting.redshift_check import check_redshift
from qsospec_duck.fitting.result import FitResult, FitWarning, FloatArray
from qsospec_duck.fitting.systemic import measure_systemic
from qsospec_duck.fitting.verdicts import (
    judge_complex,
    judge_continuum,
    judge_coverage,
    judge_luminosities,
    judge_residuals,
    judge_spectrum,
)
from qsospec_duck.models.recipes import ComplexRecipe, load_recipe
from qsospec_duck.spectra import Spectrum, prepare

MIN_GOOD_PIXELS = 50
"""Fewest usable pixels of a spectrum that is worth a fit."""

_FIRST_FIT = iter((True,))
"""Says True once in a process, to the fit that loads its machine code."""


def fit_quasar(spectrum: Spectrum, config: FitConfig | None = None) -> FitResult:
    """Fit one quasar spectrum: continuum, Fe II, Balmer and every covered line complex.

    Parameters
    ----------
    spectrum : Spectrum
        Observed or rest frame; dereddened and shifted here where it is not yet.
    config : FitConfig, optional
        Scientific options; defaults where none are given.

    Returns
    -------
    FitResult
        On the spectrum's own grid, rest frame. What did not go normally stands in its ``warnings``.

    Raises
    ------
    FitError
        Fewer than 50 usable pixels, or a negative redshift: there is nothing to fit.
    ConfigError
        A recipe or a template cannot be read.
    """
    config = config or FitConfig()
    return fit_recipes(spectrum, config, [load_recipe(name) for name in config.complexes])


def fit_recipes(spectrum: Spectrum, config: FitConfig, recipes: Sequence[ComplexRecipe]) -> FitResult:
    """Fit continuum and given complexes; arguments and errors as those of `fit_quasar`."""
    if next(_FIRST_FIT, False):
        with _collector_at_rest():
            return fit_recipes(spectrum, config, recipes)
    # Matrices of a fit are small: a second BLAS thread would only spin, and double the CPU time.
    pools = _blas_pools()
    if all(pool.num_threads == 1 for pool in pools.lib_controllers):
        return _fit(spectrum, config, recipes)
    with pools.limit(limits=1):
        return _fit(spectrum, config, recipes)


def _fit(spectrum: Spectrum, config: FitConfig, recipes: Sequence[ComplexRecipe]) -> FitResult:
    started = time.perf_counter()
    _refuse_hopeless(spectrum)
    whole = prepare(spectrum, config.extinction)
    host, about_host = fit_host(whole, config.host, config.continuum)
    rest = without_host(whole, host)
    coverages = [coverage_of(rest, recipe) for recipe in recipes]
    proposed, suspect = check_redshift(rest)
    snr = median_snr(rest.flux, rest.ivar)
    warnings: tuple[FitWarning, ...] = (*judge_spectrum(rest, snr), *suspect, *about_host)

    fitted = fit_blocks(rest, config, recipes, coverages)
    if fitted is None:
        result, failure = empty_continuum(rest)
        statuses = {
            recipe.recipe_id: "failed" if c.can_fit else c.status for recipe, c in zip(recipes, coverages, strict=True)
        }
        return FitResult(
            rest, result, {}, statuses, tuple(proposed), (*warnings, failure),
            metadata=_metadata(rest, config, started, 0.0) | host_metadata(host), **host_fields(whole, host),
        )  # fmt: skip
    continuum, stages, solutions = fitted.continuum, fitted.stages, fitted.solutions
    for recipe, coverage in zip(recipes, coverages, strict=True):
        warnings += tuple(judge_coverage(recipe, coverage))

    log_distance = _log_distance(rest, config.cosmology)
    place = snr_place(rest, snr) if config.uncertainty.calibrated else None
    x, published = rest.log_wavelength, _publish(solutions)
    measured, found = _measure(rest, x, log_distance, place, stages, solutions, published)
    absorption, broad = measure_absorption(solutions, fitted.troughs)
    warnings += (*continuum.warnings, *judge_continuum(continuum, solutions[0]), *found, *broad)
    for stage, solution in zip(stages, solutions[1:], strict=True):
        warnings += (*judge_complex(stage, solution), *judge_residuals(rest, stage, fitted.model))
    metadata = _metadata(rest, config, started, fitted.seconds_continuum) | host_metadata(host)
    if config.uncertainty.method == "monte_carlo":

        def measure(drawn: Sequence[ComplexStage], their: Sequence[Solution]) -> Iterable[Row]:
            return chain.from_iterable(_measure(rest, x, log_distance, place, drawn, their, _publish(their))[0].parts())

        draws = draw_measurements(rest, stages, solutions, measure, config.uncertainty)
        measured = measured.with_errors(draws)
        warnings += tuple(judge_draws(draws))
        metadata |= {"monte_carlo": draws.kept(config.uncertainty.keep), "seconds_total": time.perf_counter() - started}
    if host is not None:
        measured = measured._replace(continuum=with_host_errors(measured.continuum, rest, host))
    warnings += tuple(judge_luminosities(measured.continuum))
    ca_k = measure_ca_k(whole)
    rows = [
        *measured.parts(), labelled(ca_k), measure_systemic(measured.complexes, ca_k, rest.z), labelled(proposed),
        *line_qualities([one.features for one in measured.complexes], warnings), labelled(absorption),
    ]  # fmt: skip
    if host is not None:
        rows.append(labelled(measure_host(rest, host, solutions[0], log_distance)))
    return FitResult(
        spectrum=rest,
        continuum=continuum_result(x, continuum, solutions[0], published[0], fitted.models[0]),
        complexes={
            stage.recipe.recipe_id: complex_result(x, stage, solution, own, model)
            for stage, solution, own, model in zip(
                stages, solutions[1:], published[1:], fitted.models[1:], strict=True
            )
        },
        complex_statuses={recipe.recipe_id: c.status for recipe, c in zip(recipes, coverages, strict=True)},
        measurements=MeasurementTable(rows),
        warnings=warnings,
        metadata=metadata,
        **host_fields(whole, host),
    )  # fmt: skip


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector, while machine code is loaded, from going over all that is imported many times."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@cache
def _blas_pools() -> ThreadpoolController:
    """The BLAS thread pools of this process; looking for them takes longer than using them."""
    return ThreadpoolController().select(user_api="blas")


def _refuse_hopeless(spectrum: Spectrum) -> None:
    n_good = int(np.count_nonzero(spectrum.good))
    if n_good < MIN_GOOD_PIXELS:
        raise FitError(
            f"{spectrum.label}: {n_good} of {spectrum.n_pix} pixels are usable (ivar > 0 and finite flux); "
            f"a fit needs {MIN_GOOD_PIXELS}."
        )
    if spectrum.z < 0:
        raise FitError(f"{spectrum.label}: redshift is {spectrum.z}; a quasar's is not negative.")


def _publish(solutions: Sequence[Solution]) -> list[Published]:
    """Parameters of the continuum and of all complexes."""
    continuum, *lines = solutions
    return [published_parameters(continuum, "norm"), *(published_parameters(one, "flux") for one in lines)]


class _Measured(NamedTuple):
    """What is measured on the continuum and on each complex."""

    continuum: Rows
    complexes: list[MeasuredComplex]

    def parts(self) -> Iterator[Rows]:
        """All rows in their order."""
        yield self.continuum
        for one in self.complexes:
            yield from (one.statistics, one.parameters, one.lines)

    def with_errors(self, draws: Draws) -> _Measured:
        """The same with errors from noise draws."""
        complexes = [
            MeasuredComplex(one.features, *(with_drawn_errors(rows, draws) for rows in one[1:]))
            for one in self.complexes
        ]
        return _Measured(with_drawn_errors(self.continuum, draws), complexes)


def _measure(
    rest: Spectrum,
    x: FloatArray,
    log_distance: float | None,
    place: float | None,
    stages: Sequence[ComplexStage],
    solutions: Sequence[Solution],
    published: Sequence[Published],
) -> tuple[_Measured, list[FitWarning]]:
    """Everything that is measured on the continuum and on all complexes."""
    continuum, warnings = measure_continuum(solutions[0], published[0], rest, log_distance, place=place)
    complexes = []
    base = continuum_base(x, solutions[0])
    for stage, solution, own in zip(stages, solutions[1:], published[1:], strict=True):
        one, found = measure_complex(stage, solution, own, base, log_distance, place=place)
        complexes.append(one)
        warnings += found
    return _Measured(continuum, complexes), warnings


def _log_distance(rest: Spectrum, cosmology: Cosmology) -> float | None:
    """log10 of 4π d_L² · 1e-17 [cm²]; ``None`` for relative fluxes and z = 0."""
    if rest.flux_unit == "relative" or not rest.z > 0:
        return None
    distance = luminosity_distance_cm(rest.z, cosmology.h0, cosmology.om0)
    return math.log10(4.0 * math.pi * FLUX_UNIT_CGS) + 2.0 * math.log10(distance)


def _metadata(rest: Spectrum, config: FitConfig, started: float, continuum_seconds: float) -> dict[str, object]:
    return {
        "configuration_hash": config.hash(),
        "h0": config.cosmology.h0,
        "om0": config.cosmology.om0,
        "line_spread_known": rest.lsf_sigma is not None,
        "seconds_continuum": continuum_seconds,
        "seconds_total": time.perf_counter() - started,
    }
