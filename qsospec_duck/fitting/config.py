"""Options of a fit: frozen, hashable, each with its unit and the reason for its default."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from typing import Any

from qsospec_duck.constants import BALMER_EDGE, H0_DEFAULT, OM0_DEFAULT, POWER_LAW_BREAK, POWER_LAW_PIVOT
from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.hashed_once import HashedOnce
from qsospec_duck.fitting.host_config import HostConfig
from qsospec_duck.fitting.option_checks import check_bands, check_positive, check_windows
from qsospec_duck.fitting.shape_config import PolynomialConfig, ReddeningConfig
from qsospec_duck.models.host_library import MissingLibraryError, load_host_library
from qsospec_duck.models.line_groups import is_line_list, line_list_sha256
from qsospec_duck.models.recipe_sets import check_series, expanded
from qsospec_duck.models.recipes import load_recipe, packaged_recipes
from qsospec_duck.models.templates import read_template
from qsospec_duck.spectra import ExtinctionConfig

Band = tuple[float, float]

CONTINUUM_WINDOWS: tuple[Band, ...] = (
    (1150.0, 1170.0), (1275.0, 1290.0), (1350.0, 1360.0), (1445.0, 1465.0), (1690.0, 1705.0), (1770.0, 1810.0),
    (1970.0, 2400.0), (2480.0, 2675.0), (2925.0, 3400.0), (3500.0, 3600.0), (3600.0, 4260.0), (4435.0, 4640.0),
    (5100.0, 5535.0), (6005.0, 6035.0), (6110.0, 6250.0), (6800.0, 7000.0), (7180.0, 7250.0), (7600.0, 7700.0),
    (7950.0, 8050.0), (8600.0, 8800.0), (9350.0, 9400.0), (9650.0, 9800.0), (10200.0, 10600.0), (11400.0, 12400.0),
)  # fmt: skip
"""Rest wavelengths [Å] free of strong lines, as the quasar codes in use choose them (Shen et al. 2011, ApJS 194, 45;
Guo, Shen & Wang 2018, ASCL 1809.008), extended into the near infrared."""

LYA_SAFE_WINDOWS: tuple[Band, ...] = (
    (1275.0, 1290.0), (1315.0, 1325.0), (1345.0, 1365.0), (1445.0, 1465.0), (1680.0, 1710.0), (1975.0, 2050.0),
    (2150.0, 2250.0), (2950.0, 2990.0), (3020.0, 3100.0),
    *(window for window in CONTINUUM_WINDOWS if window[0] >= 3400.0),
)  # fmt: skip
"""Windows redward of the Lyα forest, where a spectrum reaches it."""


@dataclass(frozen=True)
class PowerLawConfig:
    """The accretion-disc continuum, f_λ ∝ λ^α, pivoted at 3000 Å."""

    mode: str = "auto"
    """``single``, ``broken`` (one slope each side of ``break_wavelength``) or ``auto`` (the better one by BIC)."""

    pivot: float = POWER_LAW_PIVOT
    """Wavelength of the normalisation [Å]."""

    break_wavelength: float = POWER_LAW_BREAK
    """Wavelength of the bend [Å]."""

    slope_bounds: Band = (-5.0, 3.0)
    """Bounds of α."""

    delta_bic: float = 10.0
    """A broken power law must lower BIC by this much (very strong evidence, Kass & Raftery 1995)."""

    min_pixels_per_side: int = 20
    """Fewest fitted pixels each side of the break."""

    def __post_init__(self) -> None:
        if self.mode not in ("single", "broken", "auto"):
            raise ConfigError(f"PowerLawConfig.mode is {self.mode!r}; it should be 'single', 'broken' or 'auto'.")
        check_positive("PowerLawConfig", pivot=self.pivot, break_wavelength=self.break_wavelength)
        check_bands("PowerLawConfig", slope_bounds=self.slope_bounds)


@dataclass(frozen=True)
class IronConfig:
    """One iron component: Fe II in the UV or the optical, or Fe III."""

    template: str
    """Packaged template id or line list, or path of a two-column file (vacuum Å, flux per Å)."""

    enabled: bool = True
    alternatives: tuple[str, ...] = ()
    """Other templates to try; the one that fits best is taken. None by default: objects stay comparable."""

    temperature: float = 10_000.0
    """Excitation temperature of a line list's groups [K]. Strong lines of a group have E/kT within 0.15 there: it is no
    parameter of a fit."""

    fwhm_bounds: Band = (500.0, 10000.0)
    """FWHM of the Gaussian that broadens the template [km/s]."""

    velocity_bounds: Band = (-1500.0, 1500.0)
    """Shift of the template against the catalog redshift [km/s]."""

    def __post_init__(self) -> None:
        check_bands("IronConfig", above=0.0, fwhm_bounds=self.fwhm_bounds)
        check_bands("IronConfig", velocity_bounds=self.velocity_bounds)
        check_positive("IronConfig", temperature=self.temperature)
        object.__setattr__(self, "alternatives", tuple(self.alternatives))


@dataclass(frozen=True)
class BalmerConfig:
    """The Balmer pseudo-continuum (`qsospec_duck.models.balmer`)."""

    enabled: bool = True
    table: str = "sh95_ne09"
    """Case B table, ``sh95_ne09`` or ``sh95_ne10`` (log electron density)."""

    lowest_level: int = 6
    """First upper level of the series: 6 puts Hδ and all higher lines here, 9 leaves Hδ, Hε and H8 to a complex
    (``oii_neiii_balmer``)."""

    edge: float = BALMER_EDGE
    """Balmer limit [vacuum Å]."""

    temperature: float = 15_000.0
    """Electron temperature [K]."""

    tau_edge: float = 1.0
    """Optical depth at the edge (Grandi 1982 fits 0.1 to 2)."""

    fwhm_bounds: Band = (500.0, 15000.0)
    """FWHM of the series lines [km/s]."""

    velocity_bounds: Band = (-2000.0, 2000.0)
    """Shift against the catalog redshift [km/s]."""

    needed_range: Band = (2650.0, 4150.0)
    """It is fitted where enough continuum pixels lie here [Å], and some redward of the edge."""

    assumed_ratio: float = 0.1
    """Where the edge is out of sight: Balmer emission over power law at 3600 Å; 0 leaves the component out. 75 SDSS
    quasars at z 0.3 to 1.1 have a median of 0.10, near the edge."""

    assumed_scatter: float = 0.07
    """1σ of that ratio between quasars. Those 75 have 0 to 0.32 between their 16th and 84th percentile, with host
    galaxies in it; luminous quasars at high redshift are taken to differ by less."""

    def __post_init__(self) -> None:
        check_positive("BalmerConfig", edge=self.edge, temperature=self.temperature, tau_edge=self.tau_edge)
        check_positive("BalmerConfig", assumed_scatter=self.assumed_scatter)
        check_bands("BalmerConfig", above=0.0, fwhm_bounds=self.fwhm_bounds, needed_range=self.needed_range)
        check_bands("BalmerConfig", velocity_bounds=self.velocity_bounds)


@dataclass(frozen=True)
class ContinuumConfig(HashedOnce):
    """The global continuum."""

    windows: tuple[Band, ...] = CONTINUUM_WINDOWS
    lya_safe_windows: tuple[Band, ...] = LYA_SAFE_WINDOWS
    mask_windows: tuple[Band, ...] = ((3710.0, 3745.0), (3855.0, 3880.0))
    """Narrow lines inside the windows: [O II] and [Ne III]."""

    power_law: PowerLawConfig = field(default_factory=PowerLawConfig)
    iron_uv: IronConfig = field(default_factory=lambda: IronConfig("mejia16_uv"))
    iron_optical: IronConfig = field(default_factory=lambda: IronConfig("veron04"))
    iron_iii: IronConfig = field(default_factory=lambda: IronConfig("feiii_uv48", enabled=False))
    """Fe III, off: most quasars show too little of it between 2040 and 2110 Å to tell it from Fe II."""

    balmer: BalmerConfig = field(default_factory=BalmerConfig)
    reddening: ReddeningConfig = field(default_factory=ReddeningConfig)
    polynomial: PolynomialConfig = field(default_factory=PolynomialConfig)
    min_component_pixels: int = 20
    """Fewest fitted pixels inside a component's coverage."""

    clip_passes: int = 3
    """Rounds of absorption clipping; it stops early when nothing more is clipped."""

    clip_run_sigma: float = 2.0
    """Three or more adjacent pixels below the model by this many σ are a trough: by chance once in 80,000 pixels."""

    clip_pixel_sigma: float = 5.0
    """A single pixel below the model by this many σ is absorbed or bad; never above: lines are not clipped."""

    __hash__ = HashedOnce.__hash__

    def __post_init__(self) -> None:
        check_windows(
            "ContinuumConfig",
            windows=self.windows,
            lya_safe_windows=self.lya_safe_windows,
            mask_windows=self.mask_windows,
        )
        check_positive("ContinuumConfig", clip_run_sigma=self.clip_run_sigma, clip_pixel_sigma=self.clip_pixel_sigma)


