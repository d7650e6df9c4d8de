"""What is drawn of a fit: computed once, shared by all panels of its figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.fitting import FitResult
from qsospec_duck.qa.smooth import smooth, smoothing_width

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class View:
    """Arrays of one figure, all (n_pix,); NaN where there is nothing to draw."""

    result: FitResult
    wave: FloatArray
    """Rest wavelength [Å]."""

    flux: FloatArray
    """Flux with the host in it, where one was fitted; NaN where unusable."""

    ivar: FloatArray
    good: BoolArray
    smoothed: FloatArray
    model: FloatArray
    """Continuum, lines and host."""

    steady: FloatArray
    """The model without narrow lines and wings."""

    snr: float
    """Median S/N of a usable pixel; NaN without any."""

    limits: tuple[float, float]
    """First and last wavelength that is shown [Å]."""

    @property
    def has_model(self) -> bool:
        """Whether anything was fitted."""
        return bool(np.any(np.nan_to_num(self.model) != 0.0))


def view_of(result: FitResult) -> View:
    """Prepare the arrays of a figure."""
    spectrum = result.spectrum
    wave = spectrum.wavelength
    good = spectrum.good & np.isfinite(spectrum.flux)
    host = np.zeros(wave.size) if result.host_model is None else np.nan_to_num(result.host_model)
    flux = np.where(good, spectrum.flux + host, np.nan)
    ratios = (spectrum.flux * np.sqrt(spectrum.ivar))[good]
    snr = float(np.median(ratios)) if ratios.size else float("nan")
    model = np.nan_to_num(np.asarray(result.model, dtype=np.float64))
    sharp = np.zeros(wave.size)
    for fit in result.complexes.values():
        for component in fit.components:
            if component.role in ("narrow", "wing"):
                sharp += np.nan_to_num(component.values)
    shown = wave[good] if good.any() else wave
    margin = 0.004 * (shown[-1] - shown[0]) + 1e-6 * shown[0]
    return View(
        result=result,
        wave=wave,
        flux=flux,
        ivar=np.where(good, spectrum.ivar, 0.0),
        good=good,
        smoothed=smooth(np.nan_to_num(flux), np.where(good, spectrum.ivar, 0.0), smoothing_width(snr)),
        model=model,
        steady=model - sharp,
        snr=snr,
        limits=(float(shown[0] - margin), float(shown[-1] + margin)),
    )
