"""Host galaxy and nucleus on one grid: what every method is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import uniform_filter1d

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.config import ContinuumConfig
from qsospec_duck.fitting.continuum_program import continuum_program
from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.optimum import evaluate_columns
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.models.host_library import HostLibrary
from qsospec_duck.models.lines import lines
from qsospec_duck.models.log_grid import grid_between, grid_wavelength, rebin_spectrum
from qsospec_duck.spectra import Spectrum

SLOPES = (-2.5, -1.5, -0.5, 0.5)
"""Slopes α of the power laws, f_λ ∝ λ^α; their positive sums bend between these."""

NUCLEUS_FWHM = 3500.0
"""Width of the nucleus' Fe II and Balmer emission [km/s]; a galaxy's features are narrower."""

SYSTEMATIC = 0.03
"""Uncertainty of a galaxy as a share of all light that no noise explains: the scatter about the truth of simulated
mixtures at S/N 40, whose galaxies are not sums of the library's (``benchmarks/host.py``)."""

UNMASKED = ("he", "h8")
"""Lines around which nothing is masked: Ca II H and K and the 4000 Å break tell a galaxy, and broad Hε and H8 are in
the nucleus' Balmer emission."""

_SMOOTHED_BINS = 51


@dataclass(frozen=True, eq=False)
class HostFit:
    """A host galaxy on the spectrum's own grid."""

    model: FloatArray
    """(n_pix,) galaxy; continued smoothly beyond the library."""

    modes: FloatArray
    """(k, n_pix) independent 1σ changes of ``model``: those of the linear solution, and a share of all light."""

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

    @property
    def sigma(self) -> FloatArray:
        """(n_pix,) 1σ error of ``model``."""
        return np.sqrt(np.einsum("kp,kp->p", self.modes, self.modes))


def error_modes(columns: FloatArray, covariance: FloatArray) -> FloatArray:
    """(k, n_pix) independent 1σ changes of ``weights @ columns`` for weights of this covariance."""
    variances, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(variances, 0.0))).T @ columns


def emission_mask(wavelength: FloatArray, config: HostConfig) -> BoolArray:
    """(n_pix,) True where emission lines of the nucleus or of its surroundings may be."""
    out = np.zeros(wavelength.size, dtype=bool)
    for one in lines().values():
        if one.line_id in UNMASKED:
            continue
        reach = config.narrow_mask_kms if one.kind == "forbidden" else config.broad_mask_kms
        out |= np.abs(np.log(wavelength / one.wavelength)) * C_KMS < reach
    return out


def power_law_columns(wavelength: FloatArray) -> FloatArray:
    """(n_slope, n_pix) power laws of `SLOPES`, each scaled to a maximum of 1."""
    rows = wavelength ** np.array(SLOPES)[:, None]
    return rows / rows.max(axis=1, keepdims=True)


def emission_columns(wavelength: FloatArray, continuum: ContinuumConfig) -> FloatArray:
    """(n_column, n_pix) Fe II and Balmer emission, each scaled to a maximum of 1."""
    program = continuum_program(
        continuum, "single", continuum.iron_uv.enabled, continuum.iron_optical.enabled,
        "fitted" if continuum.balmer.enabled else "absent",
    )  # fmt: skip
    theta = program.start.copy()
    for slot, parameter in enumerate(program.parameters):
        if parameter.kind == "fwhm":
            theta[slot] = np.clip(np.log(NUCLEUS_FWHM), parameter.low, parameter.high)
    rows = evaluate_columns(program, np.log(wavelength), np.ones_like(wavelength), theta)[1:]
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

    laws: FloatArray
    """(4, n) power laws of the nucleus."""

    emission: FloatArray
    """(n_column, n) Fe II and Balmer emission of the nucleus."""


def on_grid(rest: Spectrum, library: HostLibrary, config: HostConfig, continuum: ContinuumConfig) -> GridData:
    """Rebin a spectrum to the bins that it shares with a library."""
    shared = grid_between(
        max(rest.wavelength[1], library.wavelength[0]), min(rest.wavelength[-2], library.wavelength[-1])
    )
    flux, ivar = rebin_spectrum(rest.wavelength, rest.flux, rest.ivar, shared)
    wavelength = grid_wavelength(shared)
    ivar[emission_mask(wavelength, config)] = 0.0
    first = int(shared[0] - library.index[0])
    place = slice(first, first + shared.size)
    return GridData(
        place, wavelength, flux, ivar, power_law_columns(wavelength), emission_columns(wavelength, continuum)
    )


def on_pixels(
    rest: Spectrum, data: GridData, model: FloatArray, modes: FloatArray, used: BoolArray, emission: BoolArray,
    reduced_chi2: float, details: dict[str, object],
) -> HostFit:  # fmt: skip
    """A galaxy on the grid becomes one on the spectrum's pixels."""
    covered = (float(data.wavelength[0]), float(data.wavelength[-1]))
    light = np.abs(uniform_filter1d(data.flux, _SMOOTHED_BINS))
    galaxy, *changes = (
        continued(rest.wavelength, np.interp(rest.wavelength, data.wavelength, row), covered)
        for row in (model, *modes, SYSTEMATIC * light)
    )
    return HostFit(galaxy, np.array(changes), covered, used, emission, reduced_chi2, details=details)


def continued(wavelength: FloatArray, model: FloatArray, covered: tuple[float, float]) -> FloatArray:
    """A galaxy beyond its library: falling as λ⁴ blueward, as old populations do, and as 1/λ redward."""
    low, high = covered
    factor = np.where(wavelength < low, (wavelength / low) ** 4, np.where(wavelength > high, high / wavelength, 1.0))
    return model * factor
