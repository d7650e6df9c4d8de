"""What the options of the continuum give on simulated quasars whose truth is known.

``python benchmarks/continuum_options.py [--draws N]`` with a Python that imports qsospec_duck. A quasar with lines,
Fe II and Balmer emission gets what an option describes; noise draws of it are fitted with the option and without.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.fitting.config import ContinuumConfig, IronConfig
from qsospec_duck.fitting.shape_config import PolynomialConfig, ReddeningConfig
from qsospec_duck.models.line_groups import read_groups
from qsospec_duck.models.reddening_law import extinction_curve
from qsospec_duck.simulate import Gaussian, Quasar, TemplateEmission, simulate_quasar
from qsospec_duck.spectra import Spectrum, to_rest_frame

Z, SNR, EBV, SEED = 0.6, 20.0, 0.12, 11
LAW = (20.0, -1.4)
"""Flux density at 3000 Å [1e-17 erg/s/cm²/Å] and slope."""

LINES = (
    Gaussian("mgii", "broad", 900, 100, 2600), Gaussian("mgii", "broad", 900, -200, 7500),
    Gaussian("hg", "broad", 280, 0, 4500), Gaussian("heii4687", "broad", 200, 0, 4000),
    Gaussian("hb", "broad", 600, 50, 4200), Gaussian("hb", "broad", 600, 0, 9500),
    Gaussian("oiii5008", "narrow", 300, 30, 420), Gaussian("oiii4960", "narrow", 100.67, 30, 420),
)  # fmt: skip
UV, OPTICAL = TemplateEmission("mejia16_uv", 3500, 2500, 50), TemplateEmission("veron04", 1500, 2500, 50)
BALMER = TemplateEmission("sh95_ne09", 250, 4000, 0.0)
GROUPS = {"f": 450.0, "s": 300.0, "g": 350.0, "izw1": 150.0}


def spectrum_of(*, optical: TemplateEmission | None = OPTICAL, z: float = Z) -> Spectrum:
    """The quasar at rest, without noise."""
    return to_rest_frame(simulate_quasar(Quasar(z, *LAW, UV, optical, BALMER, LINES), snr=SNR, noise=False))


def law(wave: np.ndarray) -> np.ndarray:
    """Its power law."""
    return LAW[0] * (wave / 3000.0) ** LAW[1]


def with_more(spectrum: Spectrum, more: Callable[[np.ndarray], np.ndarray]) -> Spectrum:
    """The spectrum with something added."""
    return replace(spectrum, flux=spectrum.flux + more(spectrum.wavelength))


def dusty(ebv: float) -> Spectrum:
    """Its power law behind dust."""
    return with_more(
        spectrum_of(), lambda wave: law(wave) * (10.0 ** (-0.4 * ebv * extinction_curve("smc_bar", wave)) - 1.0)
    )


def lines(list_name: str, norms: dict[str, float], fwhm: float, velocity: float) -> Callable[[np.ndarray], np.ndarray]:
    """Groups of a line list as sums of Gaussians."""
    s = fwhm / FWHM_PER_SIGMA / C_KMS

    def emission(wave: np.ndarray) -> np.ndarray:
        out = np.zeros_like(wave)
        for group in read_groups(list_name, 10_000.0):
            for center, flux in zip(group.wavelength, norms[group.name] * group.flux, strict=True):
                x = np.log(wave / center) - velocity / C_KMS
                out += flux / center * np.exp(-0.5 * (x / s) ** 2) / (s * math.sqrt(2 * math.pi))
        return out

    return emission


def cases() -> list[tuple[str, Spectrum, ContinuumConfig, dict[str, float]]]:
    """Name, spectrum, options and truth of every option."""
    plain = ContinuumConfig()
    logl = next(r.value for r in fit_quasar(spectrum_of()).measurements if r.quantity == "logl3000")
    bend = with_more(spectrum_of(), lambda w: law(w) * (np.exp(-0.3 * np.log(w / 3000.0) ** 2) - 1.0))
    return [
        (
            f"dust, E(B-V) = {EBV}", dusty(EBV), replace(plain, reddening=ReddeningConfig(mode="on")),
            {"power_law_ebv": EBV, "power_law_slope": LAW[1], "logl3000_dereddened": logl},
        ),
        (
            "polynomial multiply", bend, replace(plain, polynomial=PolynomialConfig("multiply", degree=2)),
            {"flux_3000": LAW[0], "flux_5100": float(law(np.array(5100.0)) * np.exp(-0.3 * np.log(1.7) ** 2))},
        ),
        (
            "Fe II in groups", with_more(spectrum_of(optical=None), lines("kovacevic10", GROUPS, 2200.0, 150.0)),
            replace(plain, iron_optical=IronConfig("kovacevic10")),
            {**{f"iron_optical_{k}_norm": v for k, v in GROUPS.items()},
             "iron_optical_fwhm": 2200.0, "iron_optical_velocity": 150.0},
        ),
        (
            "Fe III", with_more(spectrum_of(z=1.2), lines("feiii_uv48", {"uv48": 250.0}, 2500.0, 100.0)),
            replace(plain, iron_iii=IronConfig("feiii_uv48")),
            {"iron_iii_uv48_norm": 250.0, "iron_iii_fwhm": 2500.0, "iron_iii_velocity": 100.0},
        ),
    ]  # fmt: skip


def noisy(spectrum: Spectrum, rng: np.random.Generator) -> Spectrum:
    """A draw of the noise."""
    return replace(spectrum, flux=spectrum.flux + rng.normal(size=spectrum.n_pix) * spectrum.error)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100, help="noise draws of each case")
    draws = parser.parse_args().draws
    print("| option | quantity | truth | mean | scatter | median error | within 1 σ | CPU, ms |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for name, spectrum, continuum, truth in cases():
        rng = np.random.default_rng(SEED)
        found: dict[str, list[tuple[float, float]]] = {quantity: [] for quantity in truth}
        config = FitConfig(continuum=continuum)
        fit_quasar(spectrum, config)
        started = time.process_time()
        for _ in range(draws):
            for row in fit_quasar(noisy(spectrum, rng), config).measurements:
                if row.quantity in truth and row.error is not None:
                    found[row.quantity].append((row.value, row.error))
        cost = 1e3 * (time.process_time() - started) / draws
        for quantity, value in truth.items():
            values, errors = np.array(found[quantity]).T
            share = float(np.mean(np.abs(values - value) < errors))
            print(
                f"| {name} | `{quantity}` | {value:.4g} | {values.mean():.4g} | {values.std():.2g} "
                f"| {np.median(errors):.2g} | {share:.2f} | {cost:.0f} |"
            )
    print(
        "\n| E(B-V) | dust taken (auto) | logl3000_dereddened less truth, dust fitted | logl3000 less truth, no dust |"
    )
    print("|--:|--:|--:|--:|")
    truth = fit_quasar(spectrum_of()).value("logl3000")
    for ebv in (0.0, 0.05, 0.1, 0.2):
        rng = np.random.default_rng(SEED)
        taken, right, wrong = 0, [], []
        for _ in range(draws // 2):
            spectrum = noisy(dusty(ebv), rng)
            auto = fit_quasar(spectrum, FitConfig(continuum=ContinuumConfig(reddening=ReddeningConfig(mode="auto"))))
            taken += "reddened" in auto.continuum.selected_model
            on = fit_quasar(spectrum, FitConfig(continuum=ContinuumConfig(reddening=ReddeningConfig(mode="on"))))
            right.append(on.value("logl3000_dereddened") - truth)
            wrong.append(fit_quasar(spectrum).value("logl3000") - truth)
        print(
            f"| {ebv} | {taken / (draws // 2):.0%} | {np.mean(right):+.3f} ± {np.std(right):.3f} "
            f"| {np.mean(wrong):+.3f} ± {np.std(wrong):.3f} |"
        )


if __name__ == "__main__":
    main()
