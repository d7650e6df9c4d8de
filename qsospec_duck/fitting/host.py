"""The host galaxy: starlight told from the nucleus before anything else is fitted.

On pixels away from emission lines the flux is

    F(λ) = Σ_k a_k G_k(λ) + Σ_j b_j A_j(λ),      b_j ≥ 0,

with spectra of galaxies G_k (`qsospec_duck.models.host_library`) and the nucleus A_j: power laws, broadened Fe II,
Balmer emission. ``linear`` solves for all weights at once, with priors (`qsospec_duck.fitting.host_linear`); ``ppxf``
hands galaxies to pPXF, which finds velocity and dispersion of the stars as well (`qsospec_duck.fitting.host_ppxf`).
A further method is a module beside these two.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qsospec_duck.fitting.config import ContinuumConfig
from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.host_grid import HostFit, emission_mask, on_grid
from qsospec_duck.fitting.host_linear import fit_linear
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.host_library import MissingLibraryError, load_host_library
from qsospec_duck.spectra import Spectrum

POOR_CHI2 = 3.0
"""Reduced χ² above which galaxy and nucleus are no good description."""


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
        # pPXF is slow to import, and most runs have no host.
        from qsospec_duck.fitting.host_ppxf import fit_ppxf

        found = fit_ppxf(rest, library, data, used, emission, config)
    else:
        found = fit_linear(rest, library, data, used, emission, config)
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


def _reason_against(rest: Spectrum, used: BoolArray, config: HostConfig) -> str:
    if rest.z > config.max_redshift:
        return f"redshift {rest.z:.3f} is above {config.max_redshift:g}: too little of a galaxy is in sight."
    n_used = int(np.count_nonzero(used))
    if n_used < config.min_pixels:
        return f"{n_used} pixels without emission lie in the library's coverage; {config.min_pixels} are needed."
    snr = float(np.median(np.abs(rest.flux[used]) * np.sqrt(rest.ivar[used])))
    return f"median S/N per pixel is {snr:.2f}; {config.min_snr:g} is needed." if snr < config.min_snr else ""
