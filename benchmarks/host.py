"""Is the host galaxy told from the nucleus? Host fractions of simulated mixtures, both methods, and their CPU time.

``python benchmarks/host.py --populations FILE.npz [--eigenspectra FILE.fits] [--n 100] [--seed 3] [--figure FILE]``
with a Python that imports qsospec_duck. Quasars are those of `qsospec_duck.simulate`; each stands in a galaxy of an
old, an intermediate and sometimes a young population of any age and metallicity of the file (the fit sees a part of
them), broadened by 100 to 250 km/s and reddened. The galaxy gives 0 to 80 % of the light at 5100 Å, or 4200 Å where
that is not observed.
Where eigenspectra are given, a second table has galaxies that no population made: the mean SDSS galaxy and Gaussian
amounts of the next three eigenspectra (0.35, 0.2 and 0.12 of it), nowhere negative.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from environments import SINGLE_THREAD

os.environ.update(SINGLE_THREAD)  # before numpy is imported: idle BLAS threads would count as CPU time

import numpy as np

from qsospec_duck.fitting import ContinuumConfig, HostConfig
from qsospec_duck.fitting.host import fit_host
from qsospec_duck.models.host_library import load_host_library
from qsospec_duck.models.log_grid import broaden, grid_between, grid_wavelength, mean_in_bins
from qsospec_duck.simulate import simulate_spectra
from qsospec_duck.spectra import Spectrum, air_to_vacuum, to_rest_frame

SNRS = (5.0, 10.0, 20.0, 40.0)
SHOWN_SNR = 10.0
WINDOW = 20.0
EIGEN_RATIOS = (0.35, 0.2, 0.12)
"""1σ of the amounts of the second to fourth eigenspectrum, relative to the first."""


def main() -> None:
    options = arguments()
    galaxies = Galaxies(options.populations)
    configs = {
        "linear, populations": HostConfig("linear", options.populations),
        "pPXF": HostConfig("ppxf", options.populations),
    }
    if options.eigenspectra:
        configs["linear, eigenspectra"] = HostConfig("linear", options.eigenspectra)
    print(
        f"{platform.processor() or platform.machine()}, one thread; {options.n} mixtures a line, seed {options.seed}\n"
    )
    print("| method | S/N per pixel | bias | median | scatter | beyond 2 σ | CPU ms |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    shown: dict[str, np.ndarray] = {}
    for name, config in configs.items():
        for snr in SNRS:
            rows = np.array(list(compare(galaxies, config, options.n, snr, options.seed)))
            report(name, snr, rows)
            if snr == SHOWN_SNR:
                shown[name] = rows
    if options.eigenspectra:
        print("\nGalaxies of eigenspectra:\n")
        print("| method | S/N per pixel | bias | median | scatter | beyond 2 σ | CPU ms |")
        print("|---|--:|--:|--:|--:|--:|--:|")
        others = EigenGalaxies(options.eigenspectra)
        for name in ("linear, populations", "pPXF"):
            for snr in SNRS:
                rows = np.array(list(compare(others, configs[name], options.n, snr, options.seed)))
                report(name, snr, rows)
                if snr == SHOWN_SNR:
                    shown[f"{name}; other galaxies"] = rows
    if options.figure:
        draw(shown, options.figure)


def compare(
    galaxies: Galaxies | EigenGalaxies, config: HostConfig, n: int, snr: float, seed: int
) -> Iterator[tuple[float, float, float, float]]:
    """(error of the fraction, its quoted error, CPU seconds, true fraction) of every mixture."""
    spectra, _ = simulate_spectra(n, seed=seed, snr=snr, z_range=(0.1, 0.7))
    rng = np.random.default_rng(seed)
    for spectrum in spectra:
        rest = to_rest_frame(spectrum)
        mixed, galaxy, near = mixture(rest, galaxies, rng)
        started = time.process_time()
        host, _ = fit_host(mixed, config, ContinuumConfig())
        seconds = time.process_time() - started
        if host is not None:
            light = float(np.median(mixed.flux[near]))
            found, true = (float(np.median(one[near])) / light for one in (host.model, galaxy))
            yield found - true, float(np.median(host.sigma[near])) / light, seconds, true


def mixture(
    rest: Spectrum, galaxies: Galaxies | EigenGalaxies, rng: np.random.Generator
) -> tuple[Spectrum, np.ndarray, np.ndarray]:
    """A quasar in a galaxy, with the S/N that it had alone; the galaxy; pixels where its share was set."""
    center = 5100.0 if rest.wavelength[-1] > 5150.0 else 4200.0
    near = np.abs(rest.wavelength - center) < WINDOW
    share = rng.uniform(0.0, 0.8)
    galaxy = np.interp(rest.wavelength, galaxies.wavelength, galaxies.draw(rng))
    galaxy *= share / (1.0 - share) * np.median(rest.flux[near]) / np.median(galaxy[near])
    brighter = np.median(rest.flux + galaxy) / np.median(rest.flux)
    sigma = np.divide(1.0, np.sqrt(rest.ivar), out=np.zeros(rest.n_pix), where=rest.ivar > 0)
    noise = np.sqrt(max(brighter**2 - 1.0, 0.0)) * sigma * rng.standard_normal(rest.n_pix)
    return replace(rest, flux=rest.flux + galaxy + noise, ivar=rest.ivar / brighter**2), galaxy, near


class Galaxies:
    """Galaxies from all populations of a file."""

    def __init__(self, path: str) -> None:
        with np.load(path) as stored:
            wavelength, templates = air_to_vacuum(stored["lam"]), np.asarray(stored["templates"], dtype=float)
        self.n_age, self.n_metal = templates.shape[1:]
        index = grid_between(wavelength[1], wavelength[-2])
        self.wavelength = grid_wavelength(index)
        spectra = mean_in_bins(wavelength, np.ascontiguousarray(templates.reshape(wavelength.size, -1).T), index)
        self.spectra = spectra / spectra.mean(axis=1, keepdims=True)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """(n,) one galaxy on its grid."""
        weights = np.zeros((self.n_age, self.n_metal))
        third = self.n_age // 3
        weights[rng.integers(2 * third, self.n_age), rng.integers(1, self.n_metal)] = 1.0
        weights[rng.integers(third, 2 * third), rng.integers(0, self.n_metal)] += rng.uniform(0.0, 0.8)
        if rng.uniform() < 0.4:
            weights[rng.integers(0, third), rng.integers(0, self.n_metal)] += rng.uniform(0.0, 0.3)
        galaxy = broaden((weights.ravel() @ self.spectra)[None], rng.uniform(100.0, 250.0))[0]
        visual = 3.1 * rng.uniform(0.0, 0.15)
        return galaxy * 10.0 ** (-0.4 * visual * (self.wavelength / 5500.0) ** -0.7)


class EigenGalaxies:
    """Galaxies made of eigenspectra."""

    def __init__(self, path: str) -> None:
        library = load_host_library(path)
        self.wavelength, self.spectra = library.wavelength, library.spectra

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """(n,) one galaxy on its grid."""
        while True:
            galaxy = self.spectra[0] + rng.normal(0.0, EIGEN_RATIOS) @ self.spectra[1 : 1 + len(EIGEN_RATIOS)]
            # The ends of eigenspectra are noise.
            if np.mean(galaxy > 0.0) > 0.995:
                return np.maximum(galaxy, 0.0)


def draw(shown: dict[str, np.ndarray], path: Path) -> None:
    """Write a figure: fraction found against the true one."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, places = plt.subplots(
        1, len(shown), figsize=(2.2 * len(shown), 2.5), sharex=True, sharey=True, layout="constrained", squeeze=False
    )
    for place, (name, rows) in zip(places[0], shown.items(), strict=True):
        off, quoted, _, true = rows.T
        place.errorbar(true, true + off, quoted, fmt=".", ms=3, lw=0.6)
        place.plot([0, 0.8], [0, 0.8], color="0.5", lw=0.8)
        place.set_title(name.replace("; ", "\n"), fontsize=8)
        place.set(xlabel="true host fraction", xlim=(-0.05, 0.9), ylim=(-0.1, 1.0))
    places[0][0].set_ylabel("found")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


def report(name: str, snr: float, rows: np.ndarray) -> None:
    """Print a line of the table."""
    error, quoted, seconds, _ = rows.T
    low, middle, high = np.percentile(error, [15.87, 50.0, 84.13])
    print(
        f"| {name} | {snr:.0f} | {error.mean():+.3f} | {middle:+.3f} | {0.5 * (high - low):.3f} "
        f"| {np.mean(np.abs(error) > 2.0 * quoted):.2f} | {1e3 * np.median(seconds):.1f} |"
    )


def arguments() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--populations", required=True, help="stellar populations, .npz as pPXF 9 uses them")
    parser.add_argument("--eigenspectra", help="galaxy eigenspectra of Yip et al. 2004, FITS")
    parser.add_argument("--n", type=int, default=100, help="mixtures at each S/N")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--figure", type=Path, help=f"PNG of found and true fractions at S/N {SHOWN_SNR:.0f}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
