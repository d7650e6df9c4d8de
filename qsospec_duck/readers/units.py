"""Units of wavelengths and flux densities, brought to vacuum Å and 1e-17 erg/s/cm²/Å."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.air_vacuum import air_to_vacuum
from qsospec_duck.constants import FLUX_UNIT, FLUX_UNIT_CGS
from qsospec_duck.errors import SpectrumError
from qsospec_duck.fits.refusal import refusal

# Spellings of 1e-17 erg/s/cm2/A in survey files: SDSS 'BUNIT = 1E-17 erg/cm^2/s/Ang', spSpec '1.0E-17 erg/cm/s/Ang'
# (sic), DESI '10**-17 erg/(s cm2 Angstrom)'.
_HOUSE = re.compile(r"^\s*(1(\.0*)?e-17|10\*\*-17|10\^-17|10-17)\s*\*?\s*erg[ /].*(a|å|ang\w*)\)?\s*$", re.IGNORECASE)

_SPELLINGS = {
    "angstroms": "Angstrom",
    "ang": "Angstrom",
    "a": "Angstrom",
    "å": "Angstrom",
    "aa": "Angstrom",
    "microns": "micron",
}


def check_house_unit(path: str | Path, unit: Any, *, where: str = "") -> None:
    """Refuse a survey file whose flux is stated in another unit than 1e-17 erg/s/cm²/Å; no statement passes."""
    if unit and not _HOUSE.match(str(unit)):
        raise refusal(path, f"BUNIT is {unit!r}", FLUX_UNIT, where=where)


def from_log10(values: Any) -> NDArray[np.float64]:
    """Turn log10 of wavelengths into wavelengths; what overflows is infinite, which the relation refuses."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(10.0 ** np.asarray(values, dtype=np.float64))


def to_angstrom(path: str | Path, values: NDArray[Any], unit: str, *, where: str = "") -> NDArray[np.float64]:
    """Wavelengths in Å."""
    from astropy import units as u

    try:
        return np.asarray((np.asarray(values, dtype=np.float64) * parse_unit(path, unit, where)).to_value(u.AA))
    except u.UnitConversionError as error:
        raise refusal(path, f"the wavelength unit is {unit!r}", "a unit of length", where=where) from error


def to_vacuum(path: str | Path, wavelength: NDArray[Any], *, where: str = "") -> NDArray[np.float64]:
    """Vacuum wavelengths of air wavelengths, both in Å; what is no wavelength is refused."""
    try:
        return air_to_vacuum(wavelength)
    except SpectrumError as error:
        raise refusal(
            path, "some air wavelengths are not finite and positive", "wavelengths in Å", where=where
        ) from error


def to_house_flux(
    path: str | Path, values: NDArray[Any], unit: str, wavelength: NDArray[np.float64], *, where: str = ""
) -> NDArray[np.float64]:
    """Flux densities in 1e-17 erg/s/cm²/Å, f_ν turned into f_λ at each wavelength [Å]."""
    from astropy import units as u

    house = FLUX_UNIT_CGS * u.erg / u.s / u.cm**2 / u.AA
    try:
        stated = np.asarray(values, dtype=np.float64) * parse_unit(path, unit, where)
        return np.asarray(stated.to_value(house, equivalencies=u.spectral_density(wavelength * u.AA)))
    except u.UnitConversionError as error:
        raise refusal(
            path, f"the flux unit is {unit!r}", "a flux density such as erg/s/cm2/Angstrom, W/m2/um or Jy", where=where
        ) from error


def parse_unit(path: str | Path, unit: str, where: str = "") -> Any:
    """Make the astropy unit of a text.

    Raises
    ------
    ReaderError
        It is no unit.
    """
    from astropy import units as u

    text = unit.strip()
    text = _SPELLINGS.get(text.lower(), text)
    text = re.sub(r"/(A|Å|Ang|Angstroms)\b", "/Angstrom", text)
    # '1e-17 erg/cm^2/s/Ang' and '10**-17 erg/(s cm2 Angstrom)' carry a number, which astropy wants as 10**-17.
    text = re.sub(r"^1(\.0*)?[eE]([+-]?\d+)\s*\*?\s*", r"10**\2 ", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return u.Unit(text)
        except (ValueError, TypeError) as error:
            raise refusal(
                path, f"{unit!r} is no unit", "a unit such as Angstrom, nm, erg/s/cm2/Angstrom or Jy", where=where
            ) from error
