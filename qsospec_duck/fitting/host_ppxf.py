"""The host galaxy by pPXF: stellar populations with a velocity and a dispersion, beside the nucleus.

pPXF (Cappellari 2023, MNRAS 526, 3273) convolves the populations with the line-of-sight velocity distribution; the
nucleus goes in as spectra that are not convolved and have weights that are not negative. Where the spectrum's
line-spread function is known, the populations are broadened to it first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ppxf.ppxf import ppxf

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.covariance import invert_scaled
from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.host_grid import GridData, HostFit, error_modes, on_pixels
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.host_library import HostLibrary
from qsospec_duck.models.log_grid import GRID_KMS, broaden
from qsospec_duck.spectra import Spectrum

LARGEST_DISPERSION = 500.0
"""The most massive galaxies have 400 [km/s]."""

LARGEST_VELOCITY = 600.0
"""Largest offset of the stars from the redshift of the fit [km/s] that is believed."""

ROOM = 40
"""Bins (3000 km/s) that templates have beyond the spectrum."""


def fit_ppxf(
    rest: Spectrum, library: HostLibrary, data: GridData, used: BoolArray, emission: BoolArray, config: HostConfig
) -> HostFit | None:
    """Fit galaxy and nucleus; ``None`` where pPXF gives the galaxy no weight that is finite.

    Raises
    ------
    ConfigError
        The library holds eigenspectra: pPXF needs spectra whose weights are not negative.
    """
    if not library.is_positive:
        raise ConfigError(
            f"{library.name} holds eigenspectra, whose weights may be negative; pPXF needs stellar populations (.npz)."
        )
    level = float(np.median(data.flux[data.ivar > 0]))
    if not level > 0:
        return None
    seen = np.flatnonzero(data.ivar > 0)
    noise = np.full(data.flux.size, 1.0)
    noise[seen] = data.ivar[seen] ** -0.5 / level
    # Wider than the spectrum on both sides, so that shifted templates still reach its ends.
    wider = slice(max(data.place.start - ROOM, 0), data.place.stop + ROOM)
    lam_temp = library.wavelength[wider]
    templates = _as_seen(library, wider, rest).T
    nucleus = np.concatenate([data.laws, data.emission])
    # Its minimiser divides by falls of χ² that may be 0.
    with np.errstate(invalid="ignore", divide="ignore"):
        fit = ppxf(
            templates, data.flux / level, noise, GRID_KMS, [0.0, config.start_sigma_kms], goodpixels=seen, moments=2,
            degree=config.additive_degree, sky=nucleus.T, lam=data.wavelength, lam_temp=lam_temp, quiet=True,
        )  # fmt: skip
    weights = np.asarray(fit.weights)[: templates.shape[1]]
    n_poly = config.additive_degree + 1
    stars = np.asarray(fit.matrix)[:, n_poly : n_poly + templates.shape[1]]
    model = level * stars @ weights
    if not np.all(np.isfinite(model)):
        return None
    reduced_chi2 = float(fit.chi2)
    scale = np.sqrt(max(reduced_chi2, 1.0))
    velocity, dispersion = (float(value) for value in fit.sol[:2])
    velocity_error, dispersion_error = (float(value) * scale for value in fit.error[:2])
    if rest.lsf_sigma is not None:
        own, instrument = _width(library)[data.place][seen], np.interp(data.wavelength, rest.wavelength, rest.lsf_sigma)
        dispersion, dispersion_error = _of_stars(dispersion, dispersion_error, own, instrument[seen])
    found = on_pixels(
        rest, data, model, _modes(np.asarray(fit.matrix), np.asarray(fit.weights), stars, noise, seen, n_poly) * level,
        used, emission, reduced_chi2,
        {"library": library.name, "sha256": library.sha256, "n_spectra": int(np.count_nonzero(weights))},
    )  # fmt: skip
    # What no galaxy has, or a dispersion as uncertain as itself, says that the stars were not seen.
    is_seen = (
        dispersion < LARGEST_DISPERSION and abs(velocity) < LARGEST_VELOCITY and dispersion_error < 0.5 * dispersion
    )
    if not (weights.any() and is_seen):
        return found
    return HostFit(
        found.model, found.modes, found.covered, used, emission, reduced_chi2, (velocity, velocity_error),
        (dispersion, dispersion_error), found.details,
    )  # fmt: skip


def _as_seen(library: HostLibrary, place: slice, rest: Spectrum) -> FloatArray:
    """(n_template, n) populations at the resolution of the spectrum, where that is known and lower."""
    spectra = library.spectra[:, place]
    if rest.lsf_sigma is None:
        return spectra
    wanted = np.interp(library.wavelength[place], rest.wavelength, rest.lsf_sigma)
    return broaden(spectra, np.sqrt(np.maximum(wanted**2 - _width(library)[place] ** 2, 0.0)))


def _width(library: HostLibrary) -> FloatArray:
    """(n,) resolution of a library [km/s, σ]."""
    return library.fwhm / FWHM_PER_SIGMA / library.wavelength * C_KMS


def _of_stars(found: float, error: float, library: FloatArray, instrument: FloatArray) -> tuple[float, float]:
    """Dispersion of the stars and error [km/s] where the instrument is sharper than the library, both (n,) σ [km/s].

    A library cannot be sharpened, so what is found is too small: σ² = σ_found² + σ_library² − σ_instrument², averaged
    over the pixels (Cappellari 2017, MNRAS 466, 798).
    """
    stars = float(np.sqrt(found**2 + np.mean(np.maximum(library**2 - instrument**2, 0.0))))
    return (stars, error * found / stars) if stars > 0 else (found, error)


def _modes(
    matrix: FloatArray, weights: FloatArray, stars: FloatArray, noise: FloatArray, seen: NDArray[np.intp], n_poly: int
) -> FloatArray:
    """(k, n) 1σ changes of the galaxy from the linear part of pPXF's solution, at its velocity and dispersion."""
    active = np.concatenate([np.ones(n_poly, dtype=bool), weights > 0])
    rows = (matrix[:, active][seen] / noise[seen, None]).T
    covariance, _ = invert_scaled(rows @ rows.T)
    is_star = np.zeros(matrix.shape[1], dtype=bool)
    is_star[n_poly : n_poly + stars.shape[1]] = True
    own = is_star[active]
    return error_modes(matrix[:, active][:, own].T, covariance[np.ix_(own, own)])
