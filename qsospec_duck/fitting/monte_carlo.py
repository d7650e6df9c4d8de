"""Errors from refits of noise draws: a check on the covariance that makes no use of derivatives.

A draw is the best model plus Gaussian noise of the spectrum's own ivar. Every block is fitted to it again from its
best optimum, with the components and pixels of the best fit, and everything is measured again. The best fit itself
is never touched: only errors are replaced, by half the distance between the 16th and 84th percentile of the draws.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.config import UncertaintyConfig
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.measurement_rows import Label, Row, Rows
from qsospec_duck.fitting.optimum import Optimum, evaluate_columns
from qsospec_duck.fitting.result import FitWarning, FloatArray
from qsospec_duck.fitting.settling import CONTINUUM_CELLS, Block, relax, sum_of_models
from qsospec_duck.fitting.solver import CONVERGED
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.spectra import Spectrum

PERCENTILES = (16.0, 50.0, 84.0)
"""Percentiles of the draws; half the distance of the outer two is the 1σ error."""

NEEDED_FRACTION = 0.5
"""A quantity that fewer of the draws have (a width needs a flux above 0) gets no error."""

_FAINT_ERRORS = 0.03
"""Factor on the errors of a draw: they are not used, and must neither hide a faint line nor vanish."""

_SETTLED_SIGMA = 0.1
"""`qsospec_duck.fitting.settling.SETTLED_SIGMA` of a draw: with it a draw ends within three hundredths of a σ, which
adds a thousandth to a variance."""

Key = tuple[str | None, str, str]
"""Recipe, section and quantity of a measurement."""

Measure = Callable[[Sequence[ComplexStage], Sequence[Solution]], Iterable[Row]]


@dataclass(frozen=True, eq=False)
class Draws:
    """Values of every measurement in all draws that converged."""

    values: dict[Key, FloatArray]
    """(n,) for each measurement; fewer than ``n_draws - n_failed`` where a draw did not have it."""

    n_draws: int
    n_failed: int

    def error(self, key: Key) -> float:
        """Half the 16-84 percentile range; NaN where too few draws have the quantity, or none differs."""
        values = self.values.get(key, np.zeros(0))
        if values.size < max(2.0, NEEDED_FRACTION * self.n_draws):
            return math.nan
        low, high = np.percentile(values, (PERCENTILES[0], PERCENTILES[-1]))
        half = 0.5 * float(high - low)
        return half if half > 1e-8 * abs(float(np.median(values))) else math.nan

    def kept(self, keep: str) -> dict[str, object]:
        """What travels with the result: counts, and percentiles or draws where asked for."""
        out: dict[str, object] = {"draws": self.n_draws, "failed": self.n_failed}
        if keep != "errors":
            out["percentiles"] = {
                _label(key): np.percentile(values, PERCENTILES).tolist() for key, values in self.values.items()
            }
        if keep == "draws":
            out["values"] = {_label(key): values.tolist() for key, values in self.values.items()}
        return out


def draw_measurements(
    rest: Spectrum, complexes: Sequence[ComplexStage], solutions: Sequence[Solution], measure: Measure,
    config: UncertaintyConfig,
) -> Draws:  # fmt: skip
    """Fit noise draws and measure them.

    Parameters
    ----------
    rest : Spectrum
        Rest frame. Its key seeds the noise together with ``config.seed``.
    complexes, solutions
        The best fit, as `qsospec_duck.fitting.coupled.solutions_of` gives it.
    measure : callable
        Stages and solutions to measurements, as for the best fit.
    config : UncertaintyConfig
    """
    x, inverse_sigma = rest.log_wavelength, np.sqrt(rest.ivar)
    sigma = np.divide(1.0, inverse_sigma, out=np.zeros_like(x), where=inverse_sigma > 0)
    best = np.sum([solution.model for solution in solutions], axis=0)
    random = np.random.default_rng([config.seed, int.from_bytes(hashlib.sha256(_name(rest)).digest(), "big")])
    faint = [_with_faint_errors(solution) for solution in solutions]
    found: dict[Key, list[float]] = {}
    n_failed = 0
    for _ in range(config.draws):
        flux = best + sigma * random.standard_normal(x.size)
        blocks = [
            Block(_with_drawn_prior(solution.optimum, random), solution.used, x, inverse_sigma, flux, cells)
            for solution, cells in zip(solutions, (CONTINUUM_CELLS, *[None] * len(complexes)), strict=True)
        ]
        relax(blocks, sum_of_models(blocks), settled=_SETTLED_SIGMA)
        if any(block.optimum.status != CONVERGED for block in blocks):
            n_failed += 1
            continue
        drawn = [replace(solution, optimum=block.optimum) for solution, block in zip(faint, blocks, strict=True)]
        columns = evaluate_columns(blocks[0].optimum.program, x, np.ones_like(x), blocks[0].optimum.theta)
        drawn[0] = replace(drawn[0], columns=columns)
        stages = [stage.with_optimum(block.optimum) for stage, block in zip(complexes, blocks[1:], strict=True)]
        for label, value, _ in measure(stages, drawn):
            found.setdefault(_key(label), []).append(value)
    return Draws({key: np.array(values) for key, values in found.items()}, config.draws, n_failed)


def _with_drawn_prior(optimum: Optimum, random: np.random.Generator) -> Optimum:
    """The optimum with another draw of what was known of its amplitudes: that, too, is a datum with an error."""
    _, precision = optimum.prior
    known = precision > 0
    if not known.any():
        return optimum
    mean = np.zeros_like(precision)
    mean[known] = optimum.amplitudes[known] + random.standard_normal(int(known.sum())) / np.sqrt(precision[known])
    return replace(optimum, prior=(mean, precision))


def with_drawn_errors(rows: Rows, draws: Draws) -> Rows:
    """The same measurements with errors from the draws; counts and statistics keep none."""
    errors = [math.nan if label.method == "none" else draws.error(_key(label)) for label in rows.labels]
    return Rows(tuple(map(_drawn, rows.labels)), rows.values, np.array(errors, dtype=float))


@cache
def _drawn(label: Label) -> Label:
    return label if label.method == "none" else label._replace(method="monte_carlo")


def judge_draws(draws: Draws) -> list[FitWarning]:
    """A warning where draws failed."""
    if not draws.n_failed:
        return []
    message = f"{draws.n_failed} of {draws.n_draws} noise draws did not converge: errors come from the others."
    return [warn("monte_carlo_incomplete", "workflow", message, failed=draws.n_failed, draws=draws.n_draws)]


def _with_faint_errors(solution: Solution) -> Solution:
    return replace(
        solution,
        covariance=solution.covariance * _FAINT_ERRORS**2,
        with_continuum=solution.with_continuum * _FAINT_ERRORS**2,
        amplitude_errors=solution.amplitude_errors * _FAINT_ERRORS,
    )


def _name(rest: Spectrum) -> bytes:
    return (rest.object_key or rest.object_id).encode()


def _key(label: Label) -> Key:
    return label.recipe_id, label.section, label.quantity


def _label(key: Key) -> str:
    recipe_id, section, quantity = key
    return f"{recipe_id or 'continuum'}/{section}/{quantity}"