@dataclass(frozen=True)
class UncertaintyConfig:
    """How errors are found."""

    method: str = "covariance"
    """``covariance``, or ``monte_carlo`` (refits of noise draws; the best fit stays as it is)."""

    calibrated: bool = True
    """Widen errors of ``covariance`` by what simulated quasars show (`qsospec_duck.fitting.error_calibration`)."""

    draws: int = 50
    """Noise draws of ``monte_carlo``."""

    seed: int = 1
    """Seed of the draws; each object adds its key, so results do not depend on the order of objects."""

    keep: str = "errors"
    """What of the draws travels with the result: ``errors``, ``percentiles`` (16, 50, 84) or also the ``draws``."""

    def __post_init__(self) -> None:
        if self.method not in ("covariance", "monte_carlo"):
            raise ConfigError(f"UncertaintyConfig.method is {self.method!r}; 'covariance' or 'monte_carlo' is right.")
        if self.draws < 2:
            raise ConfigError(f"UncertaintyConfig.draws is {self.draws}; at least 2 are needed for a scatter.")
        if self.keep not in ("errors", "percentiles", "draws"):
            raise ConfigError(f"UncertaintyConfig.keep is {self.keep!r}; 'errors', 'percentiles' or 'draws' is right.")


@dataclass(frozen=True)
class Cosmology:
    """Flat ΛCDM of the published luminosities; SQL recalibrates to any other without a refit."""

    h0: float = H0_DEFAULT
    """Hubble constant [km/s/Mpc]."""

    om0: float = OM0_DEFAULT
    """Matter density today."""

    def __post_init__(self) -> None:
        check_positive("Cosmology", h0=self.h0)
        if not 0 <= self.om0 <= 1:
            raise ConfigError(f"Cosmology.om0 is {self.om0}; a flat universe's should be between 0 and 1.")


