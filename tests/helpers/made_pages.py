"""Fit results with many complexes, for tests of figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qsospec_duck.fitting import ComplexFit, Component, ContinuumFit, FitResult, FitWarning, Measurement
from qsospec_duck.models.lines import lines
from qsospec_duck.spectra import Spectrum

COMPLEXES: dict[str, tuple[str, tuple[float, float], tuple[str, ...]]] = {
    "lya_nv": ("Lyα + N V", (1150.0, 1290.0), ("lya", "nv", "siii1263")),
    "siiv_oiv": ("Si IV + O IV]", (1360.0, 1450.0), ("siiv_oiv",)),
    "civ": ("C IV", (1450.0, 1700.0), ("civ", "heii1640", "oiii1663")),
    "ciii": ("C III]", (1700.0, 1970.0), ("niii", "aliii", "siiii", "ciii")),
    "mgii": ("Mg II", (2700.0, 2900.0), ("mgii",)),
    "oii_nev_neiii_hgamma": (
        "[Ne V] – Hγ",
        (3380.0, 4425.0),
        ("nev3427", "oii3727", "oii3730", "neiii3870", "neiii3969", "hd", "hg", "oiii4364"),
    ),
    "hbeta_oiii": ("Hβ + [O III]", (4640.0, 5100.0), ("heii4687", "hb", "oiii4960", "oiii5008")),
    "halpha_nii_sii": ("Hα + [N II] + [S II]", (6400.0, 6800.0), ("nii6550", "ha", "nii6585", "sii6718", "sii6733")),
    "paschen_nir": ("Paschen", (9900.0, 13050.0), ("pad", "hei10833", "pag", "pab")),
}


def made_page(
    z: float = 0.5,
    snr: float = 10.0,
    recipes: Sequence[str] = ("oii_nev_neiii_hgamma", "hbeta_oiii"),
    *,
    limits: tuple[float, float] = (3600.0, 10300.0),
    seed: int = 0,
    object_id: str = "made-0001",
    flux: float = 20.0,
    line_scale: float = 1.0,
    continuum: bool = True,
    usable: bool = True,
    host: bool = False,
    clipped: tuple[float, float] | None = None,
    dead: tuple[float, float] | None = None,
) -> FitResult:
    """A fit of a made spectrum between two observed wavelengths [Å].

    ``clipped`` and ``dead`` are rest wavelengths between which pixels are masked as absorption or unusable.
    """
    rng = np.random.default_rng(seed)
    wave = np.geomspace(limits[0], limits[1], 4500) / (1.0 + z)
    power_law = flux * (wave / wave.mean()) ** -1.3 if continuum else np.zeros(wave.size)
    good = np.full(wave.size, usable)
    if dead is not None:
        good &= (wave < dead[0]) | (wave > dead[1])
    absorbed = (wave > clipped[0]) & (wave < clipped[1]) if clipped is not None else np.zeros(wave.size, bool)
    fits = {name: _complex(name, wave, good, absorbed, flux * line_scale) for name in recipes}
    model = power_law + sum((fit.model for fit in fits.values()), np.zeros(wave.size))
    sigma = flux / snr
    spectrum = Spectrum(
        wavelength=wave,
        flux=np.where(good, np.where(absorbed, 0.2, 1.0) * model + rng.normal(0.0, sigma, wave.size), 0.0),
        ivar=np.where(good, sigma**-2.0, 0.0),
        z=z,
        frame="rest",
        object_key=f"{object_id}.fits#0",
        object_id=object_id,
        ra=150.1,
        dec=-2.2,
        metadata={"survey": "main", "program": "dark", "release": "dr1"},
    )
    in_lines = np.any([fit.fit_mask for fit in fits.values()], axis=0) if fits else np.zeros(wave.size, bool)
    iron = np.where((wave > 4434) & (wave < 5400), 0.1 * flux, 0.0)
    parts = (
        Component("continuum", None, "power_law", "continuum", power_law - iron),
        Component("continuum", None, "iron_optical", "continuum", iron),
    )
    fit_mask = ~in_lines & (np.sin(wave / 60.0) > -0.3) if continuum else np.zeros(wave.size, bool)
    return FitResult(
        spectrum=spectrum,
        continuum=ContinuumFit(
            success=continuum,
            status=1 if continuum else -1,
            message="converged" if continuum else "too few usable pixels in the continuum windows",
            selected_model="single",
            parameters={},
            parameter_errors={},
            covariance=np.zeros((0, 0)),
            chi2=1010.0 if continuum else float("nan"),
            dof=1000 if continuum else 0,
            fit_mask=fit_mask,
            clip_mask=~absorbed,
            components=parts if continuum else (),
            model=power_law,
        ),
        complexes=fits,
        complex_statuses={name: "fitted" if name in fits else "not_covered" for name in COMPLEXES},
        measurements=(*_continuum_rows(continuum), *(row for name in fits for row in _rows(name, flux, snr))),
        warnings=(
            FitWarning("parameter_at_bound", "slope ended on its bound.", "continuum"),
            *(FitWarning("unreliable_width", "too wide.", "complex", name) for name in fits),
        ),
        host_model=0.3 * power_law if host else None,
        total_flux=spectrum.flux + 0.3 * power_law if host else None,
        metadata={"configuration_hash": "0123456789abcdef"},
    )


def _complex(name: str, wave: np.ndarray, good: np.ndarray, absorbed: np.ndarray, flux: float) -> ComplexFit:
    label, window, members = COMPLEXES[name]
    inside = (wave > window[0]) & (wave < window[1])
    parts = []
    for line_id in members:
        center = lines()[line_id].wavelength
        roles = (
            {"broad": (3000.0, 0.5), "narrow": (250.0, 0.8)} if line_id in ("hb", "ha") else {"narrow": (250.0, 1.0)}
        )
        if lines()[line_id].kind != "forbidden" and line_id not in ("hb", "ha"):
            roles = {"broad": (3000.0, 0.7)}
        if line_id.startswith("oiii5008"):
            roles = {**roles, "wing": (900.0, 0.3)}
        for role, (width, height) in roles.items():
            shape = np.exp(-0.5 * ((wave - center) / (center * width / 3e5)) ** 2)
            shape[shape < 1e-4] = 0.0
            values = np.where(inside, flux * height * shape, 0.0)
            parts.append(Component("complex", name, f"{line_id}_{role}_1", role, values))
    return ComplexFit(
        recipe_id=name,
        label=label,
        success=True,
        status=1,
        message="converged",
        selected_model="core+wing",
        parameters={},
        parameter_errors={},
        covariance=np.zeros((0, 0)),
        chi2=312.5,
        dof=300,
        bic=330.0,
        window=window,
        fit_mask=inside & good & ~absorbed,
        excluded_mask=inside & good & absorbed,
        components=tuple(parts),
        model=np.sum([part.values for part in parts], axis=0),
    )


def _rows(name: str, flux: float, snr: float) -> list[Measurement]:
    rows = []
    for number, line_id in enumerate(COMPLEXES[name][2]):
        forbidden = lines()[line_id].kind == "forbidden"
        roles = ("narrow", "wing", "total") if forbidden else ("broad", "narrow", "total")
        for role in roles:
            values = {
                "flux": (123.4 * flux * (number + 1), 12.3 * flux / snr, "1e-17 erg/s/cm2"),
                "ew": (61.23, 1.42, "Angstrom"),
                "fwhm": (15310.0, 1180.0, "km/s"),
                "voff": (-1120.5, 125.1, "km/s"),
                "snr": (10.0 * snr, None, ""),
            }
            rows += [
                Measurement(
                    "complex_metric", f"{line_id}_{role}_{measure}", value, error, unit, name, line_id, role, measure
                )
                for measure, (value, error, unit) in values.items()
            ]
    return rows


def _continuum_rows(continuum: bool) -> tuple[Measurement, ...]:
    if not continuum:
        return ()
    known = {"feature_id": "power_law", "role": "continuum"}
    return (
        Measurement("continuum_metric", "logl5100", 44.1234, 0.0123, "dex(erg/s)", measure="logl", **known),
        Measurement("continuum_parameter", "power_law_slope", -1.53, 0.02, "", measure="slope", **known),
    )
