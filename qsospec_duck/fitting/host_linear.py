"""The host galaxy by one linear solution: galaxies and nucleus together, with priors of what either looks like.

    F = a (G₀ + Σ_k g_k G_k) + b λ^α (1 + p x + q x²) + Σ_j c_j E_j,        x = ln(λ/5100 Å),    a, b, c_j ≥ 0

G₀ is a typical galaxy and G_k its 1σ changes (`qsospec_duck.models.host_family`), so g_k has the prior N(0, 1). The
power law has α = −1.5; its change p of slope and its bend q have the priors N(0, 0.5) and N(0, 0.3). E_j are Fe II and
Balmer emission. Little but these priors tells a smooth nucleus from a young galaxy. In no band of wavelength is galaxy
or power law negative. `qsospec_duck.fitting.prior_nnls` solves it.
"""

from __future__ import annotations

import numpy as np

from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.host_grid import GridData, HostFit, error_modes, on_pixels
from qsospec_duck.fitting.prior_nnls import PriorProblem, solve_with_priors
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.host_family import galaxy_family
from qsospec_duck.models.host_library import HostLibrary
from qsospec_duck.spectra import Spectrum

SLOPE = -1.5
"""Slope of the nucleus: that of the composite of Vanden Berk et al. (2001, AJ 122, 549) below 5000 Å, −1.56."""

SLOPE_SIGMA = 0.5
"""Its 1σ, a choice: reddened quasars are to be within 3σ. Twice as much made fractions scatter by a tenth more."""

BEND_SIGMA = 0.3
"""1σ of the power law's bend: 8 % of its light at 3000 Å. Half and twice as much gave the same fractions in simulated
mixtures."""

DISPERSIONS = (110.0, 180.0, 250.0, 330.0)
"""Stellar dispersions [km/s], beside what a library has, of which the linear method takes the best: templates that are
too sharp make a galaxy too faint, by a tenth for a typical one."""

DISPERSION_PRIOR = (180.0, 0.3)
"""Dispersion [km/s] and 1σ of its logarithm, a choice: most galaxies that hold quasars have 100 to 300 km/s. Without it
noise chooses."""

_BAND = 30
"""Bins (2250 km/s) of a band whose mean is not negative."""


def fit_linear(
    rest: Spectrum, library: HostLibrary, data: GridData, used: BoolArray, emission: BoolArray, config: HostConfig
) -> HostFit:
    """The linear solution of the dispersion that fits best; χ² falls to one minimum, so the search may stop early."""
    solved: list[tuple[float, float, FloatArray, float, FloatArray, FloatArray]] = []
    for sigma in DISPERSIONS:
        family = galaxy_family(config.templates, sigma)[:, data.place]
        if not library.is_positive:
            family = family[: config.n_eigenspectra]
        objective, chi2, weights, covariance = _solve_at_dispersion(family, data)
        objective += (np.log(sigma / DISPERSION_PRIOR[0]) / DISPERSION_PRIOR[1]) ** 2
        solved.append((objective, sigma, family, chi2, weights, covariance))
        if objective > solved[max(len(solved) - 2, 0)][0]:
            break
    _, sigma, galaxies, chi2, weights, covariance = min(solved, key=lambda one: one[0])
    dof = max(int(np.count_nonzero(data.ivar)) - weights.size - 3 - len(data.emission), 1)
    details = {
        "library": library.name, "sha256": library.sha256, "n_spectra": int(np.count_nonzero(weights)),
        "broadened_by_kms": sigma,
    }  # fmt: skip
    return on_pixels(
        rest, data, np.maximum(weights @ galaxies, 0.0), error_modes(galaxies, covariance), used, emission, chi2 / dof,
        details,
    )  # fmt: skip


def _solve_at_dispersion(family: FloatArray, data: GridData) -> tuple[float, float, FloatArray, FloatArray]:
    """χ² with and without priors, weights of the galaxy and its changes, and their covariance."""
    seen = data.ivar > 0
    root = np.sqrt(data.ivar[seen])
    x = np.log(data.wavelength / 5100.0)
    law = np.exp(SLOPE * x)
    laws = np.stack([law, SLOPE_SIGMA * x * law, BEND_SIGMA * x**2 * law])
    columns = np.concatenate([family, laws, data.emission])
    n_galaxy = len(family)
    # The column whose weight is the scale of a column's prior; itself where there is none.
    scale_of = np.arange(len(columns))
    scale_of[:n_galaxy] = 0
    scale_of[n_galaxy : n_galaxy + len(laws)] = n_galaxy
    starts = np.arange(0, x.size - _BAND // 2, _BAND)
    bands = np.add.reduceat(columns, starts, axis=1).T / _BAND
    positive = np.zeros((2, *bands.shape))
    positive[0, :, :n_galaxy] = bands[:, :n_galaxy]
    positive[1, :, n_galaxy : n_galaxy + len(laws)] = bands[:, n_galaxy : n_galaxy + len(laws)]
    problem = PriorProblem(
        columns[:, seen] * root, data.flux[seen] * root, scale_of, positive.reshape(-1, len(columns)),
        max(float(np.median(data.flux[seen])), 1e-300),
    )  # fmt: skip
    weights, covariance, objective, chi2 = solve_with_priors(problem)
    return objective, chi2, weights[:n_galaxy], covariance[:n_galaxy, :n_galaxy]
