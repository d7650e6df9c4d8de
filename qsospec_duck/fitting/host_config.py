"""Options of the host galaxy."""

from __future__ import annotations

from dataclasses import dataclass

from qsospec_duck.errors import ConfigError
from qsospec_duck.fitting.option_checks import check_positive

METHODS = ("off", "linear", "ppxf")


@dataclass(frozen=True)
class HostConfig:
    """The host galaxy, taken away before the continuum is fitted."""

    method: str = "off"
    """``off``, ``linear`` (galaxy spectra and nucleus in one linear solution, no stellar kinematics) or ``ppxf``."""

    templates: str = ""
    """Library of galaxy spectra: a path, or a name in pPXF's folder ``sps_models`` (`load_host_library`)."""

    on_missing: str = "error"
    """What happens where the library is not there: ``error``, or ``skip`` (no host, with a warning)."""

    max_redshift: float = 1.2
    """Beyond it no host is fitted: the library and the Balmer break leave the optical."""

    min_snr: float = 3.0
    """Median S/N per pixel below which no host is fitted."""

    min_pixels: int = 500
    """Fewest unmasked pixels inside the library's coverage."""

    n_eigenspectra: int = 5
    """Eigenspectra that are used at most."""

    broad_mask_kms: float = 7000.0
    """Pixels this near to a permitted line are not used [km/s]."""

    narrow_mask_kms: float = 1200.0
    """Likewise a forbidden line [km/s]."""

    additive_degree: int = -1
    """Degree of pPXF's additive polynomial; -1 for none."""

    start_sigma_kms: float = 180.0
    """First guess of the stellar dispersion [km/s]."""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(f"HostConfig.method is {self.method!r}; it should be one of {', '.join(METHODS)}.")
        if self.on_missing not in ("error", "skip"):
            raise ConfigError(f"HostConfig.on_missing is {self.on_missing!r}; 'error' or 'skip' is right.")
        if self.n_eigenspectra < 1 or self.min_pixels < 1:
            raise ConfigError(
                f"HostConfig: n_eigenspectra is {self.n_eigenspectra} and min_pixels {self.min_pixels}; both should be "
                "positive."
            )
        check_positive(
            "HostConfig", max_redshift=self.max_redshift, broad_mask_kms=self.broad_mask_kms,
            narrow_mask_kms=self.narrow_mask_kms, start_sigma_kms=self.start_sigma_kms,
        )  # fmt: skip
