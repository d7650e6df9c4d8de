"""Foreground Galactic extinction: options, laws, and the correction of a spectrum.

    f_corrected(λ) = f(λ) · 10^(0.4 · A(λ)/A(V) · R_V · E(B-V)),        λ in the observed frame.

A(λ)/A(V) comes from ``dust_extinction``, tabulated once per law and R_V in steps of 10⁻⁴ µm⁻¹
(`qsospec_duck.spectra.extinction_laws`) and read off linearly, which changes the factor by less than 1e-6 at
E(B-V) = 1.

Which E(B-V): Schlafly & Finkbeiner (2011, ApJ 737, 103) found that the map of Schlegel, Finkbeiner & Davis
(1998, SFD98) overstates E(B-V) by 14 % when read with the law of Fitzpatrick (1999, PASP 111, 63) at R_V = 3.1, so
raw SFD98 values are multiplied by 0.86 and then are true E(B-V) for that law. The EBV column of DESI and the
SFD_EBV of SDSS are raw SFD98; desiutil.dust applies the same recalibration to them. (With ``dust_extinction`` the
product gives A(1 µm) = 1.004 E(B-V)_SFD, where the paper's own normalisation is 1.029: the laws' implementations
differ by that much.) A value that a caller gives, or that came with a table of their own, is taken as true
E(B-V). Many earlier quasar catalogues (Shen et al. 2011) took raw SFD98 instead; ``sfd_scale=1`` repeats that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError, SpectrumError
from qsospec_duck.spectra.dust_maps import DUST_MAPS, ebv_of_map
from qsospec_duck.spectra.extinction_laws import RV_RANGE, WAVENUMBER_STEP, law_table
from qsospec_duck.spectra.masks import DESI_SURVEYS
from qsospec_duck.spectra.spectrum import Extinction, Spectrum


@dataclass(frozen=True)
class ExtinctionConfig:
    """How spectra are corrected for Galactic extinction.

    E(B-V) is taken from the first of these that knows it: the row, ``ebv``, the map ``map_name``. Where none
    does, the spectrum stays uncorrected and says so (status ``unavailable``, from which the fit makes a warning).
    """

    enabled: bool = True
    """False leaves every spectrum as it is."""

    law: str = "F99"
    """``F99`` (Fitzpatrick 1999; the law of the SFD recalibration), ``G23`` (Gordon et al. 2023, ApJ 950, 86) or
    ``CCM89`` (Cardelli, Clayton & Mathis 1989, ApJ 345, 245). Outside 1000 Å to 3.33 µm, where the other two end,
    G23 continues them, scaled to join."""

    rv: float = 3.1
    """R_V = A(V)/E(B-V); 3.1 is the mean of the diffuse Galactic medium."""

    ebv: float | None = None
    """E(B-V) [mag] for spectra whose row gives none; taken as true E(B-V), without ``sfd_scale``."""

    map_name: str | None = None
    """``sfd`` or ``planck``: dust map asked at the position when neither row nor ``ebv`` knows. Needs its files, in
    ``map_folder`` or where the ``dust`` extra keeps them; nothing is ever downloaded."""

    map_folder: str | None = None
    """Folder that holds the two files of the ``sfd`` map, of any size, or the one of ``planck``; then the ``dust``
    extra is not needed."""

    use_row_ebv: bool = True
    """False ignores the E(B-V) of the row."""

    row_ebv_scale: str = "survey"
    """What the row's E(B-V) is: ``survey`` (raw SFD98 for DESI and SDSS rows, true E(B-V) otherwise),
    ``sfd98`` (raw SFD98 always) or ``true`` (true E(B-V) always)."""

    sfd_scale: float = 0.86
    """Factor from raw SFD98 to true E(B-V) (Schlafly & Finkbeiner 2011)."""

    def __post_init__(self) -> None:
        if self.law not in RV_RANGE:
            raise ConfigError(f"ExtinctionConfig.law is {self.law!r}; it should be one of {', '.join(RV_RANGE)}.")
        low, high = RV_RANGE[self.law]
        if not low <= self.rv <= high:
            raise ConfigError(f"ExtinctionConfig.rv is {self.rv}; {self.law} is defined for {low} to {high}.")
        if self.ebv is not None and not (np.isfinite(self.ebv) and self.ebv >= 0):
            raise ConfigError(f"ExtinctionConfig.ebv is {self.ebv}; it should be finite and not negative [mag].")
        if self.map_name is not None and self.map_name not in DUST_MAPS:
            raise ConfigError(f"ExtinctionConfig.map_name is {self.map_name!r}; it should be {' or '.join(DUST_MAPS)}.")
        if self.row_ebv_scale not in ("survey", "sfd98", "true"):
            raise ConfigError(
                f"ExtinctionConfig.row_ebv_scale is {self.row_ebv_scale!r}; it should be 'survey', 'sfd98' or 'true'."
            )
        if not 0 < self.sfd_scale <= 1.5:
            raise ConfigError(f"ExtinctionConfig.sfd_scale is {self.sfd_scale}; 0.86 or 1 make sense.")


def extinction_factor(
    wavelength: NDArray[np.float64], ebv: float, *, law: str = "F99", rv: float = 3.1
) -> NDArray[np.float64]:
    """Factor by which extinction has dimmed the flux: the corrected flux is flux times this.

    Parameters
    ----------
    wavelength : ndarray, shape (n_pix,)
        Observed vacuum Å, from 912 Å to 32 µm.
    ebv : float
        True E(B-V) [mag].

    Raises
    ------
    SpectrumError
        A wavelength lies outside what the laws cover.
    """
    values, start = law_table(law, rv)
    position = (1e4 / wavelength - start) * (1.0 / WAVENUMBER_STEP)
    lower = position.astype(np.int64)
    if position.min() < 0 or position.max() > values.size - 1:
        raise SpectrumError(
            f"wavelengths reach from {wavelength.min():.1f} to {wavelength.max():.1f} Å; with R_V = {rv} "
            f"{law} is known from {1e4 / (start + (values.size - 1) * WAVENUMBER_STEP):.1f} to {1e4 / start:.1f} Å."
        )
    np.minimum(lower, values.size - 2, out=lower)
    ratio = values[lower]
    ratio += (position - lower) * (values[lower + 1] - ratio)
    return np.exp((0.4 * np.log(10.0) * rv * ebv) * ratio)


def deredden(spectrum: Spectrum, config: ExtinctionConfig | None = None) -> Spectrum:
    """Correct a spectrum for foreground Galactic extinction.

    The law is read at observed wavelengths: those of a rest-frame spectrum times (1 + z).

    Parameters
    ----------
    spectrum : Spectrum
        Either frame. One whose extinction is ``applied`` or ``declared_corrected`` is returned as it is.
    config : ExtinctionConfig, optional
        Default options where none are given.

    Returns
    -------
    Spectrum
        Same frame; ``extinction`` says what was done. The input is untouched.

    Raises
    ------
    SpectrumError
        The E(B-V) of the row is negative, or wavelengths lie outside what the laws cover.
    """
    config = config or ExtinctionConfig()
    if not config.enabled or spectrum.extinction.status in ("applied", "declared_corrected"):
        return spectrum
    known = _reddening_of(spectrum, config)
    if known.ebv is None:
        return replace(spectrum, extinction=known)
    stretch = 1.0 + spectrum.z if spectrum.frame == "rest" else 1.0
    try:
        factor = extinction_factor(spectrum.wavelength * stretch, known.ebv, law=config.law, rv=config.rv)
    except SpectrumError as problem:
        raise SpectrumError(f"{spectrum.label}: {problem}") from None
    return replace(spectrum, flux=spectrum.flux * factor, ivar=spectrum.ivar / (factor * factor), extinction=known)


def _reddening_of(spectrum: Spectrum, config: ExtinctionConfig) -> Extinction:
    """Find the E(B-V) to apply."""
    row_ebv = spectrum.ebv if config.use_row_ebv else None
    if row_ebv is not None and np.isfinite(row_ebv):
        if row_ebv < 0:
            raise SpectrumError(f"{spectrum.label}: E(B-V) of the row is {row_ebv}; it should not be negative.")
        survey = str(spectrum.metadata.get("survey") or "").lower()
        is_raw = config.row_ebv_scale == "sfd98" or (
            config.row_ebv_scale == "survey" and (survey in DESI_SURVEYS or survey == "sdss")
        )
        return _to_apply(config, row_ebv, "row", config.sfd_scale if is_raw else 1.0)
    if config.ebv is not None:
        return _to_apply(config, config.ebv, "argument", 1.0)
    if config.map_name is None:
        return Extinction("unavailable", note="neither the row nor the options give E(B-V), and no dust map is named")
    if spectrum.ra is None or spectrum.dec is None:
        return Extinction("unavailable", note=f"the {config.map_name} map needs a position, and the row has none")
    value, why_not = ebv_of_map(config.map_name, spectrum.ra, spectrum.dec, config.map_folder)
    if value is None:
        return Extinction("unavailable", note=why_not)
    return _to_apply(config, value, config.map_name, config.sfd_scale if config.map_name == "sfd" else 1.0)


def _to_apply(config: ExtinctionConfig, given: float, source: str, scale: float) -> Extinction:
    return Extinction("applied", config.law, config.rv, float(given) * scale, source, scale)
