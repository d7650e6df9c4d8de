"""The host galaxy by one linear solution: galaxies and nucleus together, by non-negative least squares on moments.

Weights of stellar populations are not negative. Those of eigenspectra have a Gaussian prior about 0 relative to the
first one, and the galaxy must come out positive: where it does not, fewer eigenspectra are used.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from qsospec_duck.fitting.covariance import invert_scaled
from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.host_grid import GridData, HostFit, error_modes, on_pixels
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.host_library import HostLibrary, broadened_library
from qsospec_duck.spectra import Spectrum

PRIOR_RATIOS = (0.5, 0.35, 0.25, 0.2)
"""1σ of the second and later eigenspectra's weights relative to the first: a choice. Twice and four times as much gave
the same fractions in simulated mixtures."""

DISPERSIONS = (0.0, 110.0, 180.0, 250.0, 330.0)
"""Stellar dispersions [km/s], beside what a library has, of which the linear method takes the best: templates that are
too sharp make a galaxy too faint, by a tenth for a typical one."""

NEGATIVE_SHARE = 0.02
"""A galaxy may be negative in this share of its pixels: noise of the eigenspectra at their ends."""


def fit_linear(
    rest: Spectrum, data: GridData, used: BoolArray, emission: BoolArray, config: HostConfig
) -> HostFit | None:
    """The linear solution of the dispersion that fits best; χ² falls to one minimum, so the search may stop early."""
    best: tuple[float, float, HostLibrary, FloatArray, FloatArray] | None = None
    for sigma in DISPERSIONS:
        library = broadened_library(config.templates, sigma)
        solved = _solve_at_dispersion(library, data, config)
        if solved is not None and (best is None or solved[0] < best[0]):
            best = (solved[0], sigma, library, *solved[1:])
        elif best is not None:
            break
    if best is None:
        return None
    chi2, sigma, library, weights, covariance = best
    galaxies = library.spectra[: weights.size, data.place]
    dof = max(int(np.count_nonzero(data.ivar)) - int(np.count_nonzero(weights)) - len(data.nucleus), 1)
    details = {
        "library": library.name, "sha256": library.sha256, "n_spectra": int(np.count_nonzero(weights)),
        "broadened_by_kms": sigma,
    }  # fmt: skip
    return on_pixels(
        rest, data, np.maximum(weights @ galaxies, 0.0), error_modes(galaxies, covariance), used, emission, chi2 / dof,
        details,
    )  # fmt: skip


def _solve_at_dispersion(
    library: HostLibrary, data: GridData, config: HostConfig
) -> tuple[float, FloatArray, FloatArray] | None:
    """χ², weights of the galaxies and their covariance; ``None`` where no positive galaxy is found."""
    spectra = library.spectra[:, data.place]
    seen = data.ivar > 0
    counts = [len(spectra)] if library.is_positive else range(min(config.n_eigenspectra, len(spectra)), 0, -1)
    for count in counts:
        columns = np.concatenate([spectra[:count], data.nucleus])
        is_free = np.zeros(len(columns), dtype=bool)
        is_free[1:count] = not library.is_positive
        weights, covariance, chi2 = _solve(columns[:, seen], data.flux[seen], data.ivar[seen], is_free)
        if weights[0] <= 0 and not library.is_positive:
            weights[:count] = 0.0
        model = weights[:count] @ spectra[:count]
        if np.mean(model[seen] < 0) <= NEGATIVE_SHARE:
            return chi2, weights[:count], covariance[:count, :count]
    return None


def _solve(
    columns: FloatArray, flux: FloatArray, ivar: FloatArray, is_free: BoolArray
) -> tuple[FloatArray, FloatArray, float]:
    """Weights, their covariance and χ²; free weights have a prior relative to the first one, found in two rounds."""
    weighted = columns * np.sqrt(ivar)
    y = flux * np.sqrt(ivar)
    gram, moment = weighted @ weighted.T, weighted @ y
    n_free = int(np.count_nonzero(is_free))
    first = max(float(moment[0] / gram[0, 0]), 1e-300)
    precision = np.zeros(len(columns))
    weights = np.zeros(len(columns))
    for _ in range(3 if n_free else 1):
        if n_free:
            ratios = np.resize(np.array(PRIOR_RATIOS), n_free)
            precision[is_free] = (ratios * first) ** -2
        total = gram + np.diag(precision)
        # A free weight is the difference of two that are not negative.
        signs = np.concatenate([np.ones(len(columns)), -np.ones(n_free)])
        places = np.concatenate([np.arange(len(columns)), np.flatnonzero(is_free)])
        scale = 1.0 / np.sqrt(np.maximum(np.diag(total), 1e-300))
        values, vectors = np.linalg.eigh(total * np.outer(scale, scale))
        root = np.sqrt(np.maximum(values, 1e-12))
        half = (vectors * root).T
        target = (vectors.T @ (moment * scale)) / root
        found, _ = nnls(half[:, places] * signs, target)
        weights = np.bincount(places, found * signs, len(columns)) * scale
        if weights[0] > 0:
            first = float(weights[0])
    active = (weights != 0) | is_free
    active[0] = True
    covariance = np.zeros_like(gram)
    inverse, _ = invert_scaled((gram + np.diag(precision))[np.ix_(active, active)])
    covariance[np.ix_(active, active)] = inverse
    chi2 = float(y @ y - 2.0 * weights @ moment + weights @ gram @ weights)
    return weights, covariance, chi2
