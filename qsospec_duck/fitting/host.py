"""The host galaxy: starlight told from the nucleus before anything else is fitted.

On pixels away from emission lines the flux is

    F(λ) = Σ_k a_k G_k(λ) + Σ_j b_j A_j(λ),      b_j ≥ 0,

with spectra of galaxies G_k (`qsospec_duck.models.host_library`) and the nucleus A_j: power laws of several slopes,
broadened Fe II, Balmer emission. Weights of stellar populations are not negative; those of eigenspectra have a
Gaussian prior about 0 relative to the first one, as galaxies have them, and the galaxy must come out positive: where
it does not, fewer eigenspectra are used. The problem is linear and solved once, by non-negative least squares on its
moments. ``ppxf`` instead hands galaxies to pPXF, which finds velocity and dispersion of the stars as well
(`qsospec_duck.fitting.host_ppxf`), the nucleus being a set of spectra that are not convolved.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.optimize import nnls

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.config import ContinuumConfig
from qsospec_duck.fitting.continuum import continuum_program
from qsospec_duck.fitting.covariance import bare_columns, invert_scaled
from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.host_library import (
    HostLibrary,
    MissingLibraryError,
    broadened_library,
    load_host_library,
)
from qsospec_duck.models.lines import lines
from qsospec_duck.models.log_grid import grid_between, grid_wavelength, rebin_spectrum
from qsospec_duck.spectra import Spectrum

SLOPES = (-2.5, -1.5, -0.5, 0.5)
"""Slopes α of the power laws, f_λ ∝ λ^α; their positive sums bend between these."""

NUCLEUS_FWHM = 3500.0
"""Width of the nucleus' Fe II and Balmer emission [km/s]; a galaxy's features are narrower."""

PRIOR_RATIOS = (0.5, 0.35, 0.25, 0.2)
"""1σ of the second and later eigenspectra's weights relative to the first: about what galaxies have (Yip et al. 2004,
figure 6), each normalised to equal power."""

DISPERSIONS = (0.0, 110.0, 180.0, 250.0, 330.0)
"""Stellar dispersions [km/s], beside what a library has, of which the linear method takes the best: templates that are
too sharp make a galaxy too faint, by a tenth for a typical one."""

SYSTEMATIC = 0.03
"""Uncertainty of a galaxy as a share of all light that no noise explains: the scatter about the truth of simulated
mixtures at S/N 40, whose galaxies are not sums of the library's (``benchmarks/host.py``)."""

_SMOOTHED_BINS = 51

POOR_CHI2 = 3.0
"""Reduced χ² above which galaxy and nucleus are no good description."""

NEGATIVE_SHARE = 0.02
"""A galaxy may be negative in this share of its pixels: noise of the eigenspectra at their ends."""


@dataclass(frozen=True, eq=False)
class HostFit:
    """A host galaxy on the spectrum's own grid."""

    model: FloatArray
    """(n_pix,) galaxy; continued smoothly beyond the library."""

    sigma: FloatArray
    """(n_pix,) 1σ error of ``model`` from the linear solution."""

    covered: tuple[float, float]
    """Wavelengths [Å] between which the library holds."""

    fit_mask: BoolArray
    emission_mask: BoolArray
    reduced_chi2: float
    velocity: tuple[float, float] | None = None
    """Stars against the redshift of the fit, and error [km/s]; pPXF only."""

    dispersion: tuple[float, float] | None = None
    """Stellar dispersion and error [km/s]; pPXF only."""

    details: dict[str, object] = field(default_factory=dict)


