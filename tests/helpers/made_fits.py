"""Fit results made by hand, for tests of what happens to a fit afterwards."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qsospec_duck.errors import FitError
from qsospec_duck.fitting import ComplexFit, Component, ContinuumFit, FitResult, FitWarning, Measurement
from qsospec_duck.spectra import Extinction, Spectrum


@dataclass(frozen=True)
class MadeConfig:
    """Options of `made_fit`; they have the face of `FitConfig`."""

    slope: float = -1.5
    window: tuple[float, float] = (4640.0, 5100.0)

    def to_dict(self) -> dict[str, object]:
        return {"continuum": {"slope": self.slope}, "complex": {"window": list(self.window)}}

    def hash(self) -> str:
        return f"made-{self.slope}-{self.window}"


def made_spectrum(number: int = 0, n_pix: int = 600) -> Spectrum:
    """A rest-frame spectrum with a dead pixel."""
    rng = np.random.default_rng(number)
    wave = np.geomspace(2500.0, 7000.0, n_pix)
    ivar = np.full(n_pix, 4.0)
    ivar[7] = 0.0
    return Spectrum(
        wavelength=wave,
        flux=10.0 * (wave / 3000.0) ** -1.5 + rng.normal(0.0, 0.5, n_pix),
        ivar=ivar,
        z=0.3 + 0.01 * number,
        frame="rest",
        object_key=f"made-{number:04d}.fits#0",
        object_id=f"made-{number:04d}",
        ra=150.0 + number,
        dec=2.0,
        ebv=0.03,
        extinction=Extinction("applied", "F99", 3.1, 0.03, "row"),
        metadata={"survey": "made", "zwarn": 4},
    )


def made_result(spectrum: Spectrum | int = 0, config: MadeConfig | None = None, *, host: bool = False) -> FitResult:
    """A complete fit of one spectrum."""
    config = config or MadeConfig()
    if isinstance(spectrum, int):
        spectrum = made_spectrum(spectrum)
    wave, n_pix = spectrum.wavelength, spectrum.n_pix
    inside = (wave > config.window[0]) & (wave < config.window[1])
    power_law = 10.0 * (wave / 3000.0) ** config.slope
    broad = np.where(inside, 3.0 * np.exp(-0.5 * ((wave - 4862.7) / 30.0) ** 2), 0.0)
    narrow = np.where(inside, 2.0 * np.exp(-0.5 * ((wave - 5008.2) / 5.0) ** 2), 0.0)
    parts = (
        Component("complex", "hbeta_oiii", "hb_broad_1", "broad", broad),
        Component("complex", "hbeta_oiii", "oiii_5007", "narrow", narrow),
    )
    continuum = ContinuumFit(
        success=True,
        status=1,
        message="converged",
        selected_model="single",
        parameters={"power_law_norm": 10.0, "power_law_slope": config.slope},
        parameter_errors={"power_law_norm": 0.1, "power_law_slope": None},
        covariance=np.array([[0.01, 0.0], [0.0, 0.0]]),
        chi2=590.5,
        dof=580,
        fit_mask=~inside,
        clip_mask=np.ones(n_pix, bool),
        components=(Component("continuum", None, "power_law", "continuum", power_law),),
        model=power_law,
    )
    hbeta = ComplexFit(
        recipe_id="hbeta_oiii",
        label="Hβ + [O III]",
        success=True,
        status=1,
        message="converged",
        selected_model="core",
        parameters={"hb_broad_1_flux": 120.0, "hb_broad_1_fwhm": 4300.0},
        parameter_errors={"hb_broad_1_flux": 2.0, "hb_broad_1_fwhm": 80.0},
        covariance=np.array([[4.0, 1.0], [1.0, 6400.0]]),
        chi2=61.25,
        dof=55,
        bic=75.0,
        window=config.window,
        fit_mask=inside & (spectrum.ivar > 0),
        excluded_mask=inside & (np.arange(n_pix) % 50 == 0),
        components=parts,
        model=broad + narrow,
    )
    measurements = (
        Measurement(
            "continuum_parameter",
            "power_law_slope",
            config.slope,
            None,
            "",
            None,
            "power_law",
            "continuum",
            "slope",
            "none",
        ),
        Measurement("continuum_metric", "chi2", 590.5, None, "", None, None, "continuum", "chi2", "none"),
        Measurement("complex_metric", "chi2", 61.25, None, "", "hbeta_oiii", None, None, "chi2", "none"),
        Measurement(
            "complex_metric",
            "hb_broad_fwhm",
            4300.0 + float(spectrum.flux[3]),
            80.5,
            "km/s",
            "hbeta_oiii",
            "hb",
            "broad",
            "fwhm",
        ),
    )
    return FitResult(
        spectrum=spectrum,
        continuum=continuum,
        complexes={"hbeta_oiii": hbeta},
        complex_statuses={"hbeta_oiii": "fitted", "civ": "not_covered"},
        measurements=measurements,
        warnings=(
            FitWarning("complex_not_covered", "C IV is not covered.", "complex", "civ", "info", {"n": 0}),
            FitWarning(
                "parameter_at_bound",
                "slope ended on its bound.",
                "continuum",
                None,
                "warning",
                {"value": np.float64(1.5)},
            ),
        ),
        host_model=np.full(n_pix, 0.5) if host else None,
        total_flux=spectrum.flux + 0.5 if host else None,
        metadata={"config_hash": config.hash(), "seconds": {"continuum": 0.004}},
    )


def made_fit(spectrum: Spectrum, config: MadeConfig) -> FitResult:
    """A fit function: refuses a spectrum of redshift above 5, which no test means to fit."""
    if spectrum.z > 5:
        raise FitError(f"{spectrum.label}: redshift {spectrum.z}")
    if spectrum.frame == "observed":
        spectrum = replace(
            spectrum,
            frame="rest",
            wavelength=spectrum.wavelength / (1 + spectrum.z),
            flux=spectrum.flux * (1 + spectrum.z),
            ivar=spectrum.ivar / (1 + spectrum.z) ** 2,
        )
    return made_result(spectrum, config)


def deadly_fit(spectrum: Spectrum, config: MadeConfig) -> FitResult:
    """A fit function that kills its process at the spectrum called ``poison``."""
    if spectrum.object_id == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    return made_fit(spectrum, config)


def mortal_fit(spectrum: Spectrum, config: MadeConfig) -> FitResult:
    """A fit function that kills its process once: the file named by its object leaves a mark."""
    mark = Path(str(spectrum.metadata.get("mark", "")))
    if spectrum.object_id == "mortal" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return made_fit(spectrum, config)


def endless_fit(spectrum: Spectrum, config: MadeConfig) -> FitResult:
    """A fit function that leaves a mark with the number of its process, and then takes two minutes."""
    Path(os.environ["MARKS"], f"worker.{os.getpid()}").touch()
    time.sleep(120)
    return made_fit(spectrum, config)


def greedy_fit(spectrum: Spectrum, config: MadeConfig) -> FitResult:
    """A fit function that takes a minute for ``slow`` and 0.9 GB as well for ``hungry``."""
    if spectrum.object_id == "hungry":
        held = np.ones(900_000_000, np.int8)
        time.sleep(60)
        held[0] = 2
    elif spectrum.object_id == "slow":
        time.sleep(60)
    return made_fit(spectrum, config)
