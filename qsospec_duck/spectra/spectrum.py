"""The spectrum that travels inside a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsospec_duck.constants import FLUX_UNIT, FLUX_UNIT_CGS
from qsospec_duck.errors import SpectrumError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Extinction:
    """What is known about foreground Galactic extinction of a spectrum."""

    status: str = "uncorrected"
    """``uncorrected``, ``applied``, ``declared_corrected`` (by the caller) or ``unavailable`` (no E(B-V) known)."""

    law: str | None = None
    """Extinction law, ``F99`` or ``G23``; ``None`` where nothing was applied."""

    rv: float | None = None
    """R_V = A_V / E(B-V)."""

    ebv: float | None = None
    """E(B-V) that was applied [mag]."""

    source: str | None = None
    """Where E(B-V) comes from: ``row``, ``argument``, or the name of a dust map."""

    scale: float = 1.0
    """Factor between the E(B-V) that the source gave and ``ebv``: 0.86 for raw SFD98 values."""

    note: str = ""
    """Why nothing was applied, where nothing was."""


@dataclass(frozen=True)
class Spectrum:
    """One spectrum in house units.

    Unusable pixels have ``ivar`` 0; there is no other mask inside a fit.
    """

    wavelength: FloatArray
    """(n_pix,) vacuum Å, strictly increasing, in the frame that ``frame`` names."""

    flux: FloatArray
    """(n_pix,) 1e-17 erg/s/cm²/Å in the same frame; finite everywhere (0 where unusable)."""

    ivar: FloatArray
    """(n_pix,) inverse variance of ``flux``; 0 marks a pixel that must not be used."""

    z: float
    """Redshift, greater than -1."""

    frame: str = "observed"
    """``observed`` or ``rest``."""

    object_key: str = ""
    """Deterministic key of source and row (DESIGN: spectra relation)."""

    object_id: str = ""
    """Scientific name; need not be unique."""

    ra: float | None = None
    """Right ascension, ICRS degrees."""

    dec: float | None = None
    """Declination, ICRS degrees."""

    ebv: float | None = None
    """Galactic E(B-V) that came with the spectrum [mag], if any."""

    extinction: Extinction = field(default_factory=Extinction)
    """Provenance of the Galactic extinction correction."""

    flux_unit: str = FLUX_UNIT
    """House unit, or ``relative`` where the physical scale is unknown (then no luminosities)."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Anything else that the reader knew (survey, program, release, healpix, zwarn, ...)."""

    lsf_sigma: FloatArray | None = None
    """(n_pix,) σ of the line-spread function [km/s], where known: lines are fitted as the instrument sees them."""

    def __post_init__(self) -> None:
        n_pix = self.wavelength.size
        if self.wavelength.ndim != 1 or self.flux.shape != (n_pix,) or self.ivar.shape != (n_pix,):
            raise SpectrumError(
                f"{self.label}: wavelength, flux and ivar have shapes {self.wavelength.shape}, {self.flux.shape} "
                f"and {self.ivar.shape}; they should be one-dimensional and equal."
            )
        if self.lsf_sigma is not None and not (
            self.lsf_sigma.shape == (n_pix,) and np.all(np.isfinite(self.lsf_sigma) & (self.lsf_sigma >= 0))
        ):
            raise SpectrumError(
                f"{self.label}: lsf_sigma has shape {self.lsf_sigma.shape}; it should be ({n_pix},), finite and not "
                "negative."
            )
        if n_pix < 2:
            raise SpectrumError(f"{self.label}: {n_pix} pixels; a spectrum needs at least two.")
        rising = self.wavelength[1:] > self.wavelength[:-1]
        # The last of rising ones is the largest.
        if not (rising.all() and self.wavelength[-1] < np.inf):
            bad = int(np.argmin(rising & (self.wavelength[1:] < np.inf)))
            raise SpectrumError(
                f"{self.label}: wavelengths are not finite and strictly increasing (first break after pixel {bad})."
            )
        if self.wavelength[0] <= 0:
            raise SpectrumError(f"{self.label}: first wavelength is {self.wavelength[0]} Å; it should be positive.")
        if not np.isfinite(self.z) or self.z <= -1:
            raise SpectrumError(f"{self.label}: redshift is {self.z}; it should be finite and greater than -1.")
        if self.frame not in ("observed", "rest"):
            raise SpectrumError(f"{self.label}: frame is {self.frame!r}; it should be 'observed' or 'rest'.")

    @classmethod
    def from_arrays(
        cls,
        wavelength: ArrayLike,
        flux: ArrayLike,
        *,
        ivar: ArrayLike | None = None,
        error: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        z: float,
        frame: str = "observed",
        flux_scale: float = FLUX_UNIT_CGS,
        flux_unit: str = FLUX_UNIT,
        **known: Any,
    ) -> Spectrum:
        """Build a spectrum from plain arrays.

        Parameters
        ----------
        wavelength : array_like, shape (n_pix,)
            Vacuum Å, strictly increasing, in ``frame``.
        flux : array_like, shape (n_pix,)
            f_λ in units of ``flux_scale`` erg/s/cm²/Å, in ``frame``.
        ivar, error : array_like, shape (n_pix,)
            Inverse variance or 1σ error of ``flux`` in the same scale; give exactly one. A pixel whose
            error is not finite or not positive, or whose ivar is not positive, is not used.
        mask : array_like of bool, shape (n_pix,), optional
            True where a pixel must not be used.
        z : float
            Redshift, greater than -1.
        frame : str
            ``observed`` or ``rest``: the frame of both wavelength and flux.
        flux_scale : float
            erg/s/cm²/Å of one unit of ``flux``; 1 for spectra in cgs, 1e-17 (default) for survey units.
        flux_unit : str
            ``relative`` declares that the physical scale is unknown; ``flux_scale`` is then ignored.
        **known
            Further fields of `Spectrum`: ``object_id``, ``object_key``, ``ra``, ``dec``, ``ebv``,
            ``extinction``, ``metadata``, ``lsf_sigma``.

        Raises
        ------
        SpectrumError
            Shapes differ, wavelengths are not increasing, both or none of ``ivar`` and ``error`` are given,
            or every pixel is unusable by its values.
        """
        wave = np.array(wavelength, dtype=np.float64)
        value = np.array(flux, dtype=np.float64)
        name = str(known.get("object_id") or known.get("object_key") or "spectrum")
        if (ivar is None) == (error is None):
            raise SpectrumError(f"{name}: give exactly one of ivar and error.")
        if value.shape != wave.shape:
            raise SpectrumError(f"{name}: flux has shape {value.shape}, wavelength {wave.shape}; they should be equal.")
        if error is not None:
            sigma = np.array(error, dtype=np.float64)
            usable = np.isfinite(sigma) & (sigma > 0)
            weight = np.zeros_like(sigma)
            weight[usable] = sigma[usable] ** -2.0
        else:
            weight = np.array(ivar, dtype=np.float64)
            weight[~(np.isfinite(weight) & (weight > 0))] = 0.0
        if weight.shape != wave.shape:
            raise SpectrumError(
                f"{name}: errors have shape {weight.shape}, wavelength {wave.shape}; they should be equal."
            )
        if mask is not None:
            bad = np.asarray(mask, dtype=bool)
            if bad.shape != wave.shape:
                raise SpectrumError(
                    f"{name}: mask has shape {bad.shape}, wavelength {wave.shape}; they should be equal."
                )
            weight[bad] = 0.0
        if not flux_scale > 0:
            raise SpectrumError(f"{name}: flux_scale is {flux_scale}; it should be positive.")
        if flux_unit != "relative" and flux_scale != FLUX_UNIT_CGS:
            factor = flux_scale / FLUX_UNIT_CGS
            value *= factor
            weight /= factor**2
        weight[~np.isfinite(value)] = 0.0
        value[~np.isfinite(value)] = 0.0
        return cls(wave, value, weight, float(z), frame=frame, flux_unit=flux_unit, **known)

    @property
    def label(self) -> str:
        """Name for messages: the object id, else its key."""
        return self.object_id or self.object_key or "spectrum"

    @property
    def n_pix(self) -> int:
        """Number of pixels."""
        return int(self.wavelength.size)

    @cached_property
    def log_wavelength(self) -> FloatArray:
        """(n_pix,) ln λ, what models are functions of; found once, and shared by all who ask."""
        return np.log(self.wavelength)

    @property
    def error(self) -> FloatArray:
        """(n_pix,) 1σ error of ``flux``; inf where a pixel must not be used."""
        out = np.full(self.n_pix, np.inf)
        good = self.ivar > 0
        out[good] = self.ivar[good] ** -0.5
        return out

    @property
    def good(self) -> NDArray[np.bool_]:
        """(n_pix,) True where a pixel may be used."""
        return self.ivar > 0