def fit_host(rest: Spectrum, config: HostConfig, continuum: ContinuumConfig) -> tuple[HostFit | None, list[FitWarning]]:
    """Fit the host galaxy; ``None`` with a warning that says why where there is nothing to fit.

    Raises
    ------
    ConfigError
        The library cannot be read; where it is not there, ``on_missing`` decides.
    """
    if config.method == "off":
        return None, []
    try:
        library = load_host_library(config.templates)
    except MissingLibraryError as error:
        if config.on_missing == "error":
            raise
        return None, [warn("host_not_fitted", "host", str(error))]
    emission = emission_mask(rest.wavelength, config)
    inside = (rest.wavelength > library.wavelength[0]) & (rest.wavelength < library.wavelength[-1])
    used = rest.good & inside & ~emission
    reason = _reason_against(rest, used, config)
    if reason:
        return None, [warn("host_not_fitted", "host", reason)]
    data = on_grid(rest, library, config, continuum)
    if config.method == "ppxf":
        from qsospec_duck.fitting.host_ppxf import fit_ppxf

        found = fit_ppxf(rest, library, data, used, emission, config)
    else:
        found = _best_dispersion(rest, data, used, emission, config)
    if found is None:
        return None, [warn("host_failed", "host", "no positive galaxy describes the spectrum beside its nucleus.")]
    if found.reduced_chi2 > POOR_CHI2:
        message = f"galaxy and nucleus together have a reduced chi2 of {found.reduced_chi2:.1f}."
        return found, [warn("high_chi2", "host", message, reduced_chi2=found.reduced_chi2)]
    return found, []


def host_fields(whole: Spectrum, host: HostFit | None) -> dict[str, FloatArray]:
    """What a `FitResult` holds of a host."""
    return {} if host is None else {"host_model": host.model, "total_flux": whole.flux}


def host_metadata(host: HostFit | None) -> dict[str, object]:
    """Masks and provenance of a host for the metadata of a `FitResult`."""
    if host is None:
        return {}
    return {"host_fit_mask": host.fit_mask, "host_emission_mask": host.emission_mask, "host": host.details}


def without_host(rest: Spectrum, host: HostFit | None) -> Spectrum:
    """The spectrum of nucleus and lines alone."""
    return rest if host is None else replace(rest, flux=rest.flux - host.model)


def emission_mask(wavelength: FloatArray, config: HostConfig) -> BoolArray:
    """(n_pix,) True where emission lines of the nucleus or of its surroundings may be."""
    out = np.zeros(wavelength.size, dtype=bool)
    for one in lines().values():
        reach = config.narrow_mask_kms if one.kind == "forbidden" else config.broad_mask_kms
        out |= np.abs(np.log(wavelength / one.wavelength)) * C_KMS < reach
    return out


def nucleus_columns(wavelength: FloatArray, continuum: ContinuumConfig) -> FloatArray:
    """(n_column, n_pix) power laws, Fe II and Balmer emission, each scaled to a mean of 1 where it is not 0."""
    laws = [(wavelength / 5100.0) ** slope for slope in SLOPES]
    program = continuum_program(
        continuum, "single", continuum.iron_uv.enabled, continuum.iron_optical.enabled,
        "fitted" if continuum.balmer.enabled else "absent",
    )  # fmt: skip
    theta = program.start
    for slot, parameter in enumerate(program.parameters):
        if parameter.kind == "fwhm":
            theta[slot] = np.clip(np.log(NUCLEUS_FWHM), parameter.low, parameter.high)
    emission = bare_columns(program, np.log(wavelength), np.ones_like(wavelength), theta)[1:]
    rows = np.array([*laws, *emission])
    return rows / np.maximum(rows.max(axis=1, keepdims=True), 1e-300)


@dataclass(frozen=True, eq=False)
class GridData:
    """The spectrum on the library's grid, where both are known."""

    place: slice
    """Bins of the library."""

    wavelength: FloatArray
    flux: FloatArray
    ivar: FloatArray
    """0 where a bin is unusable or holds emission."""

    nucleus: FloatArray
    """(n_column, n)."""


