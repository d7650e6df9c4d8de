"""How tiles are made, and what was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qsospec_duck.errors import ConfigError
from qsospec_duck.tiles.precision import PRECISIONS


@dataclass(frozen=True)
class TileOptions:
    """How tiles are made."""

    selection: str = "seed"
    """Preset or SQL predicate (`qsospec_duck.tiles.selection`); ``seed`` is what existing queries expect."""

    wavelength_range: tuple[float, float] | None = (3600.0, 9800.0)
    """Å to keep, both ends included; ``None`` keeps the whole grid to 9824 Å."""

    precision: str = "lossless"
    """``lossless``, ``6-decimals`` or ``noise/16`` (`qsospec_duck.tiles.precision`)."""

    qn_threshold: float | None = None
    """Confidence above which QuasarNet is believed; ``None`` is the survey's: 0.95 to DR1, 0.99 later."""

    resolution: bool = False
    """Keep σ of the line-spread function of every spectrum (``lsf_sigma``): fits then give widths as they are, not as
    the instrument shows them. It reads the RESOLUTION matrices, four fifths of a coadd."""

    verify: str = "all"
    """DATASUM of ``all`` HDUs that are needed; of those ``read`` whole anyway, not of the images; of ``none``."""

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ConfigError(f"precision is {self.precision!r}; it should be one of {', '.join(PRECISIONS)}.")
        if self.verify not in ("read", "all", "none"):
            raise ConfigError(f"verify is {self.verify!r}; it should be read, all or none.")
        if self.wavelength_range is not None and not self.wavelength_range[0] < self.wavelength_range[1]:
            raise ConfigError(f"wavelength_range is {self.wavelength_range}; the first should be the smaller.")


@dataclass(frozen=True)
class TileReceipt:
    """What was made of one coadd."""

    path: Path
    release: str | None
    survey: str | None
    program: str | None
    tile: str
    n_targets: int
    """Targets of the coadd that are no sky."""

    n_without_redshift: int
    """Of those, without a row in redrock: they cannot be selected."""

    count: int
    """Spectra in the tile; 0 is valid."""

    n_bytes: int
    sha256: str
    sources: dict[str, str] = field(default_factory=dict)
    """Files that went into it, by kind."""

    missing: tuple[str, ...] = ()
    """Companions that were not there; their columns are NULL."""

    cameras: str = "BRZ"
    """Cameras that the coadd has; the pixels of the others have ivar 0 and mask NODATA."""

    n_pix: int = 0
    """Pixels of a spectrum; 0 for a tile of no spectra."""