@dataclass(frozen=True)
class FitConfig:
    """All scientific options of a fit."""

    extinction: ExtinctionConfig = field(default_factory=ExtinctionConfig)
    continuum: ContinuumConfig = field(default_factory=ContinuumConfig)
    complexes: tuple[str, ...] = field(default_factory=lambda: tuple(packaged_recipes()))
    """Recipes: packaged ids or paths of TOML files; ``all`` stands for every packaged one. By default those of strong
    lines: further ones overlap continuum windows, and would change what the others measure."""

    optional_delta_chi2: float = 9.0
    """Fall of χ² that an optional component (a wing of [O III]) must bring with its three parameters: three times what
    noise would. A wing that is there and left out biases the core and the broad line beside it."""

    optional_min_snr: float = 3.0
    """Flux over error that an optional component needs."""

    absorption_passes: int = 3
    """Rounds in which broad absorption is masked and everything fitted again; 0 leaves broad troughs in the fit."""

    host: HostConfig = field(default_factory=HostConfig)
    uncertainty: UncertaintyConfig = field(default_factory=UncertaintyConfig)
    cosmology: Cosmology = field(default_factory=Cosmology)

    def __post_init__(self) -> None:
        object.__setattr__(self, "complexes", expanded(self.complexes))
        if self.continuum.balmer.enabled:
            check_series(self.complexes, self.continuum.balmer.lowest_level)

    def to_dict(self) -> dict[str, Any]:
        """All options as nested JSON-able values."""
        return json.loads(json.dumps(asdict(self)))

    def hash(self) -> str:
        """SHA-256 of the options, and of the recipes and templates they name: runs with equal hashes may be joined."""
        return self._known_hash

    @cached_property
    def _known_hash(self) -> str:
        return _hash(self)


@cache
def _hash(config: FitConfig) -> str:
    content = config.to_dict()
    content["recipe_content"] = [asdict(load_recipe(name)) for name in config.complexes]
    content["template_sha256"] = [
        line_list_sha256(name) if is_line_list(name) else read_template(name).sha256
        for iron in (config.continuum.iron_uv, config.continuum.iron_optical, config.continuum.iron_iii)
        if iron.enabled
        for name in (iron.template, *iron.alternatives)
    ]
    if config.host.method != "off":
        content["host_sha256"] = _library_sha256(config.host)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _library_sha256(host: HostConfig) -> str | None:
    try:
        return load_host_library(host.templates).sha256
    except MissingLibraryError:
        if host.on_missing == "error":
            raise
        return None
