"""Is the optimum global? The search of every line complex against the best of many random starts.

``python benchmarks/optimum.py [--every N] [--starts 30]`` with a Python that imports qsospec_duck. For every complex
that a spectrum covers, both fit the same pixels over the same continuum; prints the fraction of complexes whose
search ends more than Δχ² = 2 (and 10) above the best optimum that anything found, and the CPU time of the search.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from environments import SINGLE_THREAD

os.environ.update(SINGLE_THREAD)  # before numpy is imported: idle BLAS threads would count as CPU time

import numpy as np

from qsospec_duck.fitting import FitConfig
from qsospec_duck.fitting.continuum import fit_continuum
from qsospec_duck.fitting.coverage import coverage_of
from qsospec_duck.fitting.optimum import optimise
from qsospec_duck.fitting.search import search_shapes
from qsospec_duck.models.lines import line
from qsospec_duck.models.recipes import load_recipe
from qsospec_duck.spectra import Spectrum, to_rest_frame

LYA = line("lya").wavelength
SEED = 5
warmed: list[object] = []


def main() -> None:
    options = arguments()
    config = FitConfig()
    found: dict[str, list[tuple[float, float, str]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        from prepare import prepare

        inputs = Path(scratch)
        for name in prepare(options.data, inputs, options.every):
            with np.load(inputs / f"{name}.npz") as stored:
                spectrum = Spectrum.from_arrays(
                    stored["wavelength"], stored["flux"], ivar=stored["ivar"], z=float(stored["z"])
                )
            rest = to_rest_frame(spectrum, spectrum.z)
            continuum = fit_continuum(rest, config.continuum, lya_safe=bool(rest.wavelength[rest.good][0] < LYA))
            if continuum is None:
                continue
            for recipe_id in options.complexes or config.complexes:
                gap = gap_of(rest, continuum.model(rest), recipe_id, options.starts)
                if gap is not None:
                    found.setdefault(recipe_id, []).append((*gap, name))
    report(found, options.starts)


def gap_of(rest: Spectrum, continuum: np.ndarray, recipe_id: str, n_starts: int) -> tuple[float, float] | None:
    """Δχ² of our search above the best known, and its CPU seconds; ``None`` where the complex is not covered."""
    coverage = coverage_of(rest, load_recipe(recipe_id))
    if not coverage.can_fit:
        return None
    components = tuple(component for component in coverage.components if not component.optional)
    used = coverage.mask
    x, flux, inverse_sigma = np.log(rest.wavelength[used]), (rest.flux - continuum)[used], np.sqrt(rest.ivar[used])
    if not warmed:  # compiled code is loaded at the first call
        warmed.append(search_shapes(components, x, flux, inverse_sigma))
    started = time.process_time()
    ours = search_shapes(components, x, flux, inverse_sigma)
    seconds = time.process_time() - started
    program = ours.program
    random = np.random.default_rng(SEED)
    best = ours.chi2
    for _ in range(n_starts):
        start = program.low + (program.high - program.low) * random.random(program.low.size)
        best = min(best, optimise(program, x, inverse_sigma, flux, start[None, :], max_iterations=300).chi2)
    return ours.chi2 - best, seconds


def report(found: dict[str, list[tuple[float, float, str]]], n_starts: int) -> None:
    """Print the table."""
    print(f"search of each complex against the best of {n_starts} random starts")
    print(f"  {'complex':24s}{'n':>6s}{'Δχ²>2':>8s}{'Δχ²>10':>8s}{'CPU ms':>8s}  worst")
    everything = [row for rows in found.values() for row in rows]
    for recipe_id, rows in [*found.items(), ("all", everything)]:
        gaps = np.array([row[0] for row in rows])
        worst = ", ".join(f"{name.removeprefix('spec-')} {gap:.0f}" for gap, _, name in sorted(rows, reverse=True)[:3])
        print(
            f"  {recipe_id:24s}{gaps.size:6d}{np.mean(gaps > 2):8.3f}{np.mean(gaps > 10):8.3f}"
            f"{1e3 * np.mean([row[1] for row in rows]):8.2f}  {worst}"
        )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("QSOSPEC_DUCK_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(data), help="folder with OBJECTS.csv and its spectra")
    parser.add_argument("--every", type=int, default=1, help="take every N-th spectrum in order of redshift")
    parser.add_argument("--starts", type=int, default=30, help="random starts a complex")
    parser.add_argument("--complexes", nargs="+", help="recipes to try; all where not given")
    return parser.parse_args()


if __name__ == "__main__":
    main()