def on_grid(rest: Spectrum, library: HostLibrary, config: HostConfig, continuum: ContinuumConfig) -> GridData:
    """Rebin a spectrum to the bins that it shares with a library."""
    shared = grid_between(
        max(rest.wavelength[1], library.wavelength[0]), min(rest.wavelength[-2], library.wavelength[-1])
    )
    flux, ivar = rebin_spectrum(rest.wavelength, rest.flux, rest.ivar, shared)
    wavelength = grid_wavelength(shared)
    ivar[emission_mask(wavelength, config)] = 0.0
    first = int(shared[0] - library.index[0])
    return GridData(slice(first, first + shared.size), wavelength, flux, ivar, nucleus_columns(wavelength, continuum))


def continued(wavelength: FloatArray, model: FloatArray, covered: tuple[float, float]) -> FloatArray:
    """A galaxy beyond its library: falling as λ⁴ blueward, as old populations do, and as 1/λ redward."""
    low, high = covered
    factor = np.where(wavelength < low, (wavelength / low) ** 4, np.where(wavelength > high, high / wavelength, 1.0))
    return model * factor


def _reason_against(rest: Spectrum, used: BoolArray, config: HostConfig) -> str:
    if rest.z > config.max_redshift:
        return f"redshift {rest.z:.3f} is above {config.max_redshift:g}: too little of a galaxy is in sight."
    n_used = int(np.count_nonzero(used))
    if n_used < config.min_pixels:
        return f"{n_used} pixels without emission lie in the library's coverage; {config.min_pixels} are needed."
    snr = float(np.median(np.abs(rest.flux[used]) * np.sqrt(rest.ivar[used])))
    return f"median S/N per pixel is {snr:.2f}; {config.min_snr:g} is needed." if snr < config.min_snr else ""


def _best_dispersion(
    rest: Spectrum, data: GridData, used: BoolArray, emission: BoolArray, config: HostConfig
) -> HostFit | None:
    """The linear solution of the dispersion that fits best; χ² falls to one minimum, so the search may stop early."""
    best: tuple[float, float, HostLibrary, FloatArray, FloatArray] | None = None
    for sigma in DISPERSIONS:
        library = broadened_library(config.templates, sigma)
        solved = _fit_linear(library, data, config)
        if solved is not None and (best is None or solved[0] < best[0]):
            best = (solved[0], sigma, library, *solved[1:])
        elif best is not None:
            break
    if best is None:
        return None
    chi2, sigma, library, weights, covariance = best
    galaxies = library.spectra[: weights.size, data.place]
    variance = np.einsum("kp,kl,lp->p", galaxies, covariance, galaxies)
    dof = max(int(np.count_nonzero(data.ivar)) - int(np.count_nonzero(weights)) - len(data.nucleus), 1)
    details = {
        "library": library.name, "sha256": library.sha256, "n_spectra": int(np.count_nonzero(weights)),
        "broadened_by_kms": sigma,
    }  # fmt: skip
    return on_pixels(
        rest, data, np.maximum(weights @ galaxies, 0.0), np.sqrt(np.maximum(variance, 0.0)), used, emission, chi2 / dof,
        details,
    )  # fmt: skip


def on_pixels(
    rest: Spectrum, data: GridData, model: FloatArray, sigma: FloatArray, used: BoolArray, emission: BoolArray,
    reduced_chi2: float, details: dict[str, object],
) -> HostFit:  # fmt: skip
    """A galaxy on the grid becomes one on the spectrum's pixels."""
    covered = (float(data.wavelength[0]), float(data.wavelength[-1]))
    light = np.abs(uniform_filter1d(data.flux, _SMOOTHED_BINS))
    sigma = np.hypot(sigma, SYSTEMATIC * light)
    galaxy, error = (
        continued(rest.wavelength, np.interp(rest.wavelength, data.wavelength, row), covered) for row in (model, sigma)
    )
    return HostFit(galaxy, error, covered, used, emission, reduced_chi2, details=details)


def _fit_linear(
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
