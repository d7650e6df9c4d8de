"""What did not go normally, said as warnings: of the spectrum, of a coverage, of a fitted complex."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numba
import numpy as np

from qsospec_duck.fitting.bound_verdicts import judge_bounds
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum import ContinuumStage
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.coverage import Coverage
from qsospec_duck.fitting.measurement_rows import Rows
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.bisection import first_not_below
from qsospec_duck.models.recipes import ComplexRecipe
from qsospec_duck.spectra import Spectrum

LOW_SNR = 2.0
"""Median signal-to-noise ratio per pixel below which a spectrum is flagged."""

HIGH_REDUCED_CHI2 = 3.0
"""Reduced χ² above which a model is no good description."""

RUNS_SIGMA, RUNS_REDUCED_CHI2 = -5.0, 1.5
"""Significance of too few runs of residuals of one sign (Wald & Wolfowitz 1940, Ann. Math. Stat. 11, 147), and the
reduced χ² below which they do not matter."""

UNCERTAIN_LOGL = 0.1
"""A luminosity is flagged that is uncertain by more than this [dex]."""

_COVERAGE_CODES: Mapping[str, str] = {
    "not_covered": "complex_not_covered",
    "too_few_pixels": "complex_few_pixels",
    "edge_truncated": "edge_truncated",
    "red_side_only": "red_side_only",
}


def judge_spectrum(rest: Spectrum, snr: float) -> list[FitWarning]:
    """Extinction, median signal-to-noise ratio, survey redshift warnings, lost pixels."""
    found = []
    if rest.extinction.status == "unavailable":
        found.append(
            warn(
                "galactic_extinction_unavailable",
                "spectrum",
                "no E(B-V) is known: fitted without Galactic dereddening.",
            )
        )
    if snr < LOW_SNR:
        found.append(warn("low_snr", "spectrum", f"median S/N per pixel is {snr:.2f}.", snr=snr))
    fraction = np.count_nonzero(rest.good) / rest.n_pix
    if fraction < 0.5:
        found.append(
            warn("few_good_pixels", "spectrum", f"{fraction:.0%} of the pixels are usable.", fraction=fraction)
        )
    zwarn = rest.metadata.get("zwarn")
    if zwarn:
        found.append(warn("redshift_warning", "spectrum", f"ZWARN is {zwarn}.", zwarn=int(zwarn)))
    return found


def judge_continuum(stage: ContinuumStage, solution: Solution) -> list[FitWarning]:
    """Convergence, clipping, degeneracy and bounds of the continuum."""
    optimum = solution.optimum
    found = []
    if optimum.status != 1:
        message = f"no convergence after {optimum.n_steps} steps."
        found.append(warn("continuum_not_converged", "continuum", message, steps=optimum.n_steps))
    n_clipped = int(np.count_nonzero(stage.fit_mask & ~stage.clip_mask))
    if n_clipped:
        message = f"{n_clipped} continuum pixels clipped as absorption."
        found.append(warn("absorption_clipped", "continuum", message, n_pixels=n_clipped))
    if solution.rank_deficient:
        found.append(warn("rank_deficient", "continuum", "continuum parameters are degenerate with each other."))
    for slot in (optimum.at_bound & optimum.shapes_in_use).nonzero()[0]:
        parameter = optimum.program.parameters[slot]
        value = parameter.physical(float(optimum.theta[slot]))
        found.append(
            warn(
                "parameter_at_bound" if parameter.kind == "slope" else "nuisance_at_bound", "continuum",
                f"{parameter.name} ended on its bound, {value:.5g}.", parameter=parameter.name, value=value,
            )
        )  # fmt: skip
    return found


def judge_coverage(recipe: ComplexRecipe, coverage: Coverage) -> list[FitWarning]:
    """Why a complex was not fitted, or which of its components were left out."""
    recipe_id = recipe.recipe_id
    found = []
    if coverage.status in _COVERAGE_CODES:
        found.append(warn(_COVERAGE_CODES[coverage.status], "complex", coverage.message, recipe_id=recipe_id))
    if not coverage.can_fit:
        return found
    if coverage.dropped:
        found.append(
            warn(
                "component_dropped", "complex", f"not covered: {', '.join(coverage.dropped)}.",
                recipe_id=recipe_id, components=list(coverage.dropped),
            )
        )  # fmt: skip
    if recipe.coverage == "lya":
        found.append(
            warn(
                "lya_forest_unmodelled",
                "complex",
                "pixels blueward of Lyα hold intergalactic absorption.",
                recipe_id=recipe_id,
            )
        )
    return found


def judge_complex(stage: ComplexStage, solution: Solution) -> list[FitWarning]:
    """Convergence, degeneracy, bounds, absorption, quality of a fitted complex."""
    recipe_id = stage.recipe.recipe_id
    optimum = solution.optimum
    found = []
    if optimum.status != 1:
        found.append(
            warn(
                "complex_not_converged",
                "complex",
                f"no convergence after {optimum.n_steps} steps.",
                recipe_id=recipe_id,
            )
        )
    if solution.rank_deficient:
        found.append(
            warn("rank_deficient", "complex", "line parameters are degenerate with each other.", recipe_id=recipe_id)
        )
    n_used = optimum.n_pixels
    n_excluded = int(np.count_nonzero(stage.excluded))
    if n_excluded:
        found.append(
            warn(
                "absorption_masked",
                "complex",
                f"{n_excluded} pixels masked as absorption.",
                recipe_id=recipe_id,
                n_pixels=n_excluded,
            )
        )
    if n_excluded > n_used:
        found.append(warn("mostly_absorbed", "complex", "more pixels are absorbed than fitted.", recipe_id=recipe_id))
    dof = optimum.dof
    if dof > 0 and optimum.chi2 > HIGH_REDUCED_CHI2 * dof:
        found.append(
            warn(
                "high_chi2",
                "complex",
                f"reduced chi2 is {optimum.chi2 / dof:.2f}.",
                recipe_id=recipe_id,
                reduced_chi2=optimum.chi2 / dof,
            )
        )
    return found + judge_bounds(stage, solution)


def judge_residuals(rest: Spectrum, stage: ComplexStage, total: FloatArray) -> list[FitWarning]:
    """Whether the residuals of a complex keep their sign for too long.

    Parameters
    ----------
    rest : Spectrum
    stage : ComplexStage
    total : ndarray, shape (n_pix,)
        Continuum and all lines.
    """
    n, n_above, n_runs = _count_runs(rest.wavelength, *stage.recipe.window, rest.flux, total, stage.used)
    pairs = 2.0 * n_above * (n - n_above)
    if pairs <= n:
        return []
    expected = pairs / n + 1.0
    significance = (n_runs - expected) / math.sqrt(pairs * (pairs - n) / (n**2 * (n - 1.0)))
    if significance > RUNS_SIGMA or stage.optimum.chi2 < RUNS_REDUCED_CHI2 * stage.optimum.dof:
        return []
    message = f"residuals change their sign {n_runs - 1} times in {n} pixels, {-significance:.0f} σ too rarely."
    recipe_id = stage.recipe.recipe_id
    return [warn("residual_runs", "complex", message, recipe_id=recipe_id, n_runs=n_runs, significance=significance)]


@numba.njit(cache=True, nogil=True)
def _count_runs(
    wavelength: FloatArray, low: float, high: float, flux: FloatArray, total: FloatArray, used: BoolArray
) -> tuple[int, int, int]:
    """Used pixels, all of them within limits, those whose flux is above the model, and runs of one sign."""
    n, n_above, n_runs = 0, 0, 0
    was_above = False
    for i in range(first_not_below(wavelength, low), wavelength.size):
        if wavelength[i] > high:
            break
        if used[i]:
            is_above = flux[i] > total[i]
            n_runs += n == 0 or is_above != was_above
            n += 1
            n_above += is_above
            was_above = is_above
    return n, n_above, n_runs


def judge_luminosities(rows: Rows) -> list[FitWarning]:
    """Luminosities of the continuum that say little."""
    found = []
    for label, value, error in rows:
        if error > UNCERTAIN_LOGL and label.measure == "logl":
            message = f"{label.quantity} is {value:.2f} ± {error:.2f} {label.unit}."
            found.append(warn("uncertain_continuum", "continuum", message, quantity=label.quantity, error=error))
    return found
